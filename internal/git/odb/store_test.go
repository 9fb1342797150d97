package odb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// history fills a repository with what makes objects differ: files that grow
// and shrink over many commits, a merge, deleted and moved files, links, empty
// files and directories of many entries, a submodule, tags, a note.
// It is one pack unless loose is set.
func history(t *testing.T, r *gittest.Repo, loose bool) {
	t.Helper()
	var i gittest.Importer
	rnd := rand.New(rand.NewPCG(7, 7))
	lines := make([]string, 300)
	for n := range lines {
		lines[n] = fmt.Sprintf("line %d is %x", n, rnd.Uint64())
	}
	var middle string
	for n := range 40 {
		i.Commit("main", fmt.Sprintf("commit %d\n\nwith a body %x", n, rnd.Uint64()), "")
		lines[rnd.IntN(len(lines))] = fmt.Sprintf("changed in %d: %x", n, rnd.Uint64())
		i.File("100644", "big.txt", strings.Join(lines, "\n"))
		i.File("100755", fmt.Sprintf("folder/%d/file.txt", n%7), fmt.Sprint(rnd.Uint64()))
		for m := range 2 {
			i.File("100644", fmt.Sprintf("many/%04d", n*2+m), strings.Repeat("x", n))
		}
		if n == 20 {
			middle = i.Mark()
		}
	}
	noise := make([]byte, 300_000)
	for n := range noise {
		noise[n] = byte(rnd.Uint32())
	}
	i.Commit("main", "binaries", "")
	i.File("100644", "noise.bin", string(noise))
	i.File("100644", "zeros.bin", string(make([]byte, 200_000)))
	i.File("100644", "empty", "")
	i.File("120000", "link", "folder/1/file.txt")
	i.Remove("folder/3")
	i.Commit("main", "a delta of a binary", "")
	copy(noise[1000:], "a few bytes in the middle of noise")
	i.File("100644", "noise.bin", string(noise))
	main := i.Mark()
	i.Commit("side", "side", middle)
	i.File("100644", "side.txt", "side")
	i.Commit("main", "merge", main, i.Mark())
	i.File("100644", "side.txt", "side, merged")
	i.Submodule("sub", strings.Repeat("1", len(r.GitInput("", "hash-object", "--stdin"))))
	i.Tag("v1", i.Mark(), "an annotated tag")
	r.Import(&i, !loose)
	r.Git("tag", "-a", "-m", "a tag of a tag", "v1-again", "v1")
}

