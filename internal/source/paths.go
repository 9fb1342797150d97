package source

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
)

// root is one of the paths given by the caller.
type root struct {
	path string // as given
	// display is the name of a file, or what comes before the names in a directory.
	display string
	isDir   bool
	// canonical is the path with links resolved.
	canonical string
}

// name returns the name for display of something below a root directory, given
// by its path from there.
func (r *root) name(rest string) string { return r.display + rest }

// resolve examines the paths given and leaves out those that are another one,
// or that the walk through another one reaches.
func (r *run) resolve(paths []string) []*root {
	roots := make([]*root, 0, len(paths))
	byPath := make(map[string]*root, len(paths))
	for _, path := range paths {
		found := r.inspect(path, len(paths) > 1 || r.FullNames)
		if found == nil || byPath[found.canonical] != nil {
			continue
		}
		byPath[found.canonical] = found
		roots = append(roots, found)
	}
	// Outer ones first, so that a root's fate is known before those inside it.
	order := slices.Clone(roots)
	slices.SortStableFunc(order, func(a, b *root) int { return len(a.canonical) - len(b.canonical) })
	for _, inner := range order {
		for outer := filepath.Dir(inner.canonical); ; outer = filepath.Dir(outer) {
			if o := byPath[outer]; o != nil && o.isDir && o != inner && r.reaches(o, inner) {
				delete(byPath, inner.canonical)
				break
			}
			if outer == filepath.Dir(outer) {
				break
			}
		}
	}
	return slices.DeleteFunc(roots, func(x *root) bool { return byPath[x.canonical] != x })
}

// inspect examines one path; nil if there is nothing to read.
func (r *run) inspect(path string, fullNames bool) *root {
	slash := filepath.ToSlash(path)
	info, err := os.Stat(path)
	if err != nil {
		r.skip(slash, finding.Reason(err))
		return nil
	}
	if why := unreadable(info.Mode()); why != "" {
		r.skip(slash, why)
		return nil
	}
	canonical, err := filepath.Abs(path)
	if err == nil {
		canonical, err = filepath.EvalSymlinks(canonical)
	}
	if err != nil {
		r.skip(slash, finding.Reason(err))
		return nil
	}
	found := &root{path: path, isDir: info.IsDir(), canonical: canonical}
	switch {
	case !found.isDir:
		found.display = slash
	case fullNames && slash != ".":
		found.display = strings.TrimRight(slash, "/") + "/"
	}
	return found
}

// unreadable says why something that is neither file nor directory is not opened.
func unreadable(mode os.FileMode) string {
	switch {
	case mode.IsRegular() || mode.IsDir():
		return ""
	case mode&os.ModeNamedPipe != 0:
		return "a named pipe is not opened: give its content on standard input"
	case mode&os.ModeSocket != 0:
		return "a socket is not opened"
	case mode&os.ModeDevice != 0:
		return "a device is not opened"
	default:
		return "neither a file nor a directory"
	}
}

// reaches reports whether the walk through outer comes to inner.
func (r *run) reaches(outer, inner *root) bool {
	rest, err := filepath.Rel(outer.canonical, inner.canonical)
	if err != nil || isPseudo(inner.canonical) {
		return false
	}
	parts := strings.Split(filepath.ToSlash(rest), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		isDir := !last || inner.isDir
		if isDir && part == dotGit {
			return false
		}
		if r.matchesExclude(outer.name(strings.Join(parts[:i+1], "/")), isDir) {
			return false
		}
	}
	return true
}
