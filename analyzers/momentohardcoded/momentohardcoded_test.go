package momentohardcoded_test

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/momentohardcoded"
)

func analyzer() *analysis.Analyzer {
	o := momentohardcoded.DefaultOptions()
	o.Settings = report.Settings{Nolint: true}
	return momentohardcoded.New(o)
}

// unfixable are the packages whose findings must not have a fix.
var unfixable = map[string]bool{
	"example.com/corpus/hardcoded/fixes/nofix": true,
	"example.com/corpus/generated":             true,
}

func TestTheCorpus(t *testing.T) {
	for _, result := range analysistest.Run(t, corpus.Dir(), analyzer(), "example.com/corpus/hardcoded/...", "example.com/corpus/generated") {
		texts := make(map[string]bool)
		for _, d := range result.Diagnostics {
			at := result.Pass.Fset.Position(d.Pos)
			if len(d.SuggestedFixes) > 1 {
				t.Errorf("%s: %d fixes, golangci-lint would apply them all", at, len(d.SuggestedFixes))
			}
			if len(d.SuggestedFixes) > 0 && unfixable[result.Pass.Pkg.Path()] {
				t.Errorf("%s: has a fix that does not compile: %s", at, d.Message)
			}
			if texts[d.Message] {
				t.Errorf("%s: the text of another finding, golangci-lint would hide it: %s", at, d.Message)
			}
			texts[d.Message] = true
		}
	}
}

// fixable are the packages whose every finding has a fix.
var fixable = []string{
	"example.com/corpus/hardcoded/fixes/block",
	"example.com/corpus/hardcoded/fixes/single",
	"example.com/corpus/hardcoded/fixes/none",
	"example.com/corpus/hardcoded/fixes/dot",
}

func TestFixesReadTheEnvironmentAndImportWhatTheyNeed(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, corpus.Dir(), analyzer(), fixable...)
}

func TestWhatIsFixedCompilesAndIsClean(t *testing.T) {
	analysistest.Run(t, corpus.Fixed(t), analyzer(), fixable...)
}

func TestTestFilesAreLeftOutOnRequest(t *testing.T) {
	a := analyzer()
	if err := a.Flags.Set("test-files", "false"); err != nil {
		t.Fatal(err)
	}
	for _, result := range analysistest.Run(silent{t}, corpus.Dir(), a, "example.com/corpus/hardcoded/intest") {
		for _, d := range result.Diagnostics {
			t.Errorf("found in %s", result.Pass.Fset.Position(d.Pos))
		}
	}
}

// silent takes the complaints about expectations that are, rightly, not met.
type silent struct{ *testing.T }

func (silent) Errorf(string, ...any) {}