// shapes are the ways in which git may store one history.
func shapes() map[string]func(t *testing.T) *gittest.Repo {
	made := func(format string, then ...func(t *testing.T, r *gittest.Repo)) func(t *testing.T) *gittest.Repo {
		return func(t *testing.T) *gittest.Repo {
			r := gittest.New(t, "--object-format="+format)
			history(t, r, len(then) == 0)
			for _, f := range then {
				f(t, r)
			}
			return r
		}
	}
	git := func(args ...string) func(t *testing.T, r *gittest.Repo) {
		return func(t *testing.T, r *gittest.Repo) {
			t.Helper()
			r.Git(args...)
		}
	}
	indexPack := func(args ...string) func(t *testing.T, r *gittest.Repo) {
		return func(t *testing.T, r *gittest.Repo) {
			t.Helper()
			for _, pack := range glob(t, r, "pack/*.pack") {
				remove(t, strings.TrimSuffix(pack, ".pack")+".idx")
				r.Git(append(append([]string{"index-pack"}, args...), pack)...)
			}
		}
	}
	parts := func(t *testing.T, r *gittest.Repo) {
		t.Helper()
		for _, part := range []string{"main~30", "main~10", "main\nside\nv1-again"} {
			r.GitInput(part+"\n", "pack-objects", "-q", "--revs", ".git/objects/pack/pack")
		}
		r.Git("prune-packed")
	}
	return map[string]func(t *testing.T) *gittest.Repo{
		"loose":        made("sha1"),
		"one pack":     made("sha1", git("repack", "-adfq", "--depth=50")),
		"sha256":       made("sha256", git("repack", "-adfq")),
		"sha256 loose": made("sha256"),
		"ref deltas":   made("sha1", git("-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq")),
		"long chains":  made("sha1", git("repack", "-adfq", "--depth=4095", "--window=250")),
		"no deltas":    made("sha1", git("-c", "pack.window=0", "repack", "-adfq")),
		"old index":    made("sha1", git("repack", "-adq"), indexPack("--index-version=1")),
		// Everything from offset 0x100 on is written as if it were beyond 2 GiB.
		"64-bit offsets": made("sha1", git("repack", "-adq"), indexPack("--index-version=2,0x100")),
		"several packs, objects in more than one": made("sha1", parts),
		"several packs of sha256":                 made("sha256", parts),
		"multi-pack index":                        made("sha1", parts, git("multi-pack-index", "write")),
		"multi-pack index of sha256":              made("sha256", parts, git("multi-pack-index", "write")),
		"pack without an index of its own": made("sha1", git("repack", "-adq"), git("multi-pack-index", "write"),
			func(t *testing.T, r *gittest.Repo) {
				// git itself wants the file for listing, so keep it where git looks
				// and the reader does not.
				for _, idx := range glob(t, r, "pack/*.idx") {
					rename(t, idx, idx+".away")
				}
			}),
		"cruft pack": made("sha1", func(t *testing.T, r *gittest.Repo) {
			t.Helper()
			r.GitInput("nobody names this", "hash-object", "-w", "--stdin")
			r.Git("repack", "--cruft", "-dq")
			if len(glob(t, r, "pack/*.mtimes")) == 0 {
				t.Error("there is no cruft pack")
			}
		}),
		"packed and loose": made("sha1", git("repack", "-adq"), func(t *testing.T, r *gittest.Repo) {
			t.Helper()
			r.Git("read-tree", "main")
			r.Write("more", "more")
			r.Git("add", "more")
			r.CommitIndex("more")
			// The same object packed and loose, and an unreachable one.
			other := gittest.New(t)
			for _, name := range []string{"main:big.txt", "main~5:big.txt", "main:noise.bin"} {
				id := other.Blob(r.Git("cat-file", "-p", name))
				if r.Git("rev-parse", name) != id {
					t.Fatalf("%s came out as %s", name, id)
				}
				if err := os.MkdirAll(filepath.Dir(loosePath(r, id)), 0o755); err != nil {
					t.Fatal(err)
				}
				copyFile(t, loosePath(other, id), loosePath(r, id))
			}
			r.Blob("dangling")
		}),
	}
}

