package source

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/ulikunitz/xz/lzma"

	"github.com/momentolint/momentolint/internal/finding"
)

// The zip format, by PKWARE's APPNOTE.TXT. It is read here rather than by
// archive/zip because that keeps the whole table of contents, which may be
// gigabytes, and sees nothing but what the table names: not the program before
// the archive, not the comment after it, not a member that the table leaves
// out, and nothing at all if the table is missing.

// Signatures and sizes of the records.
const (
	zipLocal      = "PK\x03\x04"
	zipCentral    = "PK\x01\x02"
	zipEnd        = "PK\x05\x06"
	zipEnd64      = "PK\x06\x06"
	zipLocator64  = "PK\x06\x07"
	zipDescriptor = "PK\x07\x08"

	zipLocalSize     = 30
	zipCentralSize   = 46
	zipEndSize       = 22
	zipEnd64Size     = 56
	zipLocator64Size = 20

	zipMostComment = 1<<16 - 1
)

// Flags of a member.
const (
	zipEncrypted     = 1 << 0
	zipHasDescriptor = 1 << 3
	zipStrong        = 1 << 6
	zipMasked        = 1 << 13
)

// The methods of compression that are known.
const (
	zipStored   = 0
	zipDeflated = 8
	zipAES      = 99
)

// zipMember is what a header tells about a member.
type zipMember struct {
	name          string
	flags, method uint16
	packed, size  uint64
	offset        uint64 // of the local header; central directory only
	sum           uint32 // CRC-32
	// summed means that sum and size are known: else they follow after the data.
	summed bool
}

func (m *zipMember) encrypted() bool {
	return m.flags&(zipEncrypted|zipStrong|zipMasked) != 0 || m.method == zipAES
}

// mayEndAsZip reports whether what begins like this is a program or a script,
// which may have a zip archive behind it with a comment at its end.
func mayEndAsZip(head []byte) bool {
	for _, magic := range [...]string{"MZ", "\x7fELF", "#!", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe"} {
		if len(head) > zipEndSize && string(head[:len(magic)]) == magic {
			return true
		}
	}
	return false
}

// endsAsZip reports whether a zip archive ends where a stream does. An archive
// without a comment is seen behind anything, one with a comment behind programs.
func endsAsZip(s *stream) bool {
	var buf [zipEndSize]byte
	switch {
	case s.rest == nil && len(s.head) > zipEndSize:
		copy(buf[:], s.head[len(s.head)-zipEndSize:])
	case s.at != nil && s.rest != nil && s.size > zipEndSize:
		if n, _ := s.at.ReadAt(buf[:], s.size-zipEndSize); n < zipEndSize {
			return false
		}
	default:
		return false
	}
	if string(buf[:4]) == zipEnd && string(buf[20:]) == "\x00\x00" {
		return zipEndFits(s.size0(), buf[:], s.size0()-zipEndSize)
	}
	if !mayEndAsZip(s.head) {
		return false
	}
	at := s.at
	if at == nil {
		at = &sliceAt{s.head}
	}
	_, _, err := zipFindEnd(at, s.size0())
	return err == nil
}

// size0 is the size of a stream that is known to its end.
func (s *stream) size0() int64 {
	if s.rest == nil {
		return int64(len(s.head))
	}
	return s.size
}

// zipEndFits reports whether an end record at a position makes sense.
func zipEndFits(size int64, end []byte, pos int64) bool {
	entries := binary.LittleEndian.Uint16(end[10:])
	directory := int64(binary.LittleEndian.Uint32(end[12:]))
	comment := int64(binary.LittleEndian.Uint16(end[20:]))
	if entries == 1<<16-1 || directory == 1<<32-1 {
		return true // the 64-bit record tells
	}
	return directory <= pos && directory >= int64(entries)*zipCentralSize && pos+zipEndSize+comment <= size
}

var errNoZipEnd = errors.New("no table of contents")

