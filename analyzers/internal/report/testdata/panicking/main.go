// Command panicking is a vet tool whose analyzer panics in one package.
package main

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/momentolint/momentolint/analyzers/internal/report"
)

func main() {
	unitchecker.Main(&analysis.Analyzer{
		Name: "momentotest",
		Doc:  "momentotest: panic in package bad, report all others",
		Run: report.Run(report.Settings{}, func(p *report.Pass) error {
			if p.Pkg.Name() == "bad" {
				panic("with a secret text")
			}
			p.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{
				Pos: p.Files[0].Name.Pos(), End: p.Files[0].Name.End(), Message: "looked at",
			}})
			return nil
		}),
	})
}
