package action_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/delivery/action"
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

func newServer(t *testing.T) *server {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": t.TempDir(),
		"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		t.Setenv(name, value)
	}
	s := &server{t: t, dir: filepath.Join(t.TempDir(), "server")}
	git(t, "", "init", "-q", "-b", "main", s.dir)
	s.first, s.second = s.commit("first"), s.commit("second")
	s.third = s.commit("third")
	git(t, s.dir, "checkout", "-q", "-b", "topic", s.second)
	s.fourth, s.top = s.commit("fourth"), s.commit("fifth")
	git(t, s.dir, "checkout", "-q", "--detach", "main")
	git(t, s.dir, "merge", "-q", "--no-edit", "topic")
	s.merge = git(t, s.dir, "rev-parse", "HEAD")
	git(t, s.dir, "update-ref", "refs/pull/7/merge", s.merge)
	git(t, s.dir, "update-ref", "refs/pull/7/head", s.top)
	git(t, s.dir, "checkout", "-q", "main")
	return s
}

func (s *server) commit(name string) string {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(name), 0o600); err != nil {
		s.t.Fatal(err)
	}
	git(s.t, s.dir, "add", name)
	git(s.t, s.dir, "commit", "-q", "-m", name)
	return git(s.t, s.dir, "rev-parse", "HEAD")
}

// checkout does what actions/checkout does: fetch one ref to a depth (0 = all
// branches, whole) and check it out.
func (s *server) checkout(t *testing.T, ref string, depth int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "checkout")
	git(t, "", "init", "-q", dir)
	git(t, dir, "remote", "add", "origin", "file://"+filepath.ToSlash(s.dir))
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

func TestTheCommitsOfAnEventAreFoundInAnyCheckout(t *testing.T) {
	s := newServer(t)
	pull := func(s *server) action.Plan {
		return action.Plan{Mode: action.Commits, Title: "pull request #7", Head: s.top, Base: s.third}
	}
	push := func(base func(*server) string, branch string) func(*server) action.Plan {
		return func(s *server) action.Plan {
			p := action.Plan{Mode: action.Commits, Title: "push", Head: s.top, Base: base(s), Fallback: "main", MayBeGone: true}
			if branch == "main" {
				p.Head, p.Fallback = s.third, ""
			}
			return p
		}
	}
	known := func(s *server) string { return s.fourth }
	nobody := func(*server) string { return "" }
	gone := func(*server) string { return two }

	for name, tt := range map[string]struct {
		plan func(*server) action.Plan
		ref  string
		want string
	}{
		"pull request":                        {pull, "refs/pull/7/merge", "fifth fourth"},
		"push":                                {push(known, "topic"), "refs/heads/topic", "fifth"},
		"push of a new branch":                {push(nobody, "topic"), "refs/heads/topic", "fifth fourth"},
		"forced push, the old commit is gone": {push(gone, "topic"), "refs/heads/topic", "fifth fourth"},
		"first push to the default branch":    {push(nobody, "main"), "refs/heads/main", "third second first"},
		"forced push to the default branch":   {push(gone, "main"), "refs/heads/main", "third second first"},
	} {
		for _, depth := range []int{0, 1, 2} {
			t.Run(name+", depth "+strconv.Itoa(depth), func(t *testing.T) {
				dir := s.checkout(t, tt.ref, depth)
				var log []string
				found, err := action.Repository{Dir: dir, Log: func(line string) { log = append(log, line) }}.Resolve(t.Context(), tt.plan(s))
				if err != nil {
					t.Fatal(err)
				}
				if got := commits(t, dir, found); got != tt.want {
					t.Errorf("the commits are %q, want %q (%q)", got, tt.want, log)
				}
			})
		}
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
			for _, want := range []string{"cannot look at all of the", "fetch-depth: 0", "does not appear to be a git repository"} {
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
