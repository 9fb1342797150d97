package momentoexpiry

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/momentolint/momentolint/analyzers/internal/docs"
	"github.com/momentolint/momentolint/analyzers/internal/edit"
	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// Name is the analyzer's name.
const Name = "momentoexpiry"

// scannerRule is the scanner's rule for the same thing in any language.
const scannerRule = "momento-never-expiring-key"

//go:embed doc.go
var doc string

// New makes the analyzer.
func New(o Options) *analysis.Analyzer {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &analysis.Analyzer{
		Name:      Name,
		Doc:       docs.Of(doc, Name),
		URL:       docs.URL(Name),
		Requires:  []*analysis.Analyzer{flow.Analyzer},
		FactTypes: []analysis.Fact{new(takesLifetime), new(givesLifetime)},
		Flags:     o.flags(),
		Run: report.Run(o.Settings, func(pass *report.Pass) error {
			pkg := pass.ResultOf[flow.Analyzer].(*flow.Package)
			if !pkg.UsesSDK {
				return nil
			}
			if err := o.Validate(); err != nil {
				return err
			}
			program, err := pkg.Program()
			if err != nil {
				return err
			}
			c := &checker{Pass: pass, options: &o, now: o.Now(), program: program}
			c.run()
			return nil
		}),
	}
}

// checker examines one package.
type checker struct {
	*report.Pass
	options *Options
	now     time.Time
	program *flow.Program
	solver  *flow.Solver[lifetime]
}

// demand is a value that becomes the expiry of an API key.
type demand = flow.Demand[lifetime]

func (c *checker) run() {
	c.solver = &flow.Solver[lifetime]{Program: c.program, Imported: c.imported, Check: c.check}
	c.solver.Run(c.requests())
	c.solver.Export(func(obj types.Object, into []flow.Intake[lifetime]) {
		c.ExportObjectFact(obj, &takesLifetime{into})
	})
	c.functions()
	c.variables()
}

// requests takes the assignments to GenerateApiKeyRequest.ExpiresIn.
func (c *checker) requests() []demand {
	var demands []demand
	for _, u := range c.program.FieldStores(func(owner types.Type, field *types.Var) bool {
		return field.Name() == "ExpiresIn" && sdk.IsType(owner, sdk.Momento, "GenerateApiKeyRequest")
	}) {
		demands = append(demands, demand{Use: u})
	}
	return demands
}

// imported is what other packages are known to turn into an expiry.
func (c *checker) imported(obj types.Object) []flow.Intake[lifetime] {
	var fact takesLifetime
	c.ImportObjectFact(obj, &fact)
	return fact.Into
}

// check follows a value back to the lifetimes it may have, and reports the bad ones.
func (c *checker) check(d demand) {
	as := d.State
	as.Expires = as.Expires || madeSure(d.Instr, d.Value)
	told := make(map[problem]bool)
	e := evaluator{checker: c, lifetime: func(seconds int64, as lifetime) {
		found := judge(seconds, c.options.MaxLifetime)
		if found == fine || found == neverExpires && as.Expires || told[found] {
			return
		}
		told[found] = true
		c.problem(d, found, seconds, as.Epoch)
	}}
	t := flow.Tracer[lifetime]{Program: c.program, Step: e.step}
	t.Open = func(s flow.Slot, p place) []place {
		c.solver.Slot(s, p.State)
		return nil
	}
	t.Trace(place{Value: d.Value, Path: d.Path, State: as})
}

// problem reports one bad lifetime. Of one that ends at a fixed date the text
// tells the date, so that it does not change from day to day.
func (c *checker) problem(d demand, found problem, seconds int64, dated bool) {
	var text string
	switch {
	case found == neverExpires:
		text = "Momento API key that never expires"
	case found == cut && dated:
		text = "Momento API key with an expiry at a date whose distance does not fit the 32 bits that the SDK sends: it would live for an arbitrary time"
	case found == tooLong && dated:
		until := c.now.Add(time.Duration(seconds) * time.Second).UTC().Format(time.DateOnly)
		text = "Momento API key that lives until " + until + ", more than the limit of " + describe(int64(time.Duration(c.options.MaxLifetime)/time.Second))
	case found == tooLong:
		text = "Momento API key that lives " + describe(seconds) + ", more than the limit of " + describe(int64(time.Duration(c.options.MaxLifetime)/time.Second))
	default:
		text = fmt.Sprintf("Momento API key with a lifetime of %d seconds, which does not fit the 32 bits that the SDK sends: it would live %s",
			seconds, describe(int64(uint32(seconds)))) // the very cut that is reported
	}
	if d.Via != nil {
		text += ", made by " + d.Via.FullName()
	}
	text += ", in " + d.Site.Name()
	if days := c.options.suggestion(); days > 0 {
		text += "; let it expire: utils.ExpiresInDays(" + strconv.Itoa(days) + ")"
	}
	diagnostic := report.Diagnostic{Diagnostic: analysis.Diagnostic{
		Pos: d.Site.Pos, End: d.Site.End, Message: text, SuggestedFixes: c.fix(d.Site.Expr),
	}}
	if found == neverExpires {
		diagnostic.Aliases = []string{scannerRule}
	}
	c.Report(diagnostic)
}

