package source

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// savedRepo is a repository with a secret in the middle of a history, in a file
// of many versions, and one in an archive.
func savedRepo(t *testing.T, format string) *gittest.Repo {
	t.Helper()
	r := gittest.New(t, "--object-format="+format)
	text := strings.Repeat("a line that stays the same in all versions\n", 300)
	for i := range 6 {
		line := strings.Repeat("-", i) + "\n"
		if i == 3 {
			line = secret + "\n"
		}
		r.Write("settings", text[:5000]+line+text[5000:])
		r.Commit("version")
	}
	r.Write("app.zip", string(zipOf(t, member{name: "conf/.env", content: secret})))
	r.Commit("archive")
	r.Git("repack", "-adq")
	return r
}

// wantObjects compares what was shown under a name with what git has.
func wantObjects(t *testing.T, rec *record, name, encoding string, want map[string]gittest.Object) {
	t.Helper()
	var list []seen
	for id, o := range want {
		if strings.HasPrefix(o.Data, "PK\x03\x04") {
			list = append(list, seen{name + "!" + id + "!conf/.env", encoding + " zip", secret})
			continue
		}
		list = append(list, seen{name + "!" + id, encoding, o.Data})
	}
	slices.SortFunc(list, func(a, b seen) int { return strings.Compare(a.path, b.path) })
	rec.blobs = slices.DeleteFunc(rec.blobs, func(b seen) bool { return isTable(b) || b.path == name })
	wantBlobs(t, rec, list...)
	wantSkips(t, rec)
}

// A directory with a repository in it was saved, or copied into a container's
// image: its history is in a pack.
func TestPacksInArchivesAreRead(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		r := savedRepo(t, format)
		packs, err := filepath.Glob(r.Path(".git", "objects", "pack", "*.pack"))
		if err != nil || len(packs) != 1 {
			t.Fatal(packs, err)
		}
		data, err := os.ReadFile(packs[0])
		must(t, err)
		name := "r/.git/objects/pack/" + filepath.Base(packs[0])
		want := r.Objects()
		layer := gzipOf(t, tarOf(t, member{name: name, content: string(data)}))
		everyWay(t, Options{MaxArchiveDepth: 8, BufferSize: 16 << 10}, "layer.tar.gz", layer, func(t *testing.T, rec *record) {
			wantObjects(t, rec, "layer.tar.gz!"+name, "gzip tar pack", want)
		})
	}
}

func TestBundlesAreRead(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		r := savedRepo(t, format)
		file := filepath.Join(t.TempDir(), "b")
		r.Git("bundle", "create", "-q", file, "--all")
		data, err := os.ReadFile(file)
		must(t, err)
		everyWay(t, Options{MaxArchiveDepth: 8}, "backup", data, func(t *testing.T, rec *record) {
			if !slices.ContainsFunc(rec.blobs, func(b seen) bool { return b.path == "backup" && strings.Contains(b.content, "refs/heads/main") }) {
				t.Error("its references are not shown")
			}
			wantObjects(t, rec, "backup", "bundle", r.Objects())
		})
		// One with the last changes only: what they are made from is not in it.
		r.Git("bundle", "create", "-q", file, "HEAD~4..HEAD")
		data, err = os.ReadFile(file)
		must(t, err)
		rec := expand(t, Options{MaxArchiveDepth: 8}, "changes", data)
		wantSkips(t, rec, "changes", "were scanned in part only")
		if !slices.ContainsFunc(rec.blobs, func(b seen) bool { return b.path != "changes" && strings.Contains(b.content, secret) }) {
			t.Errorf("what the changes add is not shown: %q", rec.paths())
		}
	}
}

