//go:build integration

package hook

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// framework is a user's repository that pre-commit looks after, with a remote.
// The hooks come from a clone of this repository.
func (s *sandbox) framework(ids ...string) {
	s.t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		s.t.Fatal(err)
	}
	s.git("", "config", "--global", "protocol.file.allow", "always")
	s.git("", "config", "--global", "safe.directory", "*")
	s.git("", "clone", "-q", root, "momentolint")
	// What is tested is the tree as it stands.
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

// newManaged is a sandbox with momentolint in PATH.
func newManaged(t *testing.T) *sandbox {
	t.Helper()
	tools := goTools(t)
	s := newSandbox(t)
	for name, value := range tools {
		t.Setenv(name, value)
	}
	bin := s.path("bin")
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "momentolint"), "../../cmd/momentolint").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
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

	// Staged, and clean in the folder.
	s.write(s.path("repo", "app.env"), "KEY="+key+"\n", 0o644)
	s.git("repo", "add", "app.env")
	s.write(s.path("repo", "app.env"), "KEY=\n", 0o644)
	refused("app.env:1:5", "commit", "-m", "leak")
	// In the folder, and not staged.
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

func TestPreCommitRunsTheInstalledProgram(t *testing.T) {
	s := newManaged(t)
	s.framework("momentolint-system", "momentolint-pre-push-system")
	s.bothStages()
}
