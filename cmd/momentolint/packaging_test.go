package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestCompletionsForFourShells(t *testing.T) {
	for shell, mark := range map[string]string{
		"bash": "__start_momentolint", "zsh": "#compdef momentolint", "fish": "complete -c momentolint", "powershell": "Register-ArgumentCompleter",
	} {
		if r := call(t, "", nil, "completion", shell); r.code != exitClean || !strings.Contains(r.out, mark) {
			t.Errorf("%s: exit %d, %d bytes", shell, r.code, len(r.out))
		}
	}
	// What the scripts call.
	if r := call(t, "", nil, "__complete", "scan", "--import"); !strings.Contains(r.out, "--import") {
		t.Errorf("__complete gives %q", r.out)
	}
}

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

func TestVersion(t *testing.T) {
	if r := call(t, "", nil, "version"); r.code != exitClean || !strings.HasPrefix(r.out, "momentolint "+buildVersion()+" ("+runtime.Version()) {
		t.Errorf("exit %d: %q", r.code, r.out)
	}
	r := call(t, "", nil, "version", "--json")
	var v map[string]string
	if err := json.Unmarshal([]byte(r.out), &v); err != nil || v["version"] != buildVersion() || v["platform"] != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%v: %q", err, r.out)
	}
}