func TestADamagedPackIsSaid(t *testing.T) {
	r := savedRepo(t, "sha1")
	packs, err := filepath.Glob(r.Path(".git", "objects", "pack", "*.pack"))
	must(t, err)
	data, err := os.ReadFile(packs[0])
	must(t, err)
	for _, n := range []int{40, 500, len(data) - 30, len(data) - 5} {
		rec := expand(t, Options{MaxArchiveDepth: 8}, "a.pack", data[:n])
		wantSkips(t, rec, "a.pack", "damaged or truncated git pack")
	}
	rec := expand(t, Options{MaxArchiveDepth: 8}, "a.pack", []byte("PACK\x00\x00\x00\x02\x00\x00\x00\x05 and then "+secret))
	wantSkips(t, rec, "a.pack", "damaged or truncated git pack: 0 of 5 objects were read")
	if len(rec.blobs) == 0 || !strings.Contains(rec.blobs[0].content, secret) {
		t.Errorf("what is no pack is not shown: %+v", rec.blobs)
	}
	rec = expand(t, Options{MaxArchiveDepth: 8}, "b", []byte("# v2 git bundle\n"+secret+"\n\nand no pack "+secret))
	wantSkips(t, rec, "b", "looks like a git bundle but cannot be opened")
	shown := ""
	for _, b := range rec.blobs {
		shown += b.content
	}
	if strings.Count(shown, secret) < 2 {
		t.Errorf("what is no bundle is not shown: %+v", rec.blobs)
	}
}

// Deltas of a few bytes that make megabytes each.
func TestABombInAPackEndsAtTheLimit(t *testing.T) {
	packed := func(b []byte) []byte {
		var out bytes.Buffer
		z := zlib.NewWriter(&out)
		_, _ = z.Write(b)
		must(t, z.Close())
		return out.Bytes()
	}
	const deltas, copies = 100, 60
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), 1+deltas)
	base := make([]byte, 1<<16)
	baseAt := len(pack)
	pack = append(pack, 3<<4|0x80, 0x80, 0x20) // a blob of 64 KiB
	pack = append(pack, packed(base)...)
	delta := binary.AppendUvarint(binary.AppendUvarint(nil, 1<<16), copies<<16)
	delta = append(delta, bytes.Repeat([]byte{0x80}, copies)...)
	for range deltas {
		back := len(pack) - baseAt
		pack = append(pack, 6<<4|0x80|byte(len(delta)&15), byte(len(delta)>>4))
		pack = append(pack, offset(back)...)
		pack = append(pack, packed(delta)...)
	}
	shown := int64(0)
	rec := &record{}
	_, err := Expand(t.Context(), 0, "bomb", pack, Options{MaxArchiveDepth: 8, MaxExpansion: 16 << 20, Record: rec.skip}, func(_ int, b *Blob) error {
		shown += int64(len(b.Head))
		return nil
	})
	must(t, err)
	wantSkips(t, rec, "bomb", "expansion limit reached")
	if shown < 8<<20 || shown > 18<<20 {
		t.Errorf("%d bytes were shown", shown)
	}
}

// offset writes the distance to a base as a pack does.
func offset(n int) []byte {
	out := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		out = append([]byte{byte(n&0x7f) | 0x80}, out...)
	}
	return out
}

func TestLargeObjectsOfAPackAreLeftOutOnRequest(t *testing.T) {
	r := gittest.New(t)
	r.Write("small", secret)
	r.Write("middle", strings.Repeat("m", 200_000))
	r.Write("large", strings.Repeat("l", 9<<20)) // more than comes in one piece
	r.Commit("three")
	r.Git("repack", "-adq")
	packs, err := filepath.Glob(r.Path(".git", "objects", "pack", "*.pack"))
	must(t, err)
	data, err := os.ReadFile(packs[0])
	must(t, err)
	for limit, want := range map[int64]int{0: 0, 100_000: 2, 1 << 20: 1} {
		rec := expand(t, Options{MaxArchiveDepth: 8, MaxFileSize: limit}, "a.tar", tarOf(t, member{name: "p.pack", content: string(data)}))
		if len(rec.skips) != want {
			t.Errorf("with a limit of %d bytes: %+v", limit, rec.skips)
		}
		large := slices.ContainsFunc(rec.blobs, func(b seen) bool { return len(b.content) == 9<<20 })
		if large != (limit == 0) || !slices.ContainsFunc(rec.blobs, func(b seen) bool { return b.content == secret }) {
			t.Errorf("with a limit of %d bytes: saw %q", limit, rec.paths())
		}
	}
}
