package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
)

// multiIndex is a multi-pack-index file: one sorted list of the objects of
// several packs (gitformat-pack, "multi-pack-index (MIDX) files have the
// following format"). An object that several packs hold is listed for one.
type multiIndex struct {
	file *file
	idList
	packs []string // names of the packs' .idx files, in the file's order
	offs  []byte   // for each object: pack number, offset
	large []byte
}

var (
	errMultiIndex        = errors.New("the multi-pack index is malformed")
	errMultiIndexVersion = errors.New("the multi-pack index has an unknown version")
)

func openMultiIndex(path string, h Hash, mapped bool) (*multiIndex, error) {
	f, err := openFile(path, mapped)
	if err != nil {
		return nil, err
	}
	m, err := readMultiIndex(f, h)
	if err != nil {
		_ = f.close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func readMultiIndex(f *file, h Hash) (m *multiIndex, err error) {
	defer rescue(&err)
	defer guard()()
	b, err := f.all()
	if err != nil {
		return nil, err
	}
	const header, row = 12, 12
	size := h.Size()
	if len(b) < header+row+size || string(b[:4]) != "MIDX" {
		return nil, errMultiIndex
	}
	if b[4] != 1 && b[4] != 2 {
		return nil, errMultiIndexVersion
	}
	if b[5] != byte(h)+1 {
		return nil, errMultiIndex
	}
	chunks, packs := int(b[6]), binary.BigEndian.Uint32(b[8:])
	if len(b) < header+(chunks+1)*row {
		return nil, errMultiIndex
	}
	m = &multiIndex{file: f, idList: idList{size: size, stride: size}}
	var names []byte
	for i := range chunks {
		at := header + i*row
		from, to := binary.BigEndian.Uint64(b[at+4:]), binary.BigEndian.Uint64(b[at+4+row:])
		if from > to || to > uint64(len(b)) {
			return nil, errMultiIndex
		}
		data := b[from:to]
		switch string(b[at : at+4]) {
		case "PNAM":
			names = data
		case "OIDF":
			m.fan = data
		case "OIDL":
			m.ids = data
		case "OOFF":
			m.offs = data
		case "LOFF":
			m.large = data
		}
	}
	for ; packs > 0; packs-- {
		name, rest, ok := bytes.Cut(names, []byte{0})
		// A name is that of a file in the same directory, nothing else.
		if !ok || len(name) == 0 || filepath.Base(string(name)) != string(name) {
			return nil, errMultiIndex
		}
		m.packs = append(m.packs, string(name))
		names = rest
	}
	m.n = len(m.ids) / size
	if len(m.fan) != fanoutSize || len(m.ids) != m.n*size || len(m.offs) != 8*m.n || len(m.large)%8 != 0 {
		return nil, errMultiIndex
	}
	return m, m.checkFanout()
}

// at returns the number of the pack that holds the i-th object, and where in
// it; ok is false if the index does not hold together.
func (m *multiIndex) at(i int) (pack int, offset int64, ok bool) {
	p := binary.BigEndian.Uint32(m.offs[8*i:])
	v := binary.BigEndian.Uint32(m.offs[8*i+4:])
	if uint64(p) >= uint64(len(m.packs)) {
		return 0, 0, false
	}
	if m.large == nil {
		// Without the table of large offsets all 32 bits are the offset.
		return int(p), int64(v), true
	}
	offset = largeOffset(v, m.large)
	return int(p), offset, offset >= 0
}

// packIndex makes a pack's index of what this one tells about it, for a pack
// that has no .idx file of its own. Objects that other packs hold too may be
// missing in it.
func (m *multiIndex) packIndex(number int) (x *index, err error) {
	defer rescue(&err)
	defer guard()()
	x = &index{version: 2}
	var fan [256]uint32
	for i := range m.n {
		p, offset, ok := m.at(i)
		if !ok {
			return nil, errMultiIndex
		}
		if p != number {
			continue
		}
		id := m.id(i)
		x.ids = append(x.ids, id...)
		x.off32 = binary.BigEndian.AppendUint32(x.off32, 1<<31|uint32(x.n))
		x.off64 = binary.BigEndian.AppendUint64(x.off64, uint64(offset))
		fan[id[0]]++
		x.n++
	}
	x.size, x.stride = m.size, m.size
	sum := uint32(0)
	for _, c := range &fan {
		sum += c
		x.fan = binary.BigEndian.AppendUint32(x.fan, sum)
	}
	return x, nil
}

// errDisagree is the problem of a pack that its own index and the multi-pack index
// describe differently. git reads what the latter says.
var errDisagree = errors.New("it and an index of a pack disagree (git multi-pack-index write makes a new one, git fsck says more)")

// compare finds the packs of which the multi-pack index says something else than
// their own index, and those whose own index cannot be read.
func (m *multiIndex) compare(packs []*pack) (differ []int, err error) {
	defer rescue(&err)
	defer guard()()
	type cursor struct {
		idx  *index
		next int
		same bool
	}
	cursors := make([]cursor, len(packs))
	for i, p := range packs {
		if p != nil && p.index == nil && p.open() == nil {
			cursors[i] = cursor{idx: p.idx, same: true}
		}
	}
	// Both are sorted, so each pack's index is read once, from front to back. What
	// the multi-pack index leaves out has to be listed for another pack.
	passOver := func(c *cursor, until []byte) {
		for ; c.next < c.idx.n; c.next++ {
			id := c.idx.id(c.next)
			if until != nil && bytes.Compare(id, until) >= 0 {
				return
			}
			if _, ok := m.find(id); !ok {
				c.same = false
			}
		}
	}
	for i := range m.n {
		number, offset, ok := m.at(i)
		if !ok {
			return nil, errMultiIndex
		}
		c := &cursors[number]
		if !c.same {
			continue
		}
		id := m.id(i)
		passOver(c, id)
		for c.next < c.idx.n && bytes.Equal(c.idx.id(c.next), id) && c.idx.offset(c.next) != offset {
			c.next++ // it is in the pack twice
		}
		if c.same = c.next < c.idx.n && bytes.Equal(c.idx.id(c.next), id); c.same {
			c.next++
		}
	}
	for i := range cursors {
		c := &cursors[i]
		if c.same {
			passOver(c, nil)
		}
		if p := packs[i]; p != nil && p.index == nil && !c.same {
			differ = append(differ, i)
		}
	}
	return differ, nil
}

// compareIndexes compares the multi-pack indexes with the packs' own, once. Of a
// pack that they describe differently, both descriptions are used from then on: what
// is wrong does not match its id.
func (s *Store) compareIndexes() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.dirs {
		if d.midx == nil || d.compared {
			continue
		}
		d.compared = true
		path := filepath.Join(d.path, "pack", "multi-pack-index")
		differ, err := d.midx.compare(d.midxPacks)
		if err != nil {
			s.addProblem(path, err)
		}
		packs := slices.Clone(*s.packs.Load())
		for _, i := range differ {
			p := d.midxPacks[i]
			switch err := p.open(); {
			case errors.Is(err, fs.ErrNotExist):
				continue // it was repacked
			case err == nil:
				s.addProblem(path, errDisagree)
			}
			packs = append(packs, &pack{path: p.path, hash: p.hash, mapped: p.mapped, index: func() (*index, error) { return d.midx.packIndex(i) }})
		}
		s.packs.Store(&packs)
	}
}
