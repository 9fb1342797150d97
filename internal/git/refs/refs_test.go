package refs_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/git/refs"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

func open(t *testing.T, dir string) *git.Repo {
	t.Helper()
	r, err := git.Open(t.Context(), dir, git.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// commit adds a commit and returns its id.
func commit(r *gittest.Repo, subject string) string {
	r.Write("file", subject+"\n")
	r.Commit(subject)
	return r.Git("rev-parse", "HEAD")
}

func TestTipsAreAllPlacesWhereAHistoryStarts(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	first := commit(repo, "first")
	amended := commit(repo, "second")
	repo.Git("commit", "-q", "--amend", "--allow-empty", "-m", "amended")
	head := repo.Git("rev-parse", "HEAD")
	repo.Git("tag", "-a", "-m", "a release", "v1", first)
	tag := repo.Git("rev-parse", "v1")
	linked := filepath.Join(t.TempDir(), "linked")
	repo.Git("worktree", "add", "-q", "--detach", linked, first)
	detached := commit(gittest.Open(t, linked), "in the linked work tree")
	repo.Write("file", "stashed\n")
	repo.Git("stash", "-q")
	stash := repo.Git("rev-parse", "refs/stash")

	for _, tt := range []struct {
		selection refs.Selection
		reached   []string
		not       []string
	}{
		{refs.Selection{}, []string{head, detached, tag}, []string{amended, stash}},
		{refs.Selection{Reflog: true}, []string{head, detached, tag, first, amended, stash}, nil},
	} {
		tips, err := refs.Tips(t.Context(), open(t, repo.Dir), tt.selection)
		if err != nil {
			t.Fatal(err)
		}
		has := func(id string) bool {
			return slices.ContainsFunc(tips, func(r refs.Ref) bool { return r.ID.String() == id })
		}
		for _, id := range tt.reached {
			if !has(id) {
				t.Errorf("%+v: no tip %s", tt.selection, id)
			}
		}
		for _, id := range tt.not {
			if has(id) {
				t.Errorf("%+v: tip %s", tt.selection, id)
			}
		}
		if !slices.ContainsFunc(tips, func(r refs.Ref) bool { return r.Name == "refs/tags/v1" }) {
			t.Errorf("%+v: the tag is missing", tt.selection)
		}
	}
}

// Each work tree has refs that the others do not see. What they reach counts from
// wherever the history is scanned.
func TestRefsThatOneWorkTreeHasForItselfAreTips(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	commit(repo, "first")
	linked := gittest.Open(t, filepath.Join(t.TempDir(), "linked"))
	repo.Git("worktree", "add", "-q", "--detach", linked.Dir)
	want := map[string]string{}
	for _, tree := range []*gittest.Repo{repo, linked} {
		for _, name := range []string{"refs/bisect/bad", "refs/worktree/mine", "refs/rewritten/onto"} {
			id := tree.Git("commit-tree", "-m", tree.Dir+name, "HEAD^{tree}")
			tree.Git("update-ref", name, id)
			want[id] = name
		}
	}
	for _, dir := range []string{repo.Dir, linked.Dir} {
		var skipped []string
		r, err := git.Open(t.Context(), dir, git.Options{Record: func(e coverage.Entry) { skipped = append(skipped, e.Reason) }})
		if err != nil {
			t.Fatal(err)
		}
		tips, err := refs.Tips(t.Context(), r, refs.Selection{})
		_ = r.Close()
		if err != nil || len(skipped) > 0 {
			t.Fatalf("in %s: %v, skipped %q", dir, err, skipped)
		}
		for id, name := range want {
			if !slices.ContainsFunc(tips, func(r refs.Ref) bool { return r.ID.String() == id }) {
				t.Errorf("in %s: no tip %s of %s", dir, id, name)
			}
		}
	}
}

// A bare clone has no reflogs. To ask for them is no mistake.
func TestARepositoryWithoutReflogsHasItsTips(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	head := commit(repo, "first")
	bare := filepath.Join(t.TempDir(), "bare.git")
	repo.Git("clone", "-q", "--bare", repo.Dir, bare)
	var skipped []string
	r, err := git.Open(t.Context(), bare, git.Options{Record: func(e coverage.Entry) { skipped = append(skipped, e.Reason) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	tips, err := refs.Tips(t.Context(), r, refs.Selection{Reflog: true})
	if err != nil || len(skipped) > 0 || len(tips) == 0 || tips[0].ID.String() != head {
		t.Errorf("%v, %v, skipped %q", tips, err, skipped)
	}
}

func TestHeadFileAgreesWithGitOrLeavesItToGit(t *testing.T) {
	gittest.Isolate(t)
	for name, tt := range map[string]struct {
		prepare func(*gittest.Repo)
		unclear bool
	}{
		"a branch":             {func(*gittest.Repo) {}, false},
		"a packed branch":      {func(r *gittest.Repo) { r.Git("pack-refs", "--all") }, false},
		"detached":             {func(r *gittest.Repo) { r.Git("checkout", "-q", "--detach") }, false},
		"before the first one": {func(r *gittest.Repo) { r.Git("checkout", "-q", "--orphan", "new") }, true},
		"a symbolic branch": {func(r *gittest.Repo) {
			r.Git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
			r.Git("symbolic-ref", "HEAD", "refs/heads/alias")
		}, true},
	} {
		repo := gittest.New(t)
		commit(repo, "first")
		tt.prepare(repo)
		r := open(t, repo.Dir)
		want, err := refs.Head(t.Context(), r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := refs.HeadFile(r)
		switch {
		case tt.unclear && !errors.Is(err, refs.ErrUnclear):
			t.Errorf("%s: %v, %v", name, got, err)
		case !tt.unclear && (err != nil || got != want || got.IsZero()):
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestListReturnsParentsFirstAndSaysWhyItCannot(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	first := commit(repo, "first")
	second := commit(repo, "second")
	unknown := strings.Repeat("1", 40)
	got, err := refs.List(t.Context(), open(t, repo.Dir), refs.RevList{Revs: []string{second}})
	if err != nil || len(got) != 2 || got[0].ID.String() != first || got[1].ID.String() != second {
		t.Fatalf("%v, %v", got, err)
	}
	if len(got[0].Parents) != 0 || len(got[1].Parents) != 1 || got[1].Parents[0] != got[0].ID || got[1].Tree.String() != repo.Git("rev-parse", "HEAD^{tree}") {
		t.Errorf("parents and trees: %v", got)
	}
	if _, err := refs.List(t.Context(), open(t, repo.Dir), refs.RevList{Revs: []string{"nowhere"}}); !errors.Is(err, refs.ErrBadRevision) {
		t.Errorf("an unknown revision: %v", err)
	}
	got, err = refs.List(t.Context(), open(t, repo.Dir), refs.RevList{Revs: []string{second, "^" + unknown}, IgnoreMissing: true})
	if err != nil || len(got) != 2 {
		t.Errorf("an unknown revision, ignored: %v, %v", got, err)
	}
	shallow := t.TempDir()
	repo.Git("clone", "-q", "--depth=1", "--no-local", repo.Dir, shallow)
	var cut *refs.ShallowError
	if _, err := refs.List(t.Context(), open(t, shallow), refs.RevList{Revs: []string{"HEAD"}}); !errors.As(err, &cut) || cut.Commit.String() != second {
		t.Errorf("a shallow clone: %v", err)
	}
}

func TestRewritesAreThoseThatGitApplies(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	first := commit(repo, "first")
	second := commit(repo, "second")
	repo.Git("replace", second, first)
	if err := os.MkdirAll(repo.Path(".git", "info"), 0o755); err != nil {
		t.Fatal(err)
	}
	grafts := "# a comment\n" + first + " " + second + "\nnot an id\n"
	if err := os.WriteFile(repo.Path(".git", "info", "grafts"), []byte(grafts), 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, repo.Dir)
	tips, err := refs.Tips(t.Context(), r, refs.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := refs.ReadRewrites(r, tips)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Grafts) != 1 || len(w.Replaced) != 1 || len(w.Shallow) != 0 {
		t.Errorf("%+v", w)
	}
	for id, parents := range w.Grafts {
		if id.String() != first || len(parents) != 1 || parents[0].String() != second {
			t.Errorf("graft of %s: %v", id, parents)
		}
	}
	for old, replacement := range w.Replaced {
		if old.String() != second || replacement.String() != first {
			t.Errorf("%s is replaced by %s", old, replacement)
		}
	}
}
