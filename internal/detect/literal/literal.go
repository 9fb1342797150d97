// Package literal finds the first of several fixed strings in a buffer.
//
// It is the only part of the scanner that touches every byte, so it has to run
// at the speed of memory. The method is Teddy's (Hyperscan's multi-literal
// matcher): every needle is known by a fingerprint of four of its bytes, the
// fingerprints are spread over eight buckets, and byte shuffles look up, for
// 32 positions at a time, which buckets may have a fingerprint there. What passes
// is looked up in a hash of all fingerprints, and the rare position that is there,
// too, is compared with the needles of its buckets.
//
// Two things keep false candidates rare, which is what the speed hangs on: the
// fingerprint is the rarest four bytes of a needle rather than the first four
// (see plan.go), and needles share a bucket where that admits the fewest other
// strings.
package literal

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The bounds of what New takes. A fingerprint needs three bytes; beyond some
// hundred needles eight buckets no longer tell them apart.
const (
	MinNeedle  = 3
	MaxNeedle  = 64
	MaxNeedles = 256
)

// ErrNoNeedles is returned by New when there is nothing to search for.
var ErrNoNeedles = errors.New("literal: no needles")

// Searcher searches for a fixed set of needles. It does not change after New
// and may be used by several goroutines at once.
type Searcher struct {
	needles []string
	// buckets holds, for each bit of a candidate, what to compare.
	buckets [bucketCount][]entry
	// maxOffset is how far into its needle the farthest fingerprint lies.
	maxOffset int
	// short reports that some needle has three bytes only, so that a match can
	// end where the four bytes of a fingerprint would leave the buffer.
	short bool

	// ascii reports that the first three places of every fingerprint are ASCII.
	ascii bool

	best   kernel
	halves halfTables
	bytes  byteTables
	filter filter
	scalar *scalarTables
}

// entry is one needle as its bucket knows it.
type entry struct {
	needle string
	index  int // in the order given to New
	offset int // of the fingerprint in the needle
	// print is the fingerprint, mask has the bits of its bytes.
	print, mask uint32
}

// New prepares a search for needles, each of MinNeedle to MaxNeedle bytes, at
// most MaxNeedles of them. Needles may hold any bytes, and may be equal to,
// or parts of, each other.
func New(needles []string) (*Searcher, error) {
	switch {
	case len(needles) == 0:
		return nil, ErrNoNeedles
	case len(needles) > MaxNeedles:
		return nil, fmt.Errorf("literal: %d needles, at most %d are possible", len(needles), MaxNeedles)
	}
	for i, n := range needles {
		if len(n) < MinNeedle || len(n) > MaxNeedle {
			return nil, fmt.Errorf("literal: needle %d has %d bytes, not %d to %d", i, len(n), MinNeedle, MaxNeedle)
		}
	}
	s := &Searcher{needles: append([]string(nil), needles...), ascii: true}
	for b, windows := range plan(s.needles) {
		for _, w := range windows {
			s.buckets[b] = append(s.buckets[b], entry{
				needle: s.needles[w.needle], index: w.needle, offset: w.offset,
				print: binary.LittleEndian.Uint32(w.bytes[:]), mask: 1<<(8*w.size) - 1,
			})
			s.maxOffset = max(s.maxOffset, w.offset)
			s.short = s.short || w.size < fingerprintSize
			s.ascii = s.ascii && w.ascii()
			s.halves.add(b, w)
			s.bytes.add(b, w)
			s.filter.add(w)
		}
	}
	s.scalar = newScalarTables(&s.buckets)
	for _, k := range kernels() {
		if s.ascii || !k.wantsASCII() {
			s.best = k
		}
	}
	return s, nil
}

// Next returns the first position at or after from where a needle begins, and
// which needle (its index in the list given to New). Where several begin there,
// the one with the lowest index is returned, so a caller that prefers longer
// needles lists them first. Without a match both are -1.
//
// A match lies wholly inside buf. Matches may overlap: to see all, go on with
// from = pos + 1.
func (s *Searcher) Next(buf []byte, from int) (pos, needle int) {
	return s.next(s.best, buf, from)
}

// next is Next with a given kernel, so that tests can hold one against another.
func (s *Searcher) next(k kernel, buf []byte, from int) (pos, needle int) {
	pos, needle = -1, -1
	// A needle that begins further left may have its fingerprint further right
	// than the match found first. So the search goes on until no fingerprint of
	// a needle beginning at pos or before can follow.
	end := len(buf)
	for at := max(from, 0); at < end; at++ {
		var buckets uint8
		at, buckets = s.candidate(k, buf[:end], at)
		if at < 0 {
			break
		}
		var four uint32
		if at+fingerprintSize <= len(buf) {
			four = binary.LittleEndian.Uint32(buf[at:])
		} else {
			// Only a needle of three bytes has room.
			four = uint32(buf[at]) | uint32(buf[at+1])<<8 | uint32(buf[at+2])<<16
		}
		if !s.filter.has(four) {
			continue
		}
		for b := 0; buckets != 0; b, buckets = b+1, buckets>>1 {
			if buckets&1 == 0 {
				continue
			}
			for i := range s.buckets[b] {
				e := &s.buckets[b][i]
				if four&e.mask != e.print {
					continue
				}
				start := at - e.offset
				if start < from || start < 0 || start+len(e.needle) > len(buf) {
					continue
				}
				if pos >= 0 && (start > pos || start == pos && e.index > needle) {
					continue
				}
				if string(buf[start:start+len(e.needle)]) == e.needle {
					pos, needle = start, e.index
					end = min(len(buf), pos+s.maxOffset+fingerprintSize)
				}
			}
		}
	}
	return pos, needle
}
