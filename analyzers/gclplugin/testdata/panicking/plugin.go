// Package panicking makes a linter for golangci-lint of an analyzer that
// panics, in the way that gclplugin makes one of the suite.
package panicking

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers/internal/report/testdata/panicking"
)

func init() {
	register.Plugin("momentopanic", func(any) (register.LinterPlugin, error) { return plugin{}, nil })
}

type plugin struct{}

func (plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{panicking.New()}, nil
}

func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
