package golint

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Target is one run of go vet.
type Target struct {
	// Dir is the directory to run in.
	Dir string
	// Patterns are the packages, relative to Dir where they are paths.
	Patterns []string
	// NoWorkspace: a go.work lies above, but it does not name this module.
	NoWorkspace bool
	// Optional: the module was found, not named, and need not have packages.
	Optional bool
}

// Unread is a directory that could not be searched for modules.
type Unread struct {
	// Dir is the absolute path.
	Dir string
	// Err is why.
	Err error
}

// Plan is what is to be run, and what a search for modules has met.
type Plan struct {
	Targets []Target
	// Unread are directories in which there may be more than what is planned for.
	Unread []Unread
	// GoFiles are the Go files in the searched directories, Excluded the
	// directories that the caller excluded, and Left those that "./..." does not
	// match. None of the latter two was entered. All are absolute.
	GoFiles, Excluded, Left []string
}

// Plan finds out which runs the patterns need, seen from dir: one for each
// workspace, and one for each module that belongs to none. Patterns with "..."
// take in the modules below their directory, which the go command alone does not.
// excluded directories are left out.
func (r *Runner) Plan(ctx context.Context, dir string, patterns []string, excluded func(dir string) bool) (Plan, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Plan{}, fmt.Errorf("finding the directory: %w", err)
	}
	p := planner{Runner: r, members: make(map[string][]string)}
	own := Target{Dir: dir}
	for _, pattern := range patterns {
		base, recursive := split(pattern)
		if base == "" {
			own.Patterns = append(own.Patterns, pattern)
			continue
		}
		if !filepath.IsAbs(base) {
			base = filepath.Join(dir, filepath.FromSlash(base))
		}
		if !recursive {
			if err := p.named(ctx, base, pattern, &own); err != nil {
				return Plan{}, err
			}
			continue
		}
		if err := p.below(ctx, base, pattern, &own, excluded); err != nil {
			return Plan{}, err
		}
	}
	if len(own.Patterns) > 0 {
		p.plan.Targets = append([]Target{own}, p.plan.Targets...)
	}
	if len(p.plan.Targets) == 0 && len(p.plan.Unread) == 0 {
		return Plan{}, fmt.Errorf("no Go module in %s or above or below it", dir)
	}
	return p.plan, nil
}

