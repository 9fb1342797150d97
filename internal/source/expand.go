package source

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// IsContainer reports whether Expand might find something inside of data. Where it
// is false, which costs next to nothing, the data is all there is to see.
func IsContainer(data []byte) bool {
	if len(data) < 16 {
		return false
	}
	for _, offset := range [...]int{0, 1, 257, 154} {
		if offset >= len(data) {
			continue
		}
		for _, f := range byFirst[data[offset]] {
			if f.offset == offset && bytes.HasPrefix(data[offset:], []byte(f.magic)) {
				return true
			}
		}
	}
	return mayEndAsZip(data) || junkBefore(data) >= 0
}

// Expand shows a blob that is in memory already, or, if it is an archive or
// compressed, what it holds. What is not, or cannot be, opened is shown as it is.
// It is for sources outside this package; their worker index is handed on.
func Expand(ctx context.Context, worker int, name string, data []byte, o Options, visit Visitor) (Stats, error) {
	s := stream{path: name, head: data, at: &sliceAt{data}, size: int64(len(data))}
	if err := ctx.Err(); err != nil {
		return Stats{}, err
	}
	f := formatOf(&s)
	if o.MaxArchiveDepth <= 0 && f != nil && o.Record != nil {
		o.Record(notOpened(name, f))
	}
	if o.MaxArchiveDepth <= 0 || f == nil && junkBefore(data) < 0 {
		return Stats{Files: 1, Bytes: s.size}, visit(worker, &Blob{Path: name, Head: data})
	}
	r := newRun(o, visit)
	defer r.bind(ctx)()
	w := newWorker(r, worker)
	w.stats.Files++
	if err := w.read(&s); err != nil {
		r.stop(err)
	}
	r.add(w.stats)
	return r.result(ctx)
}

// ExpandReader is Expand for what is too large to be in memory. An error of in
// is recorded as skipped: what came before it was shown.
func ExpandReader(ctx context.Context, worker int, name string, in io.Reader, o Options, visit Visitor) (Stats, error) {
	r := newRun(o, visit)
	defer r.bind(ctx)()
	newWorker(r, worker).readStream(ctx, stream{path: name}, in)
	return r.result(ctx)
}

// outermost is the account of one file's expansion: everything nested in it is
// charged to it.
type outermost struct {
	path string
	// packed is the size of the file, or how much of it was read where that is
	// not known beforehand.
	packed  func() int64
	used    int64
	members int
	// skipped and opaque count the entries of the file: how many are recorded
	// is bounded.
	skipped, opaque int
	heavy           bool
	// failed says that the file itself could not be read: damage inside of it
	// may come from that.
	failed bool
}

// origin reads the file itself, and notes when that fails.
type origin struct {
	r      io.Reader
	at     io.ReaderAt
	n      int64
	failed *bool
}

func (o *origin) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	o.n += int64(n)
	o.note(err)
	return n, err
}

func (o *origin) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.at.ReadAt(p, off)
	o.note(err)
	return n, err
}

func (o *origin) note(err error) {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errStopped) {
		*o.failed = true
	}
}

// notOpened is the entry for a container that is not opened because the user
// set the depth to less than it needs.
func notOpened(path string, f *format) coverage.Entry {
	return coverage.Entry{
		Class: coverage.Excluded, By: coverage.ByMaxArchiveDepth, Path: path,
		Reason: f.name + " not opened; its bytes were scanned as they are",
	}
}

// mostComplaints is how many entries of a class one file may have.
const mostComplaints = 100

// These end the expansion of a file, but not the run.
var (
	errExpansion = errors.New("expansion limit reached")
	errMembers   = errors.New("too many members")
)

// ends reports whether an error ends more than what is being read.
func ends(err error) bool {
	return errors.Is(err, errExpansion) || errors.Is(err, errMembers) || errors.Is(err, errStopped)
}

// read shows a file or what it holds.
func (w *worker) read(s *stream) error {
	if w.MaxArchiveDepth == 0 {
		w.outer = outermost{path: s.path}
		if f := formatOf(s); f != nil {
			w.record(notOpened(s.path, f))
		}
		return w.show(s)
	}
	w.outer = outermost{path: s.path}
	failed := &w.outer.failed
	size := s.size
	packed := func() int64 { return size }
	if s.rest != nil {
		in := &origin{r: s.rest, n: int64(len(s.head)), failed: failed}
		s.rest = in
		if s.at == nil {
			packed = func() int64 { return in.n }
		}
	}
	if _, memory := s.at.(*sliceAt); s.at != nil && !memory {
		s.at = &origin{at: s.at, failed: failed}
	}
	w.outer.packed = packed
	err := w.handle(s, depth{})
	switch {
	case errors.Is(err, errExpansion):
		w.skip(s.path, fmt.Sprintf("expansion limit reached after %d bytes", w.outer.used))
		err = nil
	case errors.Is(err, errMembers):
		w.skip(s.path, fmt.Sprintf("holds more than %d members: the rest was not read", w.MaxMembers))
		err = nil
	}
	if more := w.outer.skipped - mostComplaints; more > 0 {
		w.skip(s.path, fmt.Sprintf("%d more members could not be read", more))
	}
	if more := w.outer.opaque - mostComplaints; more > 0 {
		w.record(coverage.Unread(s.path, "archive", fmt.Sprintf("%d more members could not be unpacked", more)))
	}
	if w.outer.heavy {
		w.heavy.unlock()
	}
	w.spool.free()
	return err
}

