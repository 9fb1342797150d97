//go:build integration

package momentoexpiry_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

// silent takes the complaints about facts and about what a limit does not report.
type silent struct{ *testing.T }

func (silent) Errorf(string, ...any) {}

func TestTheFixKeepsToTheLimit(t *testing.T) {
	for limit, want := range map[string]string{"30d": "ExpiresInDays(30)", "0": "ExpiresInDays(90)", "12h": ""} {
		a := analyzer()
		if err := a.Flags.Set("max-lifetime", limit); err != nil {
			t.Fatal(err)
		}
		for _, result := range analysistest.Run(silent{t}, corpus.Dir(), a, fixable) {
			for _, d := range result.Diagnostics {
				got := ""
				if len(d.SuggestedFixes) > 0 {
					got = string(d.SuggestedFixes[0].TextEdits[0].NewText)
				}
				if got != want {
					t.Errorf("limit %s: the fix is %q, want %q", limit, got, want)
				}
			}
		}
	}
}
