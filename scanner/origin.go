package scanner

import (
	"path/filepath"
)

// origin says what the names of a source's files are relative to.
type origin struct {
	// root is the directory; "" where names are not names of files.
	root string
	// tracked reports that every file is one that git tracks.
	tracked bool
	// rules, if not nil, returns a file's name for the gitleaks files.
	rules func(string) string
}

// ruleName returns the name of a file for the gitleaks files.
func (o *origin) ruleName(name string) string {
	if o.rules == nil {
		return name
	}
	return o.rules(name)
}

// origin returns the origin of files below a directory. That of the first source
// is the report's root.
func (r *Run) origin(root string) *origin {
	r.mu.Lock()
	if r.root == "" {
		r.root = root
	}
	r.mu.Unlock()
	return &origin{root: root, rules: r.gitleaksNames(root)}
}

// gitleaksNames returns the function from a file's name in the report, which is
// relative to root, to its name below the root of the gitleaks files; nil if
// they are the same.
func (r *Run) gitleaksNames(root string) func(string) string {
	if r.o.Gitleaks.Root == "" {
		return nil
	}
	top, err := filepath.Abs(r.o.Gitleaks.Root)
	if err != nil {
		return nil
	}
	dir, err := filepath.Abs(root)
	if err != nil {
		return nil
	}
	prefix := ""
	if rel, err := filepath.Rel(top, dir); err == nil && rel != "." {
		prefix = filepath.ToSlash(rel) + "/"
	}
	return func(name string) string {
		if root != "." {
			return prefix + name
		}
		// As given: absolute, or with dots.
		full := filepath.FromSlash(name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(dir, full)
		}
		if rel, err := filepath.Rel(top, full); err == nil {
			return filepath.ToSlash(rel)
		}
		return name
	}
}
