package momentoplaintext_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/momentoplaintext"
)

func TestTheCorpus(t *testing.T) {
	a := momentoplaintext.New(momentoplaintext.Options{Settings: report.Settings{Nolint: true}})
	for _, result := range analysistest.Run(corpus.Factless{T: t}, corpus.Dir(), a, "example.com/corpus/plaintext/...") {
		texts := make(map[string]bool)
		for _, d := range result.Diagnostics {
			at := result.Pass.Fset.Position(d.Pos)
			if texts[d.Message] {
				t.Errorf("%s: the text of another finding, golangci-lint would hide it: %s", at, d.Message)
			}
			texts[d.Message] = true
			if len(d.SuggestedFixes) > 0 {
				t.Errorf("%s: a fix, where only people know what is right", at)
			}
			if !d.End.IsValid() || d.End <= d.Pos {
				t.Errorf("%s: not the region of an expression", at)
			}
		}
	}
}
