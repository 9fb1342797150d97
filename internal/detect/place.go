package detect

import "bytes"

// lineCount knows the line of one place in the buffer and counts on from there.
type lineCount struct {
	// at is the place, line its line, start where that line begins, which may be
	// before the buffer.
	at, line, start int
	// wide is set for UTF-16. The buffer then begins between two characters.
	wide byteOrder
}

// advance moves the place on.
func (l *lineCount) advance(d []byte, to int) {
	if to <= l.at {
		return
	}
	to = min(to, len(d))
	if l.wide != narrow {
		to &^= 1
	}
	l.line, l.start = l.locate(d, to)
	l.at = to
}

// shift reports that the first n bytes of the buffer are gone.
func (l *lineCount) shift(n int) {
	l.at, l.start = l.at-n, l.start-n
}

// locate returns the line that a place is on, from 1, and where that line begins.
func (l *lineCount) locate(d []byte, at int) (line, start int) {
	at = min(max(at, 0), len(d))
	from := max(l.at, 0)
	switch {
	case l.wide != narrow:
		return l.locateWide(d, at)
	case at >= from:
		line, start = l.line, l.start
		// Counting is done by vectors, looking backwards byte by byte.
		if n := bytes.Count(d[from:at], newline); n > 0 {
			line, start = line+n, from+bytes.LastIndexByte(d[from:at], '\n')+1
		}
		return line, start
	}
	line = l.line - bytes.Count(d[at:from], newline)
	if i := bytes.LastIndexByte(d[:at], '\n'); i >= 0 {
		return line, i + 1
	}
	return line, min(l.start, 0)
}

var newline = []byte{'\n'}

// locateWide is locate for UTF-16: a byte 10 alone is no line end.
func (l *lineCount) locateWide(d []byte, at int) (line, start int) {
	line, start = l.line, l.start
	low := 0
	if l.wide == bigEndian {
		low = 1
	}
	from := max(l.at, 0)
	if at < from {
		// Count once more from the beginning of the line.
		from, at = max(min(l.start, at), 0), max(at, 0)
		start = min(l.start, from)
	}
	for i := from + from%2; i+1 < at; i += 2 {
		if d[i+low] == '\n' && d[i+1-low] == 0 {
			line, start = line+1, i+2
		}
	}
	return line, start
}

// position fills in where a candidate stands.
func (s *Scanner) position(c *candidate) {
	d, m := s.top.data, &c.match
	line, start := s.lines.locate(d, c.lo)
	m.StartLine, m.StartColumn = line, c.lo-wideStart(s, d, start, c.lo)+1
	after := s.lines
	after.at, after.line, after.start = c.lo, line, start
	line, start = after.locate(d, c.hi)
	m.EndLine, m.EndColumn = line, c.hi-wideStart(s, d, start, c.hi)+1
}

// wideStart corrects the beginning of a line in UTF-16 text that does not say
// of itself what it is: the second byte of the line end is not part of the line.
func wideStart(s *Scanner, d []byte, start, at int) int {
	if s.wide == narrow && start > 0 && start < at && d[start] == 0 && start+1 < len(d) && d[start+1] != 0 && (at-start)%2 == 1 {
		return start + 1
	}
	return start
}