// zipFindEnd looks for the end record, from the end backwards.
func zipFindEnd(at io.ReaderAt, size int64) (end []byte, pos int64, err error) {
	start := max(size-zipEndSize-zipMostComment, 0)
	var tail []byte
	if memory, ok := at.(*sliceAt); ok && size == int64(len(memory.b)) {
		tail = memory.b[start:]
	} else {
		tail = make([]byte, size-start)
		if n, err := at.ReadAt(tail, start); n < len(tail) {
			return nil, 0, err
		}
	}
	var loose int64 = -1
	for from := 0; ; {
		i := indexZipEnd(tail[from:])
		if i < 0 || from+i+zipEndSize > len(tail) {
			break
		}
		from += i
		pos := start + int64(from)
		if rec := tail[from : from+zipEndSize]; zipEndFits(size, rec, pos) {
			loose = pos
			if pos+zipEndSize+int64(binary.LittleEndian.Uint16(rec[20:])) == size {
				break // its comment ends where the file does
			}
		}
		from++
	}
	if loose < 0 {
		return nil, 0, errNoZipEnd
	}
	return tail[loose-start:][:zipEndSize], loose, nil
}

// indexZipEnd finds the signature of the end record. Its third byte is in
// hardly any text, so that looking for it alone passes over scripts at once.
func indexZipEnd(b []byte) int {
	const rare = 2
	for from := rare; from < len(b); from++ {
		i := bytes.IndexByte(b[from:], zipEnd[rare])
		if i < 0 {
			break
		}
		from += i
		if bytes.HasPrefix(b[from-rare:], []byte(zipEnd)) {
			return from - rare
		}
	}
	return -1
}

// zipTable is where the table of contents of an archive lies.
type zipTable struct {
	start, size int64
	entries     uint64
	// base is what has to be added to the offsets in the table: the length of
	// what was put before the archive without their being adapted.
	base int64
}

// zipFindTable finds the table of contents.
func zipFindTable(at io.ReaderAt, size int64) (*zipTable, error) {
	end, pos, err := zipFindEnd(at, size)
	if err != nil {
		return nil, err
	}
	t := &zipTable{
		entries: uint64(binary.LittleEndian.Uint16(end[10:])),
		size:    int64(binary.LittleEndian.Uint32(end[12:])),
	}
	offset := uint64(binary.LittleEndian.Uint32(end[16:]))
	after := pos
	if t.entries == 1<<16-1 || t.size == 1<<32-1 || offset == 1<<32-1 {
		if rec, at64 := zipFindEnd64(at, pos); rec != nil {
			t.entries = binary.LittleEndian.Uint64(rec[32:])
			t.size = int64(binary.LittleEndian.Uint64(rec[40:]))
			offset = binary.LittleEndian.Uint64(rec[48:])
			after = at64
		}
	}
	if t.size < 0 || t.size > after || offset > uint64(after) {
		return nil, errors.New("its table of contents lies outside of it")
	}
	// The table ends where the end record begins; its offset may be wrong.
	t.start = after - t.size
	t.base = t.start - int64(offset)
	if !zipSignatureAt(at, t.start, zipCentral) && t.size > 0 {
		if !zipSignatureAt(at, int64(offset), zipCentral) {
			return nil, errors.New("its table of contents is damaged")
		}
		t.start, t.base = int64(offset), 0
		t.size = after - t.start
	}
	// An offset may also be right though something precedes the archive.
	if t.base < 0 {
		t.base = 0
	}
	return t, nil
}

// zipFindEnd64 finds the 64-bit end record by its locator.
func zipFindEnd64(at io.ReaderAt, end int64) (rec []byte, pos int64) {
	var locator [zipLocator64Size]byte
	if end < zipLocator64Size {
		return nil, 0
	}
	if n, _ := at.ReadAt(locator[:], end-zipLocator64Size); n < len(locator) || string(locator[:4]) != zipLocator64 {
		return nil, 0
	}
	rec = make([]byte, zipEnd64Size)
	// Where it says, or, with something before the archive, right before the locator.
	for _, pos := range [...]int64{int64(binary.LittleEndian.Uint64(locator[8:])), end - zipLocator64Size - zipEnd64Size} {
		if pos < 0 || pos > end {
			continue
		}
		if n, _ := at.ReadAt(rec, pos); n == len(rec) && string(rec[:4]) == zipEnd64 {
			return rec, pos
		}
	}
	return nil, 0
}

