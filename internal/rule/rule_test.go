package rule_test

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/docs"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/rule"
)

func TestEveryKindOfCredentialHasItsRule(t *testing.T) {
	for _, kind := range credential.Kinds() {
		r, ok := rule.ByID(kind.Rule())
		if !ok || r.Kind != kind || r.Class != rule.Secret {
			t.Errorf("%s: rule %q is %+v", kind, kind.Rule(), r)
		}
	}
}

func TestEveryRuleOfTheContractIsThere(t *testing.T) {
	for _, id := range []string{
		"momento-api-key-v2", "momento-api-key-v1", "momento-v1-jwt", "momento-legacy-token", "momento-disposable-token",
		"momento-refresh-token", "momento-session-token", "momento-signing-key", "momento-signed-token", "momento-webhook-secret",
		"momento-unknown-credential", finding.NeverExpiringRule, finding.FrontendRule,
		"momentohardcoded", "momentoplaintext", "momentoexpiry", "momentoscope",
	} {
		if _, ok := rule.ByID(id); !ok {
			t.Errorf("no rule %s", id)
		}
	}
	if _, ok := rule.ByID("generic-api-key"); ok {
		t.Error("a rule of somebody else is taken for ours")
	}
}

func TestEveryRuleSaysWhatGitHubWantsToKnow(t *testing.T) {
	seen := map[string]bool{}
	score := regexp.MustCompile(`^([0-9]\.[0-9]|10\.0)$`)
	for _, r := range rule.All() {
		t.Run(r.ID, func(t *testing.T) {
			if seen[r.ID] {
				t.Error("the id is taken twice")
			}
			seen[r.ID] = true
			if r.Title == "" || r.Full == "" || len(r.Fix) == 0 || len(r.CWE) == 0 {
				t.Errorf("something is missing in %+v", r)
			}
			if r.Short == "" || len(r.Short) > 1024 {
				t.Errorf("Short has %d characters, want 1 to 1024", len(r.Short))
			}
			if f, err := strconv.ParseFloat(r.Score, 64); err != nil || f <= 0 || f > 10 || !score.MatchString(r.Score) {
				t.Errorf("score %q", r.Score)
			}
			if len(r.CWE) > 15 {
				t.Error("GitHub takes at most 20 tags")
			}
		})
	}
}

func TestSeverityFollowsGitHubsThresholds(t *testing.T) {
	for score, want := range map[string]rule.Severity{
		"10.0": rule.Critical, "9.1": rule.Critical, "9.0": rule.High, "7.0": rule.High, "6.9": rule.Medium, "4.0": rule.Medium, "3.9": rule.Low, "0.1": rule.Low,
	} {
		if got := (rule.Rule{Score: score}).Severity(); got != want {
			t.Errorf("%s is %s, want %s", score, got, want)
		}
	}
}

func TestPagesHelpAndCannotLeakOrBreak(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)]*)\)`)
	for _, r := range rule.All() {
		page, err := fs.ReadFile(docs.Rules, "rules/"+r.ID+".md")
		if err != nil {
			if r.Class == rule.Analyzer {
				continue // its page is made from the analyzer's own documentation
			}
			t.Errorf("%s has no page", r.ID)
			continue
		}
		text := string(page)
		if r.Help() != text {
			t.Errorf("%s: help is not the page", r.ID)
		}
		if r.Class == rule.Analyzer {
			continue
		}
		for _, want := range []string{"# " + r.ID + "\n", "\n## What it is\n", "\n## Why it matters\n", "\n## How to fix it\n", "\nWrong:\n", "\nRight:\n", "momentolint:allow " + r.ID + " -- "} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page lacks %q", r.ID, want)
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], "https://") {
				t.Errorf("%s: %q does not work outside of the repository", r.ID, m[1])
			}
		}
		for word := range strings.FieldsSeq(text) {
			if c, err := credential.Parse([]byte(strings.Trim(word, "\"';`(),"))); err == nil {
				t.Errorf("%s: the page holds a %s", r.ID, c.Kind)
			}
		}
	}
}

func TestHelpWithoutAPageComesFromTheTable(t *testing.T) {
	r := rule.Rule{ID: "none", Short: "s", Full: "f", Fix: []string{"do it"}}
	if got := r.Help(); !strings.Contains(got, "# none") || !strings.Contains(got, "1. do it") {
		t.Errorf("help %q", got)
	}
}
