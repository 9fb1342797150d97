package gittest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Counting returns the path of a git program that logs the subcommands it is
// called with, and a function that returns them.
func Counting(t testing.TB) (program string, calls func() []string) {
	t.Helper()
	Isolate(t)
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
