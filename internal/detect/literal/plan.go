package literal

import (
	"math"
	"math/bits"
	"slices"
	"sync"
)

const (
	// bucketCount is the number of bits in a byte: one shuffle looks up eight
	// buckets for each position.
	bucketCount = 8
	// fingerprintSize is the number of bytes that are looked at for each
	// position. Three are a quarter faster on random bytes, but on source text
	// they let several times as many false candidates through.
	fingerprintSize = 4
)

// window is the part of a needle that serves as its fingerprint.
type window struct {
	needle int // index
	offset int // in the needle
	size   int // fingerprintSize, or less for a needle that has no more
	bytes  [fingerprintSize]byte
}

// ascii reports whether the first three places hold ASCII, which one of the
// vector searches wants.
func (w *window) ascii() bool {
	return w.bytes[0]|w.bytes[1]|w.bytes[2] < 0x80
}

// nibbles is what the shuffles can know of a set of bytes: which low and which
// high halves occur in it, one bit each.
type nibbles struct{ low, high uint16 }

const anyNibble = math.MaxUint16

// shape is what a bucket lets through, position by position.
type shape [fingerprintSize]nibbles

// with returns the shape that also lets w through.
func (s shape) with(w *window) shape {
	for i := range s {
		if i >= w.size {
			s[i] = nibbles{anyNibble, anyNibble}
			continue
		}
		s[i].low |= 1 << (w.bytes[i] & 15)
		s[i].high |= 1 << (w.bytes[i] >> 4)
	}
	return s
}

// union returns the shape that lets through what either does.
func (s shape) union(o *shape) shape {
	for i := range s {
		s[i].low |= o[i].low
		s[i].high |= o[i].high
	}
	return s
}

// frequencySums holds, for each high half of a byte, how often the bytes with it
// occur whose low halves are in a set; one table for sets of the lower eight, one
// for sets of the upper eight. Planning adds these up a hundred thousand times.
var frequencySums = sync.OnceValue(func() *[16][2][256]uint32 {
	t := new([16][2][256]uint32)
	for high := range t {
		for part := range t[high] {
			sums := &t[high][part]
			for set := 1; set < len(sums); set++ {
				first := bits.TrailingZeros(uint(set))
				sums[set] = sums[set&(set-1)] + uint32(frequency[16*high+8*part+first])
			}
		}
	}
	return t
})

// rate estimates how many of 1e12 positions of typical input the shape lets
// through, taking the bytes as independent of each other.
func (s *shape) rate() float64 {
	rate, t := 1.0, frequencySums()
	for i := range s {
		if s[i].low == anyNibble && s[i].high == anyNibble {
			continue
		}
		var sum uint32
		for high := s[i].high; high != 0; high &= high - 1 {
			row := &t[bits.TrailingZeros16(high)]
			sum += row[0][s[i].low&0xff] + row[1][s[i].low>>8]
		}
		rate *= float64(sum) / frequencyTotal
	}
	return rate * 1e12
}

// windowsOf lists the fingerprints that a needle may be known by: only ASCII
// ones if it has any.
func windowsOf(index int, needle string) []window {
	size := min(len(needle), fingerprintSize)
	list := make([]window, 0, len(needle)-size+1)
	for offset := 0; offset+size <= len(needle); offset++ {
		w := window{needle: index, offset: offset, size: size}
		copy(w.bytes[:], needle[offset:offset+size])
		list = append(list, w)
	}
	if slices.ContainsFunc(list, func(w window) bool { return w.ascii() }) {
		list = slices.DeleteFunc(list, func(w window) bool { return !w.ascii() })
	}
	return list
}

// plan chooses a fingerprint for each needle and a bucket for each
// fingerprint, so that few positions of typical input pass by chance: it joins
// the pair of groups that costs least until eight are left, then moves single
// needles while that helps. The result depends on the needles only.
func plan(needles []string) [bucketCount][]window {
	choices := make([][]window, len(needles))
	groups := make([]group, 0, len(needles))
	for i, n := range needles {
		choices[i] = windowsOf(i, n)
		best, bestRate := 0, math.Inf(1)
		for j := range choices[i] {
			s := shape{}.with(&choices[i][j])
			if r := s.rate(); r < bestRate {
				best, bestRate = j, r
			}
		}
		groups = append(groups, newGroup([]window{choices[i][best]}))
	}
	groups = join(groups)
	refine(groups, choices)

	var buckets [bucketCount][]window
	for i, g := range groups {
		buckets[i] = g.windows
	}
	return buckets
}

// group is a bucket in the making.
type group struct {
	windows []window
	shape   shape
	rate    float64
}

func newGroup(windows []window) group {
	g := group{windows: windows}
	if len(windows) == 0 {
		return g
	}
	for i := range windows {
		g.shape = g.shape.with(&windows[i])
	}
	g.rate = g.shape.rate()
	return g
}

// join merges groups until at most bucketCount are left.
func join(groups []group) []group {
	// extra[i][j], i > j, is what merging i into j would cost.
	cost := func(a, b *group) float64 {
		s := a.shape.union(&b.shape)
		return s.rate() - a.rate - b.rate
	}
	extra := make([][]float64, len(groups))
	for i := range groups {
		extra[i] = make([]float64, i)
		for j := range i {
			extra[i][j] = cost(&groups[i], &groups[j])
		}
	}
	for len(groups) > bucketCount {
		from, into := 1, 0
		for i := range groups {
			for j := range i {
				if extra[i][j] < extra[from][into] {
					from, into = i, j
				}
			}
		}
		groups[into] = newGroup(append(groups[into].windows, groups[from].windows...))
		// The last group takes the place of the one that went.
		last := len(groups) - 1
		groups[from] = groups[last]
		groups = groups[:last]
		for _, changed := range [2]int{into, from} {
			if changed == last {
				continue
			}
			for k := range groups {
				if k != changed {
					i, j := max(k, changed), min(k, changed)
					extra[i][j] = cost(&groups[i], &groups[j])
				}
			}
		}
	}
	return groups
}

// refine moves needles, each with the window that suits it best there, to
// better buckets as long as that lowers the sum of the rates.
func refine(groups []group, choices [][]window) {
	// Each round lowers the sum, so this ends; the bound keeps New quick.
	for range 8 {
		moved := false
		for from := range groups {
			for i := 0; i < len(groups[from].windows); i++ {
				if move(groups, choices, from, i) {
					moved = true
					i--
				}
			}
		}
		if !moved {
			return
		}
	}
}

// move takes window i out of a group and puts the needle where it costs least.
// It reports whether that changed anything.
func move(groups []group, choices [][]window, from, i int) bool {
	w := groups[from].windows[i]
	rest := make([]window, 0, len(groups[from].windows)-1)
	rest = append(rest, groups[from].windows[:i]...)
	rest = append(rest, groups[from].windows[i+1:]...)
	without := newGroup(rest)

	now := groups[from].rate - without.rate
	into, choice, least := -1, 0, now*(1-1e-9)
	for g := range groups {
		target := &groups[g]
		if g == from {
			target = &without
		}
		for c := range choices[w.needle] {
			s := target.shape.with(&choices[w.needle][c])
			if extra := s.rate() - target.rate; extra < least {
				into, choice, least = g, c, extra
			}
		}
	}
	if into < 0 {
		return false
	}
	groups[from] = without
	groups[into] = newGroup(append(groups[into].windows, choices[w.needle][choice]))
	return true
}
