package scanner_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
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

// hasNote reports whether the report has a remark with a text in it.
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
	if r.Summary.Incomplete() || !hasNote(r, "shallow") {
		t.Errorf("incomplete %t, notes %q, skipped %v", r.Summary.Incomplete(), r.Notes, r.Summary.Skipped)
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
	if !r.Summary.Incomplete() {
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
	if r.Summary.Incomplete() {
		t.Errorf("skipped %v", r.Summary.Skipped)
	}
	compare(t, c.found(r.Findings), c.expected(byRefs))
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
	if r.Summary.Incomplete() {
		t.Errorf("skipped %v", r.Summary.Skipped)
	}
	compare(t, c.found(r.Findings), c.expected(byRefs))
}
