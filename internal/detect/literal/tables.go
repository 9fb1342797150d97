package literal

import "encoding/binary"

// halfTables are for shuffles that look up four bits at a time: for each place
// of the fingerprint sixteen bytes for the low half of a byte and sixteen for
// the high one. Bit b of an entry says that bucket b has a fingerprint with
// that half at that place. The assembly knows this layout.
type halfTables [fingerprintSize][2][16]uint8

// add lets w through in bucket b.
func (t *halfTables) add(b int, w window) {
	bit := uint8(1) << b
	for i := range t {
		for v := range 16 {
			if i >= w.size || v == int(w.bytes[i]&15) {
				t[i][0][v] |= bit
			}
			if i >= w.size || v == int(w.bytes[i]>>4) {
				t[i][1][v] |= bit
			}
		}
	}
}

// byteTables are for shuffles that look up seven bits at a time: for each place
// of the fingerprint the buckets of each byte, bytes above 0x7f taken for those
// 0x80 below. The assembly knows this layout.
type byteTables [fingerprintSize][128]uint8

// add lets w through in bucket b.
func (t *byteTables) add(b int, w window) {
	for i := range t {
		for v := range t[i] {
			if i >= w.size || v == int(w.bytes[i]&0x7f) {
				t[i][v] |= 1 << b
			}
		}
	}
}

// filter is a set of fingerprints by their hashes: no fingerprint is missing, and
// few other strings are in it. Its 8 KiB fit the first-level cache. The assembly
// knows this layout, and the hash.
type filter [1 << 16 / 32]uint32

// hash returns the place of four bytes in the filter.
func (*filter) hash(b uint32) uint32 { return b * 0x9e3779b1 >> 16 }

// has reports whether the four bytes may be a fingerprint.
func (f *filter) has(b uint32) bool {
	h := f.hash(b)
	return f[h/32]>>(h%32)&1 != 0
}

// add lets w through, a short one whatever byte follows.
func (f *filter) add(w window) {
	insert := func(b [fingerprintSize]byte) {
		h := f.hash(binary.LittleEndian.Uint32(b[:]))
		f[h/32] |= 1 << (h % 32)
	}
	b := w.bytes
	if w.size == fingerprintSize {
		insert(b)
		return
	}
	for v := range 256 {
		b[fingerprintSize-1] = byte(v)
		insert(b)
	}
}

// scalarTables are those of the portable search.
type scalarTables struct {
	// pairs has a bit for each pair of bytes (the first in the low half of the
	// number) that stands at the first or the second place of a fingerprint.
	// So looking at every other pair of the input finds every fingerprint. Its
	// 8 KiB fit the first-level cache.
	pairs [1 << 16 / 64]uint64
	// byPlace says, for each place of the fingerprint and each byte there, which
	// buckets may follow from it.
	byPlace [fingerprintSize][256]uint8
}

func newScalarTables(buckets *[bucketCount][]entry) *scalarTables {
	t := new(scalarTables)
	for b := range buckets {
		bit := uint8(1) << b
		for _, e := range buckets[b] {
			for i := range fingerprintSize {
				if e.offset+i < len(e.needle) {
					t.byPlace[i][e.needle[e.offset+i]] |= bit
					continue
				}
				for v := range 256 {
					t.byPlace[i][v] |= bit
				}
			}
			for i := range 2 {
				pair := binary.LittleEndian.Uint16([]byte(e.needle[e.offset+i:]))
				t.pairs[pair/64] |= 1 << (pair % 64)
			}
		}
	}
	return t
}

// candidate is the portable search: the first position at or after from where
// a fingerprint may stand, and the buckets it may be of; -1 if there is none.
func (t *scalarTables) candidate(buf []byte, from int) (pos int, buckets uint8) {
	i := from
	for ; i+8 <= len(buf); i += 8 {
		v := binary.LittleEndian.Uint64(buf[i:])
		a, b, c, d := uint16(v), uint16(v>>16), uint16(v>>32), uint16(v>>48)
		if (t.pairs[a/64]>>(a%64)|t.pairs[b/64]>>(b%64)|t.pairs[c/64]>>(c%64)|t.pairs[d/64]>>(d%64))&1 == 0 {
			continue
		}
		// A pair at an even distance from i may be the second one of a fingerprint.
		for p := max(i-1, from); p < i+8; p++ {
			if m := t.at(buf[p:]); m != 0 {
				return p, m
			}
		}
	}
	for p := max(i-1, from); p < len(buf); p++ {
		if m := t.at(buf[p:]); m != 0 {
			return p, m
		}
	}
	return -1, 0
}

// at returns the buckets that may have a fingerprint at the start of b.
func (t *scalarTables) at(b []byte) uint8 {
	if len(b) < MinNeedle {
		return 0
	}
	m := t.byPlace[0][b[0]] & t.byPlace[1][b[1]] & t.byPlace[2][b[2]]
	if m != 0 && len(b) >= fingerprintSize {
		m &= t.byPlace[3][b[3]]
	}
	return m
}
