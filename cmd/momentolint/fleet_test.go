package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestFleetNamesThePackageOfAMissingProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := call(t, "", nil, "fleet", "run")
	m := regexp.MustCompile(`go install github\.com/momentolint/momentolint/(\S+)@latest`).FindStringSubmatch(r.stderr)
	if r.code != exitFailed || m == nil {
		t.Fatalf("exit %d: %q", r.code, r.stderr)
	}
	if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(m[1]), "main.go")); err != nil {
		t.Error(err)
	}
}
