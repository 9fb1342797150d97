package changes

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/index"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/git/treediff"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// bothWays returns what is staged according to the tree of the index, and
// according to git.
func bothWays(t *testing.T, dir string) (own, said []string, ownErr error) {
	t.Helper()
	r, err := git.Open(t.Context(), dir, git.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	store, err := r.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rd := store.Reader()
	defer func() { _ = rd.Close() }()
	s := &stagedWalk{walk: &walk{repo: r}, d: &treediff.Differ{Reader: rd}, base: "HEAD"}
	list := func(entries []index.Entry) (list []string) {
		for _, e := range entries {
			// Ignored by entry.
			if e.IsGitlink() || e.ID == e.Old || e.ID.IsZero() {
				continue
			}
			old := "nothing"
			if !e.Old.IsZero() {
				old = e.Old.String()
			}
			list = append(list, fmt.Sprint(e.Path, " ", e.ID, " ", old))
		}
		return list
	}
	entries, ownErr := s.compareTrees(t.Context())
	diff, err := index.Diff(t.Context(), r, "HEAD")
	if err != nil && ownErr == nil {
		t.Fatal(err)
	}
	return list(entries), list(diff), ownErr
}

// Where the index does not record its tree, git is asked.
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
			if own, _, err := bothWays(t, repo.Dir); !errors.Is(err, index.ErrUnclear) && !errors.Is(err, refs.ErrUnclear) {
				t.Errorf("%q, %v", own, err)
			}
		})
	}
}

// Each process takes as long as the rest of the hook.
func TestWhatIsStagedTakesGitOnce(t *testing.T) {
	program, calls := gittest.Counting(t)
	repo := gittest.New(t)
	repo.Write("a", "1\n")
	repo.Commit("Begin")
	repo.Write("b", "2\n")
	repo.Git("add", "b")
	repo.Git("write-tree")
	r, err := git.Open(t.Context(), repo.Dir, git.Options{Git: program})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var paths []string
	if _, err := Staged(t.Context(), r, func(_ int, c *Change) error {
		paths = append(paths, c.Path)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(calls(), " "); got != "rev-parse" || !slices.Equal(paths, []string{"b"}) {
		t.Errorf("git was called for %s, and %q was staged", got, paths)
	}
}
