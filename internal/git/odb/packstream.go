package odb

import (
	"bufio"
	"bytes"
	"container/list"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zlib"
)

// PackStream reads a pack from its beginning to its end, without an index: one
// inside of an archive cannot be read otherwise. What deltas may be made from is
// kept in memory, up to a limit. What is not kept is read again where that is
// possible; else the object comes in part.
type PackStream struct {
	in    *bufio.Reader
	count *byteCount
	o     PackStreamOptions
	left  uint32
	z     io.ReadCloser
	body  *packBody

	// again reads what is no longer kept.
	again *bufio.Reader
	zAt   io.ReadCloser
	// given and rebuilt are the bytes of objects and those that were made once
	// more for them.
	given, rebuilt int64

	kept int64
	// dropped says that not all objects could be kept.
	dropped bool
	recent  *list.List // of *packBase, the latest used first
	byID    map[OID]*list.Element
	byAt    map[int64]*list.Element
}

// PackStreamOptions are for NewPackStream.
type PackStreamOptions struct {
	// Hash is the function that the pack's objects are named with.
	Hash Hash
	// MaxObject is the size in bytes of the largest object that comes as Data, 0
	// = 4 MiB. Larger ones are no base of others here.
	MaxObject int64
	// MaxKept is how many bytes of objects are kept, 0 = 16 MiB.
	MaxKept int64
	// At reads the pack anywhere, from its beginning; nil if that is not possible.
	At io.ReaderAt
}

// Reading bases again is bounded: for one object (in addition to maxChain), and all of
// it by what comes of it.
const (
	maxRebuild     = 64 << 20
	rebuiltPerByte = 32
)

// PackObject is one object of a PackStream.
type PackObject struct {
	// Offset is where in the pack it begins.
	Offset int64
	// ID and Type are zero for an object that is Partial, and ID for one that
	// comes as Body.
	ID   OID
	Type Type
	// Size is the length of Data, or of what Body returns.
	Size uint64
	// Data is all of the object; it must not be changed. Body reads it instead
	// where it is too large, until Next is called again.
	Data []byte
	Body io.Reader
	// Partial means that its base is not there: Data is the lines of text that
	// the delta adds, Body the delta itself.
	Partial bool
	// Limited says that the object is Partial because of a limit on size or
	// memory, and not because the pack lacks its base.
	Limited bool
}

// packBase is an object that deltas may be made from.
type packBase struct {
	at   int64
	id   OID
	kind Type
	data []byte
}

// longestEntry is the length of the longest header of an object: numbers in base
// 128 and an id.
const longestEntry = 10 + 10 + 32

// errNoPack is what is wrong with a pack's header.
var errNoPack = errors.New("invalid pack header")

// NewPackStream begins to read a pack. It may read more of in than the pack: Rest
// has what follows it.
func NewPackStream(in io.Reader, o PackStreamOptions) (*PackStream, error) {
	if o.MaxObject <= 0 {
		o.MaxObject = 4 << 20
	}
	if o.MaxKept <= 0 {
		o.MaxKept = 16 << 20
	}
	count := &byteCount{r: in}
	s := &PackStream{
		in: bufio.NewReaderSize(count, 64<<10), count: count, o: o,
		recent: list.New(), byID: map[OID]*list.Element{}, byAt: map[int64]*list.Element{},
	}
	var header [12]byte
	if _, err := io.ReadFull(s.in, header[:]); err != nil {
		return nil, cutOff(err)
	}
	if version := binary.BigEndian.Uint32(header[4:]); string(header[:4]) != "PACK" || version != 2 && version != 3 {
		return nil, errNoPack
	}
	s.left = binary.BigEndian.Uint32(header[8:])
	return s, nil
}

// Rest is what follows the pack, once Next has given io.EOF.
func (s *PackStream) Rest() io.Reader { return s.in }

// Left is how many objects are still to come, as the pack says.
func (s *PackStream) Left() uint32 { return s.left }

