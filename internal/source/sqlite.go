package source

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
)

// A SQLite database keeps the beginning of a long value in a cell of a b-tree
// page and the rest on a chain of overflow pages, which may lie anywhere in the
// file. Each such value is shown as one piece. The file itself is shown with
// these values blanked, so that nothing is shown twice and nothing is left out:
// unused space and freed pages hold deleted values.
//
// No page is followed twice, so the work is bounded by the size of the file.

const (
	sqlite       = "sqlite"
	sqliteMagic  = "SQLite format 3\x00"
	sqliteHeader = 100
	// sqliteMostPages bounds the memory for the two sets of pages.
	sqliteMostPages = 1 << 27
)

// isSQLite reports whether the header of a database is valid. Databases in whose
// first page another container begins are handled as other files are.
func isSQLite(h []byte) bool {
	if len(h) < sqliteHeader || h[21] != 64 || h[22] != 32 || h[23] != 32 {
		return false
	}
	size := sqlitePageSize(h)
	return size >= 512 && size&(size-1) == 0 && size-int(h[20]) >= 480 && junkBefore(h) < 0
}

func sqlitePageSize(h []byte) int {
	if size := int(binary.BigEndian.Uint16(h[16:])); size != 1 {
		return size
	}
	return 1 << 16
}

// pageSet is a set of page numbers, which begin at 1.
type pageSet []uint64

func (p pageSet) has(n uint32) bool { return p[n/64]&(1<<(n%64)) != 0 }
func (p pageSet) add(n uint32)      { p[n/64] |= 1 << (n % 64) }

// sqliteDB is a database that is being read.
type sqliteDB struct {
	at io.ReaderAt
	// size is the length of a page, usable that without the reserved bytes at
	// its end.
	size, usable int
	pages        uint32
	autoVacuum   bool
	// joined are the overflow pages that were shown as part of a value, free
	// those on the list of unused pages.
	joined, free pageSet
}

// sqlite shows the values of a database that lie on several pages, and the rest.
func (w *worker) sqlite(s *stream, d depth) error {
	defer w.spool.release(w.spool.used)
	s, err := w.toMemory(s)
	if err != nil {
		return err
	}
	if s.at == nil {
		w.unread(s.path, "SQLite database", "SQLite database too large to read from a stream; values on several pages were not put together")
		return w.show(s)
	}
	if endsAsZip(s) {
		return w.zip(s, formats[0], d)
	}
	db := openSQLite(s)
	l := w.level(d.level)
	if l.in == nil {
		l.in = bufio.NewReaderSize(nil, 64<<10)
	}
	shown := false
	// Pages in use come first: a freed page may still refer to pages that now
	// belong to another value.
	for _, free := range [...]bool{false, true} {
		l.in.Reset(io.NewSectionReader(s.at, 0, s.size))
		page := make([]byte, db.size)
		for n := uint32(1); n <= db.pages; n++ {
			if _, err := io.ReadFull(l.in, page); err != nil {
				break // the file itself, which is shown below, ends there as well
			}
			if db.free.has(n) != free || db.joined.has(n) {
				continue
			}
			for cell := range db.cells(page, n) {
				shown = true
				if err := w.sqliteValue(s, d, db, n, cell); err != nil {
					return err
				}
			}
		}
	}
	if !shown {
		return w.show(s)
	}
	l.in.Reset(io.NewSectionReader(s.at, 0, s.size))
	return w.showReader(&sqliteRest{db: db, in: l.in, page: make([]byte, db.size)}, s)
}

// sqliteValue shows one value that lies on several pages.
func (w *worker) sqliteValue(s *stream, d depth, db *sqliteDB, page uint32, cell sqliteCell) error {
	if w.stopped.Load() {
		return errStopped
	}
	r := &sqliteChain{db: db, pending: cell.local, next: cell.overflow, left: cell.rest, page: make([]byte, db.usable)}
	head := w.level(d.level).head
	n, err := fill(r, head)
	inner := stream{path: fmt.Sprintf("%s!page-%d-cell-%d", s.path, page, cell.index), encoding: s.within(sqlite), head: head[:n]}
	if err == nil {
		inner.rest = r
	}
	return w.handle(&inner, d)
}

func openSQLite(s *stream) *sqliteDB {
	h := s.head[:sqliteHeader]
	db := &sqliteDB{at: s.at, size: sqlitePageSize(h), autoVacuum: binary.BigEndian.Uint32(h[52:]) != 0}
	db.usable = db.size - int(h[20])
	db.pages = uint32(min(s.size/int64(db.size), sqliteMostPages))
	db.joined, db.free = make(pageSet, db.pages/64+1), make(pageSet, db.pages/64+1)
	page := make([]byte, db.usable)
	for n := binary.BigEndian.Uint32(h[32:]); db.exists(n) && !db.free.has(n); n = binary.BigEndian.Uint32(page) {
		db.free.add(n)
		if !db.read(n, page) {
			break
		}
		leaves := int(min(binary.BigEndian.Uint32(page[4:]), uint32(db.usable/4-2)))
		for i := range leaves {
			if leaf := binary.BigEndian.Uint32(page[8+4*i:]); db.exists(leaf) {
				db.free.add(leaf)
			}
		}
	}
	return db
}

