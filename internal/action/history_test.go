package action_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/action"
)

// server is a repository on a server: main with three commits, topic with two
// more that starts at the second, and the merge commit that GitHub makes of
// them for a pull request.
type server struct {
	t                                 *testing.T
	dir                               string
	first, second, third, fourth, top string
	merge                             string
}

// imported makes the server's repository in one process: the commits have a
// file each, of the same name.
const imported = `commit refs/heads/main
mark :1
committer A <a@example.com> 1750000001 +0000
data <<.
first
.
M 100644 inline first
data <<.
first
.
commit refs/heads/main
mark :2
committer A <a@example.com> 1750000002 +0000
data <<.
second
.
from :1
M 100644 inline second
data <<.
second
.
commit refs/heads/main
mark :3
committer A <a@example.com> 1750000003 +0000
data <<.
third
.
from :2
M 100644 inline third
data <<.
third
.
commit refs/heads/topic
mark :4
committer A <a@example.com> 1750000004 +0000
data <<.
fourth
.
from :2
M 100644 inline fourth
data <<.
fourth
.
commit refs/heads/topic
mark :5
committer A <a@example.com> 1750000005 +0000
data <<.
fifth
.
from :4
M 100644 inline fifth
data <<.
fifth
.
commit refs/pull/7/merge
mark :6
committer A <a@example.com> 1750000006 +0000
data <<.
merge
.
from :3
merge :5
M 100644 inline fourth
data <<.
fourth
.
M 100644 inline fifth
data <<.
fifth
.
reset refs/pull/7/head
from :5
`

// settings is what the user of the tests has set: no cleaning up behind
// fetches and nothing kept over a power cut, since processes and the disk cost time.
const settings = "[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n[core]\n\tfsync = none\n"

func newServer(t *testing.T) *server {
	t.Helper()
	config := filepath.Join(t.TempDir(), "gitconfig")
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": config, "GIT_CONFIG_NOSYSTEM": "1", "HOME": t.TempDir(),
		"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		t.Setenv(name, value)
	}
	s := &server{t: t, dir: filepath.Join(t.TempDir(), "server")}
	git(t, "", "init", "-q", "-b", "main", "--template=", s.dir)
	cmd := exec.CommandContext(t.Context(), "git", "fast-import", "--quiet", "--export-marks=marks")
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(imported)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v\n%s", err, out)
	}
	marks, err := os.ReadFile(filepath.Join(s.dir, "marks"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.dir, "marks")); err != nil {
		t.Fatal(err)
	}
	for _, commit := range []struct {
		mark string
		id   *string
	}{{":1", &s.first}, {":2", &s.second}, {":3", &s.third}, {":4", &s.fourth}, {":5", &s.top}, {":6", &s.merge}} {
		for line := range strings.Lines(string(marks)) {
			if id, ok := strings.CutPrefix(strings.TrimSpace(line), commit.mark+" "); ok {
				*commit.id = id
			}
		}
		if *commit.id == "" {
			t.Fatalf("no mark %s in %q", commit.mark, marks)
		}
	}
	return s
}

