package prefault

import (
	"syscall"
	"unsafe"
)

// Advice of madvise(2) since Linux 5.14; an older kernel refuses it, which
// costs two system calls and changes nothing.
const (
	populateRead  = 22
	populateWrite = 23
)

const (
	// heap is what the initialization of our packages allocates, and a bit: the
	// runtime maps 4 MiB at first.
	heap = 3 << 20
	// maxFile is the most of the program's file that is mapped at once.
	maxFile = 64 << 20
	page    = 4 << 10
)

// anchor stands where the heap begins.
var anchor *[64]byte

func init() { //nolint:gochecknoinits // before main is the point
	program()
	anchor = new([64]byte)
	start := uintptr(unsafe.Pointer(anchor)) &^ (page - 1) //nolint:gosec // an address for the kernel, never dereferenced
	// What lies beyond the part of the heap that is mapped ends the call: fine.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, start, heap, populateWrite)
}

// program maps the program's code and its constants, which the kernel has in
// memory already. These are the first two mappings of a process.
func program() {
	fd, err := syscall.Open("/proc/self/maps", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	var buf [512]byte
	n, err := syscall.Read(fd, buf[:])
	_ = syscall.Close(fd)
	if err != nil {
		return
	}
	rest := buf[:n]
	for range 2 {
		var lo, hi uintptr
		if lo, rest = address(rest, '-'); rest == nil {
			return
		}
		if hi, rest = address(rest, ' '); rest == nil {
			return
		}
		if len(rest) < 2 || rest[0] != 'r' || rest[1] != '-' || hi <= lo || hi-lo > maxFile {
			return
		}
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, lo, hi-lo, populateRead)
		for len(rest) > 0 && rest[0] != '\n' {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			rest = rest[1:]
		}
	}
}

// address reads a hexadecimal number that ends with the given byte, and returns
// what follows; nil if there is none.
func address(b []byte, end byte) (uintptr, []byte) {
	var v uintptr
	for i, c := range b {
		switch {
		case c == end && i > 0:
			return v, b[i+1:]
		case '0' <= c && c <= '9':
			v = v<<4 | uintptr(c-'0')
		case 'a' <= c && c <= 'f':
			v = v<<4 | uintptr(c-'a'+10)
		default:
			return 0, nil
		}
	}
	return 0, nil
}
