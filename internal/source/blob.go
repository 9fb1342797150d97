package source

import (
	"bufio"
	"errors"
	"io"
	"sync/atomic"

	"github.com/momentolint/momentolint/internal/finding"
)

// worker reads for one job: what it visits, and the buffers that it uses again
// and again.
type worker struct {
	*run
	index  int
	blob   Blob
	tail   tail
	levels []*level
	stats  Stats

	outer  outermost
	spool  spool
	window window
	// extra is for the head of what is left of a container.
	extra []byte
}

func newWorker(r *run, index int) *worker { return &worker{run: r, index: index} }

// level holds the buffers for one depth of nesting. Level 0 is the file itself.
type level struct {
	head []byte
	in   *bufio.Reader // of a container that is read from its start
	// table and data are of a zip archive: its table of contents, one member.
	table, data *bufio.Reader
	decoders
}

// buffered returns the level's reader for one member's data.
func (l *level) buffered(r io.Reader) *bufio.Reader {
	if l.data == nil {
		l.data = bufio.NewReaderSize(nil, 16<<10)
	}
	l.data.Reset(r)
	return l.data
}

// level returns the buffers for a depth of nesting.
func (w *worker) level(n int) *level {
	for len(w.levels) <= n {
		w.levels = append(w.levels, &level{})
	}
	l := w.levels[n]
	if l.head == nil {
		l.head = make([]byte, w.BufferSize)
	}
	return l
}

// stream is something to be scanned or opened: its beginning and its rest.
type stream struct {
	path     string
	encoding []string
	head     []byte
	rest     io.Reader // nil: head is all
	// at reaches any place of the whole, size bytes; nil where only reading on
	// is possible.
	at   io.ReaderAt
	size int64
	// carrier is what rest is decoded by, nil if it comes as it is.
	carrier *decoded
}

// sound reports whether the enclosing containers decoded without error. If not,
// the failure was reported there.
func (s *stream) sound() bool {
	return s.carrier == nil || s.carrier.err == nil || errors.Is(s.carrier.err, io.EOF)
}

// show passes a stream to the visitor as it is. The error is one that ends the
// expansion or the run. Damage to what carries the stream is noted there.
func (w *worker) show(s *stream) error {
	if w.stopped.Load() {
		return errStopped
	}
	w.blob = Blob{Path: s.path, Encoding: s.encoding, Head: s.head}
	w.stats.Bytes += int64(len(s.head))
	if s.rest == nil {
		return w.visit(w.index, &w.blob)
	}
	w.tail = tail{r: s.rest, stopped: &w.stopped}
	w.blob.Rest = &w.tail
	err := w.visit(w.index, &w.blob)
	w.stats.Bytes += w.tail.n
	switch damage := w.tail.err; {
	case err != nil || damage == nil:
		return err
	case ends(damage):
		return damage
	case s.sound():
		w.complain(s.path, "cannot be read to its end: "+finding.Reason(damage))
	}
	return nil
}

// tail is a Blob's Rest: it keeps errors to itself.
type tail struct {
	r       io.Reader
	stopped *atomic.Bool
	n       int64
	err     error
}

func (t *tail) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, io.EOF
	}
	if t.stopped.Load() {
		t.err = errStopped
		return 0, io.EOF
	}
	n, err := t.r.Read(p)
	t.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
		err = nil
		if n == 0 {
			err = io.EOF
		}
	}
	return n, err
}

// sliceReader reads a slice. Unlike bytes.Reader, it cannot be rewound, so
// that no decoder mistakes the head of a stream for the whole.
type sliceReader struct{ b []byte }

func (s *sliceReader) Read(p []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.b)
	s.b = s.b[n:]
	return n, nil
}

// fill reads until buf is full or r ends. A full buffer says nothing about
// what follows; any other end comes with io.EOF or the error that was met.
func fill(r io.Reader, buf []byte) (n int, err error) {
	idle := 0
	for n < len(buf) {
		m, err := r.Read(buf[n:])
		n += m
		if err != nil {
			return n, err
		}
		if m > 0 {
			idle = 0
		} else if idle++; idle > 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}
