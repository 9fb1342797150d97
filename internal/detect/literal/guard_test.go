//go:build unix

package literal

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A read beyond either end of the buffer would end the program: the buffer
// lies against pages that must not be read.
func TestNextReadsNothingOutsideTheBuffer(t *testing.T) {
	page := unix.Getpagesize()
	const inner = 2
	mem, err := unix.Mmap(-1, 0, (inner+2)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(mem) }()
	for _, guard := range [][]byte{mem[:page], mem[(inner+1)*page:]} {
		if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	readable := mem[page : (inner+1)*page : (inner+1)*page]
	for _, needles := range needleSets {
		s := mustNew(t, needles)
		for _, fill := range []byte{0, '.', needles[0][0]} {
			for i := range readable {
				readable[i] = fill
			}
			for length := range 201 {
				for _, k := range usable(s) {
					for from := 0; from <= length; from += 1 + length/7 {
						s.next(k, readable[:length:length], from)
						s.next(k, readable[len(readable)-length:], from)
					}
				}
			}
			// A match at the very end, so that the search stops and starts there.
			for _, n := range needles[:min(len(needles), 20)] {
				copy(readable[len(readable)-len(n):], n)
				for length := len(n); length < 150; length += 1 + length/30 {
					checkAll(t, s, readable[len(readable)-length:], 0)
				}
				for i := range n {
					readable[len(readable)-len(n)+i] = fill
				}
			}
		}
	}
}