func zipSignatureAt(at io.ReaderAt, pos int64, signature string) bool {
	var buf [4]byte
	n, _ := at.ReadAt(buf[:], pos)
	return n == 4 && string(buf[:]) == signature
}

// zip shows the members of a zip archive.
func (w *worker) zip(s *stream, f *format, d depth) error {
	defer w.spool.release(w.spool.used)
	s, err := w.toMemory(s)
	if err != nil {
		return err
	}
	if s.at == nil {
		return w.zipStream(s, f, d, false)
	}
	table, err := zipFindTable(s.at, s.size)
	if err != nil {
		return w.zipStream(s, f, d, true)
	}
	return w.zipByTable(s, f, d, table)
}

// zipByTable shows the members that the table of contents names, and
// everything that lies between, before and behind them.
func (w *worker) zipByTable(s *stream, f *format, d depth, t *zipTable) error {
	l := w.level(d.level)
	if l.table == nil {
		l.table = bufio.NewReaderSize(nil, 16<<10)
	}
	l.table.Reset(io.NewSectionReader(s.at, t.start, s.size-t.start))
	seen := spans{}
	for i := uint64(0); i < t.entries || t.entries == 1<<16-1; i++ {
		m, err := zipNextEntry(l.table)
		if err != nil {
			if i < t.entries {
				w.unread(s.path, "zip", fmt.Sprintf("damaged zip archive: its table of contents ends after %d of %d members", i, t.entries))
			}
			break
		}
		if err := w.member(); err != nil {
			return err
		}
		from, to, err := w.zipAt(s, f, d, m, t)
		if err != nil {
			return err
		}
		seen.add(from, to)
	}
	// What no member covers: a program before the archive, members that the
	// table does not name, the table itself with its comments.
	whole, err := seen.gaps(s.size, func(from, to int64) error {
		return w.zipGap(s, f, d, from, to)
	})
	if !whole {
		w.complain(s.path, "zip members overlap or are out of order; the data between them was not scanned")
	}
	return err
}

// zipNextEntry reads the next entry of a table of contents.
func zipNextEntry(r *bufio.Reader) (*zipMember, error) {
	fixed, err := r.Peek(zipCentralSize)
	if err != nil {
		return nil, err
	}
	if string(fixed[:4]) != zipCentral {
		return nil, errNoZipEnd
	}
	entry := make([]byte, zipCentralSize+zipVariable(fixed[28:34]))
	if _, err := io.ReadFull(r, entry); err != nil {
		return nil, err
	}
	return zipCentralHeader(entry[:zipCentralSize], entry[zipCentralSize:]), nil
}

// zipVariable adds the lengths of what follows a header.
func zipVariable(lengths []byte) (n int) {
	for ; len(lengths) >= 2; lengths = lengths[2:] {
		n += int(binary.LittleEndian.Uint16(lengths))
	}
	return n
}

// zipCentralHeader reads an entry of the table of contents.
func zipCentralHeader(b, variable []byte) *zipMember {
	le := binary.LittleEndian
	m := &zipMember{
		flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]),
		sum: le.Uint32(b[16:]), summed: true,
		packed: uint64(le.Uint32(b[20:])), size: uint64(le.Uint32(b[24:])), offset: uint64(le.Uint32(b[42:])),
	}
	nameLength := int(le.Uint16(b[28:]))
	m.name = string(variable[:nameLength])
	m.read64(variable[nameLength:][:le.Uint16(b[30:])])
	return m
}

