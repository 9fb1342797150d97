package main

import (
	"os"
	"os/exec"
	"testing"
)

// runGit runs git in a folder, away from the settings of whoever runs the test.
func runGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	// What tests do not need and a process or the disk would have to do.
	quick := []string{"-c", "init.templateDir=", "-c", "maintenance.auto=false", "-c", "gc.auto=0", "-c", "core.fsync=none"}
	cmd := exec.Command("git", append(quick, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z",
	)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}
