//go:build integration

package doctest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/testing/doctest"
)

// Every shell block of every document does what the document says, in a fresh
// clone with momentolint in PATH, block after block.
func TestTheDocumentsCommandsWork(t *testing.T) {
	bin := t.TempDir()
	command(t, root, nil, "go", "build", "-o", bin+string(filepath.Separator), "./cmd/momentolint", "./fleet/cmd/momentolint-fleet")
	ran := 0
	for _, name := range documents(t) {
		var shell []doctest.Block
		for _, b := range blocks(t, name) {
			if b.Runs() {
				shell = append(shell, b)
			}
		}
		if len(shell) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			clone := cloneTree(t)
			env := environment(t, bin, clone)
			for _, b := range shell {
				t.Run(fmt.Sprint("line ", b.Line), func(t *testing.T) { runBlock(t, clone, env, b) })
				ran++
			}
		})
	}
	if ran == 0 {
		t.Error("no document has a block to run")
	}
}

func runBlock(t *testing.T, dir string, env []string, b doctest.Block) {
	t.Helper()
	steps, err := b.Steps()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range steps {
		want := 0
		if i == len(steps)-1 {
			want = b.Exit
		}
		out, code := shell(t, dir, env, s.Command)
		if code != want {
			t.Fatalf("%s\nexits with %d, want %d:\n%s", s.Command, code, want, out)
		}
		if !s.Compare {
			continue
		}
		if diff := doctest.Match(s.Output, out); diff != "" {
			t.Errorf("%s\ndoes not print what the document says: %s\nIt prints:\n%s", s.Command, diff, out)
		}
	}
}

// shell runs a script and returns what it prints, on both streams, and its exit code.
func shell(t *testing.T, dir string, env []string, script string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("running %q: %v", script, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// cloneTree returns a copy of the tree as it stands, as a repository of its own.
func cloneTree(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "momentolint")
	script := `
		mkdir "$1"
		git ls-files --cached --others --exclude-standard -z |
			while IFS= read -r -d '' f; do if [ -e "$f" ]; then printf '%s\0' "$f"; fi; done |
			tar --null -T - -c | tar -x -C "$1"
		cd "$1"
		git init -q -b main
		git add --all --force
		git -c user.name=Reader -c user.email=reader@example.com commit -q -m "As it stands"`
	command(t, root, nil, "bash", "-euo", "pipefail", "-c", script, "bash", dir)
	return dir
}

// published is the address that documents clone from; git takes the copy instead.
const published = "https://github.com/momentolint/momentolint"

// environment is what a reader has, without what the tester has set.
func environment(t *testing.T, bin, clone string) []string {
	t.Helper()
	home := t.TempDir()
	gitConfig := fmt.Sprintf("[url %q]\n\tinsteadOf = %s\n[init]\n\tdefaultBranch = main\n", clone, published)
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(gitConfig), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{
		"HOME=" + home, "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "NO_COLOR=1",
		"GIT_AUTHOR_NAME=Reader", "GIT_AUTHOR_EMAIL=reader@example.com", "GIT_COMMITTER_NAME=Reader", "GIT_COMMITTER_EMAIL=reader@example.com",
	}
	// The module and build caches, so that nothing is built or loaded twice.
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOPROXY", "GOSUMDB", "GOFLAGS"} {
		env = append(env, name+"="+strings.TrimSpace(command(t, root, nil, "go", "env", name)))
	}
	return env
}

func command(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}
