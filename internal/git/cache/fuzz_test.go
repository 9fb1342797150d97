package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"reflect"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
)

// FuzzParse parses cache files that another program has written: whatever is
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
		c := &Cache{file: newFile("", "", key, odb.SHA1, magic, format)}
		body, err := c.body(b)
		if err != nil || c.parse(body) != nil {
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

// written returns the content of a real cache file with n records, without its
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
		list = append(list, Entry{ID: odb.OIDFromBytes(id[:]), Type: odb.Blob, Size: int64(i), Found: i%3 == 0})
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

// FuzzParseIntroductions: whatever is in a file, it is refused, or it says the
// same when it is written again.
func FuzzParseIntroductions(f *testing.F) {
	key := Key{Rules: "rules", Version: "v1", Repository: "/repo/.git"}
	for _, n := range []int{0, 1, 3, 100} {
		x := OpenIntroductions(f.TempDir(), key, odb.SHA1)
		if err := x.Save(history(n)); err != nil {
			f.Fatal(err)
		}
		body, err := x.read(maxIntroductions)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, body []byte) {
		x := OpenIntroductions(dir, key, odb.SHA1)
		h, ok := x.parse(body)
		if !ok {
			return
		}
		if err := x.Save(h); err != nil {
			t.Fatal(err)
		}
		again, err := x.Load()
		if err != nil || !reflect.DeepEqual(h, again) {
			t.Errorf("%v: %+v, want %+v", err, again, h)
		}
	})
}

// history returns a history with n objects.
func history(n int) *History {
	id := func(i int) odb.OID {
		sum := sha256.Sum256([]byte{byte(i)})
		return odb.OIDFromBytes(sum[:20])
	}
	h := &History{Refs: sha256.Sum256([]byte{1}), Of: map[odb.OID][]Introduction{}}
	for i := range n {
		h.Commits, h.Others = append(h.Commits, id(i)), append(h.Others, id(i+1))
		h.Of[id(i)] = []Introduction{{Path: "a\n\xff", Commit: id(i)}, {Ref: "refs/tags/x"}}[:i%3]
	}
	sortIDs(h.Commits)
	sortIDs(h.Others)
	return h
}

func TestIntroductionsAreForOneKey(t *testing.T) {
	dir := t.TempDir()
	key := Key{Rules: "rules", Version: "v1", Repository: "/repo/.git"}
	x := OpenIntroductions(dir, key, odb.SHA1)
	if h, err := x.Load(); h != nil || err != nil {
		t.Fatalf("from no file: %v, %v", h, err)
	}
	want := history(10)
	if err := x.Save(want); err != nil {
		t.Fatal(err)
	}
	if h, err := x.Load(); err != nil || !reflect.DeepEqual(h, want) {
		t.Errorf("%v: %+v, want %+v", err, h, want)
	}
	for name, k := range map[string]Key{
		"rules":   {Rules: "others", Version: "v1", Repository: "/repo/.git"},
		"version": {Rules: "rules", Version: "v2", Repository: "/repo/.git"},
		"place":   {Rules: "rules", Version: "v1", Repository: "/other/.git"},
	} {
		if h, err := OpenIntroductions(dir, k, odb.SHA1).Load(); h != nil || err != nil {
			t.Errorf("other %s: %v, %v", name, h, err)
		}
	}
	b, err := os.ReadFile(x.path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if err := os.WriteFile(x.path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if h, _ := x.Load(); h != nil {
			t.Fatalf("a bit flipped in byte %d: it is still taken", i)
		}
	}
}

// A file with the right checksum may still hold nonsense: then it is ignored.
func TestRecordsOutOfOrderAreRefused(t *testing.T) {
	key := Key{Rules: "rules", Version: "v1", Repository: "/repo/.git"}
	for name, spoil := range map[string]func(records []byte, length int){
		"exchanged": func(r []byte, n int) {
			first := bytes.Clone(r[:n])
			copy(r[:n], r[n:2*n])
			copy(r[n:2*n], first)
		},
		"one twice":    func(r []byte, n int) { copy(r[n:2*n], r[:n]) },
		"without type": func(r []byte, n int) { r[20] = 0 },
	} {
		b := written(t, key, 300)
		c := &Cache{file: newFile("", "", key, odb.SHA1, magic, format)}
		spoil(b[c.headerLen()+8:], c.recordLen())
		sum := sha256.Sum256(b)
		body, err := c.body(append(b, sum[:]...))
		if err != nil {
			t.Fatal(err)
		}
		if c.parse(body) == nil {
			t.Errorf("%s: the records are taken", name)
		}
	}
}
