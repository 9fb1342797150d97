package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// Introduction is a place where an object came into a history.
type Introduction struct {
	// Path is the object's name, "" for commits and tags.
	Path string
	// Commit brought it; the zero value if none did.
	Commit odb.OID
	// Ref leads to what no commit has.
	Ref string
}

// History is where objects came into a history, as it was at some time.
type History struct {
	// Refs is a digest of all refs, of their names and what they stand for, and
	// of whatever else decides how the history is read.
	Refs [sha256.Size]byte
	// Commits are the commits, Others the tags that the refs stand for; both
	// in ascending order.
	Commits, Others []odb.OID
	// Of has the introductions of each object that was looked for.
	Of map[odb.OID][]Introduction
}

// Introductions is the file that remembers a History.
type Introductions struct{ file }

const (
	introductionsMagic  = "momentolint introductions\n"
	introductionsFormat = 1
	// maxIntroductions is the most that a file may hold, in bytes.
	maxIntroductions = 64 << 20
)

// OpenIntroductions returns the file for a key in a directory. It need not exist.
func OpenIntroductions(dir string, k Key, h odb.Hash) *Introductions {
	return &Introductions{newFile(dir, "introductions of ", k, h, introductionsMagic, introductionsFormat)}
}

// Load returns what the file remembers: nil, without an error, if there is
// nothing for the key. The error says why a file was ignored.
func (x *Introductions) Load() (*History, error) {
	body, err := x.read(maxIntroductions)
	if err != nil {
		return nil, remark(err)
	}
	h, ok := x.parse(body)
	if !ok {
		return nil, errDamaged
	}
	return h, nil
}

// Save writes the file. What is too large is not remembered.
func (x *Introductions) Save(h *History) error {
	b := append([]byte{}, h.Refs[:]...)
	for _, ids := range [][]odb.OID{h.Commits, h.Others} {
		b = binary.AppendUvarint(b, uint64(len(ids)))
		for _, id := range ids {
			b = id.AppendTo(b)
		}
	}
	ids := make([]odb.OID, 0, len(h.Of))
	for id := range h.Of {
		ids = append(ids, id)
	}
	sortIDs(ids)
	b = binary.AppendUvarint(b, uint64(len(ids)))
	text := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	none := make([]byte, x.hash.Size())
	for _, id := range ids {
		b = id.AppendTo(b)
		b = binary.AppendUvarint(b, uint64(len(h.Of[id])))
		for _, i := range h.Of[id] {
			text(i.Path)
			text(i.Ref)
			if i.Commit.IsZero() {
				b = append(b, none...)
			} else {
				b = i.Commit.AppendTo(b)
			}
		}
		if len(b) > maxIntroductions {
			return nil
		}
	}
	return x.write(b)
}

// parse reads a body, if everything about it is right.
func (x *Introductions) parse(b []byte) (*History, bool) {
	r := fields{rest: b, idLen: x.hash.Size()}
	h := &History{Of: map[odb.OID][]Introduction{}}
	copy(h.Refs[:], r.bytes(sha256.Size))
	h.Commits = r.ids()
	h.Others = r.ids()
	var prev []byte
	for range r.count(r.idLen + 1) {
		raw := r.bytes(r.idLen)
		if prev != nil && bytes.Compare(prev, raw) >= 0 {
			return nil, false
		}
		prev = raw
		list := make([]Introduction, r.count(r.idLen+2))
		for i := range list {
			list[i].Path, list[i].Ref = string(r.bytes(r.count(1))), string(r.bytes(r.count(1)))
			list[i].Commit = r.id()
		}
		if r.bad {
			return nil, false
		}
		h.Of[odb.OIDFromBytes(raw)] = list
	}
	return h, !r.bad && len(r.rest) == 0
}

// fields reads a body; bad is set where it ends too early or makes no sense.
type fields struct {
	rest  []byte
	idLen int
	bad   bool
}

// count reads how many things of so many bytes or more follow.
func (r *fields) count(least int) int {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || v > uint64(len(r.rest)-n)/uint64(least) {
		r.bad = true
		return 0
	}
	r.rest = r.rest[n:]
	return int(v)
}

func (r *fields) bytes(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// id reads an id; zeros stand for none.
func (r *fields) id() odb.OID {
	b := r.bytes(r.idLen)
	if len(bytes.Trim(b, "\x00")) == 0 {
		return odb.OID{}
	}
	return odb.OIDFromBytes(b)
}

// ids reads a list of ids in ascending order.
func (r *fields) ids() []odb.OID {
	n := r.count(r.idLen)
	ids := make([]odb.OID, 0, n)
	var prev []byte
	for range n {
		b := r.bytes(r.idLen)
		if prev != nil && bytes.Compare(prev, b) >= 0 {
			r.bad = true
		}
		if r.bad {
			return nil
		}
		prev = b
		ids = append(ids, odb.OIDFromBytes(b))
	}
	return ids
}
