package golint

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// VetTool speaks the go command's protocol for vet tools with the analyzers,
// and ends the program, also when the go command has ended. Diagnostics are where the text is: a //line comment in
// the analyzed file would have other files' lines read and shown.
func VetTool(analyzers []*analysis.Analyzer) {
	exitWithParent()
	for _, a := range analyzers {
		run := a.Run
		a.Run = func(pass *analysis.Pass) (any, error) {
			report, files := pass.Report, make(map[*token.File]*token.File)
			pass.Report = func(d analysis.Diagnostic) {
				d.Pos, d.End = physical(pass.Fset, files, d.Pos), physical(pass.Fset, files, d.End)
				for i := range d.Related {
					d.Related[i].Pos, d.Related[i].End = physical(pass.Fset, files, d.Related[i].Pos), physical(pass.Fset, files, d.Related[i].End)
				}
				report(d)
			}
			return run(pass)
		}
	}
	unitchecker.Main(analyzers...)
}

// physical returns the same position in a copy of its file that has no //line
// comments. files holds the copies. Cgo's own output keeps them, as they name
// the file that the user wrote.
func physical(fset *token.FileSet, files map[*token.File]*token.File, pos token.Pos) token.Pos {
	file := fset.File(pos)
	if file == nil || strings.HasSuffix(file.Name(), ".cgo1.go") {
		return pos
	}
	if fset.PositionFor(pos, true) == fset.PositionFor(pos, false) {
		return pos
	}
	plain := files[file]
	if plain == nil {
		plain = fset.AddFile(file.Name(), fset.Base(), file.Size())
		plain.SetLines(file.Lines())
		files[file] = plain
	}
	return plain.Pos(file.Offset(pos))
}
