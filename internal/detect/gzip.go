package detect

import (
	"cmp"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/gzip"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// unpacking is what a scanner keeps for compressed texts.
type unpacking struct {
	encoded64 encodedReader
	unzip     *gzip.Reader
	// inner looks through what is unpacked, one for each depth that is left.
	inner map[int]*Scanner
}

// gzip unpacks the compressed text whose base64, or base64 of base64, begins at
// v.data[at], and looks through it. What is found in there has no place of its
// own in the file, so its place is the whole text.
func (s *Scanner) gzip(v *view, at, layers int) {
	depth := s.d.depth - v.depth - layers - 1
	if depth < 0 {
		s.tooDeep()
		return
	}
	e := &s.encoded64
	open := func() byteReader {
		e.reset(s, v, at)
		if layers == 2 {
			return &base64Reader{from: e}
		}
		return e
	}
	if !isGzip(open()) {
		return
	}
	if s.unzip == nil {
		s.unzip = new(gzip.Reader)
	}
	in := &members{from: open(), unzip: s.unzip, encoded: e}
	if !in.next() {
		return
	}
	list := s.unpacked(in, depth, v, at)
	if in.damaged && e.cut && (v.cut || v.parent == nil && !s.final) {
		s.partly(tooMuch)
	}
	if len(list) == 0 {
		return
	}
	if !in.ended {
		in.hi = e.end()
	}
	lo, _ := v.span(at, at+1)
	outer := v.layers(lo, in.hi, e.run.marks)
	for range layers {
		outer = append(outer, LayerBase64)
	}
	outer = append(outer, LayerGzip)
	for _, c := range list {
		c.lo, c.hi = lo, in.hi
		c.match.Encoding = append(slices.Clip(outer), c.match.Encoding...)
	}
	s.add(list...)
}

// byteReader is what can be read without reading on.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// isGzip reports whether a text begins as gzip writes it: RFC 1952, 2.3.1.
func isGzip(in io.Reader) bool {
	var head [10]byte
	_, err := io.ReadFull(in, head[:])
	return err == nil && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 &&
		head[3]&0xe0 == 0 && (head[8] == 0 || head[8] == 2 || head[8] == 4) && (head[9] <= 13 || head[9] == 255)
}

// members unpacks one compressed text after the other, as gzip does. Damage
// ends what is read.
type members struct {
	from    byteReader
	unzip   *gzip.Reader
	encoded *encodedReader
	// hi is where the last one ended in the buffer.
	hi             int
	ended, damaged bool
}

// next begins the next one, if there is one.
func (m *members) next() bool {
	if m.unzip.Reset(m.from) != nil {
		return false
	}
	m.unzip.Multistream(false)
	return true
}

// Read implements io.Reader. There is no error but io.EOF.
func (m *members) Read(p []byte) (int, error) {
	if m.ended {
		return 0, io.EOF
	}
	for {
		n, err := m.unzip.Read(p)
		if err == nil || n > 0 {
			return n, nil
		}
		m.hi = m.encoded.end()
		if err != io.EOF { //nolint:errorlint // a reader gives io.EOF as it is
			m.damaged = true
		} else if m.next() {
			continue
		}
		m.ended = true
		return 0, io.EOF
	}
}

// unpacked looks through a compressed text, with as many more layers taken off
// as depth says, and returns the credentials in it, each once. It begins at
// v.data[at].
func (s *Scanner) unpacked(in io.Reader, depth int, v *view, at int) (list []*candidate) {
	inner := s.inner[depth]
	if inner == nil {
		d := *s.d
		d.depth = depth
		// What the user's rules look for is text as people see it.
		d.engine = d.engine.OwnOnly()
		inner = d.NewScanner()
		inner.sizes, inner.workPerByte = s.sizes, 0
		if s.inner == nil {
			s.inner = map[int]*Scanner{}
		}
		s.inner[depth] = inner
	}
	// All that is done for it counts as work for the text that holds it, so a bomb
	// has no more effect than other text that was made to cost much.
	inner.sizes.work = s.left()
	inner.outside.Context = credential.Context{
		Momento: s.outside.Momento || s.momentoAround(v, at, at+1, besideJWK), File: cmp.Or(fileName(s.path), s.outside.File),
	}
	inner.outside.named, inner.outside.webhooks = s.namesMomento(v, at, at+1), s.usesWebhooks(v, at)
	limited := &io.LimitedReader{R: in, N: max(0, s.left())}
	seen := map[string]bool{}
	inner.take = func(c *candidate) {
		m := &c.match
		if !m.Credential.IsZero() && !seen[m.Fingerprint] {
			seen[m.Fingerprint] = true
			list = append(list, &candidate{match: *m, text: c.text})
		}
	}
	// An error is the context's, and whoever reads on meets that; a Partial tells
	// of the bounds.
	n, err := inner.Scan(s.ctx, "", nil, limited, nil)
	s.work += n + inner.work
	if p, ok := errors.AsType[*Partial](err); ok {
		for _, reason := range p.Reasons {
			s.partly(reason)
		}
		s.partial.Depth = s.partial.Depth || p.Depth
	}
	if limited.N <= 0 {
		s.partly(tooMuch)
	}
	return list
}

// encodedReader returns what the base64 in a view decodes to, byte by byte,
// however long it is, and knows where it has got to.
type encodedReader struct {
	s *Scanner
	v *view
	// run is the piece that is read from at the moment, with a rest of the one
	// before: whole groups of four characters, of which whole are decoded.
	run   run
	whole int
	// at is the place up to which the view has been read, last where the last
	// character before the run ends, size how much is read next.
	at, last, size int
	pieces         pieces
	store, out     []byte
	done           bool
	// cut reports that the view ends before the encoded text does.
	cut bool
}

func (e *encodedReader) reset(s *Scanner, v *view, at int) {
	e.run.reset()
	// Little at first: it reports whether this is what it looks like.
	*e = encodedReader{s: s, v: v, run: e.run, store: e.store[:0], at: at, last: at, size: 64}
}

// Read implements io.Reader. There is no error but io.EOF.
func (e *encodedReader) Read(p []byte) (int, error) {
	if len(e.out) == 0 && !e.fill() {
		return 0, io.EOF
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// ReadByte implements io.ByteReader.
func (e *encodedReader) ReadByte() (byte, error) {
	if len(e.out) == 0 && !e.fill() {
		return 0, io.EOF
	}
	c := e.out[0]
	e.out = e.out[1:]
	return c, nil
}

// fill decodes some more groups of four characters, if there are any.
func (e *encodedReader) fill() bool {
	r := &e.run
	for !e.done {
		if e.whole > 0 {
			e.last = int(r.to[e.whole-1])
		}
		rest := copy(r.text, r.text[e.whole:])
		copy(r.at, r.at[e.whole:])
		copy(r.to, r.to[e.whole:])
		r.text, r.at, r.to = r.text[:rest], r.at[:rest], r.to[:rest]
		// Some marks say as much as all of them.
		r.marks = r.marks[:min(len(r.marks), maxPieces)]
		stop, cut := read(r, e.v, e.at, e.at+e.size, &base64Set, e.s.d.depth > e.v.depth, &e.pieces)
		e.s.work += int64(stop-e.at) + 64
		e.cut = cut && stop >= len(e.v.data)
		e.done = !cut || e.cut || stop == e.at
		e.at, e.size = stop, 32<<10
		if e.whole = len(r.text); !e.done {
			e.whole &^= 3
		}
		e.store = e.store[:0]
		for k := 0; k+1 < e.whole; k += 4 {
			e.store = appendGroup(e.store, r.text[k:min(k+4, e.whole)])
		}
		if e.out = e.store; len(e.out) > 0 {
			return true
		}
	}
	return false
}

// appendGroup decodes up to four characters of base64.
func appendGroup(out, group []byte) []byte {
	var bits uint32
	for _, c := range group {
		bits = bits<<6 | uint32(sextets[c])
	}
	size := 6 * len(group)
	for b := range size / 8 {
		out = append(out, byte(bits>>(size-8*(b+1))))
	}
	return out
}

// end returns the place in the buffer behind what has been read, and behind the
// padding there.
func (e *encodedReader) end() int {
	last, size := e.last, 0
	if n := len(e.store) - len(e.out); n > 0 {
		size = (4*n + 2) / 3
		last = int(e.run.to[size-1])
	}
	_, hi := e.v.span(last-1, last)
	return hi + padding(&e.run, e.v, last, size%4)
}

// base64Reader decodes base64 once more. It reads no further than it has to.
type base64Reader struct {
	from  byteReader
	store [3]byte
	out   []byte
}

// Read implements io.Reader. There is no error but that of the source.
func (r *base64Reader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if p[n], err = r.ReadByte(); err != nil {
			break
		}
		n++
	}
	if n > 0 {
		err = nil
	}
	return n, err
}

// ReadByte implements io.ByteReader.
func (r *base64Reader) ReadByte() (byte, error) {
	for len(r.out) == 0 {
		var group [4]byte
		n := 0
		for seen := 0; seen < len(group); {
			c, err := r.from.ReadByte()
			if err != nil {
				if n < 2 {
					return 0, err //nolint:wrapcheck // io.EOF
				}
				break
			}
			switch {
			case c == '\r' || c == '\n':
				continue
			case c == '=':
			case sextets[c] == 255:
				return 0, io.EOF
			default:
				group[n] = c
				n++
			}
			seen++
		}
		r.out = appendGroup(r.store[:0], group[:n])
		if len(r.out) == 0 {
			return 0, io.EOF
		}
	}
	c := r.out[0]
	r.out = r.out[1:]
	return c, nil
}