// complain records something inside of a file that should have been read: a
// limit of ours was reached, or the file itself could not be read.
func (w *worker) complain(path, reason string) {
	w.outer.skipped++
	if w.outer.skipped <= mostComplaints {
		w.skip(path, reason)
	}
}

// unread records something inside of a file, or the file, that is encrypted,
// damaged or in a format that is not opened.
func (w *worker) unread(path, format, reason string) {
	if w.outer.failed {
		w.complain(path, reason)
		return
	}
	w.outer.opaque++
	if w.outer.opaque <= mostComplaints {
		w.record(coverage.Unread(path, format, reason))
	}
}

// limit is how much the current file may expand to.
func (w *worker) limit() int64 {
	packed := w.outer.packed()
	byRatio := int64(math.MaxInt64)
	if packed < math.MaxInt64/w.MaxRatio {
		byRatio = packed * w.MaxRatio
	}
	return packed + min(max(byRatio, alwaysExpand), w.MaxExpansion)
}

// tooLarge reports whether a size is beyond the limit for single files.
func (w *worker) tooLarge(size uint64) bool {
	return w.MaxFileSize < math.MaxInt64 && size > uint64(w.MaxFileSize)
}

// member counts one more member of an archive.
func (w *worker) member() error {
	if w.stopped.Load() {
		return errStopped
	}
	if w.outer.members++; w.outer.members > w.MaxMembers {
		return errMembers
	}
	return nil
}

// depth is where in a nesting we are.
type depth struct {
	// level is how many containers are around, and so which buffers are free.
	level int
	// archives counts them for MaxArchiveDepth.
	archives int
	// counted means that the compression just taken off was counted, so that an
	// archive in it is not counted again.
	counted bool
	// leftovers counts containers that were found in what others left over.
	embedded int
}

// handle shows a stream, or what it holds if it is a container.
func (w *worker) handle(s *stream, d depth) error {
	f := formatOf(s)
	if (f == nil || !f.opened) && s.at == nil && s.rest != nil && mayEndAsZip(s.head) {
		// A zip archive with a program before it is known by its end.
		var err error
		if s, err = w.toMemory(s); err != nil {
			return err
		}
		f = formatOf(s)
	}
	if f == nil || !f.opened {
		if f != nil {
			w.unread(s.path, f.name, f.name+" not opened; its bytes were scanned as they are")
		}
		if begin := junkBefore(s.head); begin > 0 {
			return w.split(s, begin, d)
		}
		return w.show(s)
	}
	inner := depth{level: d.level + 1, archives: d.archives + 1, counted: !f.archive, embedded: d.embedded}
	if d.counted && f.archive {
		inner.archives--
	}
	if inner.archives > w.MaxArchiveDepth {
		if w.DepthChosen {
			w.record(notOpened(s.path, f))
		} else {
			w.complain(s.path, fmt.Sprintf("%s inside more than %d archives: not opened; its bytes were scanned as they are", f.name, w.MaxArchiveDepth))
		}
		return w.show(s)
	}
	return w.open(s, f, inner)
}

// within returns the encoding of what is inside a container.
func (s *stream) within(name string) []string {
	return append(slices.Clip(s.encoding), name)
}

// decoded counts what comes out of a container against the limits, and keeps
// the error that ended it.
type decoded struct {
	r   io.Reader
	w   *worker
	n   int64
	sum hash.Hash32 // of what came out; nil if not needed
	// paid means that it was charged beforehand, or costs nothing.
	paid bool
	err  error
}

func (d *decoded) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.w.stopped.Load() {
		d.err = errStopped
		return 0, d.err
	}
	if !d.paid && len(p) > 0 {
		// One byte beyond the limit tells that there is more.
		p = p[:min(int64(len(p)), max(d.w.limit()-d.w.outer.used, 0)+1)]
	}
	n, err := d.r.Read(p)
	d.n += int64(n)
	if d.sum != nil {
		_, _ = d.sum.Write(p[:n])
	}
	if !d.paid {
		d.w.outer.used += int64(n)
	}
	if err == nil && d.w.outer.used > d.w.limit() {
		err = errExpansion
	}
	if err != nil {
		d.err = err
	}
	return n, err
}

// damaged reports whether decoding ended with an error of the data's.
func (d *decoded) damaged() bool { return d.err != nil && !errors.Is(d.err, io.EOF) && !ends(d.err) }

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// keeper remembers what was read, until it is known that the data is what it
// looks like.
type keeper struct {
	r    io.Reader
	kept []byte
	off  bool
}

// mostKept is more than any decoder needs before it gives its first byte.
const mostKept = 4 << 20

