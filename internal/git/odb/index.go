package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"
)

// index is a pack's .idx file: which objects the pack holds, sorted by id,
// and where. Versions 1 and 2 of gitformat-pack.
type index struct {
	file *file
	idList
	// Version 1 has the offsets before the ids, stride bytes apart; version 2
	// in tables of their own, those that need more than 31 bits in a second one.
	version      int
	off32, off64 []byte
	// crcs are the CRC-32 of the packed objects; nil if not known.
	crcs []byte
	// packSum is the pack's own checksum, to tell that both belong together.
	packSum []byte
}

var (
	indexMagic = []byte("\xfftOc")

	errIndex        = errors.New("the pack index is malformed")
	errIndexVersion = errors.New("the pack index has an unknown version")
)

func openIndex(path string, h Hash, mapped bool) (*index, error) {
	f, err := openFile(path, mapped)
	if err != nil {
		return nil, err
	}
	x, err := readIndex(f, h)
	if err != nil {
		_ = f.close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return x, nil
}

// readIndex checks the sizes of the tables.
func readIndex(f *file, h Hash) (x *index, err error) {
	defer rescue(&err)
	defer guard()()
	b, err := f.all()
	if err != nil {
		return nil, err
	}
	x = &index{file: f, version: 1}
	size := h.Size()
	if bytes.HasPrefix(b, indexMagic) {
		if len(b) < 8 {
			return nil, errIndex
		}
		if v := binary.BigEndian.Uint32(b[4:]); v != 2 {
			return nil, errIndexVersion
		}
		x.version = 2
		b = b[8:]
	}
	if len(b) < fanoutSize+2*size {
		return nil, errIndex
	}
	fan := b[:fanoutSize]
	count := binary.BigEndian.Uint32(fan[fanoutSize-4:])
	body := b[fanoutSize : len(b)-2*size]
	x.packSum = b[len(b)-2*size : len(b)-size]
	if int64(count)*int64(size+4) > int64(len(body)) {
		return nil, errIndex
	}
	n := int(count)
	if x.version == 1 {
		x.idList = idList{n: n, size: size, stride: 4 + size, fan: fan}
		if len(body) != n*x.stride {
			return nil, errIndex
		}
		x.off32 = body
		if n > 0 {
			x.ids = body[4:]
		}
		return x, x.checkFanout()
	}
	large := len(body) - n*(size+8)
	if large < 0 || large%8 != 0 {
		return nil, errIndex
	}
	x.idList = idList{n: n, size: size, stride: size, fan: fan, ids: body[:n*size]}
	body = body[n*size:]
	x.crcs, body = body[:n*4], body[n*4:]
	x.off32, x.off64 = body[:n*4], body[n*4:]
	return x, x.checkFanout()
}

// offset returns where in the pack the i-th object starts, unchecked against
// the pack's size; -1 if the index does not hold together.
func (x *index) offset(i int) int64 {
	if x.version == 1 {
		return int64(binary.BigEndian.Uint32(x.off32[i*x.stride:]))
	}
	return largeOffset(binary.BigEndian.Uint32(x.off32[4*i:]), x.off64)
}

// largeOffset resolves an offset of 31 bits, or the place of one of 64.
func largeOffset(v uint32, large []byte) int64 {
	if v>>31 == 0 {
		return int64(v)
	}
	at := int64(v&(1<<31-1)) * 8
	if at+8 > int64(len(large)) {
		return -1
	}
	// A set top bit makes it negative, which no offset is.
	return max(int64(binary.BigEndian.Uint64(large[at:])), -1)
}

// idList is a list of ids in ascending order, as indexes have it.
type idList struct {
	n int
	// ids has an id every stride bytes.
	ids          []byte
	size, stride int
	// fan has for each first byte the count of ids that begin with it or less.
	fan   []byte
	table atomic.Pointer[prefixTable]
}

const fanoutSize = 256 * 4

// id returns the i-th id.
func (l *idList) id(i int) []byte {
	at := i * l.stride
	return l.ids[at : at+l.size]
}

// checkFanout reports whether the counts can be true, without looking at all ids.
func (l *idList) checkFanout() error {
	prev := uint32(0)
	for i := range 256 {
		c := binary.BigEndian.Uint32(l.fan[4*i:])
		if c < prev {
			return errIndex
		}
		prev = c
	}
	if int64(prev) != int64(l.n) {
		return errIndex
	}
	return nil
}

// find returns the position of an id.
func (l *idList) find(want []byte) (int, bool) {
	var lo, hi int
	if t := l.table.Load(); t != nil {
		p := binary.BigEndian.Uint32(want) >> t.shift
		lo, hi = int(t.first[p]), int(t.first[p+1])
	} else {
		first := int(want[0])
		hi = int(binary.BigEndian.Uint32(l.fan[4*first:]))
		if first > 0 {
			lo = int(binary.BigEndian.Uint32(l.fan[4*first-4:]))
		}
	}
	// Eight bytes tell almost all ids apart.
	head := binary.BigEndian.Uint64(want)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		id := l.id(mid)
		h := binary.BigEndian.Uint64(id)
		c := 0
		if h == head {
			c = bytes.Compare(id, want)
		}
		switch {
		case h < head || c < 0:
			lo = mid + 1
		case h > head || c > 0:
			hi = mid
		default:
			return mid, true
		}
	}
	return 0, false
}

// prefixTable narrows the search in a list of ids: for each value of the
// leading bits, the first id that has it or a greater one. There are about as
// many values as ids, so a look-up costs two cache misses instead of the dozen
// of a search below one first byte.
type prefixTable struct {
	shift uint
	first []uint32
}

// prepare makes many look-ups fast, and checks what one look-up need not
// know: that the ids do ascend. Equal neighbours are allowed: git once wrote
// packs that hold an object twice.
func (l *idList) prepare() (err error) {
	defer rescue(&err)
	defer guard()()
	if l.table.Load() != nil {
		return nil
	}
	width := min(max(bits.Len(uint(l.n)), 1), 24)
	t := &prefixTable{shift: uint(32 - width), first: make([]uint32, 1<<width+1)}
	next := 0
	var prev []byte
	for i := range l.n {
		b := l.id(i)
		if prev != nil && bytes.Compare(prev, b) > 0 {
			return errIndex
		}
		prev = b
		for p := int(binary.BigEndian.Uint32(b) >> t.shift); next <= p; next++ {
			t.first[next] = uint32(i)
		}
	}
	for ; next < len(t.first); next++ {
		t.first[next] = uint32(l.n)
	}
	l.table.Store(t)
	return nil
}
