package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/internal/golint"
	"github.com/momentolint/momentolint/internal/lint"
)

// asProgram is the variable that makes the test's own executable be
// momentolint, for hooks that call it.
const asProgram = "MOMENTOLINT_TEST_AS_PROGRAM"

// withFailingAnalyzer is the variable that adds an analyzer to the vet tool
// which fails in every package named bad.
const withFailingAnalyzer = "MOMENTOLINT_TEST_WITH_FAILING_ANALYZER"

// TestMain lets the test's own executable stand for the program: where the go
// command calls it as a vet tool, and where a test asks for it.
func TestMain(m *testing.M) {
	if lint.IsVetCall(os.Args[1:]) && os.Getenv(withFailingAnalyzer) == "1" {
		golint.VetTool(append(lint.Analyzers(analyzers.DefaultOptions()), &analysis.Analyzer{
			Name: "failing", Doc: "failing fails in packages named bad.",
			Run: func(pass *analysis.Pass) (any, error) {
				if pass.Pkg.Name() == "bad" {
					return nil, errors.New("the analyzer has failed")
				}
				return nil, nil
			},
		}))
	}
	if lint.IsVetCall(os.Args[1:]) || os.Getenv(asProgram) == "1" {
		main()
	}
	// More at once than there are processors, since most tests wait for another
	// process or a server. -parallel on the command line takes precedence.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	testscript.Main(m, map[string]func(){"momentolint": scripted})
}
