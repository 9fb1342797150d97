package gitcmd

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// IrregularError is a file of a repository that git would wait for, or read
// without end: a named pipe, a device, a link to one. git is not started.
type IrregularError struct {
	Path string
	// What it is, e.g. "a named pipe".
	What string
}

// Error names the file.
func (e *IrregularError) Error() string {
	return fmt.Sprintf("%s is %s, so git is not run", e.Path, e.What)
}

// regular looks at everything that git may open in the repository, once.
func (g *Git) regular() error {
	g.checked.once.Do(func() {
		w := walker{seen: map[string]bool{}}
		g.checked.err = w.repository(g)
	})
	return g.checked.err
}

// walker goes through repositories. It follows links, and reads no more than
// the small files that say where the rest is.
type walker struct{ seen map[string]bool }

func (w *walker) repository(g *Git) error {
	dir, err := filepath.Abs(g.o.Dir)
	if err != nil {
		return fmt.Errorf("finding the repository: %w", err)
	}
	named := func(name string) string {
		value := g.Getenv(name)
		if value != "" && !filepath.IsAbs(value) {
			value = filepath.Join(dir, value)
		}
		return value
	}
	for _, name := range []string{"GIT_INDEX_FILE", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"} {
		if path := named(name); path != "" && path != os.DevNull {
			if err := w.file(path); err != nil {
				return err
			}
		}
	}
	for _, name := range []string{"GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"} {
		if path := named(name); path != "" {
			if err := w.tree(path); err != nil {
				return err
			}
		}
	}
	for path := range strings.SplitSeq(g.Getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES"), string(os.PathListSeparator)) {
		if path = strings.Trim(path, `"`); path != "" {
			if err := w.objects(join(dir, path), 0); err != nil {
				return err
			}
		}
	}
	if path := named("GIT_DIR"); path != "" {
		return w.gitDir(path)
	}
	return w.above(dir)
}

// above looks where git looks for a repository: in a directory and those that
// it is in.
func (w *walker) above(dir string) error {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	for {
		for _, name := range []string{".git", "HEAD", "commondir"} {
			if err := w.file(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		dot := filepath.Join(dir, ".git")
		if isRepository(dir) {
			return w.gitDir(dir)
		}
		if info, err := os.Stat(dot); err == nil {
			if info.Mode().IsRegular() {
				text, err := userfile.Read(dot, userfile.Small)
				if err != nil {
					return fmt.Errorf("finding the repository: %w", err)
				}
				if target, ok := strings.CutPrefix(strings.TrimRight(string(text), "\r\n"), "gitdir: "); ok {
					return w.gitDir(join(dir, target))
				}
			}
			// git goes on above where it does not take this for a repository. The
			// look is not worth less for it.
			if err := w.gitDir(dot); err != nil {
				return err
			}
			if isRepository(dot) {
				return nil
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil
		}
		dir = up
	}
}

// isRepository reports whether a directory looks like a repository's own.
func isRepository(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// gitDir looks at a repository's own directory, at the one it shares with other
// work trees, and at all stores of objects.
func (w *walker) gitDir(dir string) error {
	if err := w.tree(dir); err != nil {
		return err
	}
	common := dir
	if text, err := userfile.Read(filepath.Join(dir, "commondir"), userfile.Small); err == nil {
		common = join(dir, strings.TrimRight(string(text), "\r\n"))
		if err := w.tree(common); err != nil {
			return err
		}
	}
	for _, d := range slices.Compact([]string{dir, common}) {
		for _, name := range []string{"config", "config.worktree"} {
			if err := w.config(filepath.Join(d, name), 0); err != nil {
				return err
			}
		}
	}
	return w.objects(filepath.Join(common, "objects"), 0)
}

// maxAlternates is how many alternates deep git follows.
const maxAlternates = 5

// objects looks at a store and its alternates.
func (w *walker) objects(dir string, depth int) error {
	if err := w.tree(dir); err != nil || depth > maxAlternates {
		return err
	}
	text, err := userfile.Read(filepath.Join(dir, "info", "alternates"), userfile.Small)
	if err != nil {
		return nil // there are none, or git says what is wrong
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if line = strings.Trim(line, `"`); line == "" || line[0] == '#' {
			continue
		}
		if err := w.objects(join(dir, line), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// tree looks at all files below a directory, but for those that git does not
// open here.
func (w *walker) tree(dir string) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil || w.seen[resolved] {
		return nil //nolint:nilerr // git says what is wrong with it
	}
	w.seen[resolved] = true
	entries, err := os.ReadDir(resolved)
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Type().IsRegular():
		case e.IsDir():
			if slices.Contains([]string{"hooks", "lfs", "annex", "modules"}, e.Name()) {
				continue
			}
			err = w.tree(path)
		default:
			if err = w.file(path); err == nil && e.Type()&fs.ModeSymlink != 0 {
				if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
					err = w.tree(path)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// file looks at one file, which need not exist. Sockets are fine: nothing opens
// them, and honest repositories have them.
func (w *walker) file(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil //nolint:nilerr // git says what is wrong with it
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeNamedPipe != 0:
		return &IrregularError{path, "a named pipe"}
	case mode&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return &IrregularError{path, "a device"}
	}
	// What the kernel makes up may have no end either.
	if resolved, err := filepath.EvalSymlinks(path); err == nil && filepath.Separator == '/' {
		for _, prefix := range []string{"/proc/", "/sys/", "/dev/"} {
			if strings.HasPrefix(resolved, prefix) && !strings.HasPrefix(resolved, "/dev/shm/") {
				return &IrregularError{path, "a link to " + resolved}
			}
		}
	}
	return nil
}

// maxIncludes is how deep git follows includes.
const maxIncludes = 10

// config looks at whatever a configuration may name. It does not understand
// the format: every value is tried as a path, from all places that one may
// count from. git opens files that include.path, core.excludesFile and others
// name.
func (w *walker) config(path string, depth int) error {
	if err := w.file(path); err != nil {
		return err
	}
	content, err := userfile.Read(path, userfile.Small)
	if err != nil || depth > maxIncludes {
		return nil // it does not exist, or git says what is wrong
	}
	dir := filepath.Dir(path)
	places := []string{dir, filepath.Dir(dir)}
	home, _ := os.UserHomeDir()
	text := strings.ReplaceAll(strings.ReplaceAll(string(content), "\\\r\n", ""), "\\\n", "")
	for line := range strings.Lines(text) {
		_, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		value = unquote(value)
		if value == "" || value == os.DevNull {
			continue
		}
		candidates := []string{value}
		if rest, ok := strings.CutPrefix(value, "~/"); ok {
			candidates = []string{filepath.Join(home, rest)}
		} else if !filepath.IsAbs(value) {
			candidates = candidates[:0]
			for _, place := range places {
				candidates = append(candidates, filepath.Join(place, value))
			}
		}
		for _, c := range candidates {
			info, err := os.Stat(c)
			switch {
			case err != nil || w.seen["config "+c]:
			case !info.Mode().IsRegular():
				if err := w.file(c); err != nil {
					return err
				}
			case strings.Contains(strings.ToLower(line), "path"):
				w.seen["config "+c] = true
				if err := w.config(c, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// unquote takes a value of a configuration out of its quotes, without comments
// behind it.
func unquote(value string) string {
	var b strings.Builder
	quoted := false
	value = strings.TrimSpace(value)
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && i+1 < len(value):
			i++
			b.WriteByte(value[i])
		case !quoted && (c == '#' || c == ';'):
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// join is for paths that files of a repository name.
func join(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
