package source

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/momentolint/momentolint/internal/finding"
)

// Reader reads a stream, such as standard input, which may be an archive. name
// is for display. It returns when ctx is done even if reading does not; a read
// that waits is then left behind.
//
// What could not be read is recorded through Options.Record. The error is that of
// the visitor or of the context.
func Reader(ctx context.Context, name string, in io.Reader, o Options, visit Visitor) (Stats, error) {
	r := newRun(o, visit)
	defer r.bind(ctx)()
	at, size, ok := regularFile(in)
	if !ok {
		// Reading may have to wait.
		in = newInterruptible(ctx, in, o.withDefaults().BufferSize)
	}
	newWorker(r, 0).readStream(ctx, stream{path: name, at: at, size: size}, in)
	return r.result(ctx)
}

// readStream shows a stream or what it holds. If s gives access to any place of
// it, in is only needed for the beginning.
func (w *worker) readStream(ctx context.Context, s stream, in io.Reader) {
	w.stats.Files++
	buf := w.level(0).head
	n, err := fill(in, buf)
	s.head = buf[:n]
	switch {
	case err == nil:
		s.rest = in
	case ctx.Err() != nil:
		return
	case !errors.Is(err, io.EOF):
		w.skip(s.path, "cannot be read to its end: "+finding.Reason(err))
	}
	if err != nil {
		s.size = int64(n)
	}
	if err := w.read(&s); err != nil {
		w.stop(err)
	}
	w.add(w.stats)
}

// regularFile returns access to all of a regular file that stands at its beginning.
func regularFile(in io.Reader) (at io.ReaderAt, size int64, ok bool) {
	f, isFile := in.(*os.File)
	if !isFile {
		return nil, 0, false
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, false
	}
	if place, err := f.Seek(0, io.SeekCurrent); err != nil || place != 0 {
		return nil, 0, false
	}
	return f, info.Size(), true
}

// interruptible reads ahead in a goroutine of its own, so that a caller that waits
// for data can stop waiting.
type interruptible struct {
	done   <-chan struct{}
	full   chan piece
	empty  chan []byte
	now    piece
	unread []byte
}

// piece is what one read gave.
type piece struct {
	buf []byte
	n   int
	err error
}

func newInterruptible(ctx context.Context, in io.Reader, size int) *interruptible {
	r := &interruptible{done: ctx.Done(), full: make(chan piece, 2), empty: make(chan []byte, 2)}
	for range 2 {
		r.empty <- make([]byte, size)
	}
	go func() {
		for {
			select {
			case <-r.done:
				return
			case buf := <-r.empty:
				n, err := in.Read(buf)
				r.full <- piece{buf, n, err}
				if err != nil {
					return
				}
			}
		}
	}()
	return r
}

func (r *interruptible) Read(p []byte) (int, error) {
	for len(r.unread) == 0 {
		if r.now.err != nil {
			return 0, r.now.err
		}
		if r.now.buf != nil {
			r.empty <- r.now.buf
			r.now.buf = nil
		}
		select {
		case <-r.done:
			r.now.err = errStopped
		case r.now = <-r.full:
			r.unread = r.now.buf[:r.now.n]
		}
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}
