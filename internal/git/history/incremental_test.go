package history

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/cache"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// A cached result may become wrong later without any of its objects changing.
func TestCachedIntroductionsAreNotBelievedAgainstTheHistory(t *testing.T) {
	repo := gittest.New(t, "--bare")
	cacheDir := t.TempDir()
	wanted := []git.OID{mustID(t, repo.Blob("a key")), mustID(t, repo.Blob("another key"))}
	step := func(name string, cached bool, do func(i *gittest.Importer)) {
		t.Helper()
		var i gittest.Importer
		do(&i)
		repo.Import(&i, true)
		if got := compareIncremental(t, repo, cacheDir, wanted, name); got != cached {
			t.Errorf("%s: answered from the cache: %t", name, got)
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
	step("a branch of its own", true, func(i *gittest.Importer) {
		i.Commit("short-lived", "one place more", "refs/heads/main^0")
		i.File("100644", "directory/other.env", "another key")
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

// compareIncremental reports whether the answer came from the cache.
func compareIncremental(t *testing.T, repo *gittest.Repo, cacheDir string, ids []git.OID, where string) bool {
	t.Helper()
	r, err := git.Open(t.Context(), repo.Dir, git.Options{Jobs: 2, Env: gittest.Env(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	want, err := Attribute(t.Context(), r, Selection{}, ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	sel := Selection{Introductions: cache.OpenIntroductions(cacheDir, cache.Key{Repository: repo.Dir}, odb.SHA1)}
	first := cachedResult(t, r, sel, ids)
	if first != nil && !sameIntroductions(first, want) {
		t.Errorf("%s: from the cache:\n%s\nread:\n%s", where, list(first), list(want))
	}
	got, err := Attribute(t.Context(), r, sel, ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !sameIntroductions(got, want) {
		t.Errorf("%s: as a whole:\n%s\nread:\n%s", where, list(got), list(want))
	}
	// Right after a run everything is known.
	again := cachedResult(t, r, sel, ids)
	if again == nil || !sameIntroductions(again, want) {
		t.Errorf("%s: a second time from the cache:\n%s\nread:\n%s", where, list(again), list(want))
	}
	return first != nil
}

// cachedResult answers from the cache alone, with nil if it cannot.
func cachedResult(t *testing.T, r *git.Repo, sel Selection, ids []git.OID) map[git.OID][]Introduction {
	t.Helper()
	store, err := r.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := &attribution{repo: r, store: store, sel: sel, result: map[git.OID][]Introduction{}}
	if err := a.readRefs(t.Context()); err != nil {
		t.Fatal(err)
	}
	result, err := a.incremental(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// sameIntroductions treats a missing list like an empty one.
func sameIntroductions(a, b map[git.OID][]Introduction) bool {
	for _, m := range []map[git.OID][]Introduction{a, b} {
		for id := range m {
			if len(a[id])+len(b[id]) > 0 && !reflect.DeepEqual(a[id], b[id]) {
				return false
			}
		}
	}
	return true
}

func list(m map[git.OID][]Introduction) (s string) {
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

func mustID(t *testing.T, hex string) git.OID {
	t.Helper()
	id, err := odb.ParseOID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