// zipLocalHeader reads what precedes a member's data.
func zipLocalHeader(b, variable []byte) *zipMember {
	le := binary.LittleEndian
	m := &zipMember{
		flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]),
		sum:    le.Uint32(b[14:]),
		packed: uint64(le.Uint32(b[18:])), size: uint64(le.Uint32(b[22:])),
	}
	m.summed = m.flags&zipHasDescriptor == 0
	nameLength := int(le.Uint16(b[26:]))
	m.name = string(variable[:nameLength])
	m.read64(variable[nameLength:])
	return m
}

// read64 reads the 64-bit sizes from a header's extra field.
func (m *zipMember) read64(extra []byte) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		extra = extra[4:]
		if size > len(extra) {
			return
		}
		if field := extra[:size]; id == 1 {
			for _, v := range [...]*uint64{&m.size, &m.packed, &m.offset} {
				if *v == 1<<32-1 && len(field) >= 8 {
					*v, field = le.Uint64(field), field[8:]
				}
			}
		}
		extra = extra[size:]
	}
}

// zipAt shows the member that an entry of the table names, and tells what part
// of the archive it takes.
func (w *worker) zipAt(s *stream, f *format, d depth, m *zipMember, t *zipTable) (from, to int64, err error) {
	path := s.path + "!" + memberName(m.name)
	var local [zipLocalSize]byte
	from = int64(m.offset) + t.base
	readable := m.offset <= uint64(s.size)
	if readable {
		n, _ := s.at.ReadAt(local[:], from)
		if (n < zipLocalSize || string(local[:4]) != zipLocal) && t.base > 0 {
			// Something precedes the archive, and the offsets know of it.
			from = int64(m.offset)
			n, _ = s.at.ReadAt(local[:], from)
		}
		readable = n == zipLocalSize && string(local[:4]) == zipLocal
	}
	if !readable {
		w.unread(path, "zip", "damaged zip archive: the member is not where the table of contents says")
		return 0, 0, nil
	}
	start := from + zipLocalSize + int64(zipVariable(local[26:30]))
	if extra := int64(binary.LittleEndian.Uint16(local[28:])); extra >= minMetadata {
		section := io.NewSectionReader(s.at, start-extra, extra)
		if err := w.showPart(section, &stream{path: path, encoding: s.within(f.name), carrier: s.carrier}); err != nil {
			return 0, 0, err
		}
	}
	to = s.size
	if m.packed < uint64(s.size) {
		to = min(start+int64(m.packed), s.size)
	}
	start = min(start, to)
	if m.packed > uint64(to-start) {
		w.unread(path, "zip", fmt.Sprintf("damaged zip archive: %d bytes of the member are missing", m.packed-uint64(to-start)))
	}
	data := io.NewSectionReader(s.at, start, to-start)
	covered := to
	if m.flags&zipHasDescriptor != 0 {
		covered = min(to+zipDescriptorAt(s.at, to), s.size)
	}
	return from, covered, w.zipShow(s, f, d, m, path, data)
}

// zipDescriptorAt returns the length of the record after a member's data.
func zipDescriptorAt(at io.ReaderAt, pos int64) int64 {
	var buf [24 + 2]byte
	n, _ := at.ReadAt(buf[:], pos)
	return int64(zipDescriptorLength(buf[:n]))
}

// zipDescriptorLength tells how long the record in b is that follows a
// member's data: with or without signature, with sizes of 32 or 64 bits. Only
// what follows tells the latter.
func zipDescriptorLength(b []byte) int {
	sizes := [...]int{12, 20}
	if bytes.HasPrefix(b, []byte(zipDescriptor)) {
		sizes = [...]int{16, 24}
	}
	for _, n := range sizes {
		if len(b) == n || len(b) >= n+2 && string(b[n:n+2]) == "PK" {
			return n
		}
	}
	if sizes[0] == 16 && len(b) >= 16 {
		return 16
	}
	return 0
}