func (db *sqliteDB) exists(n uint32) bool { return n > 0 && n <= db.pages }

// read reads the usable bytes of a page.
func (db *sqliteDB) read(n uint32, page []byte) bool {
	got, _ := db.at.ReadAt(page, int64(n-1)*int64(db.size))
	return got == len(page)
}

// sqliteCell is a cell whose value goes on elsewhere.
type sqliteCell struct {
	index int
	// local is what the page holds of the value, rest the length of the rest,
	// which begins on the page overflow.
	local    []byte
	rest     int64
	overflow uint32
}

// cells returns the cells of page n whose values go on elsewhere. It stops at
// damage: where the cells hold more than the page.
func (db *sqliteDB) cells(page []byte, n uint32) iter.Seq[sqliteCell] {
	return func(yield func(sqliteCell) bool) {
		u := db.usable
		if db.autoVacuum && n >= 2 && (int(n)-2)%(u/5+1) == 0 {
			return // a pointer map
		}
		begin, size := 0, 8
		if n == 1 {
			begin = sqliteHeader
		}
		most := (u-12)*64/255 - 23 // of a value on an index page
		least := (u-12)*32/255 - 23
		kind := page[begin]
		switch kind {
		case 0x0d: // leaf of a table
			most = u - 35
		case 0x0a: // leaf of an index
		case 0x02: // interior page of an index
			size = 12
		default:
			return
		}
		count := int(binary.BigEndian.Uint16(page[begin+3:]))
		pointers := begin + size
		if pointers+2*count > u {
			return
		}
		held := 0
		for i := range count {
			at := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
			if at < pointers+2*count || at+4 > u {
				continue
			}
			if kind == 0x02 {
				at += 4
			}
			length, k := sqliteVarint(page[at:u])
			at += k
			if kind == 0x0d {
				_, k = sqliteVarint(page[at:u])
				at += k
			}
			if length <= uint64(most) || length > uint64(db.pages)*uint64(db.size) {
				continue
			}
			local := least + int((length-uint64(least))%uint64(u-4))
			if local > most {
				local = least
			}
			end := at + local
			if end+4 > u {
				continue
			}
			overflow := binary.BigEndian.Uint32(page[end:])
			if held += local; held > u {
				return
			}
			if db.exists(overflow) && !yield(sqliteCell{i, page[at:end], int64(length) - int64(local), overflow}) {
				return
			}
		}
	}
}

// sqliteVarint returns the integer that begins b and its length.
func sqliteVarint(b []byte) (v uint64, n int) {
	for n < len(b) && n < 8 {
		c := b[n]
		v, n = v<<7|uint64(c&0x7f), n+1
		if c < 0x80 {
			return v, n
		}
	}
	if n < len(b) {
		v, n = v<<8|uint64(b[n]), n+1
	}
	return v, n
}

// sqliteChain reads a value, then a line feed and the unused end of its last page.
type sqliteChain struct {
	db      *sqliteDB
	pending []byte
	next    uint32
	left    int64
	page    []byte
	unused  []byte
}

func (c *sqliteChain) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		if c.unused != nil {
			c.pending, c.unused = c.unused, nil
			break
		}
		if c.left <= 0 || !c.db.exists(c.next) || c.db.joined.has(c.next) || !c.db.read(c.next, c.page) {
			return 0, io.EOF
		}
		c.db.joined.add(c.next)
		c.next = binary.BigEndian.Uint32(c.page)
		c.pending = c.page[4:]
		if rest := int64(len(c.pending)); c.left < rest {
			c.unused = append([]byte{'\n'}, c.pending[c.left:]...)
			c.pending = c.pending[:c.left]
		}
		c.left -= int64(len(c.page) - 4)
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// sqliteRest reads a database and blanks what was shown as values. Line feeds
// stay, so that the lines of the rest keep their numbers.
type sqliteRest struct {
	db      *sqliteDB
	in      io.Reader
	n       uint32
	page    []byte
	pending []byte
	err     error
}

func (r *sqliteRest) Read(p []byte) (int, error) {
	if len(r.pending) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		var n int
		n, r.err = io.ReadFull(r.in, r.page)
		if r.err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns it as it is
			r.err = io.EOF
		}
		r.pending = r.page[:n]
		if n == len(r.page) && r.n < r.db.pages {
			r.n++
			r.blank()
		}
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

func (r *sqliteRest) blank() {
	if r.db.joined.has(r.n) {
		blank(r.page[4:r.db.usable])
		return
	}
	var locals [][]byte // blanked after all cells were read: damaged ones may overlap
	for cell := range r.db.cells(r.page, r.n) {
		locals = append(locals, cell.local)
	}
	for _, local := range locals {
		blank(local)
	}
}

func blank(b []byte) {
	for i, c := range b {
		if c != '\n' {
			b[i] = 0
		}
	}
}
