package detect

import "slices"

// encoded is the run of encoded text that was decoded last in a view, kept so
// that its next needle does not decode it once more.
type encoded struct {
	run run
	// view tells which view the run was read from.
	view *view
	// until is the place in the view up to which needles in the run are done.
	until int
	// cut reports that the run goes on after what was read of it.
	cut bool
	// done tells which phases were decoded.
	done [4]bool
}

// index returns the character of the run that stands at the place at of the view.
func (e *encoded) index(v *view, at int) (i int, ok bool) {
	if e.view != v || at >= e.until {
		return 0, false
	}
	return slices.BinarySearch(e.run.at, int32(at))
}

// pieces reads encoded text, as much as there is.
type pieces struct{ count int }

func (p *pieces) feed(byte) bool { return true }

// maxPieces bounds how often an encoded text may be cut.
const maxPieces = 1 << 16

func (p *pieces) joined(join) bool {
	p.count++
	return p.count < maxPieces
}

func (p *pieces) done() bool { return false }

func (p *pieces) pad() bool { return false }

// jsonSet is what may follow the name of a JSON object's member.
var jsonSet = setOf("\" :\t\r\n\\")

// looksEncoded is the quick way out for needles in base64 that are none: what
// follows a needle must decode to something that base64 or JSON could hold.
func looksEncoded(d []byte, at, phase int) bool {
	// From the next group on, eight characters or as many as there are.
	i := at + (4-phase)%4
	var b [6]byte
	for n := range 4 {
		if i+n >= len(d) {
			return true
		}
		if sextets[d[i+n]] == 255 {
			// A line end, an escape or a quotation mark may follow.
			return mayContinue(d, i+n)
		}
	}
	if !decodeGroups(b[:3], d[i:i+4]) {
		return false
	}
	for _, c := range b[:3] {
		if !base64Set[c] && c != 0 && c != '.' && !jsonSet[c] {
			return false
		}
	}
	return true
}

// mayContinue reports whether what stands at d[i], which is no character of
// base64, can be part of an encoded text or stand between two pieces of one.
func mayContinue(d []byte, i int) bool {
	switch c := d[i]; c {
	case '\n', '\r', '\\', '%', '&', '=', '<':
		return true
	case ' ', '\t':
		// Blanks matter before a line end only.
		for i < len(d) && isBlank(d[i]) {
			i++
		}
		return i < len(d) && (lineEnd(d, i) > 0 || d[i] == '\\' || d[i] == '"')
	case '"', '\'', '`':
		// The next piece, or what puts it together with this one, follows soon.
		return i+1 < len(d) && d[i+1] != ']' && d[i+1] != '}' && d[i+1] != ':'
	default:
		return c >= 0x80 && (invisible(d, i) > 0 || quoteAt(d, i) > 0)
	}
}

// wasDecoded reports whether the text around a needle in base64 has been looked
// into.
func (s *Scanner) wasDecoded(v *view, at, phase int) bool {
	e := &s.encoded[v.depth]
	i, ok := e.index(v, at)
	return ok && e.done[(i+4-phase)%4]
}

// base64 decodes the text around a needle in base64 and looks into it.
func (s *Scanner) base64(v *view, at, phase int) {
	if v.depth >= s.d.depth {
		s.tooDeep()
		return
	}
	e := &s.encoded[v.depth]
	i, ok := e.index(v, at)
	if !ok {
		if i, ok = s.collect(e, v, at); !ok {
			return
		}
	}
	// The first character of a group, counted from the run's beginning.
	group := (i + 4 - phase) % 4
	if e.done[group] {
		return
	}
	e.done[group] = true
	child := &s.views[v.depth]
	r := &e.run
	child.origin, _ = v.span(int(r.at[0]), int(r.at[0])+1)
	data, lo, hi := child.data[:0], child.lo[:0], child.hi[:0]
	// A leading part of a group gives the bytes that lie wholly in it.
	first := group
	for k := first; k+1 < len(r.text); k += 4 {
		group := r.text[k:min(k+4, len(r.text))]
		data = appendGroup(data, group)
		for b := range len(group) * 6 / 8 {
			from, _ := r.span(v, k+8*b/6, k+8*b/6+1)
			_, to := r.span(v, k+(8*b+7)/6, k+(8*b+7)/6+1)
			lo, hi = append(lo, int32(from-child.origin)), append(hi, int32(to-child.origin))
		}
	}
	if n := len(hi); n > 0 {
		// The padding belongs to what ends there.
		hi[n-1] += int32(padding(r, v, int(r.to[len(r.to)-1]), (len(r.text)-group)%4))
	}
	child.data, child.lo, child.hi = data, lo, hi
	s.work += int64(2 * len(r.text))
	s.decoded(child, v, LayerBase64, e)
}

