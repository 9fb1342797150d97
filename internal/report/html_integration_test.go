//go:build integration

package report

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/finding"
)

// screenshots names a directory in which the browser test leaves what it saw.
const screenshots = "MOMENTOLINT_SCREENSHOTS"

// chromium finds the browser under the names that distributions give it.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: install the package chromium")
	return ""
}

// The page is driven in a real browser: filters, sorting, keyboard,
// accessibility (axe), light and dark, phone, paper, 10,000 findings, and
// without JavaScript.
func TestHTMLInABrowser(t *testing.T) {
	modules := npmInstall(t, "playwright-core@1.65.1", "axe-core@4.14.1")
	pages := t.TempDir()
	big := many(t, 10_000)
	for name, r := range map[string]*finding.Report{
		"sample": sample(t), "hostile": hostile(t), "many": big, "empty": {Now: now, ToolVersion: "v0.1.0", Summary: finding.Summary{Files: 12, Bytes: 3456}},
	} {
		if err := WriteFile(filepath.Join(pages, name+".html"), "html", r); err != nil {
			t.Fatal(err)
		}
	}
	first := sample(t).Findings[0]
	facts, err := json.Marshal(map[string]string{
		"redacted": first.Redacted, "fingerprint": first.Fingerprint,
		"many": fmt.Sprintf("%s entries", thousands(int64(big.Summary.Credentials))),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(pages, "facts.json"), facts, 0o600); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join("testdata", "browser.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{script, modules, chromium(t), pages}
	if dir := os.Getenv(screenshots); dir != "" {
		args = append(args, dir)
	}
	out := run(t, pages, 30*time.Minute, "node", args...)
	for line := range strings.Lines(out) {
		if what, failed := strings.CutPrefix(line, "FAIL "); failed {
			t.Error(strings.TrimSpace(what))
		} else {
			t.Log(strings.TrimSpace(line))
		}
	}
	if !regexp.MustCompile(`(?m)^done [1-9][0-9]+ checks$`).MatchString(out) {
		t.Fatalf("the browser did not finish:\n%s", out)
	}
}
