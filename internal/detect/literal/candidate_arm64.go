package literal

// neon is the vector search of this processor family; all have it.
const neon = portable + 1

// kernels lists the ways to search that this processor can run, best last.
func kernels() []kernel { return []kernel{portable, neon} }

// candidateNEON returns the first position in [0, n-3) where the tables let a
// fingerprint through, with its buckets, or -1. It reads n bytes from p and
// nothing else; n must be at least 19: one block of 16 positions and the rest
// of the last one's fingerprint.
//
//go:noescape
func candidateNEON(t *halfTables, p *byte, n int) (pos int, buckets uint8)

// block is how many bytes a kernel needs at least.
func (kernel) block() int { return 16 + fingerprintSize - 1 }

// candidateVector runs a vector kernel on a buffer of at least k.block() bytes.
func (s *Searcher) candidateVector(_ kernel, buf []byte) (pos int, buckets uint8) {
	return candidateNEON(&s.halves, &buf[0], len(buf))
}

// wantsASCII reports whether a kernel needs ASCII in the first three places of
// every fingerprint.
func (kernel) wantsASCII() bool { return false }
