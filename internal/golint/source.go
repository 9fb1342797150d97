package golint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// needsCgo is why a package was not analyzed.
const needsCgo = "it cannot be analyzed without running cgo, which --cgo allows"

// universe holds packages that are type-checked from source, with what the
// analyzers know of them. Names that import "C" declares are unknown, and
// whatever depends on one is of an invalid type.
type universe struct {
	graph    *graph
	fset     *token.FileSet
	sizes    types.Sizes
	packages map[string]*sourcePackage
	facts    map[factKey]analysis.Fact
	result   *Result
	// roots are the packages whose findings count.
	roots     map[string]bool
	analyzers []*analysis.Analyzer
}

type sourcePackage struct {
	*listed
	types *types.Package
	// whole is everything in the package, known what does not depend on C.
	whole, known syntax
	errs         []error
	// cgo: the package or one that it imports is type-checked without its C.
	cgo bool
	// pruned: known is not the whole.
	pruned bool
	// outcomes are what the analyzers returned.
	outcomes map[action]*outcome
}

// syntax is a package's files with their types.
type syntax struct {
	files []*ast.File
	info  *types.Info
}

// action is an analyzer with what it runs on.
type action struct {
	analyzer *analysis.Analyzer
	on       *syntax
}

type outcome struct {
	value any
	err   error
}

type factKey struct {
	object types.Object // nil for a package's own fact
	pkg    *types.Package
	kind   reflect.Type
}

// analyzeSource analyzes packages without compiling anything, and adds what it
// finds to the result.
func (r *Runner) analyzeSource(ctx context.Context, g *graph, owners []string, result *Result) error {
	if len(owners) == 0 {
		return nil
	}
	u := &universe{
		graph: g, fset: token.NewFileSet(), sizes: types.SizesFor("gc", cmp.Or(r.goarch, runtime.GOARCH)),
		packages: make(map[string]*sourcePackage), facts: make(map[factKey]analysis.Fact),
		result: result, roots: make(map[string]bool), analyzers: r.options.Analyzers,
	}
	var roots []*listed
	for _, l := range g.packages {
		if !slices.Contains(owners, l.owner()) || l.testMain() {
			continue
		}
		// A package with its tests takes the place of the one without, as in go vet.
		if _, tested := g.byPath[l.ImportPath+" ["+l.ImportPath+".test]"]; tested && l.ForTest == "" {
			continue
		}
		roots = append(roots, l)
		u.roots[l.ImportPath] = true
	}
	for _, l := range roots {
		p, err := u.load(ctx, l)
		if err != nil {
			return err
		}
		u.report(p)
	}
	return nil
}

// load type-checks a package after everything that it imports, and runs the
// analyzers on it.
func (u *universe) load(ctx context.Context, l *listed) (*sourcePackage, error) {
	if p := u.packages[l.ImportPath]; p != nil {
		return p, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("analyzing %s: %w", l.ImportPath, err)
	}
	p := &sourcePackage{listed: l, cgo: len(l.CgoFiles)+len(l.SwigFiles)+len(l.SwigCXXFiles) > 0, outcomes: make(map[action]*outcome)}
	u.packages[l.ImportPath] = p
	for _, path := range l.Imports {
		if imported := u.graph.byPath[path]; imported != nil && path != "unsafe" {
			dep, err := u.load(ctx, imported)
			if err != nil {
				return nil, err
			}
			p.cgo = p.cgo || dep.cgo && !dep.Standard
		}
	}
	u.check(p)
	if p.Standard || len(p.errs) > 0 {
		return p, nil
	}
	for _, a := range u.analyzers {
		if u.roots[l.ImportPath] || usesFacts(a) {
			u.analyze(p, p.action(a))
		}
	}
	return p, nil
}

// action returns how an analyzer runs on the package. Those that follow values
// cannot cope with unknown types.
func (p *sourcePackage) action(a *analysis.Analyzer) action {
	if usesFacts(a) {
		return action{a, &p.known}
	}
	return action{a, &p.whole}
}