// padding returns how many bytes of the buffer the padding takes that stands at
// v.data[first], after a run whose last group has size characters.
func padding(r *run, v *view, first, size int) int {
	if size < 2 {
		return 0
	}
	i := first
	for n := size; n < 4 && i < len(v.data); n++ {
		c, length, l := unescape(v.data, i)
		if length == 0 && v.data[i] == '=' {
			c, length = '=', 1
		}
		if length == 0 || c != '=' {
			break
		}
		if length > 1 {
			r.marked(v, i, l)
		}
		i += length
	}
	if i == first {
		return 0
	}
	_, before := v.span(first-1, first)
	_, after := v.span(i-1, i)
	return after - before
}

// collect reads the encoded text around v.data[at] into e and returns the index
// of the character there.
func (s *Scanner) collect(e *encoded, v *view, at int) (i int, ok bool) {
	first := s.runStart(v, at)
	for first <= at {
		e.run.reset()
		e.view, e.done = v, [4]bool{}
		var p pieces
		stop, cut := read(&e.run, v, first, at+s.forward, &base64Set, s.d.depth > v.depth, &p)
		s.work += int64(stop-first) + 64
		e.until, e.cut = stop, cut && stop < len(v.data)
		if e.cut {
			// A needle near the end is decoded again with what follows.
			e.until -= s.tail
		}
		if stop > at {
			return slices.BinarySearch(e.run.at, int32(at))
		}
		// What stands before is something else after all.
		first = stop + 1
		for first < at && !base64Set[v.data[first]] {
			first++
		}
	}
	return 0, false
}

// runStart returns the place where the encoded text begins that goes on at
// v.data[at], or one before it.
func (s *Scanner) runStart(v *view, at int) int {
	d := v.data
	from := max(0, at-s.back)
	prefix := linePrefix(d, at)
	first := at
	for {
		for first > from && base64Set[d[first-1]] {
			first--
		}
		if first <= from {
			return first
		}
		end, ok := pieceBefore(d, first, from, prefix)
		if !ok {
			return first
		}
		// The end of a piece that is encoded in its turn: its first character
		// may be escaped.
		if !base64Set[d[end-1]] {
			return first
		}
		first = end - 1
	}
}

// hex decodes hexadecimal digits that spell a needle at v.data[at].
func (s *Scanner) hex(v *view, at int) {
	if v.depth >= s.d.depth {
		s.tooDeep()
		return
	}
	d := v.data
	e := &s.encoded[v.depth]
	if e.view == v && at < e.until && at >= int(e.run.at[0]) {
		return
	}
	// Digits without anything between them are read from their beginning.
	first := at
	for first-2 >= max(0, at-s.back) && hexSet[d[first-1]] && hexSet[d[first-2]] {
		first -= 2
	}
	child := &s.views[v.depth]
	data, lo, hi := child.data[:0], child.lo[:0], child.hi[:0]
	e.run.reset()
	e.view, e.done = v, [4]bool{}
	end := min(len(d), at+2*s.forward)
	i := first
	for i < end {
		c, ok := hexPair(d, i)
		if !ok {
			next := hexSeparator(d, i, end)
			if next < 0 {
				var how join
				if next, how = separate(d, i, end, nil); how == apart || next+1 >= end || !hexSet[d[next]] || !hexSet[d[next+1]] {
					break
				}
				e.run.marked(v, next, how.layer())
			}
			i = next
			continue
		}
		e.run.at = append(e.run.at, int32(i))
		from, to := v.span(i, i+2)
		if len(data) == 0 {
			child.origin = from
		}
		data, lo, hi = append(data, c), append(lo, int32(from-child.origin)), append(hi, int32(to-child.origin))
		i += 2
	}
	s.work += int64(i-first) + 64
	e.until = i
	child.data, child.lo, child.hi = data, lo, hi
	if len(data) < 16 {
		e.view = nil
		return
	}
	if e.cut = i >= end && end < len(d); e.cut {
		e.until -= s.tail
	}
	s.decoded(child, v, LayerHex, e)
}

// hexSeparator returns the place of the next two digits where blanks, colons,
// line ends or the like stand at d[i]; -1 for something else.
func hexSeparator(d []byte, i, end int) int {
	k := i
	for k < end && k-i < 80 && (isSpace(d[k]) || d[k] == ':' || d[k] == '-' || d[k] == ',') {
		k++
	}
	if k+1 < end && (hasPrefix(d, k, "0x") || hasPrefix(d, k, "0X") || hasPrefix(d, k, `\x`)) {
		k += 2
	}
	if k+1 < end && hexSet[d[k]] && hexSet[d[k+1]] && k > i {
		return k
	}
	return -1
}