// checkout does what actions/checkout does: fetch one ref to a depth (0 = all
// branches, whole) and check it out.
func (s *server) checkout(t *testing.T, ref string, depth int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "checkout")
	git(t, "", "init", "-q", "--template=", dir)
	config, err := os.OpenFile(filepath.Join(dir, ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(config, "[remote \"origin\"]\n\turl = file://%s\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n", filepath.ToSlash(s.dir))
	if err := errors.Join(err, config.Close()); err != nil {
		t.Fatal(err)
	}
	args := []string{"fetch", "-q", "--no-tags", "origin"}
	if depth > 0 {
		args = append(args, "--depth", strconv.Itoa(depth), "+"+ref+":refs/remotes/checkout")
	} else {
		args = append(args, "+refs/heads/*:refs/remotes/origin/*", "+"+ref+":refs/remotes/checkout")
	}
	git(t, dir, args...)
	git(t, dir, "checkout", "-q", "--detach", "refs/remotes/checkout")
	return dir
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commits lists the commits of a range by their subjects, newest first.
func commits(t *testing.T, dir string, r action.Range) string {
	t.Helper()
	args := []string{"log", "--format=%s", r.Include}
	if r.Exclude != "" {
		args = append(args, "^"+r.Exclude)
	}
	return strings.ReplaceAll(git(t, dir, args...), "\n", " ")
}

func TestTheWholeHistoryIsFetchedOrAskedFor(t *testing.T) {
	s := newServer(t)
	var log []string
	repository := action.Repository{Dir: s.checkout(t, "refs/heads/main", 1), Log: func(line string) { log = append(log, line) }}
	if err := repository.Whole(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := git(t, repository.Dir, "rev-parse", "--is-shallow-repository"); got != "false" {
		t.Errorf("shallow: %s", got)
	}
	// The other branches belong to it.
	if got := git(t, repository.Dir, "rev-list", "--count", "--all"); got != git(t, s.dir, "rev-list", "--count", "--branches") {
		t.Errorf("there are %s commits", got)
	}
	if err := repository.Whole(t.Context()); err != nil || len(log) != 1 {
		t.Errorf("a whole checkout is fetched again: %q, %v", log, err)
	}

	cut := action.Repository{Dir: s.checkout(t, "refs/heads/main", 1)}
	git(t, cut.Dir, "remote", "set-url", "origin", "file:///nowhere")
	if err := cut.Whole(t.Context()); err == nil || !strings.Contains(err.Error(), "fetch-depth: 0") {
		t.Errorf("%v", err)
	}
	if err := (action.Repository{Dir: t.TempDir()}).Whole(t.Context()); err == nil || !strings.Contains(err.Error(), "actions/checkout") {
		t.Errorf("%v", err)
	}
}

func TestADeepEnoughCheckoutIsLeftAlone(t *testing.T) {
	s := newServer(t)
	dir := s.checkout(t, "refs/heads/main", 2)
	git(t, dir, "remote", "set-url", "origin", filepath.Join(s.dir, "nowhere"))
	found, err := action.Repository{Dir: dir}.Resolve(t.Context(), action.Plan{Mode: action.Commits, Title: "push", Head: s.third, Base: s.second})
	if err != nil {
		t.Fatal(err)
	}
	if got := commits(t, dir, found); got != "third" {
		t.Errorf("the commits are %q", got)
	}
}

func TestNoNewCommitsIsAnEmptyRange(t *testing.T) {
	s := newServer(t)
	dir := s.checkout(t, "refs/heads/main", 0)
	found, err := action.Repository{Dir: dir}.Resolve(t.Context(), action.Plan{Mode: action.Commits, Title: "push", Head: s.third, Base: s.third})
	if err != nil {
		t.Fatal(err)
	}
	if got := commits(t, dir, found); got != "" {
		t.Errorf("the commits are %q", got)
	}
}

func TestWhatCannotBeFetchedIsNeverPassedOver(t *testing.T) {
	for name, plan := range map[string]func(s *server) action.Plan{
		"base of a pull request": func(s *server) action.Plan {
			return action.Plan{Mode: action.Commits, Title: "pull request #7", Head: s.top, Base: s.first}
		},
		"head of a pull request": func(s *server) action.Plan {
			return action.Plan{Mode: action.Commits, Title: "pull request #7", Head: two, Base: s.third}
		},
		"push whose old commit is out of reach": func(s *server) action.Plan {
			return action.Plan{Mode: action.Commits, Title: "push to main", Head: s.third, Base: s.first, MayBeGone: true}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			dir := s.checkout(t, "refs/pull/7/merge", 1)
			git(t, dir, "remote", "set-url", "origin", filepath.Join(s.dir, "nowhere"))
			found, err := action.Repository{Dir: dir}.Resolve(t.Context(), plan(s))
			if err == nil {
				t.Fatalf("gives %+v", found)
			}
			for _, want := range []string{"cannot scan all of the", "fetch-depth: 0", "does not appear to be a git repository"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

// A checkout's hooks are not ours to run.
func TestFetchingRunsNoHooks(t *testing.T) {
	s := newServer(t)
	dir := s.checkout(t, "refs/pull/7/merge", 1)
	ran := filepath.Join(t.TempDir(), "ran")
	if err := os.MkdirAll(filepath.Join(dir, ".git", "hooks"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"reference-transaction", "post-checkout", "pre-auto-gc"} {
		if err := os.WriteFile(filepath.Join(dir, ".git", "hooks", name), []byte("#!/bin/sh\ntouch '"+ran+"'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (action.Repository{Dir: dir}).Resolve(t.Context(), action.Plan{Mode: action.Commits, Title: "push", Head: s.top, Fallback: "main", MayBeGone: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a hook of the checkout ran")
	}
}
