package report

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/momentolint/momentolint/scanner/finding"
)

// The permissions of a new report: for everybody, less the umask, or for its
// owner alone where it holds credentials.
const (
	reportMode fs.FileMode = 0o644
	secretMode fs.FileMode = 0o600
)

// WriteFile writes the report to a file in the given format. The file appears,
// or is replaced, only when all of it has been written: after any error
// (a full disk, a format that does not exist) what was there before is still
// there. A file that exists keeps its permissions, but a report with
// credentials in full is always for its owner alone. Where path names
// something that cannot be replaced (a pipe, /dev/stdout), it is written to.
func WriteFile(path, format string, r *finding.Report) error {
	f, err := formatByName(format)
	if err != nil {
		return err
	}
	mode := reportMode
	if f.secrets && r.ShowSecrets {
		mode = secretMode
	}
	if err := replaceFile(path, mode, func(w io.Writer) error { return f.write(w, r) }); err != nil {
		return fmt.Errorf("writing the %s report to %s: %w", f.name, path, err)
	}
	return nil
}

// replaceFile puts what write gives in the place of a file, in one step.
func replaceFile(path string, mode fs.FileMode, write func(io.Writer) error) error {
	// A link stays a link: what it leads to is replaced.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return fmt.Errorf("it is a folder: %w", fs.ErrExist)
	case err == nil && !info.Mode().IsRegular():
		return writeThrough(path, write)
	case err == nil && mode != secretMode:
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
