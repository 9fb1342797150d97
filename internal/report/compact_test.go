package report

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// compactLine is the form that the contract promises, with the path of the
// position alone.
var compactLine = regexp.MustCompile(`^(.+?):([1-9][0-9]*):([1-9][0-9]*): (critical|high|medium|low): (.+) \[([a-z0-9-]+)\](?: \((live|dead|expired|unverified)\))?$`)

func TestCompactWritesOneLineForEachFinding(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"services/a", "tools"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r := sample(t)
	finding.Sort(r.Findings)
	r.Root = filepath.Join(top, "services")
	r.Summary.Skipped = []coverage.SkippedEntry{{Path: "a/locked.env", Reason: "permission denied"}}
	for dir, prefix := range map[string]string{".": "services/", "services": "", "tools": "../services/", "services/a": "../"} {
		t.Chdir(filepath.Join(top, dir))
		var out strings.Builder
		if err := Compact(&out, r); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) < len(r.Findings)+1 {
			t.Fatalf("%d lines for %d findings:\n%s", len(lines), len(r.Findings), out.String())
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			m := compactLine.FindStringSubmatch(lines[i])
			switch {
			case m == nil:
				t.Errorf("from %s: not of the form: %s", dir, lines[i])
			case m[6] != f.Rule || (m[7] == "") != f.Credential.IsZero():
				t.Errorf("from %s: rule %s, status %q of %s: %s", dir, m[6], m[7], f.Rule, lines[i])
			case !f.Credential.IsZero() && f.Verdict.Status != "" && m[7] != string(f.Verdict.Status) && m[7] != "expired":
				t.Errorf("from %s: status %q, want %q", dir, m[7], f.Verdict.Status)
			case !strings.HasPrefix(m[1], prefix) || m[1] == prefix:
				t.Errorf("from %s: the path is %s, want %s…", dir, m[1], prefix)
			}
		}
		skipped := filepath.ToSlash(filepath.Clean(prefix+"a/locked.env")) + ": skipped: permission denied"
		if dir == "services/a" {
			skipped = "locked.env: skipped: permission denied"
		}
		if !strings.Contains("\n"+out.String(), "\n"+skipped+"\n") {
			t.Errorf("from %s: %q is missing in\n%s", dir, skipped, out.String())
		}
	}
}