// decimal decodes a list of byte values that spells a needle at v.data[at].
func (s *Scanner) decimal(v *view, at int) {
	if v.depth >= s.d.depth {
		s.tooDeep()
		return
	}
	d := v.data
	e := &s.encoded[v.depth]
	if e.view == v && at < e.until && at >= int(e.run.at[0]) {
		return
	}
	child := &s.views[v.depth]
	data, lo, hi := child.data[:0], child.lo[:0], child.hi[:0]
	end := min(len(d), at+2*s.forward)
	first := listStart(d, at, max(0, at-s.back))
	i := first
	child.origin, _ = v.span(i, i+1)
	for i < end {
		value, k := 0, i
		for k < end && isDigit(d[k]) && k-i < 4 {
			value, k = value*10+int(d[k]-'0'), k+1
		}
		if k == i || value > 255 {
			break
		}
		from, to := v.span(i, k)
		data, lo, hi = append(data, byte(value)), append(lo, int32(from-child.origin)), append(hi, int32(to-child.origin))
		i = k
		for i < end && (isSpace(d[i]) || d[i] == ',') && i-k < 80 {
			i++
		}
		if i == k {
			break
		}
	}
	s.work += int64(i-first) + 64
	child.data, child.lo, child.hi = data, lo, hi
	if i <= at || len(data) < 16 {
		return
	}
	e.run.reset()
	e.run.add(0, first, i)
	e.view, e.done, e.until, e.cut = v, [4]bool{}, i, i >= end && end < len(d)
	if e.cut {
		e.until -= s.tail
	}
	s.decoded(child, v, LayerDecimal, e)
}

// listStart returns where the list of byte values begins that goes on at d[at], not
// before from.
func listStart(d []byte, at, from int) int {
	for at > from {
		i := at
		for i > from && (isSpace(d[i-1]) || d[i-1] == ',') {
			i--
		}
		end, value := i, 0
		for scale := 1; i > from && isDigit(d[i-1]) && end-i < 4; scale *= 10 {
			i--
			value += int(d[i]-'0') * scale
		}
		if i == end || end == at || value > 255 || i > from && isDigit(d[i-1]) {
			break
		}
		at = i
	}
	return at
}

// utf16 takes the zeros out of the text around a needle at v.data[at].
func (s *Scanner) utf16(v *view, at int) {
	if v.depth >= s.d.depth {
		s.tooDeep()
		return
	}
	d := v.data
	e := &s.encoded[v.depth]
	if e.view == v && at < e.until && at >= int(e.run.at[0]) {
		return
	}
	// at is a character, at+1 a zero. Find how far that goes on: last is the
	// last character of those that have a zero between them.
	first, last := at, at
	for limit := max(0, at-s.back); first-2 >= limit && d[first-2] != 0 && d[first-1] == 0; {
		first -= 2
	}
	limit := min(len(d), at+2*s.forward)
	for last+2 < limit && d[last+1] == 0 && d[last+2] != 0 {
		last += 2
	}
	end := last + 2
	s.work += int64(end-first) + 64
	name, shift := LayerUTF16LE, 0
	if s.orderAt(v, first, last) == bigEndian {
		name, shift = LayerUTF16BE, -1
	}
	child := &s.views[v.depth]
	data, lo, hi := child.data[:0], child.lo[:0], child.hi[:0]
	for i := first; i <= last; i += 2 {
		a, b := i+shift, min(i+shift+2, len(d))
		from, to := v.span(a, b)
		if len(data) == 0 {
			child.origin = from
		}
		data, lo, hi = append(data, d[i]), append(lo, int32(from-child.origin)), append(hi, int32(to-child.origin))
	}
	child.data, child.lo, child.hi = data, lo, hi
	if len(data) < 16 {
		return
	}
	e.run.reset()
	e.run.add(0, first, end)
	e.view, e.until, e.cut = v, end, last+2 >= limit && limit < len(d)
	if e.cut {
		e.until -= s.tail
	}
	s.decoded(child, v, name, e)
}

// orderAt tells which byte of each pair carries the character, in a text whose
// characters stand at every second place from first to last. Inside, both
// orders look the same; at its ends there is a zero too much or too few.
func (s *Scanner) orderAt(v *view, first, last int) byteOrder {
	d := v.data
	before := first > 0 && d[first-1] == 0
	after := last+1 < len(d) && d[last+1] == 0
	odd := first%2 == 1
	switch {
	case v.parent == nil && s.wide != narrow:
		return s.wide
	case after && !before:
		return littleEndian
	case before && !after:
		return bigEndian
	case v.parent == nil:
		odd = (s.base+int64(first))%2 == 1
	}
	// Both or none: texts are aligned more often than not.
	if odd {
		return bigEndian
	}
	return littleEndian
}

// decoded looks into a view that was decoded from e, a part of v.
func (s *Scanner) decoded(child, v *view, name string, e *encoded) {
	child.parent, child.name, child.depth, child.marks = v, name, v.depth+1, e.run.marks
	child.cut = e.cut || v.cut
	s.encoded[child.depth].view = nil
	s.unbroken[child.depth] = -1
	s.examine(child)
}
