package odb

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/momentolint/momentolint/internal/userfile"
)

// file is a file of the store that is read at random places: mapped where the
// system can, read piece by piece where not.
type file struct {
	path string
	size int64
	data []byte // the mapping; nil if there is none
	f    *os.File
}

// openFile opens a regular file. With mapped unset it is never mapped.
func openFile(path string, mapped bool) (*file, error) {
	f, err := userfile.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	x := &file{path: path, size: info.Size(), f: f}
	if mapped && x.size > 0 && x.size == int64(int(x.size)) {
		if x.data, err = mapFile(f, int(x.size)); err == nil {
			// A mapping outlives its descriptor, and there may be thousands.
			_ = f.Close()
			x.f = nil
		}
	}
	return x, nil
}

func (x *file) close() error {
	var err error
	if x.data != nil {
		err = unmapFile(x.data)
		x.data = nil
	}
	if x.f != nil {
		err = x.f.Close()
		x.f = nil
	}
	return err
}

// all returns the whole content; for files that are small against the packs.
func (x *file) all() ([]byte, error) {
	if x.data != nil || x.size == 0 {
		return x.data, nil
	}
	if x.size != int64(int(x.size)) {
		return nil, fmt.Errorf("%s is too large for this computer", x.path)
	}
	b := make([]byte, x.size)
	if _, err := x.f.ReadAt(b, 0); err != nil {
		return nil, fmt.Errorf("reading %s: %w", x.path, err)
	}
	return b, nil
}

// view returns the bytes [from, to), cut off at the file's end. Without a
// mapping they are read into *scratch and valid until its next use.
func (x *file) view(from, to int64, scratch *[]byte) ([]byte, error) {
	if to > x.size {
		to = x.size
	}
	if from < 0 || from > to {
		return nil, errOffset
	}
	if x.data != nil {
		return x.data[from:to], nil
	}
	n := int(to - from)
	if int64(n) != to-from {
		return nil, errLarge
	}
	if cap(*scratch) < n {
		*scratch = make([]byte, n+n/4)
	}
	b := (*scratch)[:n]
	if _, err := x.f.ReadAt(b, from); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading %s: %w", x.path, err)
	}
	return b, nil
}

// guard and rescue stand around everything that looks at files of a store:
//
//	defer rescue(&err)
//	defer guard()()
//
// A mapped file that is cut short, or lies on a disk that fails, makes the
// access fault instead of returning an error. guard turns such faults of this
// goroutine into panics, and rescue makes the panic an error. It does so for
// every runtime error: whatever a hostile store may bring the reader to, it is
// that store's objects which cannot be read, and nothing else.
func guard() (undo func()) {
	old := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(old) }
}

func rescue(err *error) {
	p := recover()
	if p == nil {
		return
	}
	fault, ok := p.(runtime.Error)
	if !ok {
		panic(p) //nolint:forbidigo // not ours: passed on
	}
	*err = errInternal
	if _, ok := fault.(interface{ Addr() uintptr }); ok {
		*err = errRead
	}
}
