package lint

import (
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
	"github.com/momentolint/momentolint/internal/golint"
)

// IsVetCall reports whether the go command calls the program as a vet tool
// (go vet -vettool, go fix -fixtool): to ask for its version or its flags, or
// to analyze the package that a .cfg file describes. This is looked at before
// any flag is parsed, as these flags have one dash.
func IsVetCall(args []string) bool {
	if len(args) == 0 {
		return false
	}
	if len(args) == 1 && (strings.HasPrefix(args[0], "-V=") || args[0] == "-flags") {
		return true
	}
	last := len(args) - 1
	for _, a := range args[:last] {
		if !strings.HasPrefix(a, "-") {
			return false
		}
	}
	return !strings.HasPrefix(args[last], "-") && strings.HasSuffix(args[last], ".cfg")
}

// VetTool runs the analyzers for the go command, and ends the program.
func VetTool() { golint.VetTool(Analyzers(analyzers.DefaultOptions())) }

// Analyzers returns the analyzers for drivers other than golangci-lint.
func Analyzers(o analyzers.Options) []*analysis.Analyzer {
	// Only golangci-lint handles these comments itself.
	o.Nolint = true
	return analyzers.New(o)
}
