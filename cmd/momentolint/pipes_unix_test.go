//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/gittest"
)

// A named pipe in a repository keeps nothing waiting: what needs git is
// reported as skipped, and what does not is done.
func TestPipesInARepositoryKeepNothingWaiting(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	base := gittest.New(t)
	base.Write("README.md", "nothing\n")
	base.Commit("One")
	base.Write("app.env", env("1"))
	base.Commit("Two")
	base.Write("staged.env", "K="+ct.V2(ct.Options{Seed: "staged"})+"\n")
	base.Git("add", "-A")
	for _, path := range []string{
		"index", "HEAD", "config", "packed-refs", "shallow", "refs/heads/x", "objects/11/" + strings.Repeat("1", 38), "objects/info/alternates",
		"objects/info/commit-graph", "objects/pack/pack-1.pack", "objects/pack/pack-1.idx", "info/exclude",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(base.Dir)); err != nil {
				t.Fatal(err)
			}
			pipe := filepath.Join(dir, ".git", filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(pipe), 0o755); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(pipe)
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, test := range []struct {
				args []string
				code int
			}{
				{[]string{"scan", "--offline", "."}, exitFound},
				{[]string{"scan", "--offline", "--history"}, exitFailed},
				{[]string{"scan", "--offline", "--history", "--reflog"}, exitFailed},
				{[]string{"scan", "--offline", "--range", "main~1..main"}, exitFailed},
				{[]string{"scan", "--offline", "--staged"}, exitFailed},
				{[]string{"hook", "run", "pre-commit"}, exitFailed},
			} {
				// Without end, were it to wait.
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				cmd := exec.CommandContext(ctx, program, test.args...)
				cmd.Dir, cmd.Env = dir, append(gittest.Env(t), asProgram+"=1")
				out, err := cmd.CombinedOutput()
				if ctx.Err() != nil {
					t.Errorf("%q waits", test.args)
				} else if code := cmd.ProcessState.ExitCode(); code != test.code {
					t.Errorf("%q ends with %d, want %d: %v\n%s", test.args, code, test.code, err, out)
				}
				if !strings.Contains(strings.Join(strings.Fields(string(out)), " "), "is a named pipe") {
					t.Errorf("%q does not say why:\n%s", test.args, out)
				}
				cancel()
			}
		})
	}
}
