//go:build integration

package hook

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// framework is a user's repository that pre-commit looks after, with a remote.
// The hooks come from a clone of this repository.
func (s *sandbox) framework(ids ...string) {
	s.t.Helper()
	s.git("", "config", "--global", "protocol.file.allow", "always")
	s.git("", "config", "--global", "safe.directory", "*")
	s.git("", "clone", "-q", root, "momentolint")
	// What is tested is the file as it stands.
	hooks := s.read(filepath.Join(root, ".pre-commit-hooks.yaml"))
	// Debian 12 has pre-commit 3.0, which knows the stages by their old names only.
	for now, old := range map[string]string{"stages: [pre-commit]": "stages: [commit]", "stages: [pre-push]": "stages: [push]", "minimum_pre_commit_version: 3.2.0": "minimum_pre_commit_version: 3.0.0"} {
		if !strings.Contains(hooks, now) {
			s.t.Fatalf("no %q in .pre-commit-hooks.yaml", now)
		}
		hooks = strings.ReplaceAll(hooks, now, old)
	}
	s.write(s.path("momentolint", ".pre-commit-hooks.yaml"), hooks, 0o644)
	s.git("momentolint", "commit", "-q", "-a", "--allow-empty", "-m", "for an old pre-commit")
	s.repository("repo")
	s.git("", "init", "-q", "--bare", "server")
	s.git("repo", "remote", "add", "origin", s.path("server"))
	s.git("repo", "push", "-q", "origin", "main")
	config := "repos:\n  - repo: " + s.path("momentolint") + "\n    rev: " + s.git("momentolint", "rev-parse", "HEAD") + "\n    hooks:\n"
	for _, id := range ids {
		config += "      - id: " + id + "\n"
	}
	s.write(s.path("repo", ".pre-commit-config.yaml"), config, 0o644)
	s.git("repo", "add", ".pre-commit-config.yaml")
	s.git("repo", "commit", "-q", "-m", "configure")
	cmd := exec.Command("pre-commit", "install", "--install-hooks", "--hook-type", "pre-commit", "--hook-type", "pre-push")
	cmd.Dir = s.path("repo")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("pre-commit install: %v\n%s", err, out)
	}
}

// goTools is what the go command needs to know of the real user: where it is
// configured, and what was downloaded and built already.
func goTools(t *testing.T) map[string]string {
	t.Helper()
	names := []string{"GOENV", "GOMODCACHE", "GOCACHE"}
	out, err := exec.Command("go", append([]string{"env"}, names...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for i, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		values[names[i]] = line
	}
	return values
}

// root is this repository's directory, as the go command starts tests.
var root = func() string {
	path, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		panic(err)
	}
	return path
}()

