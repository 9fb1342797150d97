package source

import (
	"errors"
	"io"
)

// kind is what an entry of a folder is.
type kind uint8

const (
	kindOther kind = iota // devices, pipes, sockets: never opened
	kindFile
	kindFolder
	kindSymlink
	kindUnknown // the file system does not tell without being asked
)

// entry is one entry of a folder.
type entry struct {
	// name has a zero byte behind it, beyond its length, as system calls want.
	name []byte
	kind kind
}

// identity tells whether two folders are the same one.
type identity struct{ device, inode uint64 }

// folder is an open folder. Its names are those of entry.
type folder interface {
	// next returns the next few entries, none at the end. They are valid until
	// the buffer is used again.
	next(b *dirBuffer) ([]entry, error)
	// identity says which folder it is, and whether something is mounted here.
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
	// openFolder opens an entry that is a folder. It does not follow links.
	openFolder(name []byte) (folder, error)
	// link returns the identity of the folder that a symbolic link names.
	link(name []byte) (identity, error)
	// again opens the same folder once more, for openFile only.
	again() (folder, error)
	// park closes the folder for a while, keeping its place. It returns false
	// if that is not possible. resume goes on with another handle of the same
	// folder, which it takes over or closes.
	park() bool
	resume(handle folder) error
	// parent opens the folder that this one is in.
	parent() (folder, error)
	close()
}

// file is an open regular file.
type file interface {
	io.Reader
	io.ReaderAt
	// opened tells about the file as it was found at opening, now as it is.
	opened() fileInfo
	now() (fileInfo, error)
	close()
}

// fileInfo is what matters of a file's properties.
type fileInfo struct {
	size int64
	// sparse tells that parts of it take no room on the disk.
	sparse bool
	// modified changes with the content.
	modified int64
}

// dirBuffer is what reading folders uses again and again.
type dirBuffer struct {
	raw     []byte
	entries []entry
}

// A folder or a file is opened by name after its kind was seen. These say that
// it has become something else since, or that its kind is wrong for a path
// given by the caller.
var (
	errNotFile   = errors.New("not a regular file")
	errNotFolder = errors.New("not a directory")
	errMoved     = errors.New("moved while it was read")
)