// zipShow shows a member by its packed data.
func (w *worker) zipShow(s *stream, f *format, d depth, m *zipMember, path string, data io.Reader) error {
	switch {
	case m.packed == 0 && m.size == 0 && m.summed:
		return nil // a directory, or nothing
	case w.excluded(path, false):
		return nil
	case m.encrypted():
		w.unread(path, "zip", "encrypted")
		return nil
	case w.tooLarge(m.size):
		w.leaveOut(path)
		return nil
	}
	l := w.level(d.level)
	r, err := w.zipMethod(l, m, data)
	if err != nil {
		w.undecoded(path, "zip", "the member cannot be unpacked", err)
		return w.showPart(data, &stream{path: path, encoding: s.within(f.name), carrier: s.carrier})
	}
	dec := &decoded{r: r, w: w, sum: crc32.NewIEEE()}
	section, isSection := data.(*io.SectionReader)
	if m.method == zipStored && isSection {
		// Stored data can be read anywhere, too: an archive in it needs no memory.
		return w.zipStoredAt(s, f, d, m, path, dec, section)
	}
	n, err := fill(dec, l.head)
	inner := stream{path: path, encoding: s.within(f.name), head: l.head[:n], carrier: dec}
	if err == nil {
		inner.rest = dec
	}
	if err := w.handle(&inner, d); err != nil {
		return err
	}
	return w.zipEnded(s, m, &inner, dec, data)
}

// zipStoredAt is zipShow for a member that is stored as it is.
func (w *worker) zipStoredAt(s *stream, f *format, d depth, m *zipMember, path string, dec *decoded, section *io.SectionReader) error {
	// Charged beforehand: an archive in it is not read through dec.
	w.outer.used += section.Size()
	dec.paid = true
	if w.outer.used > w.limit() {
		return errExpansion
	}
	l := w.level(d.level)
	n, err := fill(dec, l.head)
	inner := stream{path: path, encoding: s.within(f.name), head: l.head[:n], carrier: dec, at: section, size: section.Size()}
	if err == nil {
		inner.rest = dec
	}
	if err := w.handle(&inner, d); err != nil {
		return err
	}
	return w.zipEnded(s, m, &inner, dec, nil)
}

// zipEnded looks, after a member was shown, at how its data ended.
func (w *worker) zipEnded(s *stream, m *zipMember, inner *stream, dec *decoded, data io.Reader) error {
	carried := s.sound()
	switch {
	case ends(dec.err):
		return dec.err
	case dec.damaged() && carried:
		if errors.Is(dec.err, errMemory) {
			w.undecoded(inner.path, "zip", fmt.Sprintf("the member was unpacked to %d bytes only", dec.n), dec.err)
		} else {
			w.unread(inner.path, "zip", fmt.Sprintf("damaged zip member: unpacked to %d bytes, then: %s", dec.n, finding.Reason(dec.err)))
		}
		if section, ok := data.(*io.SectionReader); ok {
			// All of it as it is; of a stream, what was not used up yet.
			_, _ = section.Seek(0, io.SeekStart)
		}
		if data != nil {
			return w.showPart(data, &stream{path: inner.path, encoding: inner.encoding, carrier: s.carrier})
		}
	case !errors.Is(dec.err, io.EOF) || !m.summed || !carried:
	case uint64(dec.n) != m.size:
		w.unread(inner.path, "zip", fmt.Sprintf("the zip archive says %d bytes, but there are %d; all were read", m.size, dec.n))
	case dec.sum.Sum32() != m.sum:
		w.unread(inner.path, "zip", "corrupt zip member: checksum mismatch")
	}
	return nil
}

// errMethod is a method of compression that is not known.
type errMethod uint16

func (e errMethod) Error() string {
	names := map[errMethod]string{1: "shrink", 2: "reduce", 3: "reduce", 4: "reduce", 5: "reduce", 6: "implode", 9: "deflate64", 10: "DCL implode", 97: "WavPack", 98: "PPMd"}
	if name := names[e]; name != "" {
		return fmt.Sprintf("unsupported zip method %d, %s", uint16(e), name)
	}
	return fmt.Sprintf("unsupported zip method %d", uint16(e))
}