func (k *keeper) Read(p []byte) (int, error) {
	if !k.off && len(k.kept) >= mostKept {
		return 0, errors.New("decoder produced no output")
	}
	n, err := k.r.Read(p)
	if !k.off {
		k.kept = append(k.kept, p[:n]...)
	}
	return n, err
}

// input is a stream as its container's decoder reads it.
type input struct {
	s    *stream
	keep *keeper           // nil where s can be read again anyway
	at   *io.SectionReader // where reading is, if s can be read anywhere
	*bufio.Reader
}

// input prepares the reading of a container.
func (w *worker) input(s *stream, d depth) *input {
	in := &input{s: s}
	var r io.Reader
	switch {
	case s.at != nil:
		in.at = io.NewSectionReader(s.at, 0, s.size)
		r = in.at
	case s.rest == nil:
		r = &sliceReader{s.head}
	default:
		in.keep = &keeper{r: s.rest}
		r = io.MultiReader(&sliceReader{s.head}, in.keep)
	}
	l := w.level(d.level)
	if l.in == nil {
		l.in = bufio.NewReaderSize(nil, 64<<10)
	}
	l.in.Reset(r)
	in.Reader = l.in
	return in
}

// section returns access to the next size bytes for reading anywhere in them,
// nil if that is not possible or not all of them are there.
func (in *input) section(size int64) (io.ReaderAt, int64) {
	if in.at == nil {
		return nil, 0
	}
	read, err := in.at.Seek(0, io.SeekCurrent)
	start := read - int64(in.Buffered())
	if err != nil || start+size > in.s.size {
		return nil, 0
	}
	return io.NewSectionReader(in.s.at, start, size), size
}

// commit says that the data is what it looks like.
func (in *input) commit() {
	if in.keep != nil {
		in.keep.off, in.keep.kept = true, nil
	}
}

// restart goes back to the beginning.
func (in *input) restart(w *worker, d depth) *input {
	if in.keep != nil {
		in.s.rest = io.MultiReader(&sliceReader{in.keep.kept}, in.keep.r)
	}
	return w.input(in.s, d)
}

// undo shows a stream as it is, after all.
func (w *worker) undo(in *input) error {
	if in.keep != nil {
		in.s.rest = io.MultiReader(&sliceReader{in.keep.kept}, in.keep.r)
	}
	return w.show(in.s)
}

// remains shows what is left of a damaged container: all of it where it can be
// read again, else what comes after the damage.
func (w *worker) remains(in *input) error {
	if in.keep == nil {
		return w.show(in.s)
	}
	return w.showReader(in, in.s)
}

// trailing shows what follows a container that ended well, if it is more than
// padding.
func (w *worker) trailing(in *input, d depth) error {
	if skipZeros(in.Reader) != nil {
		return nil // there is nothing more, or the carrier says why
	}
	at, size := in.ahead()
	return w.remainder(in, at, size, in.s, d)
}

// ahead returns access to what has not been read yet, nil if that is not possible.
func (in *input) ahead() (io.ReaderAt, int64) {
	if in.at == nil {
		return nil, 0
	}
	read, err := in.at.Seek(0, io.SeekCurrent)
	start := read - int64(in.Buffered())
	if err != nil || start < 0 || start > in.s.size {
		return nil, 0
	}
	return io.NewSectionReader(in.s.at, start, in.s.size-start), in.s.size - start
}

// showReader shows what comes from r under the name of s. It uses the buffer
// of s.
func (w *worker) showReader(r io.Reader, s *stream) error {
	rest := stream{path: s.path, encoding: s.encoding, carrier: s.carrier}
	return w.showPart(r, &rest)
}

// showPart fills in the head of a stream from r and shows it as it is.
func (w *worker) showPart(r io.Reader, s *stream) error {
	if w.extra == nil {
		w.extra = make([]byte, w.BufferSize)
	}
	n, err := fill(r, w.extra)
	s.head = w.extra[:n]
	if err == nil {
		s.rest = r
	} else if !errors.Is(err, io.EOF) {
		if ends(err) {
			return err
		}
		if s.sound() {
			w.complain(s.path, "cannot be read to its end: "+finding.Reason(err))
		}
	}
	if n == 0 {
		return nil
	}
	return w.show(s)
}

// memberName makes a member's name, which may be hostile, fit for display: no
// way out of the archive, no control characters, not too long.
func memberName(name string) string {
	const longest = 1024
	var b strings.Builder
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		for i, r := range part {
			switch {
			case r == utf8.RuneError && !strings.HasPrefix(part[i:], "\uFFFD"):
				b.WriteByte(part[i]) // not UTF-8: as it is, like the names of files
			case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r):
				b.WriteRune(unicode.ReplacementChar)
			default:
				b.WriteRune(r)
			}
		}
		if b.Len() > longest {
			return strings.ToValidUTF8(b.String()[:longest], "") + "…"
		}
	}
	if b.Len() == 0 {
		return "(no name)"
	}
	return b.String()
}
