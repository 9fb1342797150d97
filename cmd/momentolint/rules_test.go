package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/export"
)

func TestRulesForOtherScanners(t *testing.T) {
	for _, name := range export.Formats() {
		var want bytes.Buffer
		if err := export.Write(&want, name); err != nil {
			t.Fatal(err)
		}
		if r := call(t, "", nil, "rules", "--format", name); r.code != exitClean || r.out != want.String() || r.stderr != "" {
			t.Errorf("%s: exit %d, stderr %q, %d bytes, want %d", name, r.code, r.stderr, len(r.out), want.Len())
		}
	}
	for _, args := range [][]string{{"rules", "--format", "gitlekas"}, {"rules", "momento-api-key-v1", "--format", "gitleaks"}} {
		if r := call(t, "", nil, args...); r.code != exitFailed || r.out != "" || !strings.Contains(r.stderr, "gitleaks") {
			t.Errorf("%q: exit %d, stderr %q", args, r.code, r.stderr)
		}
	}
}

// Who keeps the printed rules as .gitleaks.toml must not find less with
// momentolint: a regular expression cannot see all that it sees.
func TestPrintedRulesChangeNothingForMomentolint(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"credentials": ct.CredentialsFile(ct.Options{Seed: "a"}),
		"key.json":    ct.ConsoleJSON(ct.Options{Seed: "b"}),
		"tokens.env":  "A=" + ct.Disposable(ct.Options{Seed: "c"}) + "\nB=" + ct.V1JWT(ct.Options{Seed: "d"}) + "\nC=" + ct.Legacy(ct.Options{Seed: "e"}) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scan := func() string {
		t.Helper()
		r := call(t, "", nil, "scan", "--offline", "--format", "csv", dir)
		if r.code != exitFound {
			t.Fatalf("exit %d: %s", r.code, r.stderr)
		}
		return r.out
	}
	before := scan()
	if n := strings.Count(before, "\n"); n < 9 {
		t.Fatalf("%d lines for eight credentials", n)
	}
	if err := os.WriteFile(filepath.Join(dir, ".gitleaks.toml"), []byte(call(t, "", nil, "rules", "--format", "gitleaks").out), 0o600); err != nil {
		t.Fatal(err)
	}
	if after := scan(); after != before {
		t.Errorf("with the printed rules:\n%s\nwithout:\n%s", after, before)
	}
}
