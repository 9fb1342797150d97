//go:build integration

package main

import (
	"os/exec"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// previousGo is of the release before the one that momentolint is built with;
// the go command gets it from the module proxy.
const previousGo = "go1.25.9"

func TestLintWorksWithThePreviousGoRelease(t *testing.T) {
	t.Setenv("GOTOOLCHAIN", previousGo)
	out, err := exec.Command("go", "version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), previousGo) {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := withSDK(t, map[string]string{"a.go": never(neverLine), "b/b.go": keyFile("b", ct.V2(ct.Options{})), "c/c.go": "package c\n\nvar n int = \"no\"\n"})
	t.Chdir(dir)
	r := call(t, "", nil, "lint")
	for _, want := range []string{"a.go:10:15", "b/b.go:3:11", "c/c.go:3:13"} {
		if r.code != exitFailed || !strings.Contains(r.out, want) {
			t.Errorf("exit %d, no %s in\n%s%s", r.code, want, r.out, r.stderr)
		}
	}
	if r := call(t, "", nil, "lint", "--fix", "."); r.code != exitClean || !strings.Contains(r.stderr, "fixed 1 finding in 1 file") {
		t.Errorf("--fix: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}
