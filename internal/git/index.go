package git

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/userfile"
)

// errUnclear says that the index has to be read by git.
var errUnclear = errors.New("the index does not record the tree it represents")

// Flags of an entry of the index (gitformat-index).
const (
	indexName        = 0x0fff
	indexStage       = 0x3000
	indexExtended    = 0x4000
	indexIntentToAdd = 0x2000 // of the extended flags
)

// treeOfIndex gives the tree that an index would be committed as, if the index
// knows it: its cache of trees is whole, which "git commit" sees to before it
// runs a hook, and nothing in it is in conflict, only meant to be added, sparse
// or split off. Any other is errUnclear.
//
// The format is that of gitformat-index, versions 2 to 4. As git itself does,
// it does not look at the checksum.
func treeOfIndex(in io.Reader, size int64, hash odb.Hash) (OID, error) {
	r := indexReader{Reader: bufio.NewReaderSize(in, 64<<10), left: size}
	header, err := r.take(12)
	if err != nil || string(header[:4]) != "DIRC" {
		return OID{}, errUnclear
	}
	version, count := binary.BigEndian.Uint32(header[4:]), binary.BigEndian.Uint32(header[8:])
	if version < 2 || version > 4 {
		return OID{}, errUnclear
	}
	for range count {
		if err := r.entry(version, hash); err != nil {
			return OID{}, err
		}
	}
	for r.left > int64(hash.Size()) {
		header, err := r.take(8)
		if err != nil {
			return OID{}, errUnclear
		}
		// What begins with a small letter must be understood.
		if header[0] < 'A' || header[0] > 'Z' {
			return OID{}, errUnclear
		}
		length := int64(binary.BigEndian.Uint32(header[4:]))
		if string(header[:4]) != "TREE" {
			if err := r.skip(length); err != nil {
				return OID{}, err
			}
			continue
		}
		// The root comes first: no name, the number of entries and that of
		// subtrees, the id.
		head, err := r.Peek(int(min(length, int64(32+hash.Size()))))
		if err != nil {
			return OID{}, errUnclear
		}
		line, id, ok := bytes.Cut(head, []byte{'\n'})
		entries, _, spaced := bytes.Cut(line, []byte{' '})
		if !ok || !spaced || len(id) < hash.Size() || string(entries) != "\x00"+decimal(count) {
			return OID{}, errUnclear
		}
		return odb.OIDFromBytes(id[:hash.Size()]), nil
	}
	return OID{}, errUnclear
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

// indexReader reads an index of which so many bytes are left.
type indexReader struct {
	*bufio.Reader
	left int64
}

// take gives the next bytes, which stay valid until the next call.
func (r *indexReader) take(n int) ([]byte, error) {
	b, err := r.Peek(n)
	if err != nil {
		return nil, errUnclear
	}
	return b, r.skip(int64(n))
}

func (r *indexReader) skip(n int64) error {
	if r.left -= n; r.left < 0 {
		return errUnclear
	}
	for n > 0 {
		k, err := r.Discard(int(min(n, 1<<20)))
		if err != nil {
			return errUnclear
		}
		n -= int64(k)
	}
	return nil
}

// entry passes over an entry that is like those of a commit.
func (r *indexReader) entry(version uint32, hash odb.Hash) error {
	const modeAt, idAt = 24, 40
	fixed := idAt + hash.Size() + 2
	e, err := r.Peek(fixed + 2)
	if err != nil {
		return errUnclear
	}
	flags := binary.BigEndian.Uint16(e[fixed-2:])
	mode := binary.BigEndian.Uint32(e[modeAt:])
	if flags&indexStage != 0 || mode&0o170000 == odb.ModeTree {
		return errUnclear
	}
	if flags&indexExtended != 0 {
		if version < 3 || binary.BigEndian.Uint16(e[fixed:])&indexIntentToAdd != 0 {
			return errUnclear
		}
		fixed += 2
	}
	if version == 4 {
		// How much of the name before is left out, and then the rest of the name.
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

// name passes over a name and the NUL after it.
func (r *indexReader) name() (length int64, err error) {
	for {
		part, err := r.ReadSlice(0)
		if r.left -= int64(len(part)); r.left < 0 {
			return 0, errUnclear
		}
		length += int64(len(part))
		switch {
		case err == nil:
			return length - 1, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return 0, errUnclear
		}
	}
}

// stagedTree gives the tree that the index would be committed as; errUnclear
// where only git can tell.
func (r *Repo) stagedTree() (OID, error) {
	path := filepath.Join(r.gitDir, "index")
	if v := r.git.Getenv("GIT_INDEX_FILE"); v != "" {
		path = r.abs(v)
	}
	f, err := userfile.Open(path)
	if err != nil {
		return OID{}, errUnclear
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return OID{}, errUnclear
	}
	return treeOfIndex(f, info.Size(), r.hash)
}

// plainHead gives HEAD's commit where that is a file, as in most repositories;
// errUnclear where git has to be asked, as before the first commit.
func (r *Repo) plainHead() (OID, error) {
	text, err := userfile.Read(filepath.Join(r.gitDir, "HEAD"), userfile.Small)
	if err != nil {
		return OID{}, errUnclear
	}
	line := strings.TrimSpace(string(text))
	name, symbolic := strings.CutPrefix(line, "ref:")
	if !symbolic {
		return parseClear(line)
	}
	name = strings.TrimSpace(name)
	if !strings.HasPrefix(name, "refs/heads/") || !filepath.IsLocal(filepath.FromSlash(name)) {
		return OID{}, errUnclear
	}
	if text, err := userfile.Read(filepath.Join(r.commonDir, filepath.FromSlash(name)), userfile.Small); err == nil {
		return parseClear(strings.TrimSpace(string(text)))
	}
	packed, err := userfile.Read(filepath.Join(r.commonDir, "packed-refs"), userfile.Small)
	if err != nil {
		return OID{}, errUnclear
	}
	before, _, ok := strings.Cut(string(packed), " "+name+"\n")
	if !ok {
		return OID{}, errUnclear
	}
	return parseClear(before[strings.LastIndexByte(before, '\n')+1:])
}

func parseClear(hex string) (OID, error) {
	id, err := odb.ParseOID(hex)
	if err != nil {
		return OID{}, errUnclear
	}
	return id, nil
}

// compareTrees finds what is staged without git: by the tree that the index
// would be committed as. An error says that git has to be asked.
func (s *stagedScan) compareTrees(ctx context.Context) ([]indexEntry, error) {
	tree, err := s.repo.stagedTree()
	if err != nil {
		return nil, err
	}
	commit, err := s.repo.plainHead()
	if err != nil {
		return nil, err
	}
	head, err := s.treeOf(ctx, s.d, commit)
	if err != nil {
		return nil, err
	}
	var entries []indexEntry
	err = s.d.added(ctx, tree, []OID{head}, func(f file) error {
		entries = append(entries, indexEntry{path: f.path, id: f.id, old: f.before[0]})
		return nil
	})
	s.head, s.tree = head, tree
	return entries, err
}
