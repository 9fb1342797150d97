//go:build integration

package flow_test

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/analyzers/internal/corpus"
	"github.com/momentolint/momentolint/analyzers/internal/flow"
)

// silent takes what is said of findings and facts, which other tests are for.
type silent struct{ *testing.T }

func (silent) Errorf(string, ...any) {}

// SSA is what costs: packages that do not have the SDK in their import closure
// must not pay for it, whichever analyzer looks at them.
func TestSSAIsBuiltOnlyWhereTheSDKIsInTheImportClosure(t *testing.T) {
	// One that runs after all others.
	last := &analysis.Analyzer{
		Name: "last", Doc: "last: run all analyzers before",
		Requires: append(analyzers.New(analyzers.DefaultOptions()), flow.Analyzer),
		Run:      func(*analysis.Pass) (any, error) { return nil, nil },
	}
	built := map[string]bool{
		"example.com/corpus/plaintext/helpers": false,
		"example.com/corpus/hardcoded/keys":    false,
		"example.com/corpus/expiry/mint":       true,
		"example.com/corpus/throughanother":    true,
		// The SDK itself is not analyzed.
		"github.com/momentohq/client-sdk-go/momento": false,
	}
	paths := make([]string, 0, len(built))
	for path := range built {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	looked := 0
	for _, result := range analysistest.Run(silent{t}, corpus.Dir(), last, paths...) {
		path := result.Pass.Pkg.Path()
		want, ok := built[path]
		if !ok {
			continue
		}
		looked++
		pkg := result.Pass.ResultOf[flow.Analyzer].(*flow.Package)
		if pkg.UsesSDK != want || pkg.Built() != want {
			t.Errorf("%s: uses the SDK: %v, SSA built: %v; want %v", path, pkg.UsesSDK, pkg.Built(), want)
		}
	}
	if looked != len(built) {
		t.Errorf("%d packages looked at, want %d", looked, len(built))
	}
}
