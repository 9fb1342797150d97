package scanner

import (
	"path/filepath"

	"github.com/momentolint/momentolint/internal/detect/gitleaks"
	"github.com/momentolint/momentolint/internal/userfile"
)

// gitleaksFile relates a file for gitleaks to the root, and to the tree that it
// is in.
func (o *Options) gitleaksFile(path string) gitleaks.File {
	f := gitleaks.File{Path: path}
	if path == "" || o.Gitleaks.Root == "" {
		return f
	}
	root, err := filepath.Abs(o.Gitleaks.Root)
	if err != nil {
		return f
	}
	f.Tree = o.Gitleaks.Tree
	top := root
	if f.Tree == nil {
		if top, err = userfile.Top(path); err != nil {
			return f
		}
		f.Tree = userfile.Dir(top)
	}
	if f.Name, err = userfile.Name(top, path); err != nil {
		// The tree's own reader says so.
		f.Name = "../" + filepath.Base(path)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return f
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return f
	}
	f.Root = root
	if rel != "." {
		f.Dir = filepath.ToSlash(rel)
	}
	return f
}

func (o *Options) gitleaksIgnore() []gitleaks.File {
	var list []gitleaks.File
	for _, path := range o.Gitleaks.Ignore {
		list = append(list, o.gitleaksFile(path))
	}
	return list
}
