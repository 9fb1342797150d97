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

	"github.com/momentolint/momentolint/internal/userfile"
)

// Private is the mode of what nobody but its owner may read.
const Private fs.FileMode = 0o600

// ErrOutside is the error for a path in a checkout that symbolic links lead out
// of it.
var ErrOutside = errors.New("a symbolic link in the checkout leads out of it")

// Check reports whether a path may be written to: a path in a checkout must not
// lead out of it by a symbolic link, since a proposed change can add
// one. The error is ErrOutside or of the system.
func Check(path string) error {
	top, err := userfile.Top(path)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(top, ".git")); err != nil {
		return nil //nolint:nilerr // not in a checkout
	}
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return err
	}
	full, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	// What exists of it; the rest will be made below that.
	for {
		resolved, err := filepath.EvalSymlinks(full)
		if err == nil {
			if rel, err := filepath.Rel(top, resolved); err != nil || !filepath.IsLocal(rel) {
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
