package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"testing"

	"github.com/momentolint/momentolint/scanner/source/git/odb"
)

// FuzzParse gives the cache files that somebody else has written: whatever is
// in one, it is refused, or it answers as its records say.
func FuzzParse(f *testing.F) {
	key := Key{Rules: "rules", Version: "v1", Repository: "/repo/.git"}
	for _, n := range []int{0, 1, 3, 300} {
		f.Add(written(f, key, n), true)
	}
	f.Add([]byte(magic), false)
	f.Add([]byte{}, true)
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed {
			// With the right checksum, or nothing would ever get past it.
			sum := sha256.Sum256(b)
			b = append(bytes.Clone(b), sum[:]...)
		}
		c := &Cache{key: key.digest(), hash: odb.SHA1}
		if c.parse(b) != nil {
			return
		}
		for i := range c.Len() {
			want := c.entry(i)
			if got, ok := c.Lookup(want.ID); !ok || got != want {
				t.Fatalf("record %d is not found: %+v, want %+v", i, got, want)
			}
		}
		if _, ok := c.Lookup(odb.OIDFromBytes(bytes.Repeat([]byte{0xfe}, sha256.Size))); ok {
			t.Error("an id of another length is found")
		}
	})
}

// written gives the content of a real cache file with n records, without its
// checksum.
func written(tb testing.TB, key Key, n int) []byte {
	tb.Helper()
	dir := tb.TempDir()
	c, err := Open(dir, key, odb.SHA1)
	if err != nil {
		tb.Fatal(err)
	}
	var list []Entry
	for i := range n {
		var id [20]byte
		binary.BigEndian.PutUint32(id[:], uint32(i)*2654435761)
		list = append(list, Entry{ID: odb.OIDFromBytes(id[:]), Type: odb.Blob, Size: int64(i)})
	}
	if err := c.Save(list, func(odb.OID) bool { return true }); err != nil {
		tb.Fatal(err)
	}
	b, err := os.ReadFile(c.path)
	if err != nil {
		tb.Fatal(err)
	}
	return b[:len(b)-sha256.Size]
}
