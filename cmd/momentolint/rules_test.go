package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/scanner/export"
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
