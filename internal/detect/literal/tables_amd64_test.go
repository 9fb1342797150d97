package literal

import "encoding/binary"

// tablesOf returns what a vector kernel looks positions up in.
func tablesOf(s *Searcher, k kernel) func([]byte) uint8 {
	if k == avx512 {
		return s.bytes.fits
	}
	// This one takes bytes above 0x7f for no byte at all in the first places.
	return func(b []byte) uint8 {
		if b[0]|b[1]|b[2] >= 0x80 || !s.filter.has(binary.LittleEndian.Uint32(b)) {
			return 0
		}
		return s.halves.fits(b)
	}
}
