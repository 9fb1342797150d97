package odb_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// streamed reads a pack to its end. Objects without a name are under their place.
func streamed(t *testing.T, data []byte, o odb.PackStreamOptions) (objects map[string]gittest.Object, partial int) {
	t.Helper()
	s, err := odb.NewPackStream(bytes.NewReader(data), o)
	if err != nil {
		t.Fatal(err)
	}
	objects = map[string]gittest.Object{}
	count := int(s.Left())
	for {
		object, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("after %d of %d objects: %v", len(objects), count, err)
		}
		content := object.Data
		if object.Body != nil {
			// Not all of each, so that Next has to go on by itself.
			if content, err = io.ReadAll(io.LimitReader(object.Body, []int64{1 << 30, 10}[len(objects)%2])); err != nil {
				t.Fatal(err)
			}
		}
		if object.Partial {
			partial++
			objects[object.String()] = gittest.Object{Type: "partial", Data: string(content)}
			continue
		}
		objects[object.String()] = gittest.Object{Type: object.Type.String(), Data: string(content)}
	}
	if len(objects) != count {
		t.Errorf("%d objects, the pack says %d", len(objects), count)
	}
	if rest, err := io.ReadAll(s.Rest()); err != nil || len(rest) > 0 {
		t.Errorf("%d bytes behind the pack, %v", len(rest), err)
	}
	return objects, partial
}

// packsOf returns the packs of a shape with the names of what is in them.
func packsOf(t *testing.T, r *gittest.Repo) map[string][]string {
	t.Helper()
	packs := map[string][]string{}
	indexes, err := filepath.Glob(r.Path(".git", "objects", "pack", "*.idx"))
	if err != nil || len(indexes) == 0 {
		t.Fatalf("no packs: %v", err)
	}
	for _, idx := range indexes {
		var names []string
		for line := range strings.Lines(r.Git("verify-pack", "-v", idx)) {
			if f := strings.Fields(line); len(f) > 4 && (len(f[0]) == 40 || len(f[0]) == 64) {
				names = append(names, f[0])
			}
		}
		slices.Sort(names)
		packs[strings.TrimSuffix(idx, ".idx")+".pack"] = names
	}
	return packs
}

func TestAPackIsReadAsAStream(t *testing.T) {
	for _, shape := range []string{"one pack", "ref deltas", "long chains", "no deltas", "sha256", "several packs, objects in more than one"} {
		build := shapes()[shape]
		if build == nil {
			t.Fatalf("there is no shape %q", shape)
		}
		t.Run(shape, func(t *testing.T) {
			t.Parallel()
			r := build(t)
			want := r.Objects()
			o := odb.PackStreamOptions{}
			if strings.Contains(shape, "sha256") {
				o.Hash = odb.SHA256
			}
			for file, names := range packsOf(t, r) {
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				got, partial := streamed(t, data, o)
				if partial > 0 {
					t.Errorf("%d of %d objects came in part", partial, len(got))
				}
				if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, names) {
					t.Errorf("%d objects, git has %d", len(have), len(names))
				}
				for id, g := range got {
					if g != want[id] {
						t.Errorf("%s is read wrongly", id)
					}
				}
				little(t, data, want, o, shape != "ref deltas" && !strings.HasPrefix(shape, "several packs"))
			}
		})
	}
}

// little reads with hardly any memory: what is whole is right, and where the
// pack can be read again all is, if bases are told by their place.
func little(t *testing.T, data []byte, want map[string]gittest.Object, o odb.PackStreamOptions, byPlace bool) {
	t.Helper()
	o.MaxKept = 1
	got, partial := streamed(t, data, o)
	for id, g := range got {
		if g.Type != "partial" && g != want[id] {
			t.Errorf("with little memory %s is read wrongly", id)
		}
	}
	again := o
	again.At = bytes.NewReader(data)
	if all, missing := streamed(t, data, again); byPlace && missing > 0 || missing > partial || len(all) != len(got) {
		t.Errorf("%d of %d objects in part though the pack can be read again, %d before", missing, len(all), partial)
	} else {
		for id, g := range all {
			if g.Type != "partial" && g != want[id] {
				t.Errorf("read again, %s is read wrongly", id)
			}
		}
	}
	o.MaxObject = 200
	bodies, parts := streamed(t, data, o)
	if len(bodies) != len(got) || parts < partial {
		t.Errorf("with small objects %d of %d came, %d of them in part, before %d", len(bodies), len(got), parts, partial)
	}
	for name, g := range bodies {
		if strings.HasPrefix(name, "object at") && g.Type != "partial" && !slices.ContainsFunc(slices.Collect(maps.Values(want)), func(w gittest.Object) bool {
			return w.Type == g.Type && strings.HasPrefix(w.Data, g.Data)
		}) {
			t.Errorf("a large %s at %s is none that git has", g.Type, name)
		}
	}
}