// split returns the directory of a pattern that is a path, and whether it ends with
// "/..."; "" for import paths, patterns of another sort and files.
func split(pattern string) (base string, recursive bool) {
	if strings.HasSuffix(pattern, ".go") {
		return "", false
	}
	local := filepath.IsAbs(pattern)
	for _, prefix := range []string{"./", "../", `.\`, `..\`} {
		local = local || strings.HasPrefix(pattern, prefix)
	}
	switch {
	case pattern == "..." || pattern == "." || pattern == "..":
	case !local:
		return "", false
	}
	slashed := filepath.ToSlash(pattern)
	if slashed == "..." {
		return ".", true
	}
	base, recursive = strings.CutSuffix(slashed, "/...")
	if strings.Contains(base, "...") {
		return "", false
	}
	if base == "" {
		base = "/"
	}
	return base, recursive
}

type planner struct {
	*Runner
	plan Plan
	// members are the directories of a workspace's modules, by its go.work.
	members map[string][]string
}

// named plans for one directory: where it is in another module than dir, the go
// command has to be run there.
func (p *planner) named(ctx context.Context, base, pattern string, own *Target) error {
	module, err := p.module(ctx, base)
	if err != nil {
		return err
	}
	here, err := p.module(ctx, own.Dir)
	if err != nil {
		return err
	}
	if module == "" || module == here {
		own.Patterns = append(own.Patterns, pattern)
		return nil
	}
	return p.add(ctx, module, base, "", false)
}

// below plans for a directory and every module below it.
func (p *planner) below(ctx context.Context, base, pattern string, own *Target, excluded func(string) bool) error {
	module, err := p.module(ctx, base)
	if err != nil {
		return err
	}
	here, err := p.module(ctx, own.Dir)
	if err != nil {
		return err
	}
	switch {
	case module != "" && module == here:
		if inWork, err := p.inWorkspace(ctx, module); err != nil {
			return err
		} else if inWork {
			own.Patterns = append(own.Patterns, pattern)
		} else if err := p.add(ctx, module, base, "/...", false); err != nil {
			return err
		}
	case module != "":
		if err := p.add(ctx, module, base, "/...", false); err != nil {
			return err
		}
	}
	modules, err := p.findModules(ctx, base, excluded)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if m == module {
			continue
		}
		if err := p.add(ctx, m, m, "/...", true); err != nil {
			return err
		}
	}
	return nil
}

// add plans for a directory of a module: in the run of its workspace if it has
// one, else in one of its own.
func (p *planner) add(ctx context.Context, module, dir, suffix string, optional bool) error {
	inWork, err := p.inWorkspace(ctx, module)
	if err != nil {
		return err
	}
	relative, err := filepath.Rel(module, dir)
	if err != nil {
		return fmt.Errorf("planning for %s: %w", dir, err)
	}
	pattern := "./" + filepath.ToSlash(relative) + suffix
	if relative == "." {
		pattern = "." + suffix
	}
	p.plan.Targets = append(p.plan.Targets, Target{Dir: module, Patterns: []string{pattern}, NoWorkspace: !inWork, Optional: optional})
	return nil
}

// module is the directory of the module that a directory is in, "" if it is in none.
func (p *planner) module(ctx context.Context, dir string) (string, error) {
	if info, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("looking for Go packages: %w", err)
	} else if !info.IsDir() {
		dir = filepath.Dir(dir)
	}
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && info.Mode().IsRegular() {
			return d, nil
		}
		if filepath.Dir(d) == d {
			return "", ctx.Err()
		}
	}
}

// inWorkspace reports whether the go.work that counts for a module, if there is
// one, names it. Without a go.work every module is on its own.
func (p *planner) inWorkspace(ctx context.Context, module string) (bool, error) {
	work, err := p.output(ctx, module, p.env, "env", "GOWORK")
	if err != nil {
		return false, err
	}
	if work == "" || work == "off" {
		return true, nil
	}
	members, ok := p.members[work]
	if !ok {
		// The runs that need a broken go.work report it.
		list, err := p.output(ctx, filepath.Dir(work), p.env, "list", "-m", "-f", "{{.Dir}}")
		switch {
		case err != nil && ctx.Err() != nil:
			return false, err
		case err != nil:
			return true, nil //nolint:nilerr // see above
		}
		for member := range strings.Lines(list) {
			members = append(members, canonical(strings.TrimRight(member, "\r\n")))
		}
		p.members[work] = members
	}
	return slices.Contains(members, canonical(module)), nil
}

func canonical(dir string) string {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		return resolved
	}
	return dir
}

// findModules returns the directories with a go.mod below a directory, itself included,
// except where the go command would not look for packages.
func (p *planner) findModules(ctx context.Context, base string, excluded func(dir string) bool) ([]string, error) {
	var found []string
	err := filepath.WalkDir(base, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == base:
			return err
		case err != nil:
			if errors.Is(err, fs.ErrNotExist) {
				return nil // it is gone meanwhile
			}
			// Where the directory is in a module, the go command reports it.
			if module, moduleErr := p.module(ctx, filepath.Dir(path)); moduleErr == nil && module == "" {
				p.plan.Unread = append(p.plan.Unread, Unread{path, err})
			}
			if entry != nil && entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !entry.IsDir():
			switch {
			case !entry.Type().IsRegular():
			case entry.Name() == "go.mod":
				found = append(found, filepath.Dir(path))
			case filepath.Ext(path) == ".go":
				p.plan.GoFiles = append(p.plan.GoFiles, path)
			}
			return nil
		case path == base:
			return nil
		}
		switch name := entry.Name(); {
		case excluded != nil && excluded(path):
			p.plan.Excluded = append(p.plan.Excluded, path)
		case name == ".git":
		case name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" || name == "node_modules":
			p.plan.Left = append(p.plan.Left, path)
		default:
			return nil
		}
		return fs.SkipDir
	})
	if err != nil {
		return nil, fmt.Errorf("looking for Go modules: %w", err)
	}
	return found, nil
}
