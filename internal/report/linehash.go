package report

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// lineHashes returns, for the wanted lines (from 1) of a text, the value that
// GitHub's upload-sarif action computes as primaryLocationLineHash
// (github/codeql-action, src/fingerprints.ts): a polynomial hash, base 37
// modulo 2^64, over the first 100 UTF-16 code units from the line's start that
// are neither blanks nor tabs, every line break being one "\n", with 65535
// after the end of the file and zeros after that; then ":" and which
// occurrence of that hash it is. A report that holds the same values keeps an
// alert the same alert, whichever way it is uploaded.
//
// It reads no further than it must; memory grows with the number of lines.
func lineHashes(r io.Reader, wanted map[int]bool) (map[int]string, error) {
	last := 0
	for line := range wanted {
		last = max(last, line)
	}
	h := newLineHasher()
	found := make(map[int]string, len(wanted))
	h.emit = func(line int, hash uint64, occurrence int) {
		if wanted[line] {
			found[line] = strconv.FormatUint(hash, 16) + ":" + strconv.Itoa(occurrence)
		}
	}
	units := &unitReader{in: bufio.NewReaderSize(r, 64<<10)}
	for h.emitted < last {
		unit, err := units.next()
		if errors.Is(err, io.EOF) {
			h.finish()
			return found, nil
		}
		if err != nil {
			return found, err
		}
		h.add(unit)
	}
	return found, nil
}

const (
	hashBlock = 100
	hashBase  = 37
	hashEOF   = 0xffff
)

// lineHasher is the rolling hash: a ring of the last 100 units, and for each
// of them the line that it starts, if it starts one.
type lineHasher struct {
	emit func(line int, hash uint64, occurrence int)
	// emitted is the last line whose hash is known.
	emitted int

	window  [hashBlock]uint16
	starts  [hashBlock]int
	index   int
	hash    uint64
	oldest  uint64 // hashBase to the power of hashBlock
	line    int
	atStart bool
	afterCR bool
	counts  map[uint64]int
}

func newLineHasher() *lineHasher {
	h := &lineHasher{oldest: 1, atStart: true, counts: map[uint64]int{}}
	for range hashBlock {
		h.oldest *= hashBase
	}
	return h
}

// add takes the next unit of the text.
func (h *lineHasher) add(unit uint16) {
	if unit == ' ' || unit == '\t' || h.afterCR && unit == '\n' {
		h.afterCR = false
		return
	}
	h.afterCR = unit == '\r'
	if h.afterCR {
		unit = '\n'
	}
	h.flush()
	if h.atStart {
		h.atStart = false
		h.line++
		h.starts[h.index] = h.line
	}
	h.atStart = unit == '\n'
	h.push(unit)
}

// finish ends the text.
func (h *lineHasher) finish() {
	h.add(hashEOF)
	for range hashBlock {
		h.flush()
		h.push(0)
	}
}

// flush reports the hash of the line that starts at the ring's oldest unit.
func (h *lineHasher) flush() {
	line := h.starts[h.index]
	if line == 0 {
		return
	}
	h.starts[h.index] = 0
	h.counts[h.hash]++
	h.emitted = line
	h.emit(line, h.hash, h.counts[h.hash])
}

// push replaces the ring's oldest unit.
func (h *lineHasher) push(unit uint16) {
	h.hash = h.hash*hashBase + uint64(unit) - h.oldest*uint64(h.window[h.index])
	h.window[h.index] = unit
	h.index = (h.index + 1) % hashBlock
}

// unitReader decodes UTF-8 into UTF-16 code units as a JavaScript engine does:
// each maximal part of an invalid sequence is one U+FFFD
// (https://encoding.spec.whatwg.org/#utf-8-decoder).
type unitReader struct {
	in *bufio.Reader
	// low is the second half of a surrogate pair that is still to be given.
	low uint16
}

func (u *unitReader) next() (uint16, error) {
	if u.low != 0 {
		unit := u.low
		u.low = 0
		return unit, nil
	}
	b, err := u.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if b < utf8.RuneSelf {
		return uint16(b), nil
	}
	if err := u.in.UnreadByte(); err != nil {
		return 0, err
	}
	// Peek returns fewer bytes only at the end, which DecodeRune can tell.
	bytes, err := u.in.Peek(utf8.UTFMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	r, n := utf8.DecodeRune(bytes)
	if r == utf8.RuneError && n == 1 {
		n = invalidLength(bytes)
	}
	if _, err := u.in.Discard(n); err != nil {
		return 0, err
	}
	if r < 0x10000 {
		return uint16(r), nil
	}
	high, low := utf16.EncodeRune(r)
	u.low = uint16(low)
	return uint16(high), nil
}

// invalidLength is how many bytes of an invalid sequence are replaced by one
// U+FFFD: as many as a valid one could begin with.
func invalidLength(b []byte) int {
	low, high := byte(0x80), byte(0xbf)
	var length int
	switch lead := b[0]; {
	case lead >= 0xc2 && lead <= 0xdf:
		length = 2
	case lead >= 0xe0 && lead <= 0xef:
		length = 3
		if lead == 0xe0 {
			low = 0xa0
		}
		if lead == 0xed {
			high = 0x9f
		}
	case lead >= 0xf0 && lead <= 0xf4:
		length = 4
		if lead == 0xf0 {
			low = 0x90
		}
		if lead == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n < min(length, len(b)) && b[n] >= low && b[n] <= high {
		n++
		low, high = 0x80, 0xbf
	}
	return n
}
