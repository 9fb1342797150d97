package detect

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// unpacking is what a scanner keeps for compressed texts.
type unpacking struct {
	encoded64 encodedReader
	buffered  *bufio.Reader
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
		s.tooDeep(v)
		return
	}
	e := &s.encoded64
	e.reset(s, v, at)
	var in io.Reader = e
	if layers == 2 {
		in = base64.NewDecoder(base64.StdEncoding, e)
	}
	if s.buffered == nil {
		s.buffered, s.unzip = bufio.NewReader(in), new(gzip.Reader)
	}
	s.buffered.Reset(in)
	if head, _ := s.buffered.Peek(10); !isGzip(head) || s.unzip.Reset(s.buffered) != nil {
		return
	}
	list, whole := s.unpacked(s.unzip, depth)
	if !whole && e.cut && (v.cut || v.parent == nil && !s.final) {
		s.partly(tooMuch)
	}
	if len(list) == 0 {
		return
	}
	lo, hi := e.span()
	outer := v.layers(lo, hi, e.run.marks)
	for range layers {
		outer = append(outer, LayerBase64)
	}
	outer = append(outer, LayerGzip)
	for _, c := range list {
		c.lo, c.hi = lo, hi
		c.match.Encoding = append(outer[:len(outer):len(outer)], c.match.Encoding...)
	}
	s.add(list...)
}

// isGzip tells whether a text begins as gzip writes it: RFC 1952, 2.3.1.
func isGzip(head []byte) bool {
	return len(head) == 10 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 &&
		head[3]&0xe0 == 0 && (head[8] == 0 || head[8] == 2 || head[8] == 4) && (head[9] <= 13 || head[9] == 255)
}

// unpacked looks through a compressed text, with as many more layers taken off
// as depth says, and gives the credentials in it, each once. whole tells that it
// was read up to its end. Damage in it ends it.
func (s *Scanner) unpacked(in io.Reader, depth int) (list []*candidate, whole bool) {
	inner := s.inner[depth]
	if inner == nil {
		d := *s.d
		d.depth = depth
		// Where a user's rule would have found something is not what it was made for.
		e := *d.engine
		e.user, e.parts, e.paths = judge{}, judge{}, false
		d.engine = &e
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
	damaged := &untilDamage{in: in}
	limited := &io.LimitedReader{R: damaged, N: max(0, s.left())}
	seen := map[string]bool{}
	// The context's end is met by whoever reads on.
	n, err := inner.Scan(s.ctx, "", nil, limited, func(m *Match) error {
		if !m.Credential.IsZero() && !seen[m.Fingerprint] {
			seen[m.Fingerprint] = true
			list = append(list, &candidate{
				match: Match{
					Rule: m.Rule, Credential: m.Credential, Fingerprint: m.Fingerprint, Redacted: m.Redacted,
					Message: s.d.messages[m.Rule], NearbyEndpoint: m.NearbyEndpoint, Encoding: m.Encoding,
				},
				text: m.Credential.Reveal(),
			})
		}
		return nil
	})
	s.work += n + inner.work
	if p := (*Partial)(nil); errors.As(err, &p) {
		for _, reason := range p.Reasons {
			s.partly(reason)
		}
	}
	if limited.N <= 0 {
		s.partly(tooMuch)
	}
	return list, !damaged.is
}

// untilDamage ends a text where it cannot be read on.
type untilDamage struct {
	in io.Reader
	is bool
}

// Read implements io.Reader.
func (r *untilDamage) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // io.Reader promises io.EOF itself
		r.is, err = true, io.EOF
	}
	return n, err //nolint:wrapcheck // io.EOF
}

// encodedReader gives what an encoded text decodes to, piece by piece, however
// long it is.
type encodedReader struct {
	s   *Scanner
	v   *view
	run run
	// first is where the text begins in the view, at the place up to which it
	// has been read, last where its last character so far ends.
	first, at, last int
	count           int
	size            int
	pieces          pieces
	store, out      []byte
	done            bool
	// cut tells that the view ends before the encoded text does.
	cut bool
}

func (e *encodedReader) reset(s *Scanner, v *view, at int) {
	e.run.reset()
	// Little at first: it tells whether this is what it looks like.
	*e = encodedReader{s: s, v: v, run: e.run, store: e.store, first: at, at: at, last: at, size: 1 << 10}
}

// Read implements io.Reader. There is no error but io.EOF.
func (e *encodedReader) Read(p []byte) (int, error) {
	for len(e.out) == 0 {
		if e.done {
			return 0, io.EOF
		}
		e.fill()
	}
	n := copy(p, e.out)
	e.out = e.out[n:]
	return n, nil
}

// fill decodes some more groups of four characters.
func (e *encodedReader) fill() {
	r, had := &e.run, len(e.run.text)
	stop, cut := read(r, e.v, e.at, e.at+e.size, &base64Set, e.s.d.depth > e.v.depth, &e.pieces)
	e.s.work += int64(stop-e.at) + 64
	e.count += len(r.text) - had
	if n := len(r.to); n > had {
		e.last = int(r.to[n-1])
	}
	e.cut = cut && stop >= len(e.v.data)
	e.done = !cut || e.cut || stop == e.at
	e.at, e.size = stop, 32<<10
	whole := len(r.text)
	if !e.done {
		whole &^= 3
	}
	e.store = e.store[:0]
	for k := 0; k+1 < whole; k += 4 {
		group := r.text[k:min(k+4, whole)]
		var bits uint32
		for _, c := range group {
			bits = bits<<6 | uint32(sextets[c])
		}
		size := 6 * len(group)
		for b := range size / 8 {
			e.store = append(e.store, byte(bits>>(size-8*(b+1))))
		}
	}
	e.out = e.store
	rest := copy(r.text, r.text[whole:])
	copy(r.at, r.at[whole:])
	copy(r.to, r.to[whole:])
	r.text, r.at, r.to = r.text[:rest], r.at[:rest], r.to[:rest]
	// One says as much as all of them.
	r.marks = r.marks[:min(len(r.marks), maxPieces)]
}

// span gives the place in the buffer of what has been read, with the padding
// behind it.
func (e *encodedReader) span() (lo, hi int) {
	lo, _ = e.v.span(e.first, e.first+1)
	_, hi = e.v.span(e.last-1, e.last)
	return lo, hi + padding(&e.run, e.v, e.last, e.count%4)
}
