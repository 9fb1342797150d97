package git

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/momentolint/momentolint/internal/git/cache"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// What was remembered may be wrong later though nothing in it was.
func TestWhatIsRememberedIsNotBelievedAgainstTheHistory(t *testing.T) {
	repo := gittest.New(t, "--bare")
	cacheDir := t.TempDir()
	wanted := []OID{mustID(t, repo.Blob("a key")), mustID(t, repo.Blob("another key"))}
	step := func(name string, fromMemory bool, do func(i *gittest.Importer)) {
		t.Helper()
		var i gittest.Importer
		do(&i)
		repo.Import(&i, true)
		if got := compareRecall(t, repo, cacheDir, wanted, name); got != fromMemory {
			t.Errorf("%s: answered from memory: %t", name, got)
		}
	}
	step("a history", false, func(i *gittest.Importer) {
		for range 5 {
			i.Commit("main", "one more", "")
			i.File("100644", "list", i.Mark())
		}
		i.Commit("main", "a key comes in", "")
		i.File("100644", "key.env", "a key")
	})
	step("a new commit", true, func(i *gittest.Importer) {
		i.Commit("main", "it is copied", "refs/heads/main^0")
		i.File("100644", "copy.env", "a key")
		i.File("100644", "other.env", "another key")
	})
	// Dates begin anew with each import.
	step("a branch of its own, older, with the same key at the same place", false, func(i *gittest.Importer) {
		i.Commit("old", "it was here before", "")
		i.File("100644", "key.env", "a key")
	})
	step("a branch that nobody else has", true, func(i *gittest.Importer) {
		i.Commit("short-lived", "one place more", "refs/heads/main^0")
		i.File("100644", "folder/other.env", "another key")
	})
	step("that branch is gone", false, func(*gittest.Importer) { repo.Git("update-ref", "-d", "refs/heads/short-lived") })
	step("the branch is merged and then deleted", true, func(i *gittest.Importer) {
		i.Commit("main", "merge", "refs/heads/main^0", "refs/heads/old^0")
		repo.Tick()
	})
	step("the merged branch is gone", false, func(*gittest.Importer) { repo.Git("update-ref", "-d", "refs/heads/old") })
	step("a tag", true, func(i *gittest.Importer) { i.Tag("v1", "refs/heads/main^0", "a release") })
	step("a tag of the key itself", false, func(*gittest.Importer) { repo.Git("tag", "key", wanted[0].String()) })
}

// compareRecall tells whether the answer came from memory.
func compareRecall(t *testing.T, repo *gittest.Repo, cacheDir string, ids []OID, where string) bool {
	t.Helper()
	r, err := Open(t.Context(), repo.Dir, Options{Jobs: 2, Env: gittest.Env(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	want, err := r.Attribute(t.Context(), Selection{}, ids)
	if err != nil {
		t.Fatal(err)
	}
	sel := Selection{Introductions: cache.OpenIntroductions(cacheDir, cache.Key{Repository: repo.Dir}, odb.SHA1)}
	first := recall(t, r, sel, ids)
	if first != nil && !sameIntroductions(first, want) {
		t.Errorf("%s: from memory:\n%s\nread:\n%s", where, list(first), list(want))
	}
	got, err := r.Attribute(t.Context(), sel, ids)
	if err != nil {
		t.Fatal(err)
	}
	if !sameIntroductions(got, want) {
		t.Errorf("%s: as a whole:\n%s\nread:\n%s", where, list(got), list(want))
	}
	// Right after a run everything is known.
	again := recall(t, r, sel, ids)
	if again == nil || !sameIntroductions(again, want) {
		t.Errorf("%s: a second time from memory:\n%s\nread:\n%s", where, list(again), list(want))
	}
	return first != nil
}

// recall answers from memory alone, with nil if it cannot.
func recall(t *testing.T, r *Repo, sel Selection, ids []OID) map[OID][]Introduction {
	t.Helper()
	store, err := r.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := &attribution{repo: r, store: store, sel: sel, result: map[OID][]Introduction{}}
	if err := a.readRefs(t.Context()); err != nil {
		t.Fatal(err)
	}
	result, err := a.recall(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// sameIntroductions takes no list for an empty one.
func sameIntroductions(a, b map[OID][]Introduction) bool {
	for _, m := range []map[OID][]Introduction{a, b} {
		for id := range m {
			if len(a[id])+len(b[id]) > 0 && !reflect.DeepEqual(a[id], b[id]) {
				return false
			}
		}
	}
	return true
}

func list(m map[OID][]Introduction) (s string) {
	for _, id := range sorted(m) {
		for _, i := range m[id] {
			s += fmt.Sprintf("  %s %s", id, i.Path)
			if i.Commit != nil {
				s += " " + i.Commit.ID
			}
			s += "\n"
		}
	}
	return s
}

func mustID(t *testing.T, hex string) OID {
	t.Helper()
	id, err := odb.ParseOID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
