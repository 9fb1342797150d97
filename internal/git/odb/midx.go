package odb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
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
