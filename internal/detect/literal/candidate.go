package literal

// kernel is a way to search for candidates.
type kernel uint8

// portable is the search in plain Go, which every processor can run.
const portable kernel = 0

// maxBlock is the most that any kernel needs at least: 64 positions and the
// rest of the last one's fingerprint.
const maxBlock = 64 + fingerprintSize - 1

// candidate returns the first position at or after from where a fingerprint
// may stand, and the buckets it may be of; -1 if there is none.
func (s *Searcher) candidate(k kernel, buf []byte, from int) (pos int, buckets uint8) {
	if k == portable {
		return s.scalar.candidate(buf, from)
	}
	rest := buf[from:]
	if block := k.block(); len(rest) < block {
		// Too short for a block: search a copy. The zeros after it may let a
		// position through that does not fit; the comparison sorts it out.
		var padded [2 * maxBlock]byte
		n := copy(padded[:block], rest)
		pos, buckets = s.candidateVector(k, padded[:n+block])
		if pos < 0 || pos > n-MinNeedle {
			return -1, 0
		}
		return from + pos, buckets
	}
	pos, buckets = s.candidateVector(k, rest)
	if pos >= 0 {
		return from + pos, buckets
	}
	if s.short {
		// A needle of three bytes at the very end: its fingerprint leaves the
		// buffer there, so no block looked at it.
		at := len(buf) - MinNeedle
		if buckets = s.scalar.at(buf[at:]); buckets != 0 {
			return at, buckets
		}
	}
	return -1, 0
}