// packFor returns a pack of some revisions as git sends it.
func packFor(t testing.TB, r *gittest.Repo, revs string, args ...string) []byte {
	t.Helper()
	cmd := r.Command(append([]string{"pack-objects", "--revs", "--stdout", "-q"}, args...)...)
	cmd.Stdin = strings.NewReader(revs)
	data, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What a delta adds is shown even where its base is not there, a word that is
// longer than one instruction in one piece.
func TestWhatADeltaAddsIsShownWithoutItsBase(t *testing.T) {
	r := gittest.New(t)
	text := strings.Repeat("a line that stays the same, to be copied\n", 200)
	word := strings.Repeat("0123456789abcdef", 25)
	r.Write("f", text)
	r.Commit("one")
	r.Write("f", text[:4000]+word+text[4000:])
	r.Commit("two")
	got, partial := streamed(t, packFor(t, r, "HEAD\n^HEAD~\n", "--thin"), odb.PackStreamOptions{})
	if partial != 1 {
		t.Errorf("%d objects in part, want 1", partial)
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(got)), func(o gittest.Object) bool { return strings.Contains(o.Data, word) }) {
		t.Errorf("what was added is not shown: %d objects", len(got))
	}
}

func TestADamagedPackIsReadUpToThere(t *testing.T) {
	r := gittest.New(t)
	history(t, r, false)
	r.Git("repack", "-adq")
	for file := range packsOf(t, r) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		read := func(data []byte) (n int, err error) {
			s, err := odb.NewPackStream(bytes.NewReader(data), odb.PackStreamOptions{})
			for ; err == nil; n++ {
				var o odb.PackObject
				if o, err = s.Next(); err == nil && o.Body != nil {
					_, err = io.Copy(io.Discard, o.Body)
				}
			}
			return n, err
		}
		all, err := read(data)
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		for at := 0; at < len(data); at += 1 + len(data)/100 {
			if n, err := read(data[:at]); err == nil || errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) || n >= all {
				t.Errorf("cut off at %d of %d: %d objects, %v", at, len(data), n, err)
			}
			flipped := bytes.Clone(data)
			flipped[at] ^= 0x55
			if n, err := read(flipped); n > all+1<<10 || err == nil {
				t.Errorf("flipped at %d: %d objects, %v", at, n, err)
			}
		}
	}
}

func FuzzPackStream(f *testing.F) {
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x00" + strings.Repeat("\x00", 20)))
	for _, o := range []string{"--no-reuse-delta", "--delta-base-offset"} {
		r := gittest.New(f)
		text := strings.Repeat("a line that stays the same, to be copied\n", 20)
		for i := range 3 {
			r.Write("f", fmt.Sprint(i, text, i))
			r.Commit("c")
		}
		f.Add(packFor(f, r, "HEAD\n", o))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := odb.PackStreamOptions{MaxObject: 1 << 16, MaxKept: 1 << 18}
		if len(data)%2 == 0 {
			o.MaxKept, o.At = 1, bytes.NewReader(data)
		}
		s, err := odb.NewPackStream(bytes.NewReader(data), o)
		if err != nil {
			return
		}
		for n := 0; ; n++ {
			o, err := s.Next()
			if err != nil {
				return
			}
			if n > len(data) {
				t.Fatalf("%d objects in %d bytes", n, len(data))
			}
			if !o.Partial && o.Body == nil && odb.SHA1.Sum(o.Type, o.Data) != o.ID {
				t.Fatal("an object has another's name")
			}
		}
	})
}

// chain is a pack of a blob, deltas that each repeat the one before, something
// else, and one more delta on the last of them.
func chain(t *testing.T, deltas int) []byte {
	t.Helper()
	const size = 8 << 16
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(deltas+3))
	deflated := func(b []byte) []byte {
		var out bytes.Buffer
		z := zlib.NewWriter(&out)
		if _, err := z.Write(b); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	last := len(pack)
	pack = append(append(pack, 3<<4|0x80, 0x80, 0x80, 0x02), deflated(make([]byte, size))...)
	add := func(n int) {
		// All of the last one but its end.
		delta := binary.AppendUvarint(binary.AppendUvarint(nil, size), size)
		delta = append(delta, 0x80)
		for i := 1; i < size>>16-1; i++ {
			delta = append(delta, 0x84, byte(i))
		}
		delta = append(delta, 0xb4, size>>16-1, 0xfe, 0xff, 2, byte(n>>8), byte(n))
		at := len(pack)
		back := at - last
		distance := []byte{byte(back & 0x7f)}
		for back >>= 7; back > 0; back >>= 7 {
			back--
			distance = append([]byte{byte(back&0x7f) | 0x80}, distance...)
		}
		pack = append(append(append(pack, 6<<4|0x80|byte(len(delta)&15), byte(len(delta)>>4)), distance...), deflated(delta)...)
		last = at
	}
	for n := range deltas {
		add(n + 1)
	}
	pack = append(append(pack, 3<<4|1), deflated([]byte("x"))...)
	add(deltas + 1)
	return append(pack, make([]byte, 20)...)
}

func TestReadingBasesAgainIsBounded(t *testing.T) {
	for deltas, want := range map[int]int{10: 0, 100: 0, 200: 1} {
		data := chain(t, deltas)
		if _, partial := streamed(t, data, odb.PackStreamOptions{MaxKept: 1, At: bytes.NewReader(data)}); partial != want {
			t.Errorf("after %d deltas of half a megabyte %d objects came in part, want %d", deltas, partial, want)
		}
	}
}
