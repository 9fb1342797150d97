package detect

// byteOrder is the order of the bytes in UTF-16.
type byteOrder uint8

const (
	narrow byteOrder = iota
	littleEndian
	bigEndian
)

// enoughHead is how much of a text reports whether it is UTF-16.
const enoughHead = 64

// byteOrderMark reports whether a text says of itself that it is UTF-16.
func byteOrderMark(head []byte) byteOrder {
	switch {
	case len(head) < 2:
	case head[0] == 0xff && head[1] == 0xfe:
		return littleEndian
	case head[0] == 0xfe && head[1] == 0xff:
		return bigEndian
	}
	return narrow
}

// wideText looks through a text that is UTF-16 as a whole, for everything
// that is not found by itself in between (see Scanner.utf16). The bytes as they
// stand are searched all the same: programs append to such files what is not
// UTF-16.
func (s *Scanner) wideText() {
	if s.wide == narrow || s.d.depth == 0 {
		return
	}
	d := s.top.data
	first := max(0, s.wideNext-s.back) &^ 1
	name, low := LayerUTF16LE, 0
	if s.wide == bigEndian {
		name, low = LayerUTF16BE, 1
	}
	child := &s.views[0]
	data, lo, hi := child.data[:0], child.lo[:0], child.hi[:0]
	child.origin = first
	for i := first; i+1 < len(d); i += 2 {
		c := d[i+low]
		if d[i+1-low] != 0 || c >= 0x80 {
			// Not ASCII, so nothing that a credential consists of.
			c = 0x80
		}
		data, lo, hi = append(data, c), append(lo, int32(i-first)), append(hi, int32(i-first+2))
	}
	child.data, child.lo, child.hi = data, lo, hi
	// What is too near the end is looked at once more with what follows.
	s.wideNext = max(s.wideNext, len(d)-s.ahead())
	if len(data) > 0 {
		s.decoded(child, &s.top, name, &encoded{cut: !s.final})
	}
}
