package scanner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// What accepted a key before there was a rule for front ends still accepts the key.
// That a bundler publishes it is another finding, which has to be accepted itself.
func TestAcceptedKeysStayAcceptedInAFrontEnd(t *testing.T) {
	const old, published = "momento-api-key-v2", finding.FrontendRule
	text := "VITE_MOMENTO_API_KEY=" + credentialtest.V2(credentialtest.Options{Seed: "front end"})
	run := func(t *testing.T, text string, o scanner.Options, ignore string) (rules []string, list []finding.Finding) {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.env"), []byte(text+"\n"), 0o600); err != nil {
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
		list = r.Report(t.Context()).Findings
		for _, f := range list {
			rules = append(rules, f.Rule)
		}
		return rules, list
	}
	_, all := run(t, text, scanner.Options{}, "")
	if len(all) != 2 || all[0].Rule != published || all[1].Rule != old {
		t.Fatalf("%d findings", len(all))
	}
	configured := func(c config.Config) scanner.Options { return scanner.Options{Config: &c} }
	for _, tt := range []struct {
		name, text string
		options    scanner.Options
		ignore     string
		// left is the rule of the only finding that is left, "" for none.
		left string
	}{
		{"an old baseline", text, scanner.Options{Baseline: baseline.New(all[1:])}, "", published},
		{"a new baseline", text, scanner.Options{Baseline: baseline.New(all)}, "", ""},
		{"an allow entry for the rule", text, configured(config.Config{Allow: []config.Allow{{Rule: old, Reason: "made up"}}}), "", published},
		{"an allow entry for the fingerprint", text, configured(config.Config{Allow: []config.Allow{{Fingerprint: all[1].Fingerprint, Reason: "made up"}}}), "", published},
		{"rules.disable", text, configured(config.Config{Rules: config.Rules{Disable: []string{old}}}), "", published},
		{"rules.disable of the new rule", text, configured(config.Config{Rules: config.Rules{Disable: []string{published}}}), "", old},
		{"an ignore file", text, scanner.Options{}, "a.env:" + old + ":1\n", published},
		{"a comment with the rule", text + " # momentolint:allow " + old + " -- made up", scanner.Options{}, "", published},
		{"a comment without a rule", text + " # momentolint:allow -- made up", scanner.Options{}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules, _ := run(t, tt.text, tt.options, tt.ignore)
			if tt.left == "" && len(rules) != 0 || tt.left != "" && (len(rules) != 1 || rules[0] != tt.left) {
				t.Errorf("left are %q, want %q", rules, tt.left)
			}
		})
	}
}
