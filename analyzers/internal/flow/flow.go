// Package flow finds out where a value of a Go program comes from: backwards over
// the SSA form of one package, through variables, fields, closures, calls and
// returns, up to where it enters from outside.
//
// SSA is built only for packages that have the SDK in their import closure,
// once for all analyzers of the suite, and never for more than the package at
// hand: what other packages do is known from facts.
package flow

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// Analyzer prepares a Package. It reports nothing; the others require it.
var Analyzer = &analysis.Analyzer{
	Name:       "momentoflow",
	Doc:        "momentoflow: prepare the value flow of packages that use Momento's SDK",
	Run:        guarded,
	ResultType: reflect.TypeFor[*Package](),
	FactTypes:  []analysis.Fact{new(usesSDK)},
}

// usesSDK is the fact that a package has the SDK in its import closure. The
// imports of an imported package cannot be asked: export data lists only those
// that its exported declarations mention.
type usesSDK struct{}

func (*usesSDK) AFact()         {}
func (*usesSDK) String() string { return "usesSDK" }

// Package is the value flow of one package, built when first asked for.
type Package struct {
	// UsesSDK means that the SDK is in the package's import closure, and that
	// the package is not the SDK's own: only then there is anything to follow.
	UsesSDK bool

	pass    *analysis.Pass
	once    sync.Once
	program *Program
	err     error
}

// guarded makes an error of a panic in run.
func guarded(pass *analysis.Pass) (p any, err error) {
	err = report.Guard(pass, func() error {
		p = run(pass)
		return nil
	})
	return p, err
}

func run(pass *analysis.Pass) *Package {
	p := &Package{pass: pass}
	if _, own := sdk.Package(pass.Pkg.Path()); own {
		pass.ExportPackageFact(new(usesSDK))
		return p
	}
	p.UsesSDK = sdk.Imported(pass.Pkg)
	for _, imported := range pass.Pkg.Imports() {
		if p.UsesSDK {
			break
		}
		p.UsesSDK = pass.ImportPackageFact(imported, new(usesSDK))
	}
	if p.UsesSDK {
		pass.ExportPackageFact(new(usesSDK))
	}
	return p
}

// Program returns the SSA form of the package and the indexes over it. Several
// analyzers may ask at once.
func (p *Package) Program() (*Program, error) {
	p.once.Do(func() {
		p.err = report.Guard(p.pass, func() error {
			p.program = build(p.pass)
			return nil
		})
		if p.err != nil {
			p.err = fmt.Errorf("building the value flow: %w", p.err)
		}
	})
	return p.program, p.err
}

// build makes the SSA form as x/tools' buildssa does, but without its
// analysis of functions that do not return: that would be a fact about every
// function of every dependency.
func build(pass *analysis.Pass) *Program {
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	for _, imported := range pass.Pkg.Imports() {
		prog.CreatePackage(imported, nil, nil, true)
	}
	pkg := prog.CreatePackage(pass.Pkg, pass.Files, pass.TypesInfo, false)
	pkg.Build()

	p := &Program{
		Pkg:        pkg,
		pass:       pass,
		callers:    make(map[*ssa.Function][]ssa.CallInstruction),
		stores:     make(map[*types.Var][]fieldStore),
		fieldLoads: make(map[*types.Var][]ssa.Value),
		dynamic:    make(map[*ssa.CallCommon][]*ssa.Function),
		foreign:    make(map[*ssa.CallCommon][]Foreign),
		globals:    make(map[*ssa.Global][]ssa.Instruction),
		makers:     make(map[*ssa.Function][]*ssa.MakeClosure),
	}
	var add func(fn *ssa.Function)
	add = func(fn *ssa.Function) {
		p.Funcs = append(p.Funcs, fn)
		for _, anonymous := range fn.AnonFuncs {
			add(anonymous)
		}
	}
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok {
				if obj, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					if fn := prog.FuncValue(obj); fn != nil {
						add(fn)
					}
				}
			}
		}
	}
	// The initialisers of package variables.
	if fn := pkg.Func("init"); fn != nil {
		add(fn)
	}
	p.index()
	return p
}
