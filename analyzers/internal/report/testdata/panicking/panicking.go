// Package panicking has an analyzer that panics, for tests of its hosts.
package panicking

import (
	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// New makes the analyzer. It panics in packages called bad, what it requires
// panics in packages called worse, and all others get one diagnostic.
func New() *analysis.Analyzer {
	required := &analysis.Analyzer{
		Name: "momentorequired",
		Doc:  "momentorequired: panic in package worse",
		Run: func(pass *analysis.Pass) (any, error) {
			return nil, report.Guard(pass, func() error {
				if pass.Pkg.Name() == "worse" {
					panic("with a secret text")
				}
				return nil
			})
		},
	}
	return &analysis.Analyzer{
		Name:     "momentotest",
		Doc:      "momentotest: panic in package bad, report all others",
		Requires: []*analysis.Analyzer{required},
		Run: report.Run(report.Settings{}, func(p *report.Pass) error {
			if p.Pkg.Name() == "bad" {
				panic("with a secret text")
			}
			p.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{
				Pos: p.Files[0].Name.Pos(), End: p.Files[0].Name.End(), Message: "looked at",
			}})
			return nil
		}),
	}
}
