// Package userfiletest makes the files that a reader of own files has to cope
// with: what is not a regular file, what is too large or leads elsewhere, and
// text in the encodings that editors and shells write.
package userfiletest

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"unicode/utf16"
)

// Case is one way in which a file can be.
type Case struct {
	// Name says what it is.
	Name string
	// Reason is a part of the error that readers return; "" if the file can be
	// read and has the content that was given to Make.
	Reason string
	// Escapes is set if the file is readable and lies outside of the tree: only
	// a file that the tree names must not be read.
	Escapes bool
	// Make puts the file at path.
	Make func(t *testing.T, path string, content []byte)
}

// Cases returns all cases that this system has. A reader's limit must be less
// than Huge.
func Cases() []Case {
	list := []Case{
		{Name: "regular", Make: write(func(b []byte) []byte { return b })},
		{Name: "UTF-8 with byte order mark", Make: write(func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) })},
		{Name: "UTF-16 LE", Make: write(func(b []byte) []byte { return wide(b, binary.LittleEndian) })},
		{Name: "UTF-16 BE", Make: write(func(b []byte) []byte { return wide(b, binary.BigEndian) })},
		{Name: "UTF-16 cut", Reason: "ends within a character", Make: write(func(b []byte) []byte { return append(wide(b, binary.LittleEndian), 'x') })},
		{Name: "zero bytes", Reason: "zero bytes", Make: write(func(b []byte) []byte { return append(append([]byte{}, b...), 0, 0) })},
		{Name: "directory", Reason: "a directory", Make: func(t *testing.T, path string, _ []byte) {
			t.Helper()
			check(t, os.Mkdir(path, 0o700))
		}},
		{Name: "huge", Reason: "larger than", Make: func(t *testing.T, path string, _ []byte) {
			t.Helper()
			check(t, os.WriteFile(path, nil, 0o600))
			check(t, os.Truncate(path, Huge))
		}},
	}
	if runtime.GOOS == "windows" {
		return list
	}
	link := func(target string) func(*testing.T, string, []byte) {
		return func(t *testing.T, path string, _ []byte) {
			t.Helper()
			check(t, os.Symlink(target, path))
		}
	}
	list = append(list,
		Case{Name: "named pipe", Reason: "a named pipe", Make: func(t *testing.T, path string, _ []byte) {
			t.Helper()
			check(t, mkfifo(path))
		}},
		Case{Name: "socket", Reason: "a socket", Make: func(t *testing.T, path string, _ []byte) {
			t.Helper()
			// The path of a socket is short.
			t.Chdir(filepath.Dir(path))
			l, err := net.Listen("unix", filepath.Base(path))
			check(t, err)
			t.Cleanup(func() { _ = l.Close() })
		}},
		Case{Name: "link to an endless device", Reason: "a device", Escapes: true, Make: link("/dev/zero")},
		Case{Name: "link to itself", Reason: syscall.ELOOP.Error(), Make: func(t *testing.T, path string, _ []byte) {
			t.Helper()
			check(t, os.Symlink(filepath.Base(path), path))
		}},
		Case{Name: "link out of the tree", Escapes: true, Make: func(t *testing.T, path string, content []byte) {
			t.Helper()
			target := filepath.Join(t.TempDir(), "target")
			check(t, os.WriteFile(target, content, 0o600))
			check(t, os.Symlink(target, path))
		}},
		Case{Name: "link within the tree", Make: func(t *testing.T, path string, content []byte) {
			t.Helper()
			check(t, os.WriteFile(path+".target", content, 0o600))
			check(t, os.Symlink(filepath.Base(path)+".target", path))
		}},
	)
	if os.Geteuid() != 0 {
		list = append(list, Case{Name: "unreadable", Reason: syscall.EACCES.Error(), Make: func(t *testing.T, path string, content []byte) {
			t.Helper()
			check(t, os.WriteFile(path, content, 0o200))
		}})
	}
	return list
}

// Huge is the size of the huge file, in bytes. It takes no room on the disk.
const Huge = 8 << 30

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write makes a regular file of the content as encode writes it.
func write(encode func([]byte) []byte) func(*testing.T, string, []byte) {
	return func(t *testing.T, path string, content []byte) {
		t.Helper()
		check(t, os.WriteFile(path, encode(content), 0o600))
	}
}

// wide encodes text as UTF-16 with a byte order mark.
func wide(text []byte, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + string(text))) {
		out = order.AppendUint16(out, unit)
	}
	return out
}
