package prefault

import (
	"os"
	"syscall"
	"testing"
	"unsafe"
)

func TestAddress(t *testing.T) {
	for _, c := range []struct {
		text string
		end  byte
		want uintptr
		rest string
		bad  bool
	}{
		{text: "00400000-0108b000 r-xp", end: '-', want: 0x400000, rest: "0108b000 r-xp"},
		{text: "0108b000 r-xp", end: ' ', want: 0x108b000, rest: "r-xp"},
		{text: "7ffD", end: '-', bad: true},
		{text: "-12", end: '-', bad: true},
		{text: "12", end: '-', bad: true},
		{text: "", end: '-', bad: true},
	} {
		got, rest := address([]byte(c.text), c.end)
		if c.bad != (rest == nil) || got != c.want || string(rest) != c.rest {
			t.Errorf("%q: %x, %q", c.text, got, rest)
		}
	}
}

// mincore(2) tells which pages are in memory.
func TestTheHeapIsThere(t *testing.T) {
	start := uintptr(unsafe.Pointer(anchor)) &^ (page - 1)
	if _, _, errno := syscall.Syscall(syscall.SYS_MADVISE, start, page, populateWrite); errno == syscall.EINVAL {
		t.Logf("this kernel does not know the advice")
		return
	}
	var resident [16]byte
	if _, _, errno := syscall.Syscall(syscall.SYS_MINCORE, start, uintptr(len(resident))*page, uintptr(unsafe.Pointer(&resident))); errno != 0 {
		t.Fatal(os.NewSyscallError("mincore", errno))
	}
	for i, r := range resident {
		if r&1 == 0 {
			t.Errorf("page %d behind the anchor is not in memory", i)
		}
	}
}
