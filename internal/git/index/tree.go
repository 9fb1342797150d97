package index

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
)

// ErrUnclear is returned by Tree if git has to read the index.
var ErrUnclear = errors.New("the index does not record the tree it represents")

// Flags of an entry of the index (gitformat-index).
const (
	indexName        = 0x0fff
	indexStage       = 0x3000
	indexExtended    = 0x4000
	indexIntentToAdd = 0x2000 // of the extended flags
)

// parseTree returns the tree that a commit of an index would have. It succeeds
// if the index's cache of trees is complete, as "git commit" ensures before it
// runs a hook, and if no entry is in conflict, intent-to-add or sparse and the
// index is not split. Otherwise the error is ErrUnclear.
//
// The format is gitformat-index, versions 2 to 4. Like git, parseTree does not
// verify the checksum.
func parseTree(in io.Reader, size int64, hash odb.Hash) (git.OID, error) {
	r := indexReader{Reader: bufio.NewReaderSize(in, 64<<10), left: size}
	header, err := r.take(12)
	if err != nil || string(header[:4]) != "DIRC" {
		return git.OID{}, ErrUnclear
	}
	version, count := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if version < 2 || version > 4 {
		return git.OID{}, ErrUnclear
	}
	for range count {
		if err := r.entry(version, hash); err != nil {
			return git.OID{}, err
		}
	}
	for r.left > int64(hash.Size()) {
		header, err := r.take(8)
		if err != nil {
			return git.OID{}, ErrUnclear
		}
		// An extension with a lowercase letter is mandatory.
		if header[0] < 'A' || header[0] > 'Z' {
			return git.OID{}, ErrUnclear
		}
		length := int64(binary.BigEndian.Uint32(header[4:]))
		if string(header[:4]) != "TREE" {
			if err := r.skip(length); err != nil {
				return git.OID{}, err
			}
			continue
		}
		// The root comes first: an empty name, the number of entries and of
		// subtrees, the id.
		head, err := r.Peek(int(min(length, int64(32+hash.Size()))))
		if err != nil {
			return git.OID{}, ErrUnclear
		}
		line, id, ok := bytes.Cut(head, []byte{'\n'})
		entries, _, spaced := bytes.Cut(line, []byte{' '})
		if !ok || !spaced || len(id) < hash.Size() || string(entries) != "\x00"+decimal(count) {
			return git.OID{}, ErrUnclear
		}
		return odb.OIDFromBytes(id[:hash.Size()]), nil
	}
	return git.OID{}, ErrUnclear
}

func decimal(n uint32) string {
	var buf [10]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return string(buf[i:])
		}
	}
}

// indexReader reads an index of which left bytes remain.
type indexReader struct {
	*bufio.Reader
	left int64
}

// take returns the next bytes, valid until the next call.
func (r *indexReader) take(n int) ([]byte, error) {
	b, err := r.Peek(n)
	if err != nil {
		return nil, ErrUnclear
	}
	return b, r.skip(int64(n))
}

func (r *indexReader) skip(n int64) error {
	if r.left -= n; r.left < 0 {
		return ErrUnclear
	}
	for n > 0 {
		k, err := r.Discard(int(min(n, 1<<20)))
		if err != nil {
			return ErrUnclear
		}
		n -= int64(k)
	}
	return nil
}

// entry skips an entry that a commit would contain unchanged.
func (r *indexReader) entry(version uint32, hash odb.Hash) error {
	const modeAt, idAt = 24, 40
	fixed := idAt + hash.Size() + 2
	e, err := r.Peek(fixed + 2)
	if err != nil {
		return ErrUnclear
	}
	flags := binary.BigEndian.Uint16(e[fixed-2:])
	mode := binary.BigEndian.Uint32(e[modeAt:])
	if flags&indexStage != 0 || mode&0o170000 == odb.ModeTree {
		return ErrUnclear
	}
	if flags&indexExtended != 0 {
		if version < 3 || binary.BigEndian.Uint16(e[fixed:])&indexIntentToAdd != 0 {
			return ErrUnclear
		}
		fixed += 2
	}
	if version == 4 {
		// How much of the previous name is dropped, then the rest of the name.
		if err := r.skip(int64(fixed)); err != nil {
			return err
		}
		for more := true; more; {
			b, err := r.take(1)
			if err != nil {
				return err
			}
			more = b[0]&0x80 != 0
		}
		_, err := r.name()
		return err
	}
	length := int64(flags & indexName)
	if length == indexName {
		// A longer one ends at its NUL.
		if err := r.skip(int64(fixed)); err != nil {
			return err
		}
		if length, err = r.name(); err != nil {
			return err
		}
		// One to eight NULs make the entry a multiple of eight; one is read.
		return r.skip(7 - (int64(fixed)+length)%8)
	}
	total := int64(fixed) + length
	return r.skip(total + 8 - total%8)
}

// name skips a name and the NUL after it.
func (r *indexReader) name() (length int64, err error) {
	for {
		part, err := r.ReadSlice(0)
		if r.left -= int64(len(part)); r.left < 0 {
			return 0, ErrUnclear
		}
		length += int64(len(part))
		switch {
		case err == nil:
			return length - 1, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return 0, ErrUnclear
		}
	}
}

// Tree returns the tree that a commit of the index would have, if the index
// records it. Otherwise the error is [ErrUnclear], and git has to be asked.
func Tree(r *git.Repo) (git.OID, error) {
	path := filepath.Join(r.GitDir(), "index")
	if v := r.Git().Getenv("GIT_INDEX_FILE"); v != "" {
		path = r.Abs(v)
	}
	f, err := userfile.Open(path)
	if err != nil {
		return git.OID{}, ErrUnclear
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return git.OID{}, ErrUnclear
	}
	return parseTree(f, info.Size(), r.Hash())
}