// Next returns the next object, io.EOF at the pack's end. After another error
// nothing more can be read.
func (s *PackStream) Next() (PackObject, error) {
	if s.body != nil {
		if _, err := io.Copy(io.Discard, s.body); err != nil {
			return PackObject{}, err
		}
		s.body = nil
	}
	if s.left == 0 {
		if _, err := s.in.Discard(s.o.Hash.Size()); err != nil {
			return PackObject{}, cutOff(err)
		}
		return PackObject{}, io.EOF
	}
	o := PackObject{Offset: s.count.n - int64(s.in.Buffered())}
	head, err := s.in.Peek(longestEntry)
	if err != nil && !errors.Is(err, io.EOF) {
		return o, err
	}
	e, err := readEntry(head, s.o.Hash)
	if err != nil {
		if len(head) < longestEntry {
			err = io.ErrUnexpectedEOF
		}
		return o, err
	}
	base, isDelta := s.base(&e, o.Offset)
	_, _ = s.in.Discard(e.header)
	if s.z, err = zlibReader(s.z, s.in); err != nil {
		return o, err
	}
	s.left--
	if !isDelta {
		o.Type = e.kind
	}
	if e.size > uint64(s.o.MaxObject) {
		s.body = &packBody{z: s.z, left: e.size}
		o.Body, o.Size, o.Partial, o.Limited = s.body, e.size, isDelta, isDelta
		s.dropped = true
		return o, nil
	}
	o.Data = make([]byte, e.size)
	if err := inflateAll(s.z, o.Data); err != nil {
		return o, err
	}
	if isDelta {
		o.Limited = base == nil && s.dropped
		if o.Data, err = s.resolve(&o, base, o.Data); err != nil {
			return o, err
		}
	}
	o.Size = uint64(len(o.Data))
	if !o.Partial {
		s.keep(&o)
	}
	return o, nil
}

// base finds what a delta is made from; nil if it is not there.
func (s *PackStream) base(e *entry, at int64) (b *packBase, isDelta bool) {
	var found *list.Element
	switch e.kind {
	case offsetDelta:
		if e.base > uint64(at) {
			return nil, true
		}
		if found = s.byAt[at-int64(e.base)]; found == nil {
			return s.rebuild(at - int64(e.base)), true
		}
	case refDelta:
		found = s.byID[OIDFromBytes(e.baseID)]
	default:
		return nil, false
	}
	if found == nil {
		return nil, true
	}
	s.recent.MoveToFront(found)
	b, _ = found.Value.(*packBase)
	return b, true
}

// rebuild makes an object that is no longer kept; nil if that is not possible.
func (s *PackStream) rebuild(at int64) *packBase {
	if s.o.At == nil {
		return nil
	}
	var deltas [][]byte
	var places []int64
	var base *packBase
	most := min(s.rebuilt, rebuiltPerByte*s.given) + maxRebuild
	for base == nil {
		if len(deltas) > maxChain || s.rebuilt > most {
			return nil
		}
		if found := s.byAt[at]; found != nil {
			s.recent.MoveToFront(found)
			base, _ = found.Value.(*packBase)
			break
		}
		e, data := s.entryAt(at)
		switch {
		case data == nil:
			return nil
		case e.kind == offsetDelta && e.base <= uint64(at):
			deltas, places = append(deltas, data), append(places, at)
			at -= int64(e.base)
		case e.kind == refDelta:
			deltas, places = append(deltas, data), append(places, at)
			found := s.byID[OIDFromBytes(e.baseID)]
			if found == nil {
				return nil
			}
			base, _ = found.Value.(*packBase)
		case e.kind != offsetDelta:
			base = &packBase{at: at, kind: e.kind, data: data}
			s.keepBase(base)
		default:
			return nil
		}
	}
	for i, delta := range slices.Backward(deltas) {
		size, ops, err := checkDelta(delta, len(base.data), s.o.MaxObject)
		if err != nil || s.rebuilt+int64(size) > most {
			return nil
		}
		data := make([]byte, size)
		s.rebuilt += int64(size)
		if applyDelta(data, base.data, ops, nil) != nil {
			return nil
		}
		base = &packBase{at: places[i], kind: base.kind, data: data}
		s.keepBase(base)
	}
	return base
}

// entryAt reads the object or delta at a place; nil if it cannot be read.
func (s *PackStream) entryAt(at int64) (entry, []byte) {
	from := io.NewSectionReader(s.o.At, at, 1<<62-at)
	if s.again == nil {
		s.again = bufio.NewReaderSize(from, 16<<10)
	}
	s.again.Reset(from)
	head, _ := s.again.Peek(longestEntry)
	e, err := readEntry(head, s.o.Hash)
	if err != nil || e.size > uint64(s.o.MaxObject) {
		return e, nil
	}
	e.baseID = bytes.Clone(e.baseID)
	_, _ = s.again.Discard(e.header)
	if s.zAt, err = zlibReader(s.zAt, s.again); err != nil {
		return e, nil
	}
	data := make([]byte, e.size)
	s.rebuilt += int64(e.size)
	if inflateAll(s.zAt, data) != nil {
		return e, nil
	}
	return e, data
}

