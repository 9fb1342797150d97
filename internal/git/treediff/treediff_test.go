package treediff_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/git/treediff"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// tree makes a tree of entries "MODE PATH CONTENT"; a submodule has no content.
func tree(t *testing.T, repo *gittest.Repo, entries ...string) git.OID {
	t.Helper()
	repo.Git("read-tree", "--empty")
	for _, e := range entries {
		f := strings.SplitN(e, " ", 3)
		id := strings.Repeat("1", 40)
		if f[0] != "160000" {
			id = repo.Blob(f[2])
		}
		repo.Git("update-index", "--add", "--cacheinfo", f[0]+","+id+","+f[1])
	}
	id, err := odb.ParseOID(repo.Git("write-tree"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func differ(t *testing.T, repo *gittest.Repo) *treediff.Differ {
	t.Helper()
	r, err := git.Open(t.Context(), repo.Dir, git.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := r.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rd := store.Reader()
	t.Cleanup(func() { _, _ = rd.Close(), r.Close() })
	return &treediff.Differ{Reader: rd}
}

func TestAddedFilesAreThoseThatNoParentHas(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	for name, tt := range map[string]struct {
		now     []string
		parents [][]string
		want    []string // path, and how many parents have a file there
	}{
		"no parent":             {[]string{"100644 a x", "100644 d/b y"}, nil, []string{"a 0", "d/b 0"}},
		"changed and unchanged": {[]string{"100644 a x", "100644 b y"}, [][]string{{"100644 a x", "100644 b old"}}, []string{"b 1"}},
		"another mode":          {[]string{"100755 a x"}, [][]string{{"100644 a x"}}, nil},
		"a file instead of a directory": {
			[]string{"100644 a x", "100644 a.b y"}, [][]string{{"100644 a.b y", "100644 a/c z"}}, []string{"a 0"},
		},
		"a directory instead of a file": {
			[]string{"100644 a.b y", "100644 a/c z"}, [][]string{{"100644 a x", "100644 a.b y"}}, []string{"a/c 0"},
		},
		"a submodule":                   {[]string{"160000 m"}, nil, nil},
		"a file instead of a submodule": {[]string{"100644 m x"}, [][]string{{"160000 m"}}, []string{"m 0"}},
		"a merge": {
			[]string{"100644 a x", "100644 b y", "100644 c z"},
			[][]string{{"100644 a x", "100644 b 1"}, {"100644 b 2", "100644 c z"}}, []string{"b 2"},
		},
	} {
		d := differ(t, repo)
		var parents []git.OID
		for _, p := range tt.parents {
			parents = append(parents, tree(t, repo, p...))
		}
		now := tree(t, repo, tt.now...)
		var got []string
		err := d.Added(t.Context(), now, parents, func(f treediff.File) error {
			before := 0
			for _, id := range f.Before {
				if !id.IsZero() {
					before++
				}
			}
			got = append(got, fmt.Sprint(f.Path, " ", before))
			if id, err := d.Lookup(t.Context(), now, f.Path); err != nil || id != f.ID {
				t.Errorf("%s: lookup of %s: %v, %v", name, f.Path, id, err)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tt.want)
		}
	}
}

func TestEarlierVersionsOfAMovedFileBeginWithTheLikeliest(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	old := tree(t, repo, "100644 a other", "100644 b/name.env named", "100644 c same", "100644 kept kept")
	now := tree(t, repo, "100644 new/name.env same", "100644 kept kept")
	d := differ(t, repo)
	removed, err := d.Removed(t.Context(), old, now)
	if err != nil || len(removed) != 3 {
		t.Fatalf("%v, %v", removed, err)
	}
	var got []string
	err = d.Added(t.Context(), now, []git.OID{old}, func(f treediff.File) error {
		for o, err := range d.Versions(t.Context(), f, func(int) ([]treediff.RemovedFile, error) { return removed, nil }) {
			if err != nil {
				return err
			}
			got = append(got, string(o.Data))
		}
		return nil
	})
	if want := []string{"same", "named", "other"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}
