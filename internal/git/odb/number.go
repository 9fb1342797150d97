package odb

import (
	"bytes"
	"sort"
)

// Numbers returns the objects of a store numbers from 0 on, without taking
// memory for each. It knows the objects that were there when it was made.
type Numbers struct {
	packs []*pack
	first []int
	loose []OID
}

// Number counts the store's objects. An object that is stored more than once
// uses up several numbers and has the first of them.
func (s *Store) Number() (*Numbers, error) {
	for s.refresh(); s.forget(); {
		s.refresh()
	}
	s.compareIndexes()
	n := &Numbers{}
	count := 0
	for _, p := range *s.packs.Load() {
		if p.open() != nil || p.idx.prepare() != nil {
			continue
		}
		n.packs = append(n.packs, p)
		n.first = append(n.first, count)
		count += p.idx.n
	}
	n.first = append(n.first, count)
	for _, d := range s.dirs {
		if err := eachLoose(d.path, s.hash, func(id OID) { n.loose = append(n.loose, id) }); err != nil {
			return nil, err
		}
	}
	sort.Slice(n.loose, func(i, j int) bool { return n.loose[i].Compare(n.loose[j]) < 0 })
	return n, nil
}

// Len is one more than the highest number.
func (n *Numbers) Len() int { return n.first[len(n.packs)] + len(n.loose) }

// Of returns the number of the object with the given id, of 20 or 32 bytes.
func (n *Numbers) Of(id []byte) (number int, ok bool) {
	var err error
	defer rescue(&err)
	defer guard()()
	return n.of(id)
}

func (n *Numbers) of(id []byte) (int, bool) {
	for i, p := range n.packs {
		if at, ok := p.idx.find(id); ok {
			// Of equal neighbours the search may meet any.
			for at > 0 && bytes.Equal(p.idx.id(at-1), id) {
				at--
			}
			return n.first[i] + at, true
		}
	}
	want := oidOf(id)
	at := sort.Search(len(n.loose), func(i int) bool { return n.loose[i].Compare(want) >= 0 })
	if at < len(n.loose) && n.loose[at] == want {
		return n.first[len(n.packs)] + at, true
	}
	return 0, false
}