// resolve makes the object that a delta describes, or returns what the delta adds.
func (s *PackStream) resolve(o *PackObject, base *packBase, delta []byte) ([]byte, error) {
	if base == nil {
		o.Partial = true
		return added(delta), nil
	}
	size, ops, err := checkDelta(delta, len(base.data), s.o.MaxObject)
	if errors.Is(err, errLarge) {
		o.Partial, o.Limited = true, true
		return added(delta), nil
	}
	if err != nil {
		return nil, err
	}
	o.Type = base.kind
	data := make([]byte, size)
	return data, applyDelta(data, base.data, ops, nil)
}

// keep names an object and keeps it for the deltas to come.
func (s *PackStream) keep(o *PackObject) {
	o.ID = s.o.Hash.Sum(o.Type, o.Data)
	s.given += int64(len(o.Data))
	if known := s.byID[o.ID]; known != nil {
		// A pack may hold an object twice; its later place counts.
		b, _ := known.Value.(*packBase)
		delete(s.byAt, b.at)
		b.at, s.byAt[o.Offset] = o.Offset, known
		s.recent.MoveToFront(known)
		return
	}
	s.keepBase(&packBase{o.Offset, o.ID, o.Type, o.Data})
}

// keepBase keeps an object for the deltas to come, with its name if that is known.
func (s *PackStream) keepBase(b *packBase) {
	e := s.recent.PushFront(b)
	s.byAt[b.at] = e
	if !b.id.IsZero() {
		s.byID[b.id] = e
	}
	const own = 256 // what keeping it takes in addition to its bytes
	s.kept += int64(len(b.data)) + own
	for s.kept > s.o.MaxKept && s.recent.Len() > 1 {
		last, _ := s.recent.Remove(s.recent.Back()).(*packBase)
		s.dropped = true
		s.kept -= int64(len(last.data)) + own
		delete(s.byAt, last.at)
		if !last.id.IsZero() {
			delete(s.byID, last.id)
		}
	}
}

// zlibReader reads what is compressed, with the reader that is there already.
func zlibReader(z io.ReadCloser, from io.Reader) (io.ReadCloser, error) {
	if again, ok := z.(zlib.Resetter); ok {
		return z, cutOff(again.Reset(from, nil))
	}
	z, err := zlib.NewReader(from)
	return z, cutOff(err)
}

// inflateAll fills data with compressed data, which has to end there.
func inflateAll(z io.Reader, data []byte) error {
	if _, err := io.ReadFull(z, data); err != nil {
		return cutOff(err)
	}
	return atEnd(z)
}

// atEnd sees that nothing is left, and that the checksum is right.
func atEnd(r io.Reader) error {
	var more [1]byte
	switch n, err := r.Read(more[:]); {
	case n > 0:
		return errSize
	case err == nil || errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// cutOff makes the end of the data where there should be more an error of its own.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// added returns what a delta adds to its base, each run of it on lines of its own.
func added(delta []byte) []byte {
	var out bytes.Buffer
	_, _, n, err := deltaSizes(delta)
	if err != nil {
		return delta
	}
	copied := false
	for ops := delta[n:]; len(ops) > 0; {
		op := ops[0]
		ops = ops[1:]
		if op&0x80 == 0 {
			if copied && out.Len() > 0 {
				out.WriteByte('\n')
			}
			copied = false
			k := min(int(op), len(ops))
			out.Write(ops[:k])
			ops = ops[k:]
			continue
		}
		copied = true
		for i := range 7 {
			if op>>i&1 != 0 && len(ops) > 0 {
				ops = ops[1:]
			}
		}
	}
	return out.Bytes()
}

// packBody reads one large object.
type packBody struct {
	z    io.Reader
	left uint64
	err  error
}

func (b *packBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.left == 0 {
		if b.err = atEnd(b.z); b.err == nil {
			b.err = io.EOF
		}
		return 0, b.err
	}
	n, err := b.z.Read(p[:min(uint64(len(p)), b.left)])
	b.left -= uint64(n)
	if b.left > 0 {
		b.err = cutOff(err)
	}
	return n, b.err
}

// byteCount counts what was read.
type byteCount struct {
	r io.Reader
	n int64
}

func (c *byteCount) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// String says where an object of unknown name is.
func (o *PackObject) String() string {
	if o.ID.IsZero() {
		return fmt.Sprintf("object at %d", o.Offset)
	}
	return o.ID.String()
}
