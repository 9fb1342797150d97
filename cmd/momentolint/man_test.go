//go:build manpages

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManualPages(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	dir := t.TempDir()
	if r := call(t, "", nil, "man", dir); r.code != exitClean {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	for page, words := range map[string][]string{
		"momentolint.1":        {`.TH "MOMENTOLINT" "1" "Nov 2023"`, "momentolint-scan(1)"},
		"momentolint-scan.1":   {"--history", "--max-file-size", "gitleaks.json"},
		"momentolint-revoke.1": {"--yes"},
	} {
		text, err := os.ReadFile(filepath.Join(dir, page))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, w := range words {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s does not hold %q", page, w)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "momentolint-man.1")); err == nil {
		t.Error("a hidden command has a page")
	}
}
