package source

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
)

// tar shows the members of a tar archive, and of those that follow it: "tar -A"
// and plain concatenation leave several, each with its end mark.
func (w *worker) tar(s *stream, f *format, d depth) error {
	if s.at == nil && s.rest == nil {
		s.at, s.size = &sliceAt{s.head}, int64(len(s.head))
	}
	in := w.input(s, d)
	in.commit()
	var good bool
	shown := 0
	for {
		n, ended, err := w.tarMembers(s, f, d, in)
		shown += n
		if err != nil {
			return err
		}
		good = ended
		if !good {
			break
		}
		if err := skipZeros(in.Reader); err != nil {
			return nil
		}
		if next, _ := in.Peek(tarBlock); !isTar(next) {
			break
		}
	}
	if shown == 0 {
		return w.show(s)
	}
	if good {
		return w.trailing(in, d)
	}
	return w.showReader(in, s)
}

// tarMembers shows the members of one archive. It returns their number, and
// false if the archive does not end as it should; the input stands behind the
// last thing that made sense.
func (w *worker) tarMembers(s *stream, f *format, d depth, in *input) (shown int, good bool, err error) {
	raw := &counted{r: in.Reader}
	r := tar.NewReader(raw)
	l := w.level(d.level)
	for {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			if raw.n%tarBlock != 0 && s.sound() {
				w.unread(s.path, "tar", fmt.Sprintf("truncated tar archive: it ends in the middle of a block, after %d members", shown))
			}
			return shown, true, nil
		case ends(err):
			return shown, false, err
		case err != nil:
			if s.sound() {
				w.unread(s.path, "tar", fmt.Sprintf("damaged or truncated tar archive: %s, then: %s", membersRead(shown), tarReason(err)))
			}
			return shown, false, nil
		}
		if err := w.member(); err != nil {
			return shown, false, err
		}
		shown++
		path := s.path + "!" + memberName(h.Name)
		if text := paxText(h); text != nil && !w.matchesExclude(path, false) {
			if err := w.show(&stream{path: path, encoding: s.within(f.name), head: text}); err != nil {
				return shown, false, err
			}
		}
		switch {
		case h.Size == 0, w.excluded(path, false):
			continue
		case w.tooLarge(uint64(h.Size)):
			w.leaveOut(path)
			continue
		}
		// What is in the archive cannot be more than the archive; the holes
		// of a sparse file can.
		dec := &decoded{r: r, w: w, paid: !isSparse(h)}
		inner := stream{path: path, encoding: s.within(f.name), carrier: dec}
		if dec.paid {
			inner.at, inner.size = in.section(h.Size)
		}
		n, err := fill(dec, l.head)
		inner.head = l.head[:n]
		if err == nil {
			inner.rest = dec
		}
		if err := w.handle(&inner, d); err != nil {
			return shown, false, err
		}
		if ends(dec.err) {
			return shown, false, dec.err
		}
	}
}

// paxText returns the records of a member's extended header that may hold a
// credential: comments, and the attributes of files.
func paxText(h *tar.Header) (text []byte) {
	for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
		value := h.PAXRecords[key]
		if len(value) >= minMetadata && key != "path" && key != "linkpath" && !strings.HasPrefix(key, "GNU.sparse.") {
			text = append(text, key+"="+value+"\n"...)
		}
	}
	return text
}

// tarReason words the library's errors.
func tarReason(err error) string {
	if errors.Is(err, tar.ErrHeader) {
		return "invalid header"
	}
	return finding.Reason(err)
}

// isSparse reports whether a member has holes.
func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// skipZeros passes over zero bytes. The error says that nothing else follows.
func skipZeros(r *bufio.Reader) error {
	for {
		b, err := r.Peek(max(r.Buffered(), 1))
		if err != nil {
			return err
		}
		zeros := len(b) - len(bytes.TrimLeft(b, "\x00"))
		_, _ = r.Discard(zeros)
		if zeros < len(b) {
			return nil
		}
	}
}

// ar shows the members of a Debian package, which is an ar archive. Other ar
// archives, static libraries, hold nothing compressed and are read as they are.
func (w *worker) ar(s *stream, f *format, d depth) error {
	const magic, headerSize = 8, 60
	in := w.input(s, d)
	in.commit()
	_, _ = in.Discard(magic)
	l := w.level(d.level)
	for {
		header, err := in.Peek(headerSize)
		if err != nil {
			if len(header) > 0 && s.sound() {
				w.unread(s.path, "ar", "truncated ar archive: it ends in a header")
			}
			break
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(header[48:58])), 10, 64)
		if err != nil || size < 0 || string(header[58:]) != "`\n" {
			w.unread(s.path, "ar", "damaged ar archive: invalid header")
			break
		}
		if err := w.member(); err != nil {
			return err
		}
		path := s.path + "!" + memberName(strings.TrimRight(string(header[:16]), " "))
		_, _ = in.Discard(headerSize)
		data := &io.LimitedReader{R: in, N: size}
		dec := &decoded{r: data, w: w, paid: true}
		switch {
		case size == 0, w.excluded(path, false):
		case w.tooLarge(uint64(size)):
			w.leaveOut(path)
		default:
			n, err := fill(dec, l.head)
			inner := stream{path: path, encoding: s.within(f.name), head: l.head[:n], carrier: dec}
			if err == nil {
				inner.rest = dec
			}
			if err := w.handle(&inner, d); err != nil {
				return err
			}
		}
		if _, err := io.Copy(io.Discard, data); ends(err) {
			return err
		}
		if data.N > 0 {
			if s.sound() {
				w.unread(path, "ar", fmt.Sprintf("truncated ar archive: %d bytes of the member are missing", data.N))
			}
			return nil
		}
		if size%2 == 1 {
			_, _ = in.Discard(1)
		}
	}
	return w.trailing(in, d)
}

// membersRead is "1 member was read" or "3 members were read".
func membersRead(n int) string {
	if n == 1 {
		return "1 member was read"
	}
	return fmt.Sprintf("%d members were read", n)
}
