// Package soak chooses how many cases tests try: a part of them in every run,
// and all of them in scripts/soak.
package soak

import "os"

// Stride returns the distance between the cases that a test tries: n, or 1 in
// scripts/soak.
func Stride(n int) int {
	if os.Getenv("MOMENTOLINT_SOAK") != "" {
		return 1
	}
	return n
}
