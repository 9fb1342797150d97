package source

import (
	"errors"
	"io"

	"github.com/momentolint/momentolint/internal/finding"
)

// The zip format has its table of contents at its end. What comes as a stream
// is taken into memory for that, up to a limit; longer ones are read by what
// precedes each member instead. Nothing is written to the disk: there
// would be secrets in it.
const (
	spoolChunk = 1 << 20
	spoolMost  = 16 // chunks, for all archives inside one another
	spoolKept  = 2
)

// spool lends a worker's memory for archives, last in, first out.
type spool struct {
	chunks [][]byte
	used   int
}

// take returns a chunk, nil if there is none left.
func (p *spool) take() []byte {
	if p.used == spoolMost {
		return nil
	}
	if p.used == len(p.chunks) {
		p.chunks = append(p.chunks, make([]byte, spoolChunk))
	}
	p.used++
	return p.chunks[p.used-1]
}

// release returns back all chunks taken since there were n in use.
func (p *spool) release(n int) { p.used = n }

// free returns back everything, and most of it to the system.
func (p *spool) free() {
	p.used = 0
	if len(p.chunks) > spoolKept {
		clear(p.chunks[spoolKept:])
		p.chunks = p.chunks[:spoolKept]
	}
}

// memory is a stream that was taken into memory.
type memory struct {
	chunks [][]byte
	size   int64
}

func (m *memory) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, io.EOF
	}
	for n < len(p) && off < m.size {
		within := off % spoolChunk
		c := m.chunks[off/spoolChunk][within:min(spoolChunk, within+m.size-off)]
		k := copy(p[n:], c)
		n += k
		off += int64(k)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// toMemory takes a stream into memory, so that every place in it can be read, if
// that is not so already. If it is too long the result is a stream as before.
func (w *worker) toMemory(s *stream) (*stream, error) {
	switch {
	case s.at != nil:
		return s, nil
	case s.rest == nil:
		s.at, s.size = &sliceAt{s.head}, int64(len(s.head))
		return s, nil
	}
	m := &memory{}
	r := io.MultiReader(&sliceReader{s.head}, s.rest)
	out := *s
	for {
		c := w.spool.take()
		if c == nil {
			known := io.NewSectionReader(m, int64(len(s.head)), m.size-int64(len(s.head)))
			out.rest = io.MultiReader(known, s.rest)
			return &out, nil
		}
		n, err := fill(r, c)
		m.chunks = append(m.chunks, c)
		m.size += int64(n)
		if err == nil {
			continue
		}
		if ends(err) {
			return nil, err
		}
		if !errors.Is(err, io.EOF) && s.sound() {
			w.complain(s.path, "cannot be read to its end: "+finding.Reason(err))
		}
		out.at, out.size = m, m.size
		out.rest = nil
		if m.size > int64(len(s.head)) {
			out.rest = io.NewSectionReader(m, int64(len(s.head)), m.size-int64(len(s.head)))
		}
		return &out, nil
	}
}
