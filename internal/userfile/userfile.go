// Package userfile opens the files that users and scanned trees name:
// configuration, baselines, ignore files, allowlists, reports to import,
// caches, and git's own small files. No other package opens such files.
//
// Whatever lies at the path, opening and reading end: only regular files are
// read, up to a limit, and nothing is opened in a way that waits for somebody.
// A file that a scanned tree names is opened below the top of that tree, so
// that a symbolic link or a path cannot lead out of it (see Dir). A file that
// the user names on the command line may be anywhere.
package userfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Error is the reason why a file cannot be used.
type Error struct {
	// Path is the file as it was named.
	Path string
	// Reason says in a few words what is wrong.
	Reason string
	// Err is the cause where there is one, such as fs.ErrNotExist.
	Err error
}

func (e *Error) Error() string { return e.Path + ": " + e.Reason }

func (e *Error) Unwrap() error { return e.Err }

// ErrOutside is the cause of the error for a path, or a symbolic link, that
// leads out of the tree.
var ErrOutside = errors.New("outside of the tree")

// failed wraps an error of the system.
func failed(path string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Path: path, Reason: e.Reason, Err: e.Err}
	}
	reason := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		reason = e.Err.Error()
	}
	return &Error{Path: path, Reason: reason, Err: err}
}

// irregular is the error for what is not a regular file, nil for what is.
func irregular(path string, mode fs.FileMode) error {
	var kind string
	switch {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind = "a directory"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a named pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	case mode&fs.ModeSymlink != 0:
		kind = "a symbolic link"
	default:
		kind = "a special file"
	}
	return &Error{Path: path, Reason: "not a regular file but " + kind}
}

// Small is the limit for git's own small files, such as HEAD, packed-refs and
// info/alternates: more than any of them has in an honest repository.
const Small = 64 << 20

// Open opens a regular file, following symbolic links. Unlike os.Open it never
// blocks.
func Open(path string) (*os.File, error) {
	// Before opening, since that alone has effects on some devices.
	info, err := os.Stat(path)
	if err != nil {
		return nil, failed(path, err)
	}
	if err := irregular(path, info.Mode()); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, failed(path, err)
	}
	return checked(path, f)
}

// checked closes a file again that turns out not to be regular.
func checked(path string, f *os.File) (*os.File, error) {
	info, err := f.Stat()
	if err != nil {
		err = failed(path, err)
	} else {
		err = irregular(path, info.Mode())
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// Read returns the content of a regular file of at most limit bytes.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readAll(path, f, limit)
}

func readAll(path string, f fs.File, limit int64) ([]byte, error) {
	tooLarge := &Error{Path: path, Reason: fmt.Sprintf("larger than %d bytes", limit)}
	if info, err := f.Stat(); err == nil && info.Size() > limit {
		return nil, tooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, failed(path, err)
	case int64(len(data)) > limit:
		return nil, tooLarge
	}
	return data, nil
}

// ReadText is like Read for a text file: it returns UTF-8 without a byte order
// mark, also where the file is UTF-16 with one, as PowerShell writes it. Zero
// bytes are an error, since no text has them.
func ReadText(path string, limit int64) ([]byte, error) {
	data, err := Read(path, limit)
	if err != nil {
		return nil, err
	}
	return text(path, data)
}

// text decodes what a byte order mark announces.
func text(path string, data []byte) ([]byte, error) {
	if len(data) >= 2 && len(data)%2 != 0 && (string(data[:2]) == "\xff\xfe" || string(data[:2]) == "\xfe\xff") {
		return nil, &Error{Path: path, Reason: "UTF-16 that ends within a character"}
	}
	decoded, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err != nil {
		return nil, failed(path, err)
	}
	if bytes.IndexByte(decoded, 0) >= 0 {
		return nil, &Error{Path: path, Reason: "not a text file: it has zero bytes (UTF-16 needs a byte order mark)"}
	}
	return decoded, nil
}

// ReadTextFS is ReadText for a file of a tree. name is slash-separated and
// relative to the top of the tree; shown is the path for errors.
func ReadTextFS(tree fs.FS, name, shown string, limit int64) ([]byte, error) {
	f, err := tree.Open(name)
	if err != nil {
		return nil, failed(shown, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, failed(shown, err)
	}
	if err := irregular(shown, info.Mode()); err != nil {
		return nil, err
	}
	data, err := readAll(shown, f, limit)
	if err != nil {
		return nil, err
	}
	return text(shown, data)
}

// Dir returns the tree of regular files below a directory, for files that the
// tree itself names. Symbolic links are followed within the tree; one that
// leads out of it is an error of cause ErrOutside.
func Dir(top string) fs.FS { return directory(top) }

// directory is a tree on disk.
type directory string

// Open opens a regular file of the tree.
func (d directory) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &Error{Path: name, Reason: ErrOutside.Error(), Err: ErrOutside}
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, failed(name, err)
	}
	defer func() { _ = root.Close() }()
	local := filepath.FromSlash(name)
	info, err := root.Stat(local)
	if err != nil {
		return nil, d.failed(name, err)
	}
	if err := irregular(name, info.Mode()); err != nil {
		return nil, err
	}
	f, err := root.OpenFile(local, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, d.failed(name, err)
	}
	return checked(name, f)
}

// failed tells a link out of the tree, for which package os has no exported
// error, from other errors.
func (d directory) failed(name string, err error) error {
	full := filepath.Join(string(d), filepath.FromSlash(name))
	top, topErr := filepath.EvalSymlinks(string(d))
	target, targetErr := filepath.EvalSymlinks(full)
	if topErr == nil && targetErr == nil {
		if rel, relErr := filepath.Rel(top, target); relErr != nil || !filepath.IsLocal(rel) {
			return &Error{Path: name, Reason: "a symbolic link that leads out of the tree", Err: ErrOutside}
		}
	}
	return failed(name, err)
}

// Top returns the top of the work tree that a directory or file is in, or the
// directory itself, or that of the file, where there is none. The result is
// absolute.
func Top(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", failed(path, err)
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		path = filepath.Dir(path)
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return path, nil
		}
	}
}

// Name returns the name that a path has in the tree below top: slash-separated,
// relative, without symbolic links in it resolved. The error has the cause
// ErrOutside if the path is not below top.
func Name(top, path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", failed(path, err)
	}
	rel, err := filepath.Rel(top, full)
	if err != nil || !filepath.IsLocal(rel) {
		return "", &Error{Path: path, Reason: ErrOutside.Error() + " " + top, Err: ErrOutside}
	}
	return filepath.ToSlash(rel), nil
}