func glob(t *testing.T, r *gittest.Repo, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(r.Dir, ".git", "objects", filepath.FromSlash(pattern)))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %v, %v", pattern, names, err)
	}
	return names
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, r *gittest.Repo, o odb.Options) *odb.Store {
	t.Helper()
	if o.Dir == "" {
		o.Dir = r.Path(".git", "objects")
	}
	// Asking git would take longer than most tests.
	config, err := os.ReadFile(r.Path(".git", "config"))
	if err != nil {
		t.Fatal(err)
	}
	if o.Hash = odb.SHA1; bytes.Contains(bytes.ToLower(config), []byte("sha256")) {
		o.Hash = odb.SHA256
	}
	s, err := odb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// walk returns everything that a walk yields.
func walk(t testing.TB, s *odb.Store, o odb.WalkOptions) (map[string]gittest.Object, odb.WalkResult) {
	t.Helper()
	got := map[string]gittest.Object{}
	var mu sync.Mutex
	result, err := s.Walk(t.Context(), o, func(worker int, obj *odb.Object) error {
		if worker < 0 || worker >= max(o.Jobs, 1) {
			return fmt.Errorf("worker %d of %d", worker, o.Jobs)
		}
		r, err := obj.Reader()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if err := r.Close(); err != nil {
			return err
		}
		if int64(len(data)) != obj.Size || obj.Data != nil && !bytes.Equal(data, obj.Data) {
			return fmt.Errorf("%s: size %d, %d bytes, reader gives %d", obj.ID, obj.Size, len(obj.Data), len(data))
		}
		if err := obj.Verify(); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if _, twice := got[obj.ID.String()]; twice {
			return fmt.Errorf("%s came twice", obj.ID)
		}
		got[obj.ID.String()] = gittest.Object{Type: obj.Type.String(), Data: string(data)}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, result
}

func same(t *testing.T, got, want map[string]gittest.Object) {
	t.Helper()
	for id, w := range want {
		if g, ok := got[id]; !ok {
			t.Errorf("%s %s is not yielded", w.Type, id)
		} else if g != w {
			t.Errorf("%s: a %s of %d bytes, git has a %s of %d bytes", id, g.Type, len(g.Data), w.Type, len(w.Data))
		}
	}
	for id, g := range got {
		if _, ok := want[id]; !ok {
			t.Errorf("%s %s is yielded, git does not have it", g.Type, id)
		}
	}
}

func clean(t *testing.T, s *odb.Store, r odb.WalkResult) {
	t.Helper()
	for _, d := range r.Damaged {
		t.Error(d)
	}
	for _, m := range r.Missing {
		t.Errorf("%+v", m)
	}
	for _, p := range s.Problems() {
		t.Errorf("%+v", p)
	}
}

func TestYieldsExactlyWhatGitHas(t *testing.T) {
	for name, build := range shapes() {
		if !slices.Contains(rareShapes, name) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				yieldsWhatGitHas(t, build)
			})
		}
	}
}

// rareShapes are those that the integration tests look at.
var rareShapes = []string{
	"sha256 loose", "multi-pack index of sha256", "several packs of sha256", "64-bit offsets", "old index", "cruft pack", "pack without an index of its own",
}

// yieldsWhatGitHas compares all ways of reading a repository with git's.
func yieldsWhatGitHas(t *testing.T, build func(*testing.T) *gittest.Repo) {
	t.Helper()
	r := build(t)
	away, _ := filepath.Glob(r.Path(".git", "objects", "pack", "*.away"))
	for _, f := range away {
		copyFile(t, f, strings.TrimSuffix(f, ".away"))
	}
	want := r.Objects()
	for _, f := range away {
		remove(t, strings.TrimSuffix(f, ".away"))
	}
	if len(want) < 150 {
		t.Fatalf("only %d objects to compare", len(want))
	}
	variants := map[string]odb.Options{
		"mapped":       {},
		"not mapped":   {NoMap: true},
		"in streams":   {Limits: odb.Limits{Memory: 1000}},
		"little space": {NoMap: true, Limits: odb.Limits{Memory: 1, Retained: 1}},
	}
	for name, o := range variants {
		for _, jobs := range []int{2, 7}[:min(len(name)%2+1, 2)] {
			s := open(t, r, o)
			got, result := walk(t, s, odb.WalkOptions{Jobs: jobs, Check: jobs == 2})
			same(t, got, want)
			clean(t, s, result)
			if result.Total != int64(len(want)) {
				t.Errorf("%s, %d jobs: total %d, want %d", name, jobs, result.Total, len(want))
			}
		}
	}
	for name, o := range variants {
		s := open(t, r, o)
		reader := s.Reader()
		for id, w := range want {
			o, err := reader.Read(t.Context(), oid(t, id))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if o.Type.String() != w.Type || o.Data != nil && string(o.Data) != w.Data {
				t.Fatalf("%s: %s is read wrongly", name, id)
			}
			if !s.Contains(o.ID) {
				t.Fatalf("%s: %s is read, yet not contained", name, id)
			}
		}
	}
}

