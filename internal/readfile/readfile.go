// Package readfile opens regular files that may have been put there to harm:
// it never waits for the other end of a pipe, and a small file takes no more
// memory than a small file needs.
package readfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// most is more than any small file takes in an honest repository.
const most = 64 << 20

// Read returns a file's content. Unlike os.ReadFile it reads nothing but
// regular files, of at most 64 MiB.
func Read(path string) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%s is larger than %d bytes", path, most)
	}
	return text, err
}

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	// Looking first keeps devices from noticing, opening without waiting what was
	// exchanged in between from blocking.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, irregular(path)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|waitNot, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil && !info.Mode().IsRegular() {
		err = irregular(path)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

func irregular(path string) error {
	return &fs.PathError{Op: "open", Path: path, Err: errors.New("it is not a regular file")}
}
