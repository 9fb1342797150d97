package finding

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/momentolint/momentolint/internal/userfile"
)

// Reason says in a few words what kept something from being read, for a Skip:
// without the path, which the Skip has.
func Reason(err error) string {
	if file, ok := errors.AsType[*userfile.Error](err); ok {
		return file.Reason
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		err = link.Err
	}
	if sys, ok := errors.AsType[*os.SyscallError](err); ok {
		err = sys.Err
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "ends too early"
	}
	return err.Error()
}
