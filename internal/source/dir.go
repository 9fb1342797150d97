package source

import (
	"errors"
	"io"
)

// kind is what an entry of a directory is.
type kind uint8

const (
	kindOther kind = iota // devices, pipes, sockets: never opened
	kindFile
	kindDir
	kindSymlink
	kindUnknown // the file system does not tell without being asked
)

// entry is one entry of a directory.
type entry struct {
	// name has a zero byte behind it, beyond its length, as system calls want.
	name []byte
	kind kind
}

// identity reports whether two directories are the same one.
type identity struct{ device, inode uint64 }

// directory is an open directory. Its names are those of entry.
type directory interface {
	// next returns the next few entries, none at the end. They are valid until
	// the buffer is used again.
	next(b *dirBuffer) ([]entry, error)
	// identity says which directory it is, and whether something is mounted here.
	identity() (id identity, mounted bool, err error)
	// pseudo names the file system if it holds no files but views of the
	// kernel's state, "" if it is a real one.
	pseudo() string
	// kind tells what an entry is, where the entry itself does not.
	kind(name []byte) (kind, error)
	// openFile opens an entry for reading if it is a regular file; it neither
	// follows links nor waits for the other end of a pipe. It may use the file
	// given again.
	openFile(name []byte, again file) (file, error)
	// openDir opens an entry that is a directory. It does not follow links.
	openDir(name []byte) (directory, error)
	// link returns the identity of the directory that a symbolic link names.
	link(name []byte) (identity, error)
	// again opens the same directory once more, for openFile only.
	again() (directory, error)
	// park closes the directory for a while, keeping its place. It returns false
	// if that is not possible. resume goes on with another handle of the same
	// directory, which it takes over or closes.
	park() bool
	resume(handle directory) error
	// parent opens the directory that this one is in.
	parent() (directory, error)
	close()
}

// file is an open regular file.
type file interface {
	io.Reader
	io.ReaderAt
	// opened describes the file as it was when opened, now as it is.
	opened() fileInfo
	now() (fileInfo, error)
	close()
}

// fileInfo is what matters of a file's properties.
type fileInfo struct {
	size int64
	// sparse means that parts of it take no room on the disk.
	sparse bool
	// modified changes with the content.
	modified int64
}

// dirBuffer is what reading directories uses again and again.
type dirBuffer struct {
	raw     []byte
	entries []entry
}

// A directory or a file is opened by name after its kind was seen. These say that
// it has become something else since, or that its kind is wrong for a path
// given by the caller.
var (
	errNotFile = errors.New("not a regular file")
	errNotDir  = errors.New("not a directory")
	errMoved   = errors.New("moved while it was read")
)
