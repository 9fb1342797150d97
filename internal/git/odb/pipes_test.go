//go:build unix

package odb_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
)

func TestWaitsForNoPipes(t *testing.T) {
	t.Parallel()
	fine := object(blobEntry, "a good object\n")
	pack, index := build([]packed{fine})
	dir := store(t, pack, index)
	for _, name := range []string{"pack/pack-2.pack", "pack/pack-2.idx", "pack/multi-pack-index", "info/alternates", "11/" + strings.Repeat("1", 38)} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := odb.SHA1.Sum(odb.Blob, fine.data)
	got, _, problems := readAll(t, odb.Options{Dir: dir}, []odb.OID{good, odb.OIDFromBytes(bytes.Repeat([]byte{0x11}, 20))})
	if !got[good] || len(problems) < 2 {
		t.Errorf("read %v, problems %v", got, problems)
	}
}
