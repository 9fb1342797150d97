//go:build integration

package report

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// npmInstall installs packages from the npm registry into a directory of the
// test's own and returns that directory. Scripts of packages are not run.
func npmInstall(t *testing.T, packages ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"}, packages...)
	run(t, dir, 15*time.Minute, "npm", args...)
	return dir
}

// run runs a tool in a directory and returns what it says; it fails the test where
// the tool fails or is missing.
func run(t *testing.T, dir string, limit time.Duration, name string, args ...string) string {
	t.Helper()
	out, err := try(t, dir, limit, name, args...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

// try is run for tools that may say no.
func try(t *testing.T, dir string, limit time.Duration, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	// The .NET tools need no language data for what they do here.
	cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
