package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/momentolint/momentolint/internal/finding"
)

// What a container leaves over (data after its end, between its members, in its
// comments) may hold another container, which other programs would read: a
// second gzip member behind junk, a zip archive in another one's comment. Each
// is searched for by its signature, opened where it is reached, and recorded
// where it is not.

// maxEmbedded is how many containers are opened that follow one another in
// this way: each takes buffers of its own.
const maxEmbedded = 12

// embedded are the signatures that are searched for. They are long enough, or
// checked closely enough, that they hardly occur by chance.
var embedded = []struct {
	format string
	magic  string
	offset int // of the magic in the container
	match  func(b []byte) bool
}{
	{"gzip", "\x1f\x8b\x08", 0, func(b []byte) bool {
		return len(b) >= 18 && b[3] < 0x20 && (b[8] == 0 || b[8] == 2 || b[8] == 4) && (b[9] <= 13 || b[9] == 255)
	}},
	{"zip", zipLocal, 0, func(b []byte) bool {
		if len(b) < zipLocalSize {
			return false
		}
		m := zipLocalHeader(b[:zipLocalSize], make([]byte, zipVariable(b[26:30])))
		return b[5] == 0 && m.method <= zipAES && len(m.name) > 0 && len(m.name) <= 4096
	}},
	{"xz", "\xfd7zXZ\x00", 0, nil},
	{"zstd", "\x28\xb5\x2f\xfd", 0, func(b []byte) bool { return len(b) >= 16 && b[4]&0x08 == 0 }},
	{"bzip2", "1AY&SY", 4, isBzip2},
	{"tar", "ustar", 257, isTar},
	{"ar", "!<arch>\ndebian-binary", 0, nil},
	{"pack", "PACK\x00\x00\x00\x02", 0, nil},
	{"7z archive", "7z\xbc\xaf\x27\x1c", 0, nil},
	{"rar archive", "Rar!\x1a\x07", 0, nil},
}

// findEmbedded returns where the first container in data begins and what it is,
// -1 if there is none.
func findEmbedded(data []byte) (at int, format string) {
	at = -1
	for _, e := range embedded {
		for from := 0; ; {
			end := len(data)
			if at >= 0 {
				end = min(end, at+e.offset+len(e.magic)-1)
			}
			if from >= end {
				break
			}
			i := bytes.Index(data[from:end], []byte(e.magic))
			if i < 0 {
				break
			}
			begin := from + i - e.offset
			if begin >= 0 && (e.match == nil || e.match(data[begin:])) {
				at, format = begin, e.format
				break
			}
			from += i + 1
		}
	}
	return at, format
}

// remainder shows what a container of the depth d leaves over, and opens the
// containers in it. at reaches all of it, size bytes; nil if only r does.
func (w *worker) remainder(r io.Reader, at io.ReaderAt, size int64, s *stream, d depth) error {
	head := w.level(d.level).head
	n, err := fill(r, head)
	if ends(err) {
		return err
	}
	rest := stream{path: s.path, encoding: s.encoding, carrier: s.carrier, head: head[:n]}
	switch {
	case err == nil:
		rest.rest = r
		if at != nil {
			rest.at, rest.size = at, size
		}
	case !errors.Is(err, io.EOF) && s.sound():
		w.complain(s.path, "cannot be read to its end: "+finding.Reason(err))
	}
	if n == 0 {
		return nil
	}
	// What is found in it lies next to the container, not in it.
	d.archives, d.embedded = max(d.archives-1, 0), d.embedded+1
	begin := 0
	if f := beginsAs(rest.head); f == nil || f.magic == zipEnd {
		begin, _ = findEmbedded(rest.head)
	}
	if begin >= 0 && d.embedded > maxEmbedded {
		w.complain(s.path, fmt.Sprintf("more than %d archives follow one another with other data between them; the bytes of the rest were scanned as they are", maxEmbedded))
		return w.show(&rest)
	}
	if begin < 0 {
		return w.watch(&rest, d)
	}
	return w.split(&rest, begin, d)
}

// split shows what is before a container that begins in the head of a stream,
// and opens the container.
func (w *worker) split(s *stream, begin int, d depth) error {
	if begin > 0 {
		if err := w.show(&stream{path: s.path, encoding: s.encoding, head: s.head[:begin]}); err != nil {
			return err
		}
		rest := *s
		rest.head = s.head[begin:]
		if s.at != nil {
			rest.size = s.size - int64(begin)
			rest.at = io.NewSectionReader(s.at, int64(begin), rest.size)
		}
		s = &rest
	}
	return w.handle(s, d)
}

// maxJunk is how much other data may be before a container.
const maxJunk = 4 << 10

// junkBefore returns where in head a container begins after other data, -1 if
// none does. Text is not searched: it costs more than all the rest.
func junkBefore(head []byte) int {
	control := func(b byte) bool { return b < '\t' || b > '\r' && b < ' ' }
	if !slices.ContainsFunc(head[:min(len(head), tarBlock)], control) {
		return -1
	}
	at, _ := findEmbedded(head[:min(len(head), maxJunk+2*tarBlock)])
	return at
}

// watch shows a stream in whose head no container begins. One that begins later
// is opened if it can be reached again, and else recorded.
func (w *worker) watch(s *stream, d depth) error {
	if s.rest == nil {
		return w.show(s)
	}
	watcher := &watcher{r: s.rest, n: int64(len(s.head)), found: -1}
	watcher.last = append(watcher.last, s.head[max(0, len(s.head)-watchOverlap):]...)
	s.rest = watcher
	if err := w.show(s); err != nil || watcher.found < 0 {
		return err
	}
	if s.at == nil {
		w.unread(s.path, watcher.format, fmt.Sprintf("%s after %d bytes of other data was not opened; its bytes were scanned as they are", watcher.format, watcher.found))
		return nil
	}
	size := s.size - watcher.found
	section := io.NewSectionReader(s.at, watcher.found, size)
	return w.remainder(section, section, size, s, depth{d.level, d.archives + 1, d.counted, d.embedded})
}

// watcher looks for containers in what is read through it.
type watcher struct {
	r io.Reader
	// n is how much was read, found where the first container begins in it.
	n, found int64
	format   string
	last     []byte
}

// watchOverlap is as much of what was read before as a signature needs.
const watchOverlap = 2 * tarBlock

func (x *watcher) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	if x.found >= 0 || n == 0 {
		return n, err
	}
	before := int64(len(x.last))
	x.last = append(x.last, p[:n]...)
	if at, format := findEmbedded(x.last); at >= 0 {
		x.found, x.format = x.n-before+int64(at), format
	}
	x.n += int64(n)
	x.last = append(x.last[:0], x.last[max(0, len(x.last)-watchOverlap):]...)
	return n, err
}
