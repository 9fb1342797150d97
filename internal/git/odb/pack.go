package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// pack is a .pack file with its index. It is opened at first use.
type pack struct {
	path   string // without the extension
	hash   Hash
	mapped bool
	// index makes the index where there is no .idx file; else nil.
	index func() (*index, error)

	once sync.Once
	err  error
	file *file
	idx  *index

	planning sync.Mutex // guards layout
	layout   *layout
}

var (
	errPack        = errors.New("the pack is malformed")
	errPackVersion = errors.New("the pack has an unknown version")
	errPackIndex   = errors.New("the pack and its index do not belong together")
)

const (
	// packHeader is the size of what precedes a pack's first object.
	packHeader = 12
	// maxEntryHeader is the most that precedes an object's compressed data:
	// 10 bytes of size, and a distance or an id.
	maxEntryHeader = 10 + 32
)

// name is the pack file's name without directories.
func (p *pack) name() string { return filepath.Base(p.path) + ".pack" }

func (p *pack) open() error {
	p.once.Do(func() { p.err = p.load() })
	return p.err
}

func (p *pack) load() error {
	var err error
	if p.index != nil {
		p.idx, err = p.index()
	} else {
		p.idx, err = openIndex(p.path+".idx", p.hash, p.mapped)
	}
	if err != nil {
		return err
	}
	p.file, err = openFile(p.path+".pack", p.mapped)
	if err == nil {
		if err = p.check(); err != nil {
			err = fmt.Errorf("%s.pack: %w", p.path, err)
		}
	}
	if err != nil {
		return errors.Join(err, p.close())
	}
	return nil
}

// check does what git does on opening: header, count, and that pack and index
// name the same checksum. That checksum is not computed here; the objects'
// own ones are, where they are read.
func (p *pack) check() (err error) {
	defer rescue(&err)
	defer guard()()
	if p.file.size < int64(packHeader+p.hash.Size()) {
		return errPack
	}
	var scratch []byte
	b, err := p.file.view(0, packHeader, &scratch)
	if err != nil {
		return err
	}
	if string(b[:4]) != "PACK" {
		return errPack
	}
	if v := binary.BigEndian.Uint32(b[4:]); v != 2 && v != 3 {
		return errPackVersion
	}
	if p.index != nil {
		return nil
	}
	if int64(binary.BigEndian.Uint32(b[8:])) != int64(p.idx.n) {
		return errPackIndex
	}
	sum, err := p.file.view(p.end(), p.file.size, &scratch)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, p.idx.packSum) {
		return errPackIndex
	}
	return nil
}

// end is where the objects end and the pack's checksum begins.
func (p *pack) end() int64 { return p.file.size - int64(p.hash.Size()) }

func (p *pack) close() error {
	var errs [2]error
	if p.idx != nil && p.idx.file != nil {
		errs[0] = p.idx.file.close()
	}
	if p.file != nil {
		errs[1] = p.file.close()
	}
	return errors.Join(errs[:]...)
}

// entry is the header of an object in a pack.
type entry struct {
	kind Type
	// size is that of the inflated data: the object's, or its delta's.
	size uint64
	// base is the distance back to an offsetDelta's base.
	base uint64
	// baseID is a refDelta's base. It points into the pack.
	baseID []byte
	// header is how long all this is; the compressed data follows.
	header int
}

// readEntry reads the header at the beginning of b.
func readEntry(b []byte, h Hash) (e entry, err error) {
	if len(b) == 0 {
		return e, errHeader
	}
	c := b[0]
	e.kind = Type(c >> 4 & 7)
	e.size = uint64(c & 15)
	n := 1
	for shift := uint(4); c&0x80 != 0; shift += 7 {
		if n >= len(b) || shift > 53 {
			return e, errHeader
		}
		c = b[n]
		n++
		e.size |= uint64(c&0x7f) << shift
	}
	switch e.kind {
	case Commit, Tree, Blob, Tag:
	case offsetDelta:
		if n >= len(b) {
			return e, errHeader
		}
		c = b[n]
		n++
		e.base = uint64(c & 0x7f)
		for c&0x80 != 0 {
			if n >= len(b) || e.base >= 1<<54 {
				return e, errHeader
			}
			c = b[n]
			n++
			// Each further byte stands for values above those of fewer bytes.
			e.base = (e.base+1)<<7 | uint64(c&0x7f)
		}
		if e.base == 0 {
			return e, errCycle
		}
	case refDelta:
		if len(b)-n < h.Size() {
			return e, errHeader
		}
		e.baseID = b[n : n+h.Size()]
		n += h.Size()
	default:
		return e, errHeader
	}
	e.header = n
	return e, nil
}

// plausible reports whether so many packed bytes can hold so many inflated ones:
// deflate's best is 258 bytes for two bits.
func plausible(size uint64, packed int64) bool {
	return size <= uint64(packed)*1032+64
}
