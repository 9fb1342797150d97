package history

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/git"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// Starting git takes longer than reading a small history, and an organization
// has thousands of these.
func TestAnOrdinaryHistoryTakesGitTwice(t *testing.T) {
	for _, kind := range []string{"with a work tree", "bare"} {
		program, calls := gittest.Counting(t)
		repo := gittest.New(t)
		repo.Write("a", "text\n")
		repo.Commit("Begin")
		dir := repo.Dir
		if kind == "bare" {
			dir = filepath.Join(t.TempDir(), "bare.git")
			repo.Git("clone", "-q", "--bare", repo.Dir, dir)
		}
		read(t, dir, program, nil)
		if got := strings.Join(calls(), " "); got != "rev-parse for-each-ref" {
			t.Errorf("%s: git was called for %s", kind, got)
		}
	}
}

// A HEAD that names a missing commit is reported, in every kind of repository.
func TestHeadsOfMissingCommitsAreReported(t *testing.T) {
	lost := strings.Repeat("12", 20)
	for name, prepare := range map[string]func(*gittest.Repo) string{
		"detached": func(r *gittest.Repo) string {
			overwrite(t, r.Path(".git", "HEAD"), lost+"\n")
			return r.Dir
		},
		"of a linked work tree": func(r *gittest.Repo) string {
			r.Git("worktree", "add", "-q", "--detach", filepath.Join(t.TempDir(), "linked"))
			overwrite(t, r.Path(".git", "worktrees", "linked", "HEAD"), lost+"\n")
			return r.Dir
		},
		"of a bare repository": func(r *gittest.Repo) string {
			dir := filepath.Join(t.TempDir(), "bare.git")
			r.Git("clone", "-q", "--bare", r.Dir, dir)
			overwrite(t, filepath.Join(dir, "HEAD"), lost)
			return dir
		},
	} {
		gittest.Isolate(t)
		repo := gittest.New(t)
		repo.Write("a", "text\n")
		repo.Commit("Begin")
		var reported []string
		read(t, prepare(repo), "", func(s coverage.Entry) { reported = append(reported, s.Path) })
		if len(reported) != 1 || reported[0] != lost+", which HEAD names" {
			t.Errorf("%s: reported %q", name, reported)
		}
	}
	// A HEAD that names no existing ref is an empty repository, or a new branch.
	repo := gittest.New(t)
	read(t, repo.Dir, "", func(s coverage.Entry) { t.Errorf("an empty repository: %+v", s) })
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// read reads all of a repository.
func read(t *testing.T, dir, program string, skip func(coverage.Entry)) {
	t.Helper()
	r, err := git.Open(t.Context(), dir, git.Options{Git: program, Record: skip})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := Objects(t.Context(), r, Selection{}, func(int, *Object) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