// zipMethod makes the decoder of a member.
func (w *worker) zipMethod(l *level, m *zipMember, data io.Reader) (io.Reader, error) {
	switch m.method {
	case zipStored:
		return data, nil
	case zipDeflated:
		return l.flateReader(l.buffered(data)), nil
	case 12:
		return bzip2.NewReader(l.buffered(data)), nil
	case 14:
		return zipLZMA(m, data)
	case 20, 93:
		return l.zstdReader(data, smallWindow)
	case 95:
		return l.xzReader(data, smallWindow)
	default:
		return nil, errMethod(m.method)
	}
}

// zipLZMA makes LZMA data of a zip archive readable: the version of the tool
// and the length of the properties stand before these, and the size is missing.
func zipLZMA(m *zipMember, data io.Reader) (io.Reader, error) {
	var head [9]byte
	if _, err := io.ReadFull(data, head[:]); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint16(head[2:]) != 5 {
		return nil, errors.New("unknown properties")
	}
	if binary.LittleEndian.Uint32(head[5:]) > smallWindow {
		return nil, errMemory
	}
	classic := make([]byte, 13)
	copy(classic, head[4:])
	size := m.size
	if m.flags&(1<<1) != 0 {
		size = 1<<64 - 1 // a mark ends the data
	}
	binary.LittleEndian.PutUint64(classic[5:], size)
	return lzma.NewReader(io.MultiReader(bytes.NewReader(classic), data))
}

// zipGap shows a part of the archive that belongs to no member. Members that
// the table of contents does not name are opened.
func (w *worker) zipGap(s *stream, f *format, d depth, from, to int64) error {
	part := stream{path: s.path, encoding: s.encoding, carrier: s.carrier}
	section := io.NewSectionReader(s.at, from, to-from)
	if zipSignatureAt(s.at, from, zipLocal) {
		part.at, part.size = section, to-from
		return w.zipStream(&part, f, d, false)
	}
	return w.remainder(section, section, to-from, &part, d)
}

// zipStream shows the members of an archive one after the other by what stands
// before each, for archives whose table of contents is missing or out of
// reach. Whatever is no member is shown as it is.
func (w *worker) zipStream(s *stream, f *format, d depth, truncated bool) error {
	in := w.input(s, d)
	in.commit()
	shown, why := 0, ""
	for why == "" {
		sig, _ := in.Peek(4)
		switch string(sig) {
		case zipLocal:
			var opened bool
			var err error
			if opened, why, err = w.zipNext(s, f, d, in); err != nil {
				return err
			}
			if opened {
				shown++
			}
		case zipDescriptor, "PK00": // the mark of an archive in several parts
			_, _ = in.Discard(4)
			if shown > 0 {
				why = "it goes on with something else"
			}
		case zipCentral, zipEnd, zipEnd64:
			if truncated && s.sound() {
				w.unread(s.path, "zip", fmt.Sprintf("truncated zip archive: %s, then its table of contents is cut off", membersRead(shown)))
			}
			at, size := in.ahead()
			return w.remainder(in, at, size, s, d)
		case "":
			if why = "it ends without a table of contents"; !truncated {
				return nil
			}
		default:
			why = "it goes on with something else"
		}
	}
	if s.sound() {
		if shown == 0 {
			w.unread(s.path, "zip", fmt.Sprintf("looks like zip but cannot be opened (%s); its bytes were scanned without unpacking", why))
		} else {
			w.unread(s.path, "zip", fmt.Sprintf("damaged or truncated zip archive: %s, then: %s", membersRead(shown), why))
		}
	}
	return w.showReader(in, s)
}

