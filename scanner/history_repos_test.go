package scanner_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/scanner"
	"github.com/momentolint/momentolint/scanner/finding"
	"github.com/momentolint/momentolint/scanner/source/git/gittest"
)

// newSmall makes a repository with a few keys, most of them in old versions.
func newSmall(t *testing.T) *caseRepo {
	t.Helper()
	c := &caseRepo{Repo: gittest.New(t), t: t}
	var i gittest.Importer
	i.Commit("main", "one", "")
	i.File("100644", "one.env", c.env("one"))
	i.File("100644", "list.txt", strings.Repeat("a line of a longer file\n", 200))
	one := i.Mark()
	i.Commit("main", "two", "")
	i.File("100644", "list.txt", strings.Repeat("a line of a longer file\n", 200)+c.env("two"))
	i.Remove("one.env")
	two := i.Mark()
	i.Commit("main", "three", "")
	i.File("100644", "list.txt", strings.Repeat("a line of a longer file\n", 200))
	i.File("100644", "sub/three.env", c.env("three"))
	three := i.Mark()
	marks := c.importAll(&i)
	c.at("one", "one.env", marks[one])
	c.at("two", "list.txt", marks[two])
	c.at("three", "sub/three.env", marks[three])
	c.Git("reset", "-q", "--hard", "main")
	return c
}

// loosen writes all objects as files of their own.
func (c *caseRepo) loosen() {
	c.t.Helper()
	for _, pack := range globAll(c.t, c.Path(".git", "objects", "pack", "pack-*")) {
		moved := filepath.Join(c.t.TempDir(), filepath.Base(pack))
		if err := os.Rename(pack, moved); err != nil {
			c.t.Fatal(err)
		}
		if strings.HasSuffix(moved, ".pack") {
			data, err := os.ReadFile(moved)
			if err != nil {
				c.t.Fatal(err)
			}
			c.GitInput(string(data), "unpack-objects", "-q")
		}
	}
}

func globAll(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %v, %v", pattern, list, err)
	}
	return list
}

func TestHistoryReadsEveryKindOfRepository(t *testing.T) {
	clone := func(args ...string) func(*testing.T, *caseRepo) string {
		return func(t *testing.T, c *caseRepo) string {
			t.Helper()
			dir := filepath.Join(t.TempDir(), "clone")
			c.Git(append(append([]string{"clone", "-q"}, args...), c.Dir, dir)...)
			return dir
		}
	}
	kinds := map[string]func(t *testing.T, c *caseRepo) string{
		"work tree":       func(_ *testing.T, c *caseRepo) string { return c.Dir },
		"folder in it":    func(_ *testing.T, c *caseRepo) string { return c.Path("sub") },
		"its .git folder": func(_ *testing.T, c *caseRepo) string { return c.Path(".git") },
		"loose objects": func(_ *testing.T, c *caseRepo) string {
			c.loosen()
			return c.Dir
		},
		"bare":   clone("--bare"),
		"mirror": clone("--mirror"),
		"shared": clone("--shared", "--no-checkout"),
		"linked work tree": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			dir := filepath.Join(t.TempDir(), "linked")
			c.Git("worktree", "add", "-q", "--detach", dir)
			return dir
		},
		"separate git folder": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			c.Git("init", "-q", "--separate-git-dir", filepath.Join(t.TempDir(), "elsewhere"))
			return c.Dir
		},
		"detached HEAD": func(_ *testing.T, c *caseRepo) string {
			c.Git("checkout", "-q", "--detach")
			c.Git("branch", "-q", "-D", "main")
			return c.Dir
		},
		"GIT_DIR": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			t.Chdir(t.TempDir())
			t.Setenv("GIT_DIR", c.Path(".git"))
			return "."
		},
		"objects elsewhere, as in a pre-receive hook": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			away := filepath.Join(t.TempDir(), "objects")
			if err := os.Rename(c.Path(".git", "objects"), away); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(c.Path(".git", "objects", "incoming"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Chdir(c.Dir)
			t.Setenv("GIT_OBJECT_DIRECTORY", c.Path(".git", "objects", "incoming"))
			t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", away)
			return "."
		},
		"an extension that is not known": func(t *testing.T, c *caseRepo) string {
			t.Helper()
			// git takes no notice of extensions in repositories of version 0.
			c.Git("config", "extensions.somethingNew", "true")
			return c.Dir
		},
	}
	for name, prepare := range kinds {
		t.Run(name, func(t *testing.T) {
			gittest.Isolate(t)
			c := newSmall(t)
			r := history(t, prepare(t, c), scanner.History{}, scanner.Options{})
			if r.Incomplete {
				t.Errorf("skipped %v", r.Summary.Skipped)
			}
			compare(t, c.found(r.Findings), c.expected(byRefs))
		})
	}
}

// hasNote tells whether the report has a remark with a text in it.
func hasNote(r *finding.Report, text string) bool {
	for _, n := range r.Notes {
		if strings.Contains(n, text) {
			return true
		}
	}
	return false
}

