package detect

import (
	"encoding/binary"
)

// A text that is wrapped in a narrow column leaves no needle whole. Such a
// column is so unlike everything else that a sample every so many bytes shows
// it: many lines of a few characters and nothing else.
const (
	// narrowLine is the most characters of a line in a narrow column, narrowIndent
	// the most blanks before them.
	narrowLine   = 20
	narrowIndent = 16
	// narrowText is how many characters a column has at least: no credential has
	// less.
	narrowText = 96
	// narrowWindow is what a sample looks at, and narrowStride how far apart
	// samples are. A column somewhat longer than that is always met; a v2 key as
	// Momento issues them has 276 bytes in lines of two characters. Measured on
	// sources, this costs a hundredth of a scan's CPU time.
	narrowWindow = 32
	narrowStride = 256
	// narrowPart is how many characters are searched at once.
	narrowPart = 1 << 15
)

// narrowColumns looks through the narrow columns of the buffer for needles that
// line ends cut in two.
func (s *Scanner) narrowColumns() {
	d := s.top.data
	limit := len(d)
	if !s.final {
		limit -= s.ahead()
	}
	at := s.narrowNext
	for ; at+narrowWindow < len(d); at += narrowStride {
		w := (*[narrowWindow]byte)(d[at:])
		a, b := lineEnds(binary.LittleEndian.Uint64(w[0:])), lineEnds(binary.LittleEndian.Uint64(w[8:]))
		c, e := lineEnds(binary.LittleEndian.Uint64(w[16:])), lineEnds(binary.LittleEndian.Uint64(w[24:]))
		if m := a | b>>1 | c>>2 | e>>3; m&(m-1) == 0 {
			continue
		}
		first, ok := columnAt(d, at, s.narrowNext-s.back, s.final)
		if !ok {
			continue
		}
		end := s.column(first, limit)
		if end > limit {
			// The rest of it is looked at with what follows.
			at = max(first, limit)
			break
		}
		at = max(at, end-narrowStride)
	}
	s.narrowNext = max(s.narrowNext, at)
}

// lineEnds sets the highest bit of every byte that is a line end.
func lineEnds(x uint64) uint64 {
	const ones, highest = 0x0101010101010101, 0x8080808080808080
	x ^= '\n' * ones
	return (x - ones) &^ x & highest
}

// columnAt returns the place where the narrow column begins that has a line end in
// the window at d[at], not before from; ok reports whether there is one that is
// worth a look. One that reaches the end of d, which is not the end of the text
// unless final, may go on.
func columnAt(d []byte, at, from int, final bool) (begin int, ok bool) {
	end := at + narrowWindow - 1
	for end > at && d[end] != '\n' {
		end--
	}
	// Nearly all lines that are as short are a brace, or empty.
	if end == at || !tokenSet[d[end-1]] && d[end-1] != '\r' || !tokenSet[d[end+1]] && !isBlank(d[end+1]) {
		return 0, false
	}
	first := end + 1
	from = max(from, 0)
	next, n := narrowLineAt(d, first)
	if n == 0 {
		return 0, false
	}
	count := n
	for next < len(d) && count < narrowText {
		if next, n = narrowLineAt(d, next); n == 0 {
			break
		}
		count += n
	}
	for first > from {
		before := lineBefore(d, first, from)
		_, n := narrowLineAt(d, before)
		if n > 0 {
			first, count = before, count+n
			continue
		}
		// A line that ends with the column's first characters.
		for n < narrowLine && first-2-n >= from && tokenSet[d[first-2-n]] {
			n++
		}
		if n > 0 {
			first -= 1 + n
		}
		break
	}
	return first, count >= narrowText || next == len(d) && !final
}

// lineBefore returns the beginning of the line before the one that begins at
// d[i], or a place in it if it is long.
func lineBefore(d []byte, i, from int) int {
	from = max(from, i-2-narrowIndent-narrowLine-1)
	k := i - 1
	for k > from && d[k-1] != '\n' {
		k--
	}
	return k
}

// narrowLineAt reads the line at d[i] and returns where the next one begins, and
// how many characters this one has; 0 if it is no line of a narrow column.
func narrowLineAt(d []byte, i int) (next, n int) {
	end := min(len(d), i+narrowIndent)
	for i < end && isBlank(d[i]) {
		i++
	}
	first := i
	end = min(len(d), i+narrowLine)
	for i < end && tokenSet[d[i]] {
		i++
	}
	n = i - first
	switch {
	case i == len(d):
		return i, n
	case d[i] == '\r' && i+1 < len(d) && d[i+1] == '\n':
		return i + 2, n
	case d[i] == '\n':
		return i + 1, n
	}
	return i, 0
}

// column looks through the narrow column that begins at d[first] and returns the
// place where it ends, or one after limit. Needles from there on are left for
// later.
func (s *Scanner) column(first, limit int) (end int) {
	d := s.top.data
	text, at := s.narrowText[:0], s.narrowAt[:0]
	origin := first
	search := func() {
		for k := 0; ; k++ {
			pos, which := s.d.searcher.Next(text, k)
			if pos < 0 {
				break
			}
			k = pos
			n := &s.d.needles[which]
			place := origin + int(at[k])
			switch {
			case place >= limit || s.known(place) || s.exhausted():
			case n.sort == plainStart:
				s.token(&s.top, place)
			case n.sort == inBase64 && looksEncoded(text, k, n.phase) && !s.wasDecoded(&s.top, place, n.phase):
				s.base64(&s.top, place, n.phase)
			}
		}
		s.work += int64(len(text))
		keep := min(len(text), longestNeedle-1)
		next := 0
		if keep > 0 {
			next = int(at[len(at)-keep])
		}
		text = append(text[:0], text[len(text)-keep:]...)
		at = append(at[:0], at[len(at)-keep:]...)
		for i := range at {
			at[i] -= int32(next)
		}
		origin += next
	}
	end = first
	for end < len(d) && end < limit+longestNeedle*(narrowIndent+2) {
		next, n := narrowLineAt(d, end)
		if n == 0 {
			break
		}
		for k := end; k < next; k++ {
			if tokenSet[d[k]] {
				text, at = append(text, d[k]), append(at, int32(k-origin))
			}
		}
		if end = next; len(text) >= narrowPart {
			search()
		}
	}
	search()
	s.narrowText, s.narrowAt = text, at
	return end
}
