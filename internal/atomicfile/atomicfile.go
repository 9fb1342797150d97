// Package atomicfile replaces files in one step: whatever goes wrong on the way,
// a full disk above all, what was there before is still there.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/momentolint/momentolint/internal/userfile"
)

// Private is the mode of what nobody but its owner may read.
const Private fs.FileMode = 0o600

// ErrOutside is the error for a path in a tree that symbolic links lead out of
// it.
var ErrOutside = errors.New("a symbolic link in the directory leads out of it")

// Check reports whether a path may be written to: symbolic links must not lead
// a path in a tree out of that tree, since whoever made the tree may have added
// them. The tree is the checkout that the path is in. Where there is none it is
// the first of trees and the working directory that the path is in, so the
// directory that is scanned or analyzed belongs in trees. Any other path is
// the user's own choice. The error is ErrOutside or of the system.
func Check(path string, trees ...string) error {
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	tree, err := treeOf(full, trees)
	if err != nil || tree == "" {
		return err
	}
	if tree, err = filepath.EvalSymlinks(tree); err != nil {
		return err
	}
	// What exists of it; the rest will be made below that.
	for {
		resolved, err := filepath.EvalSymlinks(full)
		if err == nil {
			if !within(tree, resolved) {
				return ErrOutside
			}
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) || full == filepath.Dir(full) {
			return err
		}
		full = filepath.Dir(full)
	}
}

// treeOf returns the tree that an absolute path is in, "" for none.
func treeOf(full string, trees []string) (string, error) {
	top, err := userfile.Top(full)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
		return top, nil
	}
	for _, tree := range slices.Concat(trees, []string{"."}) {
		tree, err := filepath.Abs(tree)
		if err != nil {
			return "", err
		}
		if info, err := os.Stat(tree); err == nil && info.IsDir() && within(tree, full) {
			return tree, nil
		}
	}
	return "", nil
}

// within reports whether a path is in a directory, by their names.
func within(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// Write atomically replaces the file at path with what write produces. mode is
// that of a new file, less the umask; a file that exists keeps its own, but where
// mode is Private the result is private in any case. A symbolic link stays one
// and its target is replaced, unless Check refuses it. What cannot be replaced (a
// pipe, /dev/stdout) is written to. The error is that of write or of the system;
// the caller names the file.
func Write(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := Check(path); err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("it is a directory: %w", fs.ErrExist)
	case err == nil && !info.Mode().IsRegular():
		return writeThrough(path, write)
	case err == nil && mode != Private:
		mode = info.Mode().Perm()
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	// Beside the file, since a rename cannot cross file systems.
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()[:8]+".tmp")
	out, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = fill(out, write)
	if err == nil {
		err = out.Sync()
	}
	if closing := out.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
	}
	return err
}

// WriteBytes is Write for what is in memory.
func WriteBytes(path string, mode fs.FileMode, data []byte) error {
	return Write(path, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeThrough writes to what is there and stays there.
func writeThrough(path string, write func(io.Writer) error) error {
	out, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = fill(out, write)
	if closing := out.Close(); err == nil {
		err = closing
	}
	return err
}

func fill(out io.Writer, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(out, 64<<10)
	if err := write(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}
