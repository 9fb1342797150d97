package golint

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// regular returns an error if the go command would read a named pipe or a
// device in dir: it waits for them without end. Any file below a module may be
// one that it reads, as assembler files include what they like. Modules that a
// go.mod or go.work names by their paths are looked at too.
func (r *Runner) regular(dir string) error {
	if err, ok := r.looked.Load(dir); ok {
		err, _ := err.(error)
		return err
	}
	w := walker{seen: make(map[string]bool)}
	err := w.module(dir)
	for parent := dir; err == nil; parent = filepath.Dir(parent) {
		// The nearest go.mod and go.work above count.
		if err = w.settings(parent); parent == filepath.Dir(parent) {
			break
		}
	}
	r.looked.Store(dir, err)
	return err
}

type walker struct {
	// seen are the directories that were walked, with links resolved.
	seen map[string]bool
}

// settings looks at the files of the go command in one directory.
func (w *walker) settings(dir string) error {
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		if err := w.file(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"go.mod", "go.work"} {
		text, err := userfile.Read(filepath.Join(dir, name), maxModFile)
		if err != nil {
			continue // the go command says what is wrong with it
		}
		// Paths of modules begin with ".", ".." or "/", and nothing else does
		// there but comments.
		for field := range strings.FieldsSeq(string(text)) {
			path := strings.Trim(field, "\"`();,")
			if !strings.HasPrefix(path, ".") && !filepath.IsAbs(path) || strings.HasPrefix(path, "//") {
				continue
			}
			if !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			if filepath.Dir(path) == path {
				continue
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err != nil {
				continue
			}
			if err := w.module(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxModFile is the size of a go.mod or go.work above which it is not read for
// paths.
const maxModFile = 16 << 20

// module looks at all files below a directory.
func (w *walker) module(dir string) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if err != nil || w.seen[resolved] {
		return nil //nolint:nilerr // the go command says what is wrong with it
	}
	w.seen[resolved] = true
	if err := w.settings(dir); err != nil {
		return err
	}
	entries, err := os.ReadDir(resolved)
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Type().IsRegular():
			continue
		case e.IsDir():
			if !slices.Contains([]string{".git", "node_modules"}, e.Name()) {
				err = w.module(path)
			}
		default:
			if err = w.file(path); err == nil {
				err = w.linked(path)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// linked looks at what a package in a linked directory would have, but not below
// it: the link may lead to the root.
func (w *walker) linked(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil //nolint:nilerr // it is no directory
	}
	for _, e := range entries {
		if e.Type().IsRegular() || !slices.Contains([]string{".go", ".s", ".c", ".h", ".syso", ".mod"}, filepath.Ext(e.Name())) {
			continue
		}
		if err := w.file(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// file looks at one file, which need not exist.
func (w *walker) file(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil //nolint:nilerr // the go command says what is wrong with it
	}
	if info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice|fs.ModeCharDevice) != 0 {
		return fmt.Errorf("%s is a named pipe or a device, for which the go command would wait", path)
	}
	return nil
}
