// Package small reads the small files of a repository.
package small

import (
	"fmt"
	"io"
	"os"
)

// most is more than any of these files takes in an honest repository.
const most = 64 << 20

// Read gives a file's content. Other than os.ReadFile it opens nothing but
// regular files, since a named pipe would keep it waiting for ever, and takes
// no more memory than small files need.
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
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return os.Open(path)
}
