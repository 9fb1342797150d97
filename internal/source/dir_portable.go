package source

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// osDir is a directory by its path, with the standard library: the walk of the
// systems that have none of their own.
type osDir struct {
	path string
	f    *os.File // nil until it is read
}

// openPortable opens a directory by its path, following links.
func openPortable(path string) (directory, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, errNotDir
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &osDir{path: path, f: f}, nil
}

// openPortableFile opens a file by its path, following links.
func openPortableFile(path string) (file, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotFile
	}
	return openRegular(path, os.O_RDONLY|waitNot)
}

func openRegular(path string, flags int) (file, error) {
	f, err := os.OpenFile(path, flags, 0)
	if err != nil {
		if isLinkError(err) {
			return nil, errNotFile
		}
		return nil, err
	}
	file := &osFile{File: f}
	if file.info, err = file.now(); err != nil {
		_ = f.Close()
		return nil, err
	}
	return file, nil
}

// entriesAtOnce bounds what is known of a large directory at a time.
const entriesAtOnce = 1024

func (d *osDir) next(b *dirBuffer) ([]entry, error) {
	b.entries = b.entries[:0]
	list, err := d.f.ReadDir(entriesAtOnce)
	for _, e := range list {
		b.entries = append(b.entries, entry{append([]byte(e.Name()), 0)[:len(e.Name())], fileKind(e.Type())})
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b.entries, err
}

// fileKind translates a mode. Windows' other reparse points, such as
// junctions, are irregular: they lead elsewhere and are not followed.
func fileKind(m fs.FileMode) kind {
	switch {
	case m.IsRegular():
		return kindFile
	case m.IsDir():
		return kindDir
	case m&fs.ModeSymlink != 0:
		return kindSymlink
	default:
		return kindOther
	}
}

func (d *osDir) identity() (identity, bool, error) {
	info, err := d.f.Stat()
	if err != nil {
		return identity{}, false, err
	}
	id, err := fileIdentity(d.path, info)
	// Nothing tells what is mounted, so every directory is suspected.
	return id, true, err
}

func (d *osDir) pseudo() string { return "" }

func (d *osDir) join(name []byte) string { return filepath.Join(d.path, string(name)) }

func (d *osDir) kind(name []byte) (kind, error) {
	info, err := os.Lstat(d.join(name))
	if err != nil {
		return kindOther, err
	}
	return fileKind(info.Mode()), nil
}

func (d *osDir) openFile(name []byte, _ file) (file, error) {
	return openRegular(d.join(name), os.O_RDONLY|waitNot|followNot)
}

func (d *osDir) openDir(name []byte) (directory, error) {
	path := d.join(name)
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.IsDir() {
		return nil, errNotDir
	}
	f, err := os.OpenFile(path, os.O_RDONLY|followNot, 0)
	if err != nil {
		return nil, err
	}
	// Where links cannot be refused at opening, this sees one put there since.
	after, err := f.Stat()
	if err == nil && !os.SameFile(before, after) {
		err = errNotDir
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &osDir{path: path, f: f}, nil
}

func (d *osDir) link(name []byte) (identity, error) {
	path := d.join(name)
	info, err := os.Stat(path)
	if err != nil {
		return identity{}, err
	}
	if !info.IsDir() {
		return identity{}, errNotDir
	}
	return fileIdentity(path, info)
}

func (d *osDir) again() (directory, error) { return &osDir{path: d.path}, nil }

// park does nothing: a path cannot be longer than the system takes, so there
// are never too many open directories above another.
func (d *osDir) park() bool { return false }

func (d *osDir) resume(handle directory) error {
	handle.close()
	return errMoved
}

func (d *osDir) parent() (directory, error) { return openPortable(filepath.Dir(d.path)) }

func (d *osDir) close() {
	if d.f != nil {
		_ = d.f.Close()
		d.f = nil
	}
}

// osFile is a regular file of the standard library.
type osFile struct {
	*os.File
	info fileInfo
}

func (f *osFile) opened() fileInfo { return f.info }

func (f *osFile) now() (fileInfo, error) {
	info, err := f.Stat()
	if err != nil {
		return fileInfo{}, err
	}
	if !info.Mode().IsRegular() {
		return fileInfo{}, errNotFile
	}
	return fileInfo{size: info.Size(), modified: info.ModTime().UnixNano()}, nil
}

func (f *osFile) close() { _ = f.Close() }