// check parses and type-checks a package.
func (u *universe) check(p *sourcePackage) {
	mode := parser.SkipObjectResolution
	if !p.Standard {
		mode |= parser.ParseComments
	}
	for _, name := range p.listed.files() {
		file, err := parser.ParseFile(u.fset, name, nil, mode)
		if err != nil {
			p.errs = append(p.errs, err)
		}
		if file != nil {
			p.whole.files = append(p.whole.files, file)
		}
	}
	p.whole.info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Instances: make(map[*ast.Ident]types.Instance),
		Defs: make(map[*ast.Ident]types.Object), Uses: make(map[*ast.Ident]types.Object),
		Implicits: make(map[ast.Node]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
		Scopes: make(map[ast.Node]*types.Scope), FileVersions: make(map[*ast.File]string),
	}
	config := types.Config{
		Importer: importerFunc(func(path string) (*types.Package, error) {
			if path == "unsafe" {
				return types.Unsafe, nil
			}
			if imported := u.packages[cmp.Or(p.ImportMap[path], path)]; imported != nil && imported.types != nil {
				return imported.types, nil
			}
			return nil, errors.New("it could not be loaded")
		}),
		Error:       func(err error) { p.errs = append(p.errs, err) },
		FakeImportC: true, IgnoreFuncBodies: p.Standard, Sizes: u.sizes,
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	p.types, _ = config.Check(p.base(), u.fset, p.whole.files, p.whole.info) // its errors went to Error
	if p.Standard {
		// It need not be right inside, and takes much memory.
		p.whole, p.errs = syntax{}, nil
		return
	}
	p.known.files, p.known.info, p.pruned = known(p.whole.files, p.whole.info)
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// usesFacts reports whether other packages depend on what an analyzer learns.
func usesFacts(a *analysis.Analyzer) bool {
	return len(a.FactTypes) > 0 || slices.ContainsFunc(a.Requires, usesFacts)
}

// analyze runs an analyzer on a package after those that it requires.
func (u *universe) analyze(p *sourcePackage, a action) *outcome {
	if o := p.outcomes[a]; o != nil {
		return o
	}
	o := new(outcome)
	p.outcomes[a] = o
	inputs := make(map[*analysis.Analyzer]any)
	for _, required := range a.analyzer.Requires {
		input := u.analyze(p, action{required, a.on})
		if input.err != nil {
			o.err = input.err
			return o
		}
		inputs[required] = input.value
	}
	o.value, o.err = u.run(p, a, inputs)
	return o
}

// run runs an analyzer. A panic in it is an error.
func (u *universe) run(p *sourcePackage, act action, inputs map[*analysis.Analyzer]any) (value any, err error) {
	a := act.analyzer
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: internal error in package %s: panic of type %T", a.Name, p.ImportPath, v)
		}
	}()
	wanted := func(key factKey) bool {
		return slices.ContainsFunc(a.FactTypes, func(f analysis.Fact) bool { return reflect.TypeOf(f) == key.kind })
	}
	pass := &analysis.Pass{
		Analyzer: a, Fset: u.fset, Files: act.on.files, Pkg: p.types, TypesInfo: act.on.info, TypesSizes: u.sizes, ResultOf: inputs,
		Report:   func(d analysis.Diagnostic) { u.add(p, a, d) },
		ReadFile: func(string) ([]byte, error) { return nil, os.ErrPermission },
		ImportObjectFact: func(o types.Object, f analysis.Fact) bool {
			return u.fact(factKey{o, nil, reflect.TypeOf(f)}, f)
		},
		ExportObjectFact: func(o types.Object, f analysis.Fact) { u.facts[factKey{o, nil, reflect.TypeOf(f)}] = f },
		ImportPackageFact: func(pkg *types.Package, f analysis.Fact) bool {
			return u.fact(factKey{nil, pkg, reflect.TypeOf(f)}, f)
		},
		ExportPackageFact: func(f analysis.Fact) { u.facts[factKey{nil, p.types, reflect.TypeOf(f)}] = f },
		AllObjectFacts: func() (all []analysis.ObjectFact) {
			for key, f := range u.facts {
				if key.object != nil && wanted(key) {
					all = append(all, analysis.ObjectFact{Object: key.object, Fact: f})
				}
			}
			return all
		},
		AllPackageFacts: func() (all []analysis.PackageFact) {
			for key, f := range u.facts {
				if key.pkg != nil && wanted(key) {
					all = append(all, analysis.PackageFact{Package: key.pkg, Fact: f})
				}
			}
			return all
		},
	}
	if p.Module != nil {
		pass.Module = &analysis.Module{Path: p.Module.Path, Version: p.Module.Version, GoVersion: p.Module.GoVersion}
	}
	return a.Run(pass)
}

