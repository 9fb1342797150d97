package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// Entry is what is known about an object.
type Entry struct {
	ID   odb.OID
	Type odb.Type
	Size int64
	// Found means that something was found in it, or that it could not be looked
	// at wholly, so that it has to be read again.
	Found bool
}

// Cache knows which objects were scanned. Lookup may be called by several
// goroutines at once.
type Cache struct {
	file
	records []byte
	n       int
	// first has for each leading 16 bits the first record with them or more.
	first []uint32
}

const (
	magic   = "momentolint scanned objects\n"
	format  = 2
	infoLen = 8
	// maxRecords bounds the memory that a file may ask for to about 1 GB.
	maxRecords = 1 << 25
	// What the 8 bytes behind an id hold: the type, whether something was found,
	// and the size.
	typeShift = 56
	foundBit  = 1 << 55
	sizeMask  = foundBit - 1
)

// Open reads the cache for a key from a directory. It always returns a cache that
// can be used; the error says why an existing file was ignored, which is worth
// a remark at most.
func Open(dir string, k Key, h odb.Hash) (*Cache, error) {
	c := &Cache{file: newFile(dir, "", k, h, magic, format)}
	body, err := c.read(8 + maxRecords*int64(c.recordLen()))
	if err == nil {
		err = c.parse(body)
	}
	if err != nil {
		c.records, c.n, c.first = nil, 0, nil
	}
	return c, remark(err)
}

func (c *Cache) recordLen() int { return c.hash.Size() + infoLen }

// parse takes over a file's body, if everything about it is right.
func (c *Cache) parse(body []byte) error {
	if len(body) < 8 {
		return errDamaged
	}
	n, records := binary.BigEndian.Uint64(body), body[8:]
	if n > maxRecords || int(n)*c.recordLen() != len(records) {
		return errDamaged
	}
	c.records, c.n = records, int(n)
	c.first = make([]uint32, 1<<16+1)
	next := 0
	var prev []byte
	for i := range c.n {
		id := c.id(i)
		if prev != nil && bytes.Compare(prev, id) >= 0 {
			return errDamaged
		}
		if t := c.entry(i).Type; t < odb.Commit || t > odb.Tag {
			return errDamaged
		}
		prev = id
		for p := int(binary.BigEndian.Uint16(id)); next <= p; next++ {
			c.first[next] = uint32(i)
		}
	}
	for ; next < len(c.first); next++ {
		c.first[next] = uint32(c.n)
	}
	return nil
}

func (c *Cache) id(i int) []byte {
	at := i * c.recordLen()
	return c.records[at : at+c.hash.Size()]
}

func (c *Cache) entry(i int) Entry {
	at := i*c.recordLen() + c.hash.Size()
	info := binary.BigEndian.Uint64(c.records[at:])
	return Entry{ID: odb.OIDFromBytes(c.id(i)), Type: odb.Type(info >> typeShift), Size: int64(info & sizeMask), Found: info&foundBit != 0}
}

// info packs what is known about an object besides its id.
func (e *Entry) info() uint64 {
	v := uint64(e.Type)<<typeShift | uint64(e.Size)&sizeMask
	if e.Found {
		v |= foundBit
	}
	return v
}

// Len is the number of objects in the cache as it was read.
func (c *Cache) Len() int { return c.n }

// Lookup reports whether an object was scanned before.
func (c *Cache) Lookup(id odb.OID) (Entry, bool) {
	if c.n == 0 {
		return Entry{}, false
	}
	var buf [sha256.Size]byte
	want := id.AppendTo(buf[:0])
	if len(want) != c.hash.Size() {
		return Entry{}, false
	}
	p := int(binary.BigEndian.Uint16(want))
	lo, hi := int(c.first[p]), int(c.first[p+1])
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch d := bytes.Compare(c.id(mid), want); {
		case d == 0:
			return c.entry(mid), true
		case d < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return Entry{}, false
}

// Save writes what is in the cache, as far as keep says so, together with the
// given entries, as the new file. The cache itself stays as it was read.
func (c *Cache) Save(add []Entry, keep func(odb.OID) bool) error {
	records := c.merge(add, keep)
	n := len(records) / c.recordLen()
	if n > maxRecords {
		return fmt.Errorf("%d objects are too many for a cache", n)
	}
	return c.write(binary.BigEndian.AppendUint64(nil, uint64(n)), records)
}

// merge returns the records in ascending order, each id once.
func (c *Cache) merge(add []Entry, keep func(odb.OID) bool) []byte {
	// Ids are as good as random: sorted into lists by their first 16 bits, what
	// is left to sort is short.
	var count [1<<16 + 1]uint32
	lead := func(e *Entry) int {
		var buf [sha256.Size]byte
		return int(binary.BigEndian.Uint16(e.ID.AppendTo(buf[:0])))
	}
	for i := range add {
		count[lead(&add[i])+1]++
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	start := count
	sorted := make([]Entry, len(add))
	for i := range add {
		p := lead(&add[i])
		sorted[start[p]] = add[i]
		start[p]++
	}
	for p := range 1 << 16 {
		if part := sorted[count[p]:count[p+1]]; len(part) > 1 {
			slices.SortFunc(part, func(a, b Entry) int { return a.ID.Compare(b.ID) })
		}
	}
	out := make([]byte, 0, len(c.records)+len(sorted)*c.recordLen())
	var last []byte
	put := func(id []byte, info uint64) {
		if last != nil && bytes.Equal(last, id) {
			return
		}
		at := len(out)
		out = append(out, id...)
		last = out[at:]
		out = binary.BigEndian.AppendUint64(out, info)
	}
	var buf [sha256.Size]byte
	i := 0
	old := func(until []byte) {
		for ; i < c.n && (until == nil || bytes.Compare(c.id(i), until) < 0); i++ {
			if e := c.entry(i); keep(e.ID) {
				put(c.id(i), e.info())
			}
		}
	}
	for k := range sorted {
		e := &sorted[k]
		id := e.ID.AppendTo(buf[:0])
		old(id)
		put(id, e.info())
	}
	old(nil)
	return out
}

func sortIDs(ids []odb.OID) { slices.SortFunc(ids, odb.OID.Compare) }
