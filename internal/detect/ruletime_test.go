package detect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/detect/gitleaks"
)

// withRules makes a detector with a gitleaks configuration.
func withRules(t *testing.T, text string) *Detector {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gitleaks.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := New(Options{GitleaksConfig: gitleaks.File{Path: path}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// found returns the rules of the findings in a text, and the reasons why it was
// scanned only in part.
func found(t *testing.T, d *Detector, text string) (rules, reasons []string) {
	t.Helper()
	_, err := d.NewScanner().Scan(t.Context(), "file", []byte(text), nil, func(m *Match) error {
		rules = append(rules, m.Rule)
		return nil
	})
	if partial, ok := errors.AsType[*Partial](err); ok {
		return rules, partial.Reasons
	}
	if err != nil {
		t.Fatal(err)
	}
	return rules, nil
}

const twoRules = "[[rules]]\nid = \"first\"\nregex = '''aaa[0-9]+'''\n[[rules]]\nid = \"second\"\nregex = '''bbb[0-9]+'''\nkeywords = [\"BBB\"]\n"

func TestRulesBeyondTheLimitAreReported(t *testing.T) {
	d := withRules(t, twoRules)
	if rules, reasons := found(t, d, "aaa1 bbb2\n"); len(rules) != 2 || reasons != nil {
		t.Errorf("within the limit: %v, %v", rules, reasons)
	}
	d.ruleLimit = gitleaks.Limit{Base: 1} // one nanosecond: the first rule exceeds it
	rules, reasons := found(t, d, "aaa1 bbb2\n")
	if len(rules) != 1 || rules[0] != "first" || len(reasons) != 1 || !strings.Contains(reasons[0], `"first"`) {
		t.Errorf("beyond the limit: %v, %q", rules, reasons)
	}
	// A rule whose keyword is not in the text takes no time.
	if rules, reasons := found(t, d, "aaa1\n"); len(rules) != 1 || reasons != nil {
		t.Errorf("a rule that cannot match: %v, %v", rules, reasons)
	}
}

// A rule that does not end in time is not waited for, and is not run again.
func TestARuleThatDoesNotEndIsLeft(t *testing.T) {
	d := withRules(t, "[[rules]]\nid = \"endless\"\nregex = '''"+strings.Repeat("(?:[a-z]{0,100}){0,9}", 5)+"1'''\n")
	d.ruleLimit = gitleaks.Limit{Base: 1}
	for _, text := range []string{strings.Repeat("a", userChunk/4), "short"} {
		if rules, reasons := found(t, d, text); len(rules) != 0 || len(reasons) != 1 || !strings.Contains(reasons[0], `"endless"`) {
			t.Errorf("%d bytes: %v, %q", len(text), rules, reasons)
		}
	}
}

func TestARegularExpressionThatIsTooLargeIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gitleaks.toml")
	if err := os.WriteFile(path, []byte("[[rules]]\nid = \"large\"\nregex = '''"+strings.Repeat("[a-z]{0,1000}", 12)+"'''\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(Options{GitleaksConfig: gitleaks.File{Path: path}})
	if mistake, ok := errors.AsType[*gitleaks.ConfigError](err); !ok || mistake.Line != 3 || !strings.Contains(mistake.Problem, "too large") {
		t.Errorf("error %v", err)
	}
}

// Of what several rules find at the same place, a generic one is dropped, and a
// rule of several parts finds nothing without them, as in gitleaks.
func TestRulesThatKnowOfEachOther(t *testing.T) {
	d := withRules(t, `[[rules]]
id = "generic-token"
regex = '''tok_[0-9]+'''
[[rules]]
id = "acme-token"
regex = '''tok_[0-9]+'''
[[rules]]
id = "pair"
regex = '''user_[0-9]+'''
[[rules.required]]
id = "acme-pass"
withinLines = 1
[[rules]]
id = "acme-pass"
regex = '''pass_[0-9]+'''
skipReport = true
`)
	for text, want := range map[string]string{
		"tok_1\n": "acme-token", "user_1\n": "", "pass_1\n": "", "user_1\npass_1\n": "pair",
	} {
		if rules, _ := found(t, d, text); strings.Join(rules, " ") != want {
			t.Errorf("%q: %v, want %q", text, rules, want)
		}
	}
}

// A rule of the gitleaks configuration is a known one.
func TestCommentsMayNameTheUsersRules(t *testing.T) {
	d := withRules(t, twoRules)
	for comment, want := range map[string]bool{"first": true, "second": false, "third": false} {
		var got []Match
		_, err := d.NewScanner().Scan(t.Context(), "file", []byte("aaa1 # momentolint:allow "+comment+" -- why\n"), nil, func(m *Match) error {
			got = append(got, *m)
			return nil
		})
		if err != nil || len(got) != 1 || got[0].Allowed() != want || strings.Contains(got[0].Message, "unknown rule") != (comment == "third") {
			t.Errorf("%s: %+v, %v", comment, got, err)
		}
	}
}