func TestHistorySaysThatAShallowCloneIsCut(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	dir := filepath.Join(t.TempDir(), "shallow")
	c.Git("clone", "-q", "--depth=2", "file://"+c.Dir, dir)
	r := history(t, dir, scanner.History{}, scanner.Options{})
	if r.Incomplete || !hasNote(r, "shallow") {
		t.Errorf("incomplete %t, notes %q, skipped %v", r.Incomplete, r.Notes, r.Summary.Skipped)
	}
	compare(t, c.found(r.Findings), c.expected(byRefs)[1:])
}

func TestHistoryOfAPartialCloneIsNotClean(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	c.Git("config", "uploadpack.allowFilter", "true")
	dir := filepath.Join(t.TempDir(), "partial")
	c.Git("clone", "-q", "--filter=blob:none", "file://"+c.Dir, dir)
	clone := gittest.Open(t, dir)
	before := clone.Git("count-objects", "-v")
	r := history(t, dir, scanner.History{}, scanner.Options{})
	if !r.Incomplete {
		t.Error("blobs are missing, and the scan calls itself complete")
	}
	// What was checked out was fetched for that.
	compare(t, c.found(r.Findings), c.expected(byRefs)[2:])
	if after := clone.Git("count-objects", "-v"); after != before {
		t.Errorf("the scan fetched objects: %s, before %s", after, before)
	}
}

func TestHistoryFindsWhatReplacementsAndGraftsHide(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	// A blob, a commit and the beginning of the history, each hidden.
	c.Git("replace", c.id("main:sub/three.env"), c.Blob("nothing here\n"))
	c.Git("replace", "main~1", "main~2")
	if err := os.MkdirAll(c.Path(".git", "info"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.Path(".git", "info", "grafts"), []byte(c.id("main")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// And a key that only a replacement has.
	clean := c.Blob("clean\n")
	c.Write("clean.txt", "clean\n")
	commit := c.Commit("A file that is replaced")
	c.Git("replace", clean, c.Blob(c.env("replacement")))
	c.at("replacement", "clean.txt", commit)

	r := history(t, c.Dir, scanner.History{}, scanner.Options{})
	if r.Incomplete {
		t.Errorf("skipped %v", r.Summary.Skipped)
	}
	compare(t, c.found(r.Findings), c.expected(byRefs))
}

func TestHistoryIsNotCleanIfAnythingIsDamaged(t *testing.T) {
	gittest.Isolate(t)
	file := func(c *caseRepo, rev string) string {
		id := c.id(rev)
		return c.Path(".git", "objects", id[:2], id[2:])
	}
	flip := func(t *testing.T, path string, at int) {
		t.Helper()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[(at+len(data))%len(data)] ^= 0x40
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(t *testing.T, path string) {
		t.Helper()
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	damages := map[string]struct {
		do func(t *testing.T, c *caseRepo)
		// left are the keys that can still be found.
		left []int
	}{
		"missing blob": {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main~2:one.env")) }, []int{1, 2}},
		"broken blob":  {func(t *testing.T, c *caseRepo) { c.loosen(); flip(t, file(c, "main~2:one.env"), -30) }, []int{1, 2}},
		"wrong blob": {func(t *testing.T, c *caseRepo) {
			c.loosen()
			data, err := os.ReadFile(file(c, "main:list.txt"))
			if err == nil {
				remove(t, file(c, "main~2:one.env"))
				err = os.WriteFile(file(c, "main~2:one.env"), data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}, []int{1, 2}},
		"missing tree":   {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main:sub")) }, []int{0, 1}},
		"missing commit": {func(t *testing.T, c *caseRepo) { c.loosen(); remove(t, file(c, "main~2")) }, []int{1, 2}},
		"empty object":   {func(t *testing.T, c *caseRepo) { c.loosen(); empty(t, file(c, "main~2:one.env")) }, []int{1, 2}},
		"no index": {func(t *testing.T, c *caseRepo) {
			for _, idx := range globAll(t, c.Path(".git", "objects", "pack", "*.idx")) {
				remove(t, idx)
			}
		}, nil},
		"broken ref": {func(t *testing.T, c *caseRepo) {
			path := c.Path(".git", "refs", "heads", "broken")
			if err := os.WriteFile(path, []byte(strings.Repeat("1", 40)+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, []int{0, 1, 2}},
	}
	for name, d := range damages {
		t.Run(name, func(t *testing.T) {
			c := newSmall(t)
			d.do(t, c)
			r := history(t, c.Dir, scanner.History{}, scanner.Options{})
			if !r.Incomplete {
				t.Error("the scan calls itself complete")
			}
			var want []place
			for _, i := range d.left {
				want = append(want, c.expected(byRefs)[i])
			}
			compare(t, c.found(r.Findings), want)
		})
	}
}

func empty(t *testing.T, path string) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestHistoryTakesAGoodCopyOfADamagedObject(t *testing.T) {
	gittest.Isolate(t)
	c := newSmall(t)
	dir := filepath.Join(t.TempDir(), "clone")
	c.Git("clone", "-q", "--shared", "--no-checkout", c.Dir, dir)
	id := c.id("main~2:one.env")
	path := filepath.Join(dir, ".git", "objects", id[:2], id[2:])
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	r := history(t, dir, scanner.History{}, scanner.Options{})
	if r.Incomplete {
		t.Errorf("skipped %v", r.Summary.Skipped)
	}
	compare(t, c.found(r.Findings), c.expected(byRefs))
}
