package git

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/git/odb"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// bothWays gives what is staged by the index's own tree, and as git says.
func bothWays(t *testing.T, dir string) (own, git []string, ownErr error) {
	t.Helper()
	r, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	st, err := r.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rd := st.Reader()
	defer func() { _ = rd.Close() }()
	s := &stagedScan{rangeScan: &rangeScan{repo: r}, d: &differ{repo: r, rd: rd}, base: "HEAD"}
	list := func(entries []indexEntry) (list []string) {
		for _, e := range entries {
			// Of no consequence: see entry.
			if e.isGitlink() || e.id == e.old || e.id.IsZero() {
				continue
			}
			old := "nothing"
			if !e.old.IsZero() {
				old = e.old.String()
			}
			list = append(list, fmt.Sprint(e.path, " ", e.id, " ", old))
		}
		return list
	}
	entries, ownErr := s.compareTrees(t.Context())
	said, err := r.stagedEntries(t.Context(), "HEAD")
	if err != nil && ownErr == nil {
		t.Fatal(err)
	}
	return list(entries), list(said), ownErr
}

// Where the index alone does not tell, git is asked.
func TestAnIndexThatIsUnclearIsLeftToGit(t *testing.T) {
	gittest.Isolate(t)
	for name, prepare := range map[string]func(*gittest.Repo){
		"a file added since": func(r *gittest.Repo) {
			r.Write("new", "1\n")
			r.Git("add", "new")
		},
		"meant to be added": func(r *gittest.Repo) {
			r.Write("meant", "1\n")
			r.Git("add", "-N", "meant")
		},
		"a conflict": func(r *gittest.Repo) {
			r.Git("checkout", "-q", "-b", "other")
			r.Write("a", "theirs\n")
			r.Commit("Theirs")
			r.Git("checkout", "-q", "main")
			r.Write("a", "ours\n")
			r.Commit("Ours")
			if _, err := r.Try("", "merge", "other"); err == nil {
				t.Fatal("no conflict")
			}
		},
		"split":  func(r *gittest.Repo) { r.Git("update-index", "--split-index") },
		"sparse": func(r *gittest.Repo) { r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "nothing") },
		"no commit yet": func(r *gittest.Repo) {
			r.Git("checkout", "-q", "--orphan", "new")
			r.Git("write-tree")
		},
		"none": func(r *gittest.Repo) {
			if err := os.Remove(r.Path(".git", "index")); err != nil {
				t.Fatal(err)
			}
		},
		"HEAD by another name": func(r *gittest.Repo) {
			r.Git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
			r.Git("symbolic-ref", "HEAD", "refs/heads/alias")
		},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t)
			repo.Write("a", "1\n")
			repo.Write("dir/b", "2\n")
			repo.Commit("Begin")
			prepare(repo)
			if own, _, err := bothWays(t, repo.Dir); !errors.Is(err, errUnclear) {
				t.Errorf("%q, %v", own, err)
			}
		})
	}
}

// Each process costs the person who commits as much as the rest of the hook.
func TestWhatIsStagedTakesGitOnce(t *testing.T) {
	program, calls := counting(t)
	repo := gittest.New(t)
	repo.Write("a", "1\n")
	repo.Commit("Begin")
	repo.Write("b", "2\n")
	repo.Git("add", "b")
	repo.Git("write-tree")
	r, err := Open(t.Context(), repo.Dir, Options{Git: program})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var paths []string
	if _, err := r.Staged(t.Context(), func(_ int, c *Change) error {
		paths = append(paths, c.Path)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(calls(), " "); got != "rev-parse" || !slices.Equal(paths, []string{"b"}) {
		t.Errorf("git was asked for %s, and %q was staged", got, paths)
	}
}

// FuzzIndex: an index, however damaged, gives a tree or is left to git.
func FuzzIndex(f *testing.F) {
	gittest.Isolate(f)
	for _, version := range []string{"2", "4"} {
		repo := gittest.New(f)
		repo.Git("update-index", "--index-version", version)
		repo.Write("dir/a", "1\n")
		repo.Write("b", "2\n")
		repo.Commit("Begin")
		index, err := os.ReadFile(repo.Path(".git", "index"))
		if err != nil {
			f.Fatal(err)
		}
		if _, err := treeOfIndex(bytes.NewReader(index), int64(len(index)), odb.SHA1); err != nil {
			f.Fatal(err)
		}
		f.Add(index, false)
	}
	f.Fuzz(func(t *testing.T, index []byte, long bool) {
		hash := odb.SHA1
		if long {
			hash = odb.SHA256
		}
		tree, err := treeOfIndex(bytes.NewReader(index), int64(len(index)), hash)
		if (err == nil) == tree.IsZero() || err == nil && !bytes.Contains(index, []byte("TREE")) {
			t.Errorf("%v, %v", tree, err)
		}
	})
}