// fact copies a fact.
func (u *universe) fact(key factKey, to analysis.Fact) bool {
	from, ok := u.facts[key]
	if ok {
		reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
	}
	return ok
}

// add adds a diagnostic to the result, where the text is: //line comments do
// not count.
func (u *universe) add(p *sourcePackage, a *analysis.Analyzer, d analysis.Diagnostic) {
	if !u.roots[p.ImportPath] || !slices.Contains(u.analyzers, a) {
		return
	}
	from := u.fset.PositionFor(d.Pos, false)
	to := from
	if d.End.IsValid() {
		to = u.fset.PositionFor(d.End, false)
	}
	found := Diagnostic{
		Analyzer: a.Name, Package: p.owner(), Message: d.Message, Category: d.Category,
		File: from.Filename, Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column,
	}
	if len(d.SuggestedFixes) > 0 {
		found.Fix = &Fix{Message: d.SuggestedFixes[0].Message}
		for _, e := range d.SuggestedFixes[0].TextEdits {
			start, end := u.fset.PositionFor(e.Pos, false), u.fset.PositionFor(e.Pos, false)
			if e.End.IsValid() {
				end = u.fset.PositionFor(e.End, false)
			}
			found.Fix.Edits = append(found.Fix.Edits, Edit{start.Filename, start.Offset, end.Offset, string(e.NewText)})
		}
	}
	u.result.Diagnostics = append(u.result.Diagnostics, found)
}

// maxErrors is how many errors are reported for a package, as the compiler has it.
const maxErrors = 10

// report adds the problems of a package to the result.
func (u *universe) report(p *sourcePackage) {
	problems := func(text string) {
		u.result.Problems = append(u.result.Problems, Problem{Package: p.owner(), Text: text})
	}
	for _, a := range u.analyzers {
		switch o := p.outcomes[p.action(a)]; {
		case o == nil || o.err == nil:
		case p.cgo:
			problems(a.Name + ": " + needsCgo)
		default:
			problems(quotesNothing(o.err.Error()))
		}
	}
	if p.pruned && len(p.errs) == 0 && u.usesSDK(p.listed) {
		problems("values that pass through C were not followed, which --cgo allows")
	}
	if len(p.errs) == 0 {
		return
	}
	if p.cgo {
		problems(needsCgo)
	}
	var errs strings.Builder
	for _, err := range p.errs[:min(len(p.errs), maxErrors)] {
		if typeError, ok := errors.AsType[types.Error](err); ok {
			err = fmt.Errorf("%s: %s", u.fset.PositionFor(typeError.Pos, false), typeError.Msg)
		}
		errs.WriteString(err.Error() + "\n")
	}
	for _, c := range complaints(errs.String(), p.Dir, map[string]bool{p.Dir: true}) {
		c.Package = p.owner()
		u.result.Problems = append(u.result.Problems, c)
	}
}

// usesSDK reports whether a package has Momento's SDK among everything that it
// imports: only then values are followed.
func (u *universe) usesSDK(l *listed) bool {
	seen := make(map[string]bool)
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		return slices.ContainsFunc(l.Imports, func(path string) bool {
			imported := u.graph.byPath[path]
			if imported == nil || seen[path] || imported.Standard {
				return false
			}
			seen[path] = true
			return strings.HasPrefix(path, "github.com/momentohq/") || visit(imported)
		})
	}
	return visit(l)
}
