//go:build !amd64

package literal

// tablesOf returns what a vector kernel looks positions up in.
func tablesOf(s *Searcher, _ kernel) func([]byte) uint8 { return s.halves.fits }
