package gitcmd_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/gitcmd"
)

// A git that takes ever more memory, as one that follows a circular chain of deltas,
// ends long before the time limit.
func TestMemoryOfGitIsBounded(t *testing.T) {
	g, err := gitcmd.New(gitcmd.Options{Program: greedy(t), Dir: t.TempDir(), Timeout: 5 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Output(t.Context(), "version")
	if err != nil || string(out) != "2097152\n" {
		t.Errorf("git may take %q KB: %v", out, err)
	}
}

// greedy is a git that says how much memory it may take.
func greedy(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "git")
	// The limit is set just after the start.
	if err := os.WriteFile(path, []byte("#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do [ \"$(ulimit -d)\" = unlimited ] || break; sleep 1; done\nulimit -d\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
