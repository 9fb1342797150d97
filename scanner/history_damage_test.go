package scanner_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
)

// packedRepo is a repository in one pack, whose files a test damages.
type packedRepo struct {
	*gittest.Repo
	t         *testing.T
	pack, idx []byte
	stem      string
	ids       []string
	keyCommit string
}

// newPacked makes a repository with a key in conf/prod.env of its first commit, a
// file of another commit, and a branch "other".
func newPacked(t *testing.T) *packedRepo {
	t.Helper()
	r := &packedRepo{Repo: gittest.New(t), t: t}
	r.Write("conf/prod.env", "MOMENTO_API_KEY="+key("packed")+"\n")
	r.keyCommit = r.Commit("a key")
	r.Git("branch", "other")
	r.Write("b", "b")
	r.Commit("another file")
	r.Git("checkout", "-q", "-b", "third")
	r.Write("c", "c")
	r.Commit("on a branch")
	r.Git("checkout", "-q", "main")
	r.Git("repack", "-adfq")
	files, err := filepath.Glob(r.Path(".git", "objects", "pack", "*.pack"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	r.stem = strings.TrimSuffix(files[0], ".pack")
	r.pack, r.idx = r.read(".pack"), r.read(".idx")
	for i := range r.count() {
		r.ids = append(r.ids, fmt.Sprintf("%x", r.idx[r.idAt(i):r.idAt(i)+20]))
	}
	return r
}

func (r *packedRepo) read(ext string) []byte {
	r.t.Helper()
	data, err := os.ReadFile(r.stem + ext)
	if err != nil {
		r.t.Fatal(err)
	}
	return data
}

// write replaces one of the pack's files by another: it is mapped by scans.
func (r *packedRepo) write(ext string, data []byte) {
	r.t.Helper()
	if err := os.Remove(r.stem + ext); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(r.stem+ext, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// The tables of the index (gitformat-pack, version 2).
func (r *packedRepo) count() int      { return int(binary.BigEndian.Uint32(r.idx[8+255*4:])) }
func (r *packedRepo) idAt(i int) int  { return 8 + 256*4 + 20*i }
func (r *packedRepo) crcAt(i int) int { return r.idAt(r.count()) + 4*i }
func (r *packedRepo) offset(i int) int {
	return int(binary.BigEndian.Uint32(r.idx[r.crcAt(r.count())+4*i:]))
}

// flip returns a copy with one bit changed.
func flip(data []byte, at int) []byte {
	data = bytes.Clone(data)
	data[at] ^= 1
	return data
}

// A wrong checksum in a pack index is no damage: git never looks at it. The commit
// and the path of a finding are found as well.
func TestFlippedBitsOfAnIndexLoseNoFinding(t *testing.T) {
	gittest.Isolate(t)
	r := newPacked(t)
	for i, id := range r.ids {
		r.write(".idx", flip(r.idx, r.crcAt(i)))
		report := history(t, r.Dir, scanner.History{}, scanner.Options{})
		expect(t, "the checksum of "+id, report, "a key: conf/prod.env")
		if report.Summary.Incomplete() || !hasNote(report, "checksums") {
			t.Errorf("%s: skipped %v, notes %q", id, report.Summary.Skipped, report.Notes)
		}
	}
}

// Whatever is damaged, a scan with a cache from before says what one without says:
// the finding, unless the key itself is gone, and that the scan is incomplete.
func TestDamageIsNoticedThroughTheCache(t *testing.T) {
	gittest.Isolate(t)
	r := newPacked(t)
	keyBlob := r.Git("rev-parse", r.keyCommit+":conf/prod.env")
	for i, id := range r.ids {
		cache := t.TempDir()
		r.write(".pack", r.pack)
		scanWithCache(t, r.Dir, cache, nil)
		// The last bytes of a stream are its checksum, so the packed bytes do not match.
		r.write(".pack", flip(r.pack, r.offset(i)+4))
		without := scanWithCache(t, r.Dir, "", nil)
		with := scanWithCache(t, r.Dir, cache, nil)
		for name, got := range map[string]scanned{"without a cache": without, "with one": with} {
			if want := id != keyBlob; (len(got.Findings) == 1) != want || !got.Summary.Incomplete() {
				t.Errorf("%s damaged, %s: %d findings, skipped %v", id, name, len(got.Findings), got.Summary.Skipped)
			}
		}
		if len(with.Summary.Skipped) != len(without.Summary.Skipped) {
			t.Errorf("%s damaged: skipped %v, with a cache %v", id, without.Summary.Skipped, with.Summary.Skipped)
		}
	}
}

// An object that cannot be read is named as a finding would be, and can be excluded.
func TestUnreadableObjectsAreNamedAndExcluded(t *testing.T) {
	gittest.Isolate(t)
	for _, damage := range []string{"missing", "damaged"} {
		for path, name := range map[string]string{"conf/prod.env": ":conf/prod.env", "conf": ":conf", "": ""} {
			repo := gittest.New(t)
			repo.Write("conf/prod.env", "A=1\n")
			commit := repo.Commit("begin")
			id := repo.Git("rev-parse", commit+":"+path)
			file := repo.Path(".git", "objects", id[:2], id[2:])
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if damage == "damaged" {
				if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			skipped := history(t, repo.Dir, scanner.History{}, scanner.Options{}).Summary.Skipped
			if len(skipped) != 1 || skipped[0].Path != commit+name || !strings.Contains(skipped[0].Reason, id) || !strings.Contains(skipped[0].Reason, damage) {
				t.Errorf("%s %s: skipped %v", damage, path, skipped)
			}
			if path == "" {
				continue
			}
			r := history(t, repo.Dir, scanner.History{}, scanner.Options{Config: &config.Config{Exclude: []string{"conf/**"}}})
			if r.Summary.Incomplete() || r.Summary.ExcludedCount() != 1 {
				t.Errorf("%s %s, excluded: %+v", damage, path, r.Summary.Ledger)
			}
		}
	}
}

// An object that is malformed names nothing that could be read, also the second time.
func TestMalformedObjectsAreSkips(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	repo.Write("a", "text\n")
	commit := repo.Commit("begin")
	id := repo.GitInput("no tree at all", "hash-object", "-w", "-t", "tree", "--literally", "--stdin")
	// Its subtree is malformed.
	tree := repo.GitInput("040000 tree "+id+"\tsub\n", "mktree", "--missing")
	child := repo.GitInput("more", "commit-tree", tree, "-p", commit)
	repo.Git("update-ref", "refs/heads/main", child)
	cache := t.TempDir()
	for i := range 3 {
		r := scanWithCache(t, repo.Dir, cache, nil)
		if len(r.Summary.Skipped) != 1 || r.Summary.Skipped[0].Path != child+":sub" {
			t.Errorf("scan %d: skipped %v", i, r.Summary.Skipped)
		}
	}
}

// git reads what the multi-pack index says. Whichever of it and the pack's own index
// is wrong, the finding is there and the scan is incomplete.
func TestIndexesThatDisagreeLoseNoFinding(t *testing.T) {
	gittest.Isolate(t)
	r := newPacked(t)
	r.Git("multi-pack-index", "write")
	name := r.Path(".git", "objects", "pack", "multi-pack-index")
	multi, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string) {
		t.Helper()
		report := history(t, r.Dir, scanner.History{}, scanner.Options{})
		expect(t, what, report, "a key: conf/prod.env")
		if !report.Summary.Incomplete() {
			t.Errorf("%s: nothing was skipped", what)
		}
	}
	list := bytes.Index(multi, r.idx[r.idAt(0):r.idAt(0)+20])
	for i, id := range r.ids {
		r.write(".idx", flip(r.idx, r.idAt(i)+19))
		check("the index has another id for " + id)
		r.write(".idx", flip(r.idx, r.crcAt(r.count())+4*i+3))
		check("the index has another offset for " + id)
		r.write(".idx", r.idx)
		for what, at := range map[string]int{"id": list + 20*i + 19, "offset": list + 20*len(r.ids) + 8*i + 7} {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, flip(multi, at), 0o644); err != nil {
				t.Fatal(err)
			}
			check("the multi-pack index has another " + what + " for " + id)
		}
		if err := os.WriteFile(name, multi, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// The pack's own index cannot be read at all.
	r.write(".idx", r.idx[:100])
	check("the index is cut")
	if err := os.Remove(r.stem + ".idx"); err != nil {
		t.Fatal(err)
	}
	expect(t, "without an index of its own", history(t, r.Dir, scanner.History{}, scanner.Options{}), "a key: conf/prod.env")
}

// circular adds a pack of two deltas, each made against the other, to a repository
// and returns their ids.
func circular(t *testing.T, r *gittest.Repo) [2]string {
	t.Helper()
	var ids [2][]byte
	for i := range ids {
		ids[i] = bytes.Repeat([]byte{byte(0x11 * (i + 1))}, 20)
	}
	pack := append([]byte("PACK"), 0, 0, 0, 2, 0, 0, 0, 2)
	var crcs, offsets []byte
	for i := range ids {
		// A delta of 4 bytes: base of 9 bytes, result of one, which is inserted.
		entry := append([]byte{7<<4 | 4}, ids[1-i]...)
		var deflated bytes.Buffer
		z := zlib.NewWriter(&deflated)
		_, _ = z.Write([]byte{9, 1, 1, 'x'})
		_ = z.Close()
		entry = append(entry, deflated.Bytes()...)
		crcs = binary.BigEndian.AppendUint32(crcs, crc32.ChecksumIEEE(entry))
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(pack)))
		pack = append(pack, entry...)
	}
	sum := sha1.Sum(pack)
	pack = append(pack, sum[:]...)
	index := append([]byte("\xfftOc"), 0, 0, 0, 2)
	for first := range 256 {
		n := uint32(0)
		for _, id := range ids {
			if int(id[0]) <= first {
				n++
			}
		}
		index = binary.BigEndian.AppendUint32(index, n)
	}
	index = slices.Concat(index, ids[0], ids[1], crcs, offsets, sum[:])
	indexSum := sha1.Sum(index)
	stem := r.Path(".git", "objects", "pack", fmt.Sprintf("pack-%x", sum))
	for ext, data := range map[string][]byte{".pack": pack, ".idx": append(index, indexSum[:]...)} {
		if err := os.WriteFile(stem+ext, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return [2]string{fmt.Sprintf("%x", ids[0]), fmt.Sprintf("%x", ids[1])}
}

// git never comes to the end of such a chain of deltas, and takes ever more memory.
func TestDeltasOfEachOtherAreNotGivenToGit(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	repo.Write("a.env", "K="+key("beside them")+"\n")
	repo.Commit("a key")
	ids := circular(t, repo)
	if err := os.WriteFile(repo.Path(".git", "refs", "heads", "loop"), []byte(ids[0]+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, what := range []scanner.History{{}, {AllObjects: true}} {
		r := history(t, repo.Dir, what, scanner.Options{})
		expect(t, fmt.Sprintf("%+v", what), r, "a key: a.env")
		// A call of git for one of them would be a third.
		if len(r.Summary.Skipped) != 2 {
			t.Errorf("%+v: skipped %v", what, r.Summary.Skipped)
		}
	}
}
