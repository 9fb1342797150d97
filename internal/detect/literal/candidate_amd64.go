package literal

import "golang.org/x/sys/cpu"

// The ways to search that this processor family has, best last.
const (
	avx2 = portable + 1 + iota
	avx512
)

// kernels lists the ways to search that this processor can run, best last.
func kernels() []kernel {
	list := []kernel{portable}
	if cpu.X86.HasAVX2 {
		list = append(list, avx2)
	}
	// VBMI has the lookup of a byte in 128 others.
	if cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VBMI {
		list = append(list, avx512)
	}
	return list
}

// candidateAVX2 returns the first position in [0, n-3) where the tables and the
// filter let a fingerprint through, with its buckets, or -1. It reads n bytes from p and
// nothing else; n must be at least 35: one block of 32 positions and the rest
// of the last one's fingerprint.
//
//go:noescape
func candidateAVX2(t *halfTables, f *filter, p *byte, n int) (pos int, buckets uint8)

// candidateAVX512 is candidateAVX2 with blocks of 64 positions and without the
// filter, for its tables know whole bytes; n must be at least 67.
//
//go:noescape
func candidateAVX512(t *byteTables, p *byte, n int) (pos int, buckets uint8)

// block is how many bytes a kernel needs at least.
func (k kernel) block() int {
	if k == avx512 {
		return maxBlock
	}
	return 32 + fingerprintSize - 1
}

// candidateVector runs a vector kernel on a buffer of at least k.block() bytes.
func (s *Searcher) candidateVector(k kernel, buf []byte) (pos int, buckets uint8) {
	if k == avx512 {
		return candidateAVX512(&s.bytes, &buf[0], len(buf))
	}
	return candidateAVX2(&s.halves, &s.filter, &buf[0], len(buf))
}

// wantsASCII reports whether a kernel needs ASCII in the first three places of
// every fingerprint.
func (k kernel) wantsASCII() bool { return k == avx2 }
