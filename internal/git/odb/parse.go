package odb

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The modes of tree entries that matter for reading (the leading digits of
// what git writes; old trees hold further variants of ModeFile).
const (
	ModeTree    = 0o040000
	ModeSymlink = 0o120000
	ModeGitlink = 0o160000
	modeType    = 0o170000
)

// TreeEntry is one entry of a tree. Its slices point into the tree's data.
type TreeEntry struct {
	Mode uint32
	Name []byte
	ID   []byte
}

// IsTree reports whether the entry is a directory. What is neither that nor a gitlink is a blob: a file
// or a symbolic link.
func (e *TreeEntry) IsTree() bool { return e.Mode&modeType == ModeTree }

// IsGitlink reports whether it is a submodule's commit, not an object of this repository.
func (e *TreeEntry) IsGitlink() bool { return e.Mode&modeType == ModeGitlink }

// Type is what the entry should be: a tree or a blob, or for a gitlink a commit.
func (e *TreeEntry) Type() Type {
	switch {
	case e.IsTree():
		return Tree
	case e.IsGitlink():
		return Commit
	}
	return Blob
}

// TreeReader reads the entries of a tree's data.
type TreeReader struct {
	rest []byte
	size int
	bad  bool
}

// ReadTree starts reading a tree's data.
func ReadTree(h Hash, data []byte) TreeReader { return TreeReader{rest: data, size: h.Size()} }

// Next moves to the next entry; false at the end, or where the tree is
// malformed, which Err tells. Trees hold most of a history's names again and
// again: 63 million entries in git/git. So this avoids a call per entry.
func (r *TreeReader) Next(e *TreeEntry) bool {
	b := r.rest
	if len(b) == 0 {
		return false
	}
	mode, i := usualMode(b)
	for i < len(b) && b[i] != ' ' {
		d := b[i] - '0'
		if d > 7 || i >= 7 {
			r.bad = true
			return false
		}
		mode = mode<<3 | uint32(d)
		i++
	}
	name := i + 1
	n := name
	for n+8 <= len(b) {
		// The lowest set bit is the top one of the first zero byte, if any.
		x := binary.LittleEndian.Uint64(b[n:])
		if zero := (x - 0x0101010101010101) &^ x & 0x8080808080808080; zero != 0 {
			n += bits.TrailingZeros64(zero) >> 3
			break
		}
		n += 8
	}
	// An id follows the name, so the end cannot be near.
	if i == 0 || n == name || n+1+r.size > len(b) || b[n] != 0 {
		r.bad = true
		return false
	}
	e.Mode = mode
	e.Name = b[name:n]
	e.ID = b[n+1 : n+1+r.size]
	r.rest = b[n+1+r.size:]
	return true
}

// usualMode reads the mode of plain files and directories, which nearly all entries
// have, and returns how long it is; 0 where it is another.
func usualMode(b []byte) (mode uint32, length int) {
	const (
		file   = '1' | '0'<<8 | '0'<<16 | '6'<<24 | '4'<<32 | '4'<<40 | ' '<<48
		folder = '4' | '0'<<8 | '0'<<16 | '0'<<24 | '0'<<32 | ' '<<40
	)
	if len(b) < 8 {
		return 0, 0
	}
	switch x := binary.LittleEndian.Uint64(b); {
	case x<<8 == file<<8:
		return 0o100644, 6
	case x<<16 == folder<<16:
		return ModeTree, 5
	}
	return 0, 0
}

// Err reports whether reading ended because the tree is malformed.
func (r *TreeReader) Err() error {
	if r.bad {
		return errTree
	}
	return nil
}

// header reads one "key value" line; rest is what follows it.
func headerLine(b []byte) (key, value, rest []byte, ok bool) {
	line := b
	if before, after, ok0 := bytes.Cut(b, []byte{'\n'}); ok0 {
		line, rest = before, after
	}
	key, value, ok = bytes.Cut(line, []byte{' '})
	return key, value, rest, ok
}

// hexID decodes an id written in hex at a header line's end.
func hexID(h Hash, hex []byte) (OID, bool) {
	var o OID
	if len(hex) != 2*h.Size() {
		return o, false
	}
	for i := 0; i < len(hex); i += 2 {
		hi, lo := nibble(hex[i]), nibble(hex[i+1])
		if hi > 15 || lo > 15 {
			return o, false
		}
		o.sum[i/2] = hi<<4 | lo
	}
	o.size = uint8(h.Size())
	return o, true
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// CommitInfo is a commit's headers. Its slices point into the commit's data.
type CommitInfo struct {
	Tree    OID
	Parents []OID
	// Author and Committer are "Name <mail> seconds zone" as written; nil if
	// missing. Encoding is the declared character set of the texts, nil for UTF-8.
	Author, Committer, Encoding []byte
	// Message starts after the empty line; MessageOffset is where in the data.
	Message       []byte
	MessageOffset int
}

// ParseCommit reads a commit's data into c, reusing c.Parents. Like git it
// wants the tree and the parents first and is lenient about the rest.
func ParseCommit(h Hash, data []byte, c *CommitInfo) error {
	*c = CommitInfo{Parents: c.Parents[:0]}
	key, value, rest, ok := headerLine(data)
	if !ok || string(key) != "tree" {
		return errCommit
	}
	if c.Tree, ok = hexID(h, value); !ok {
		return errCommit
	}
	for {
		key, value, next, ok := headerLine(rest)
		if !ok || string(key) != "parent" {
			break
		}
		id, ok := hexID(h, value)
		if !ok {
			return errCommit
		}
		c.Parents = append(c.Parents, id)
		rest = next
	}
	for len(rest) > 0 && rest[0] != '\n' {
		key, value, next, _ := headerLine(rest)
		switch string(key) {
		case "author":
			if c.Author == nil {
				c.Author = value
			}
		case "committer":
			if c.Committer == nil {
				c.Committer = value
			}
		case "encoding":
			c.Encoding = value
		}
		rest = next
	}
	c.setMessage(data, rest)
	return nil
}

func (c *CommitInfo) setMessage(data, rest []byte) {
	if len(rest) > 0 {
		rest = rest[1:]
	}
	c.Message = rest
	c.MessageOffset = len(data) - len(rest)
}

// TagInfo is an annotated tag's headers. Its slices point into the tag's data.
type TagInfo struct {
	Object        OID
	Type          Type
	Name          []byte
	Tagger        []byte
	Message       []byte
	MessageOffset int
}

// ParseTag reads an annotated tag's data.
func ParseTag(h Hash, data []byte) (TagInfo, error) {
	var t TagInfo
	key, value, rest, ok := headerLine(data)
	if !ok || string(key) != "object" {
		return t, errTag
	}
	if t.Object, ok = hexID(h, value); !ok {
		return t, errTag
	}
	key, value, rest, ok = headerLine(rest)
	if !ok || string(key) != "type" {
		return t, errTag
	}
	if t.Type, ok = parseType(value); !ok {
		return t, errTag
	}
	for len(rest) > 0 && rest[0] != '\n' {
		key, value, next, _ := headerLine(rest)
		switch string(key) {
		case "tag":
			t.Name = value
		case "tagger":
			t.Tagger = value
		}
		rest = next
	}
	if len(rest) > 0 {
		rest = rest[1:]
	}
	t.Message = rest
	t.MessageOffset = len(data) - len(rest)
	return t, nil
}
