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
)

// Private is the mode of what nobody but its owner may read.
const Private fs.FileMode = 0o600

// Write puts what write gives in the place of a file. mode is that of a new one,
// less the umask; a file that exists keeps its own, but where mode is Private the
// result is private in any case. A link stays a link: what it leads to is
// replaced. What cannot be replaced (a pipe, /dev/stdout) is written to. The
// error is that of write or of the system; whoever calls names the file.
func Write(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("it is a folder: %w", fs.ErrExist)
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