func oid(t testing.TB, s string) odb.OID {
	t.Helper()
	id, err := odb.ParseOID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestChoosesByTypeAndSkips(t *testing.T) {
	r := gittest.New(t)
	history(t, r, false)
	r.Git("repack", "-adq")
	r.Write("loose", "loose")
	r.Commit("loose")
	all := r.Objects()
	for _, types := range []odb.Types{odb.Of(odb.Blob), odb.Of(odb.Commit, odb.Tag), odb.Of(odb.Tree)} {
		for _, check := range []bool{false, true} {
			s := open(t, r, odb.Options{})
			want := map[string]gittest.Object{}
			for id, o := range all {
				for ty := odb.Commit; ty <= odb.Tag; ty++ {
					if types.Has(ty) && o.Type == ty.String() && id[0] != 'a' {
						want[id] = o
					}
				}
			}
			got, result := walk(t, s, odb.WalkOptions{
				Jobs: 2, Types: types, Check: check,
				Skip: func(id odb.OID) bool { return id.String()[0] == 'a' },
			})
			same(t, got, want)
			clean(t, s, result)
		}
	}
}

func TestFollowsAlternates(t *testing.T) {
	first := gittest.New(t)
	history(t, first, false)
	first.Git("repack", "-adq")
	second := gittest.Open(t, filepath.Join(t.TempDir(), "second"))
	first.Git("clone", "-q", "--shared", first.Dir, second.Dir)
	second.Write("second", "second")
	second.Commit("second")
	third := gittest.Open(t, filepath.Join(t.TempDir(), "third"))
	first.Git("clone", "-q", "--shared", second.Dir, third.Dir)
	third.Write("third", "third")
	third.Commit("third")
	// The second names itself and the third once more, relatively.
	rel, err := filepath.Rel(second.Path(".git", "objects"), third.Path(".git", "objects"))
	if err != nil {
		t.Fatal(err)
	}
	list := second.Path(".git", "objects", "info", "alternates")
	old, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	text := "# a remark\n\n.\n" + string(old) + filepath.ToSlash(rel) + "\n"
	if err := os.WriteFile(list, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	want := third.Objects()
	s := open(t, third, odb.Options{})
	got, result := walk(t, s, odb.WalkOptions{Jobs: 2, Check: true})
	same(t, got, want)
	clean(t, s, result)
	if !s.HasAlternates() {
		t.Error("it does not say that there are alternates")
	}

	bare := gittest.New(t)
	s = open(t, bare, odb.Options{Alternates: []string{first.Path(".git", "objects")}})
	got, _ = walk(t, s, odb.WalkOptions{})
	same(t, got, first.Objects())
}

func TestTellsOfAlternatesThatAreGone(t *testing.T) {
	r := gittest.New(t)
	r.Write("a", "a")
	r.Commit("a")
	gone := filepath.Join(t.TempDir(), "gone")
	if err := os.WriteFile(r.Path(".git", "objects", "info", "alternates"), []byte(gone+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, r, odb.Options{})
	if p := s.Problems(); len(p) != 1 || p[0].Path != gone {
		t.Errorf("got %v", p)
	}
}

func TestTellsWhatIsMissing(t *testing.T) {
	r := gittest.New(t)
	r.Write("kept/file", "kept")
	r.Write("gone/file", "gone")
	r.Write("gone/other", "other")
	first := r.Commit("first")
	r.Write("kept/file", "kept, changed")
	r.Commit("second")
	blob := r.Git("rev-parse", "HEAD:gone/file")
	tree := r.Git("rev-parse", "HEAD:gone")
	remove(t, loosePath(r, blob))
	s := open(t, r, odb.Options{})
	_, result := walk(t, s, odb.WalkOptions{Check: true, Types: odb.Of(odb.Blob)})
	if len(result.Missing) != 1 || result.Missing[0].ID != oid(t, blob) ||
		result.Missing[0].By != oid(t, tree) || result.Missing[0].ByType != odb.Tree {
		t.Errorf("a blob: got %+v", result.Missing)
	}
	remove(t, loosePath(r, tree))
	remove(t, loosePath(r, first))
	s = open(t, r, odb.Options{})
	_, result = walk(t, s, odb.WalkOptions{Check: true})
	if len(result.Missing) != 2 {
		t.Errorf("a tree and a commit: got %+v", result.Missing)
	}
	s = open(t, r, odb.Options{})
	_, result = walk(t, s, odb.WalkOptions{Check: true, Expected: func(id odb.OID) bool { return id == oid(t, first) }})
	if len(result.Missing) != 1 || result.Missing[0].ID != oid(t, tree) {
		t.Errorf("a commit that may be missing: got %+v", result.Missing)
	}
	if _, err := s.Reader().Read(t.Context(), oid(t, blob)); !errors.As(err, new(*odb.NotFoundError)) {
		t.Errorf("reading it: got %v", err)
	}
}

func loosePath(r *gittest.Repo, id string) string {
	return r.Path(".git", "objects", id[:2], id[2:])
}

func TestSurvivesARepack(t *testing.T) {
	r := gittest.New(t)
	history(t, r, false)
	r.Git("repack", "-adq")
	want := r.Objects()
	s := open(t, r, odb.Options{})
	known := open(t, r, odb.Options{})
	var id odb.OID
	for name := range want {
		id = oid(t, name)
		if _, err := known.Reader().Read(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	// Nothing of the first store's pack was opened when it goes away.
	r.Git("repack", "-adfq", "--depth=3")
	r.Write("new", "new")
	r.Commit("new")
	want = r.Objects()
	got, result := walk(t, s, odb.WalkOptions{Jobs: 2, Check: true})
	same(t, got, want)
	clean(t, s, result)
	if _, err := known.Reader().Read(t.Context(), oid(t, r.Git("rev-parse", "HEAD"))); err != nil {
		t.Error(err)
	}
	if _, err := known.Reader().Read(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestStopsWhenAsked(t *testing.T) {
	r := gittest.New(t)
	history(t, r, false)
	r.Git("repack", "-adq")
	s := open(t, r, odb.Options{})
	enough := errors.New("enough")
	var mu sync.Mutex
	count := 0
	_, err := s.Walk(t.Context(), odb.WalkOptions{Jobs: 3}, func(int, *odb.Object) error {
		mu.Lock()
		defer mu.Unlock()
		if count++; count == 20 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Walk(ctx, odb.WalkOptions{Jobs: 3}, func(int, *odb.Object) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Reader().Read(ctx, odb.SHA1.EmptyTree()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTellsItsProgress(t *testing.T) {
	r := gittest.New(t)
	history(t, r, false)
	r.Git("repack", "-adq")
	want := r.Objects()
	s := open(t, r, odb.Options{})
	var done, total, size int64
	_, result := walk(t, s, odb.WalkOptions{Jobs: 2, Progress: func(d, n, b int64) { done, total, size = d, n, b }})
	if done != int64(len(want)) || total != done || size != result.Bytes || size == 0 {
		t.Errorf("ends at %d of %d objects, %d bytes; git has %d", done, total, size, len(want))
	}
}

func TestKnowsTheEmptyTree(t *testing.T) {
	r := gittest.New(t)
	r.Commit("nothing at all")
	s := open(t, r, odb.Options{})
	if err := os.RemoveAll(filepath.Dir(loosePath(r, odb.SHA1.EmptyTree().String()))); err != nil {
		t.Fatal(err)
	}
	o, err := s.Reader().Read(t.Context(), odb.SHA1.EmptyTree())
	if err != nil || o.Type != odb.Tree || o.Size != 0 {
		t.Errorf("got %+v, %v", o, err)
	}
	_, result := walk(t, s, odb.WalkOptions{Check: true})
	clean(t, s, result)
}
