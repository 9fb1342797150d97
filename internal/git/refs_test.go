package git

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// counting is a git that notes how it is called.
func counting(t *testing.T) (program string, calls func() []string) {
	t.Helper()
	gittest.Isolate(t)
	dir := t.TempDir()
	program, log := filepath.Join(dir, "git"), filepath.Join(dir, "log")
	script := "#!/bin/sh\nfor a; do case $a in rev-parse|config|for-each-ref|worktree|rev-list|cat-file) echo \"$a\" >>'" + log + "'; break;; esac; done\nexec git \"$@\"\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return program, func() []string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(text))
	}
}

// Each start of git costs more than a small history takes to read, and an
// organisation has thousands of these.
func TestAnOrdinaryHistoryTakesGitTwice(t *testing.T) {
	for _, kind := range []string{"with a work tree", "bare"} {
		program, calls := counting(t)
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
			t.Errorf("%s: git was asked for %s", kind, got)
		}
	}
}

// A HEAD that names what is not there is told, whoever reads it.
func TestHeadsOfMissingCommitsAreTold(t *testing.T) {
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
		var told []string
		read(t, prepare(repo), "", func(s coverage.Entry) { told = append(told, s.Path) })
		if len(told) != 1 || told[0] != lost+", which HEAD names" {
			t.Errorf("%s: told %q", name, told)
		}
	}
	// One that names no ref yet is an empty repository, or a new branch.
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
	r, err := Open(t.Context(), dir, Options{Git: program, Record: skip})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := r.Objects(t.Context(), Selection{}, func(int, *Object) error { return nil }); err != nil {
		t.Fatal(err)
	}
}
