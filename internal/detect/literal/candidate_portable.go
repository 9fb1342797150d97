//go:build !amd64 && !arm64

package literal

// kernels lists the ways to search that this processor can run.
func kernels() []kernel { return []kernel{portable} }

func (kernel) block() int { return maxBlock }

func (s *Searcher) candidateVector(kernel, []byte) (pos int, buckets uint8) { return -1, 0 }

func (kernel) wantsASCII() bool { return false }