// fix replaces a call of one of the SDK's constructors.
func (c *checker) fix(e ast.Expr) []analysis.SuggestedFix {
	call, ok := e.(*ast.CallExpr)
	days := c.options.suggestion()
	if !ok || days == 0 {
		return nil
	}
	fn, _ := typeutil.Callee(c.TypesInfo, call).(*types.Func)
	pkg, name, ok := sdk.Func(fn)
	if !ok || pkg != sdk.Utils || constructors[name] == (constructor{}) {
		return nil
	}
	for _, arg := range call.Args {
		if !edit.Removable(c.TypesInfo, arg, call.Fun) {
			return nil
		}
	}
	var id *ast.Ident
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.Ident:
		id = fun
		if _, obj := c.Pkg.Scope().LookupParent("ExpiresInDays", call.Pos()); obj != nil && !sdk.Is(obj, sdk.Utils, "ExpiresInDays") {
			return nil
		}
	default:
		return nil
	}
	text := "ExpiresInDays(" + strconv.Itoa(days) + ")"
	return []analysis.SuggestedFix{{
		Message:   "Let the key expire after " + plural(int64(days), "day"),
		TextEdits: []analysis.TextEdit{{Pos: id.Pos(), End: call.End(), NewText: []byte(text)}},
	}}
}

// functions exports to other packages what expiries this one's functions return.
func (c *checker) functions() {
	for _, fn := range c.program.Funcs {
		if obj, ok := fn.Object().(*types.Func); ok {
			if fact := c.gives(fn); len(fact.Results) > 0 {
				c.ExportObjectFact(obj, fact)
			}
		}
	}
}

// gives works out what expiries a function returns.
func (c *checker) gives(fn *ssa.Function) *givesLifetime {
	fact := new(givesLifetime)
	results := fn.Signature.Results()
	for i := range results.Len() {
		_, generic := types.Unalias(results.At(i).Type()).(*types.TypeParam)
		if generic || sdk.IsType(results.At(i).Type(), sdk.Utils, "ExpiresIn") {
			for _, v := range flow.Returns(fn, i) {
				c.outcomes(fact, i, fn, v)
			}
		}
	}
	return fact
}

// variables tells what expiries the package's variables hold.
func (c *checker) variables() {
	for _, member := range c.program.Pkg.Members {
		g, ok := member.(*ssa.Global)
		if !ok || !sdk.IsType(flow.VariableType(g), sdk.Utils, "ExpiresIn") || g.Object() == nil {
			continue
		}
		fact := new(givesLifetime)
		for _, u := range c.program.Into(flow.Slot{Global: g}) {
			c.outcomes(fact, 0, nil, u.Value)
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(g.Object(), fact)
		}
	}
}

// outcomes adds what a value may be to a fact. fn is the function whose
// parameters count.
func (c *checker) outcomes(fact *givesLifetime, result int, fn *ssa.Function, v ssa.Value) {
	t := flow.Tracer[lifetime]{Program: c.program}
	e := evaluator{checker: c, lifetime: func(seconds int64, as lifetime) {
		fact.Results = append(fact.Results, outcome{Result: result, Param: -1, Seconds: seconds, As: as})
	}}
	t.Step = e.step
	t.Open = func(s flow.Slot, p flow.Place[lifetime]) []flow.Place[lifetime] {
		if s.Fn != nil && s.Fn == fn {
			fact.Results = append(fact.Results, outcome{Result: result, Param: s.Param, Path: s.Path, As: p.State})
		}
		return nil
	}
	t.Trace(flow.Place[lifetime]{Value: v})
}
