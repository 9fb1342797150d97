package gitleaks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/userfile"
)

// File is a gitleaks configuration or ignore file; momentolint honours both.
type File struct {
	// Path is where it is.
	Path string
	// Tree, if not nil, is the tree that the file is in, and Name its name there:
	// it is read from the tree, and so is what it extends. Without a tree the user
	// has named the file, and what it extends may be anywhere.
	Tree fs.FS
	Name string
	// Root is the directory that the names of scanned files are relative to, if
	// that is known, and Dir the file's own directory, relative to Root and
	// slash-separated; "" if it is Root, or unknown. Names in the file are
	// relative to either.
	Root, Dir string
}

// read returns the file's text.
func (f *File) read(limit int64) ([]byte, error) {
	if f.Tree != nil {
		return userfile.ReadTextFS(f.Tree, f.Name, f.Path, limit)
	}
	return userfile.ReadText(f.Path, limit)
}

// ConfigError is a mistake in a user's gitleaks configuration or ignore file.
type ConfigError struct {
	// Path is the file; Line and Column are where in it, from 1, 0 if unknown.
	Path         string
	Line, Column int
	// Problem says what is wrong.
	Problem string
}

// Error returns file, place and problem.
func (e *ConfigError) Error() string {
	place := e.Path
	if e.Line > 0 {
		place += ":" + strconv.Itoa(e.Line)
		if e.Column > 0 {
			place += ":" + strconv.Itoa(e.Column)
		}
	}
	return place + ": " + e.Problem
}

// extended returns the configuration that this one extends. For gitleaks its
// path is relative to the current directory, which is mostly that of the file,
// or the top of the repository; where there is no such file, the directory of
// the file is meant.
func (f *File) extended(target string) (*File, error) {
	if f.Tree == nil {
		other := &File{Path: target}
		if beside := filepath.Join(filepath.Dir(f.Path), target); !filepath.IsAbs(target) {
			_, err := os.Stat(target)
			if _, besideErr := os.Stat(beside); errors.Is(err, fs.ErrNotExist) && besideErr == nil {
				other.Path = beside
			}
		}
		return other, nil
	}
	slashed := strings.ReplaceAll(target, `\`, "/")
	fromTop, beside := path.Clean(slashed), path.Join(path.Dir(f.Name), slashed)
	if filepath.IsAbs(target) || path.IsAbs(slashed) || !fs.ValidPath(fromTop) && !fs.ValidPath(beside) {
		return nil, &ConfigError{Path: f.Path, Problem: fmt.Sprintf("extend.path: %q is outside of the tree", target)}
	}
	name := beside
	if !fs.ValidPath(beside) {
		name = fromTop
	} else if fs.ValidPath(fromTop) {
		if _, err := fs.Stat(f.Tree, fromTop); !errors.Is(err, fs.ErrNotExist) {
			name = fromTop
		}
	}
	other := &File{Path: target, Tree: f.Tree, Name: name}
	if f.Root != "" {
		other.Path = filepath.Join(strings.TrimSuffix(f.Path, filepath.FromSlash(f.Name)), filepath.FromSlash(name))
	}
	return other, nil
}
