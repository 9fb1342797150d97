// Package report is the runtime that all analyzers of the suite share: it
// keeps a panic from crashing the driver, applies the comments that silence a
// finding, and hands over diagnostics in order, each once, no two with the
// same text.
package report

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Settings are what all analyzers of a suite have in common.
type Settings struct {
	// Nolint honours golangci-lint's //nolint comments. golangci-lint does that
	// itself (and tells of comments that silence nothing, which it could not if
	// the analyzer stayed silent), so its plugin leaves it off.
	Nolint bool
}

// Diagnostic is one finding.
type Diagnostic struct {
	analysis.Diagnostic
	// Aliases are further rule ids under which an allow comment may name the
	// finding, such as the scanner's for the same thing.
	Aliases []string
	// Comments is a further region whose comments may silence the finding;
	// zero if there is none.
	Comments ast.Node
}

// Pass is one run of an analyzer on one package.
type Pass struct {
	*analysis.Pass
	settings Settings
	found    []Diagnostic
}

// Report takes a finding. It becomes a diagnostic when the run ends without
// an error, unless a comment silences it.
func (p *Pass) Report(d Diagnostic) { p.found = append(p.found, d) }

// Run makes an analyzer's run function from one that reports through a Pass.
// A panic inside becomes an error that names the package and holds no text of
// the analyzed code; whatever was found until then is dropped.
func Run(settings Settings, run func(*Pass) error) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (any, error) {
		p := &Pass{Pass: pass, settings: settings}
		if err := Guard(pass, func() error { return run(p) }); err != nil {
			return nil, err
		}
		p.flush()
		return nil, nil
	}
}

// Guard calls f and turns a panic into an error.
func Guard(pass *analysis.Pass, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: internal error in package %s: %s at %s (please report it)",
				pass.Analyzer.Name, pass.Pkg.Path(), describe(r), origin())
		}
	}()
	return f()
}

// describe returns the reason of a panic. A runtime error's text holds indices
// and types only; other values might quote the analyzed code, which might hold
// a secret, so they are named by type.
func describe(r any) string {
	if err, ok := r.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("panic of type %T", r)
}

// origin is where the panic began: the first function of the analyzers below
// the runtime's, with its line, or whose function was called from there.
func origin() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicking, first := false, "an unknown place"
	for {
		f, more := frames.Next()
		switch at := f.Function + ":" + strconv.Itoa(f.Line); {
		case f.Function == "runtime.gopanic" || f.Function == "runtime.sigpanic":
			panicking = true
		case !panicking || strings.HasPrefix(f.Function, "runtime."):
		case strings.Contains(f.Function, "/momentolint/"):
			return at
		case first == "an unknown place":
			first = at
		}
		if !more {
			return first
		}
	}
}

// flush passes the findings to the driver: those that no comment silences, in
// the order of the source, each once.
func (p *Pass) flush() {
	slices.SortStableFunc(p.found, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.End, b.End), cmp.Compare(a.Message, b.Message))
	})
	type place struct {
		pos, end token.Pos
		message  string
	}
	seen := make(map[place]bool)
	texts := make(map[string]int)
	comments := newComments(p)
	for _, d := range p.found {
		at := place{d.Pos, d.End, d.Message}
		said := comments.verdict(d)
		if seen[at] || said == Silence {
			continue
		}
		seen[at] = true
		switch said {
		case Nothing, Silence:
		case Unknown:
			// The name is not shown: it may be anything, a secret too.
			d.Message += "; the comment " + markerAllow + " on the line names an unknown rule and suppresses nothing"
		case Mute:
			d.Message += "; the comment " + markerAllow + " on the line has no reason (" + markerAllow + " -- why) and does not silence it"
		}
		// golangci-lint shows three findings of one text and hides the rest
		// (max-same-issues), so no two may read the same.
		texts[d.Message]++
		if n := texts[d.Message]; n > 1 {
			d.Message += " [" + strconv.Itoa(n) + "]"
		}
		d.SuggestedFixes = p.fixes(d)
		p.Pass.Report(d.Diagnostic)
	}
}

// fixes returns at most one fix, and none in generated files: golangci-lint
// applies all alternatives at once, and the generator would undo the other.
func (p *Pass) fixes(d Diagnostic) []analysis.SuggestedFix {
	if len(d.SuggestedFixes) == 0 {
		return nil
	}
	for _, e := range d.SuggestedFixes[0].TextEdits {
		file := p.File(e.Pos)
		if file == nil || ast.IsGenerated(file) {
			return nil
		}
	}
	return d.SuggestedFixes[:1]
}

// File is the syntax tree that holds the position, nil if there is none.
func (p *Pass) File(pos token.Pos) *ast.File {
	for _, f := range p.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}
