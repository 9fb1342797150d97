package scanner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// A credential that has become one of another kind stays suppressed by whatever
// suppressed it under its old rule.
func TestOldRuleIDsStillCoverCredentialsOfANewKind(t *testing.T) {
	const old, now = "momento-api-key-v1", "momento-unknown-credential"
	key := credentialtest.Unknown(credentialtest.Options{Seed: "moved"})
	plain := "KEY=" + key + "\n"
	run := func(t *testing.T, text string, o scanner.Options, ignore string) *finding.Report {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.env"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if ignore != "" {
			path := filepath.Join(t.TempDir(), ".gitleaksignore")
			if err := os.WriteFile(path, []byte(ignore), 0o600); err != nil {
				t.Fatal(err)
			}
			o.Gitleaks.Ignore = append(o.Gitleaks.Ignore, path)
		}
		o.Live.Options = verify.Options{Offline: true}
		r, err := scanner.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Scan(t.Context(), scanner.Files{Paths: []string{dir}}); err != nil {
			t.Fatal(err)
		}
		return r.Report(t.Context())
	}
	plainReport := run(t, plain, scanner.Options{}, "")
	if len(plainReport.Findings) != 1 || plainReport.Findings[0].Rule != now {
		t.Fatalf("%d findings", len(plainReport.Findings))
	}
	known := plainReport.Findings[0]
	known.Rule = old
	configured := func(c config.Config) scanner.Options { return scanner.Options{Config: &c} }
	for _, tt := range []struct {
		name, text string
		options    scanner.Options
		ignore     string
		note       bool
	}{
		{"rules.disable", plain, configured(config.Config{Rules: config.Rules{Disable: []string{old}}}), "", true},
		{"an allow entry", plain, configured(config.Config{Allow: []config.Allow{{Rule: old, Reason: "made up"}}}), "", true},
		{"a comment", "KEY=" + key + " # momentolint:allow " + old + " -- made up\n", scanner.Options{}, "", true},
		{"an ignore file", plain, scanner.Options{}, "a.env:" + old + ":1\n", true},
		{"a baseline", plain, scanner.Options{Baseline: baseline.New([]finding.Finding{known})}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := run(t, tt.text, tt.options, tt.ignore)
			if len(r.Findings) != 0 {
				t.Errorf("%d findings", len(r.Findings))
			}
			notes := strings.Join(r.Notes, "\n")
			if got := strings.Contains(notes, old) && strings.Contains(notes, now); got != tt.note {
				t.Errorf("notes: %q", notes)
			}
		})
	}
	// What has always been of a kind is not covered by another's rule.
	v2 := "KEY=" + credentialtest.V2(credentialtest.Options{}) + "\n"
	if r := run(t, v2, configured(config.Config{Rules: config.Rules{Disable: []string{old}}}), ""); len(r.Findings) != 1 {
		t.Errorf("a v2 key beside a disabled rule for v1 keys: %d findings", len(r.Findings))
	}
}