// programs builds momentolint, once, and returns its path.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "momentolint-hook-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "momentolint")
	if out, err := exec.Command("go", "build", "-o", path, "../../cmd/momentolint").CombinedOutput(); err != nil {
		return path, fmt.Errorf("building momentolint: %w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	thorough = true
	code := m.Run()
	if path, err := programs(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// newDeveloper is a sandbox in which the go command has its caches.
func newDeveloper(t *testing.T) *sandbox {
	t.Helper()
	tools := goTools(t)
	s := newSandbox(t)
	for name, value := range tools {
		t.Setenv(name, value)
	}
	return s
}

// newManaged is a sandbox with momentolint in PATH.
func newManaged(t *testing.T) *sandbox {
	t.Helper()
	s := newDeveloper(t)
	program, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	return s
}

// bothStages proves that commits and pushes with a credential are refused and
// others are not.
func (s *sandbox) bothStages() {
	s.t.Helper()
	key := credentialtest.V2(credentialtest.Options{Seed: "manager"})
	refused := func(where string, args ...string) {
		s.t.Helper()
		out, err := s.tryGit("repo", args...)
		if err == nil || !strings.Contains(out, where) || strings.Contains(out, key) {
			s.t.Errorf("git %v: %v, want it refused because of %s:\n%s", args, err, where, strings.ReplaceAll(out, key, "KEY"))
		}
	}
	s.write(s.path("repo", "clean.txt"), "fine\n", 0o644)
	s.git("repo", "add", "clean.txt")
	s.git("repo", "commit", "-q", "-m", "clean")
	s.git("repo", "push", "-q", "origin", "main")

	// Staged, and clean in the directory.
	s.write(s.path("repo", "app.env"), "KEY="+key+"\n", 0o644)
	s.git("repo", "add", "app.env")
	s.write(s.path("repo", "app.env"), "KEY=\n", 0o644)
	refused("app.env:1:5", "commit", "-m", "leak")
	// In the directory, and not staged.
	s.git("repo", "reset", "-q")
	s.write(s.path("repo", "app.env"), "KEY="+key+"\n", 0o644)
	s.git("repo", "commit", "-q", "--allow-empty", "-m", "not staged")

	s.git("repo", "add", "app.env")
	s.git("repo", "commit", "-q", "--no-verify", "-m", "leak")
	s.git("repo", "rm", "-q", "--cached", "app.env")
	s.git("repo", "commit", "-q", "-m", "clean again")
	refused("app.env:1:5", "push", "origin", "main")
	refused("app.env:1:5", "push", "origin", "main:new")
}

// severalRefs pushes two new branches at once, of which only the second has a
// credential in it: the manager must pass on all that git says.
func (s *sandbox) severalRefs() {
	s.t.Helper()
	s.git("repo", "checkout", "-q", "-b", "second", "origin/main")
	s.write(s.path("repo", "second.env"), "KEY="+credentialtest.V2(credentialtest.Options{Seed: "second"})+"\n", 0o644)
	s.git("repo", "add", "second.env")
	s.git("repo", "commit", "-q", "--no-verify", "-m", "leak")
	s.git("repo", "branch", "a-clean-one", "origin/main")
	if out, err := s.tryGit("repo", "push", "origin", "a-clean-one", "second"); err == nil || !strings.Contains(out, "second.env:1:5") {
		s.t.Errorf("a push of two branches: %v, want it refused because of second.env:\n%s", err, out)
	}
}

func TestPreCommitRunsTheInstalledProgram(t *testing.T) {
	s := newManaged(t)
	s.framework("momentolint-system", "momentolint-pre-push-system")
	s.bothStages()
}

// "language: golang": pre-commit builds the program out of the clone, for
// people who have Go and no momentolint.
func TestPreCommitBuildsTheProgram(t *testing.T) {
	s := newDeveloper(t)
	// No momentolint but the one that pre-commit builds.
	if path, err := exec.LookPath("momentolint"); err == nil {
		t.Fatalf("there is another momentolint: %s", path)
	}
	s.framework("momentolint", "momentolint-pre-push")
	s.bothStages()
}

// CI runs pre-commit by hand: nothing is staged, and there need not be a remote.
func TestPreCommitFindsWhatIsCommitted(t *testing.T) {
	s := newManaged(t)
	s.framework("momentolint-system", "momentolint-pre-push-system")
	s.git("repo", "remote", "remove", "origin")
	key := credentialtest.V2(credentialtest.Options{Seed: "committed"})
	commit := func(name, text string) {
		s.write(s.path("repo", name), text, 0o644)
		s.git("repo", "add", name)
		s.git("repo", "commit", "-q", "--no-verify", "-m", name)
	}
	commit("clean.txt", "fine\n")
	commit("app.env", "KEY="+key+"\n")
	commit("clean.txt", "still fine\n")
	for _, tt := range []struct {
		args []string
		leak bool
	}{
		{[]string{"--all-files"}, true},
		{[]string{"--from-ref", "HEAD~2", "--to-ref", "HEAD"}, true},
		{[]string{"--from-ref", "HEAD~3", "--to-ref", "HEAD~2"}, false},
		{[]string{"--from-ref", "HEAD~1", "--to-ref", "HEAD"}, false},
	} {
		// Debian 12's pre-commit knows the old names of the stages only.
		for _, stage := range []string{"commit", "push"} {
			cmd := exec.CommandContext(t.Context(), "pre-commit", append([]string{"run", "--hook-stage", stage}, tt.args...)...)
			cmd.Dir = s.path("repo")
			out, err := cmd.CombinedOutput()
			if (err != nil) != tt.leak || strings.Contains(string(out), "app.env:1:5") != tt.leak || strings.Contains(string(out), key) {
				t.Errorf("%v, %s: %v\n%s", tt.args, stage, err, strings.ReplaceAll(string(out), key, "KEY"))
			}
		}
	}
}