// zipNext shows the next member of a stream, and reports whether there was one.
// why is the reason that the stream cannot be followed beyond it. Where there
// was no member the input is left unread.
func (w *worker) zipNext(s *stream, f *format, d depth, in *input) (opened bool, why string, err error) {
	fixed, err := in.Peek(zipLocalSize)
	if err != nil {
		return false, "it ends in a header", nil
	}
	method := binary.LittleEndian.Uint16(fixed[8:])
	header, err := in.Peek(zipLocalSize + zipVariable(fixed[26:30]))
	switch {
	case method > zipAES, errors.Is(err, bufio.ErrBufferFull):
		return false, "invalid header", nil
	case err != nil:
		return false, "it ends in a header", nil
	}
	m := zipLocalHeader(header[:zipLocalSize], header[zipLocalSize:])
	if err := w.member(); err != nil {
		return false, "", err
	}
	path := s.path + "!" + memberName(m.name)
	length := len(header)
	if m.summed || m.packed > 0 {
		_, _ = in.Discard(length)
		why, err = w.zipKnownLength(s, f, d, m, path, in)
	} else {
		if m.method != zipDeflated || m.encrypted() {
			return false, fmt.Sprintf("the length of member %s is not known", memberName(m.name)), nil
		}
		_, _ = in.Discard(length)
		why, err = w.zipUnknownLength(s, f, d, m, path, in)
	}
	if err == nil && why == "" && m.flags&zipHasDescriptor != 0 {
		after, _ := in.Peek(26)
		_, _ = in.Discard(zipDescriptorLength(after))
	}
	return true, why, err
}

// zipKnownLength shows a member of a stream whose header tells its length.
func (w *worker) zipKnownLength(s *stream, f *format, d depth, m *zipMember, path string, in *input) (why string, err error) {
	data := &io.LimitedReader{R: in, N: int64(min(m.packed, 1<<62))}
	if err := w.zipShow(s, f, d, m, path, data); err != nil {
		return "", err
	}
	if _, err := io.Copy(io.Discard, data); ends(err) {
		return "", err
	} else if err != nil || data.N > 0 {
		return fmt.Sprintf("%d bytes of member %s are missing", data.N, memberName(m.name)), nil
	}
	return "", nil
}

// zipUnknownLength shows a member of a stream that ends where its own data says.
func (w *worker) zipUnknownLength(s *stream, f *format, d depth, m *zipMember, path string, in *input) (why string, err error) {
	l := w.level(d.level)
	dec := &decoded{r: l.flateReader(in.Reader), w: w}
	n, err := fill(dec, l.head)
	inner := stream{path: path, encoding: s.within(f.name), head: l.head[:n], carrier: dec}
	if err == nil {
		inner.rest = dec
	}
	if !w.excluded(path, false) {
		if err := w.handle(&inner, d); err != nil {
			return "", err
		}
	}
	_, err = io.Copy(io.Discard, dec)
	switch {
	case ends(err):
		return "", err
	case err != nil:
		return fmt.Sprintf("the data of member %s is damaged", memberName(m.name)), nil
	}
	return "", nil
}

// spans are parts of a file, in any order. What lies side by side is joined,
// so that an ordinary archive needs one.
type spans struct {
	list []span
	full bool
}

type span struct{ from, to int64 }

const (
	// mostSpans bounds the memory for an archive in disorder.
	mostSpans = 1 << 17
	// smallGap is too little to hold anything.
	smallGap = 16
)

func (x *spans) add(from, to int64) {
	if to <= from {
		return
	}
	if n := len(x.list); n > 0 {
		if last := &x.list[n-1]; from >= last.from && from <= last.to+smallGap {
			last.to = max(last.to, to)
			return
		}
	}
	if len(x.list) == mostSpans {
		x.full = true
		return
	}
	x.list = append(x.list, span{from, to})
}

// gaps calls f for everything up to size that no span covers. It returns false
// if there were too many spans to tell.
func (x *spans) gaps(size int64, f func(from, to int64) error) (bool, error) {
	slices.SortFunc(x.list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	at := int64(0)
	for _, s := range append(x.list, span{size, size}) {
		if s.from-at >= smallGap && !x.full {
			if err := f(at, s.from); err != nil {
				return true, err
			}
		}
		at = max(at, s.to)
	}
	return !x.full, nil
}
