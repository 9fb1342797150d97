package source

import (
	"errors"
	"fmt"
	"io"

	"github.com/momentolint/momentolint/internal/finding"
)

// growth is how much a file may grow while it is read before that is given up:
// another process may write faster than we read, and special files have no end.
const growth = 1 << 30

// readFile reads a file, shows it or what it holds, and closes it. It returns
// the first bytes, valid until the next file.
func (w *worker) readFile(f file, path string) ([]byte, error) {
	defer f.close()
	info := f.opened()
	if info.size > w.MaxFileSize {
		w.leaveOut(path)
		return nil, nil
	}
	l := w.level(0)
	n, err := readHead(f, l.head, info.size)
	if err != nil && !errors.Is(err, io.EOF) {
		w.skip(path, "cannot be read: "+finding.Reason(err))
	}
	w.stats.Files++
	s := stream{path: path, head: l.head[:n]}
	if err != nil || n == int(info.size) {
		// That was all of it.
		switch {
		case int64(n) < info.size && errors.Is(err, io.EOF):
			w.skip(path, fmt.Sprintf("shrank from %d to %d bytes while it was read", info.size, n))
		case w.MaxArchiveDepth > 0:
			s.at, s.size = &sliceAt{s.head}, int64(n)
		}
		return s.head, w.read(&s)
	}
	large := newLargeFile(f, info, int64(n))
	s.rest = large
	if w.MaxArchiveDepth > 0 && info.size > 0 {
		w.window.reset(f)
		s.at, s.size = &w.window, info.size
	}
	err = w.read(&s)
	if why := large.trouble(); why != "" {
		w.skip(path, why)
	}
	return s.head, err
}

// readHead fills buf from a file of the given size. It spares the last call,
// which would say that nothing is left, where the size says it.
func readHead(f file, buf []byte, size int64) (n int, err error) {
	for n < len(buf) {
		m, err := f.Read(buf[n:])
		n += m
		if err != nil {
			return n, err
		}
		if m > 0 && int64(n) == size {
			return n, nil
		}
	}
	return n, nil
}

// largeFile reads what follows the head of a file. It returns zeros for the
// holes of a sparse file without asking the system for them, and knows whether
// the file changed meanwhile.
type largeFile struct {
	f     file
	info  fileInfo
	off   int64
	holes holeFinder // nil if there are none
	// Up to zeros the file is known to hold nothing but zeros, up to data
	// something else; both are behind off, or at it, when not known.
	zeros, data int64
	grew        bool
	started     bool
}

// holeFinder is a file that knows its holes.
type holeFinder interface {
	// extent tells what begins at off: zeros bytes that take no room, or else
	// data bytes.
	extent(off, size int64) (zeros, data int64)
	// skip moves the place where reading goes on.
	skip(n int64) error
}

func newLargeFile(f file, info fileInfo, off int64) *largeFile {
	l := &largeFile{f: f, info: info, off: off}
	if info.sparse {
		l.holes, _ = f.(holeFinder)
	}
	return l
}

func (l *largeFile) Read(p []byte) (int, error) {
	l.started = true
	if len(p) == 0 {
		return 0, nil
	}
	if l.off >= l.info.size+growth {
		l.grew = true
		return 0, io.EOF
	}
	if l.holes != nil && l.off < l.info.size {
		if l.off >= l.zeros && l.off >= l.data {
			zeros, data := l.holes.extent(l.off, l.info.size)
			l.zeros, l.data = l.off+zeros, l.off+data
			if err := l.holes.skip(zeros); err != nil {
				return 0, err
			}
		}
		if l.off < l.zeros {
			n := int(min(int64(len(p)), l.zeros-l.off))
			clear(p[:n])
			l.off += int64(n)
			return n, nil
		}
		p = p[:min(int64(len(p)), l.data-l.off)]
	}
	n, err := l.f.Read(p)
	l.off += int64(n)
	return n, err
}

// trouble says, after reading, what was wrong: "" if nothing was. A file that
// grew at its end was read to its new one.
func (l *largeFile) trouble() string {
	if !l.started {
		return ""
	}
	if l.grew {
		return fmt.Sprintf("kept growing; read to %d bytes", l.off)
	}
	now, err := l.f.now()
	switch {
	case err != nil:
		return "cannot be read: " + finding.Reason(err)
	case now.size < l.info.size:
		return fmt.Sprintf("shrank from %d to %d bytes while it was read", l.info.size, now.size)
	case l.info.size > 0 && now.size == l.info.size && now.modified != l.info.modified:
		return "changed while it was read"
	}
	return ""
}

// sliceAt is a slice for reading anywhere. Unlike bytes.Reader, it has no
// place of its own.
type sliceAt struct{ b []byte }

func (s *sliceAt) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(s.b)) {
		return 0, io.EOF
	}
	n := copy(p, s.b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// window reads anywhere in a file, ahead where that is cheap: the parts of an
// archive are small and lie one after the other. One goroutine at a time.
type window struct {
	r   io.ReaderAt
	buf []byte
	off int64
	n   int
	err error // what ended the last read, at off+n
}

const windowSize = 64 << 10

func (w *window) reset(r io.ReaderAt) { w.r, w.off, w.n, w.err = r, 0, 0, nil }

func (w *window) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		if at >= w.off && at < w.off+int64(w.n) {
			n += copy(p[n:], w.buf[at-w.off:w.n])
			continue
		}
		if at == w.off+int64(w.n) && w.err != nil {
			return n, w.err
		}
		if len(p)-n >= windowSize {
			m, err := w.r.ReadAt(p[n:], at)
			return n + m, err
		}
		if w.buf == nil {
			w.buf = make([]byte, windowSize)
		}
		w.off = at
		w.n, w.err = w.r.ReadAt(w.buf, at)
		if w.n == 0 && w.err == nil {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}
