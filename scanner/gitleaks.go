package scanner

import (
	"os"
	"path/filepath"

	"github.com/momentolint/momentolint/internal/detect"
	"github.com/momentolint/momentolint/internal/userfile"
)

// gitleaksFile relates a file for gitleaks to the root, and to the tree that it
// is in.
func (o *Options) gitleaksFile(path string) detect.GitleaksFile {
	f := detect.GitleaksFile{Path: path}
	if path == "" || o.GitleaksRoot == "" {
		return f
	}
	root, err := filepath.Abs(o.GitleaksRoot)
	if err != nil {
		return f
	}
	f.Tree = o.GitleaksTree
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

func (o *Options) gitleaksIgnore() []detect.GitleaksFile {
	var list []detect.GitleaksFile
	for _, path := range o.GitleaksIgnore {
		list = append(list, o.gitleaksFile(path))
	}
	return list
}

// nameFromRoot lets the gitleaks files see the names of the files to come from
// their root, until the function that it gives is called. r.root is where the
// report's names begin.
func (r *Run) nameFromRoot() (end func()) {
	end = func() { r.fromRoot = nil }
	if r.o.GitleaksRoot == "" {
		return end
	}
	root, err := filepath.Abs(r.o.GitleaksRoot)
	if err != nil {
		return end
	}
	folder, err := filepath.Abs(r.root)
	if err != nil {
		return end
	}
	prefix := ""
	if rel, err := filepath.Rel(root, folder); err == nil && rel != "." {
		prefix = filepath.ToSlash(rel) + "/"
	}
	r.fromRoot = func(name string) string {
		if r.root != "." {
			return prefix + name
		}
		// As given: absolute, or with dots.
		full := filepath.FromSlash(name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(folder, full)
		}
		if rel, err := filepath.Rel(root, full); err == nil {
			return filepath.ToSlash(rel)
		}
		return name
	}
	return end
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
