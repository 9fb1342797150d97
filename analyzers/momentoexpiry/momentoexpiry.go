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
		Run: report.Run(o.Settings, func(p *report.Pass) error {
			pkg := p.ResultOf[flow.Analyzer].(*flow.Package)
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
			c := &checker{Pass: p, options: &o, now: o.Now(), program: program, slots: make(map[slotKey]bool)}
			c.run()
			return nil
		}),
	}
}

// checker looks at one package.
type checker struct {
	*report.Pass
	options *Options
	now     time.Time
	program *flow.Program
	// slots are the parameters and fields that are known to take a lifetime.
	slots map[slotKey]bool
	queue []use
}

type slotKey struct {
	flow.Slot
	as lifetime
}

// use is a value that becomes the expiry of an API key.
type use struct {
	flow.Use
	as lifetime
	// via is the function that takes it, nil for the request itself.
	via *types.Func
}

func (c *checker) run() {
	c.requests()
	c.imported()
	for len(c.queue) > 0 {
		u := c.queue[0]
		c.queue = c.queue[1:]
		c.check(u)
	}
	c.export()
}

// requests takes the assignments to GenerateApiKeyRequest.ExpiresIn.
func (c *checker) requests() {
	for _, u := range c.program.FieldStores(func(owner types.Type, field *types.Var) bool {
		return field.Name() == "ExpiresIn" && sdk.IsType(owner, sdk.Momento, "GenerateApiKeyRequest")
	}) {
		c.queue = append(c.queue, use{Use: u})
	}
}

// imported takes what other packages are known to turn into an expiry.
func (c *checker) imported() {
	for call := range c.program.Calls() {
		fn := flow.CalledObject(call.Common())
		var fact takesLifetime
		if fn == nil || fn.Pkg() == c.Pkg || !c.ImportObjectFact(fn, &fact) {
			continue
		}
		args := flow.Args(call.Common())
		for _, in := range fact.Into {
			if in.Param < len(args) {
				c.queue = append(c.queue, use{
					Use: flow.Use{Value: args[in.Param], Path: in.Path, Site: c.program.Argument(call, in.Param, -1), Instr: call},
					as:  in.As, via: fn,
				})
			}
		}
	}
	wanted := func(v *types.Var) bool { return v.Pkg() != c.Pkg && c.ImportObjectFact(v, new(takesLifetime)) }
	for _, u := range append(
		c.program.FieldStores(func(_ types.Type, field *types.Var) bool { return wanted(field) }),
		c.program.GlobalStores(wanted)...,
	) {
		var fact takesLifetime
		if obj := stored(u.Instr); obj != nil && c.ImportObjectFact(obj, &fact) {
			for _, in := range fact.Into {
				v := use{Use: u, as: in.As}
				v.Path = in.Path
				c.queue = append(c.queue, v)
			}
		}
	}
}

// stored is the field or package variable that an assignment writes.
func stored(instr ssa.Instruction) types.Object {
	store, ok := instr.(*ssa.Store)
	if !ok {
		return nil
	}
	switch addr := store.Addr.(type) {
	case *ssa.FieldAddr:
		return flow.FieldOf(addr.X.Type(), addr.Field)
	case *ssa.Global:
		return addr.Object()
	}
	return nil
}

// check follows a use back to the lifetimes it may have, and reports the bad ones.
func (c *checker) check(u use) {
	as := u.as
	as.Expires = as.Expires || madeSure(u.Instr, u.Value)
	told := make(map[problem]bool)
	t := flow.Tracer[lifetime]{Program: c.program}
	e := evaluator{checker: c, lifetime: func(seconds int64, as lifetime) {
		found := judge(seconds, c.options.MaxLifetime)
		if found == fine || found == neverExpires && as.Expires || told[found] {
			return
		}
		told[found] = true
		c.problem(u, found, seconds)
	}}
	t.Step = e.step
	t.Open = func(s flow.Slot, p flow.Place[lifetime]) []flow.Place[lifetime] {
		c.slot(s, p.State)
		return nil
	}
	t.Trace(flow.Place[lifetime]{Value: u.Value, Path: u.Path, State: as})
}

// slot takes a parameter or field for a new way in: whatever this package puts
// there is a use.
func (c *checker) slot(s flow.Slot, as lifetime) {
	key := slotKey{s, as}
	if c.slots[key] {
		return
	}
	c.slots[key] = true
	if s.Global != nil {
		return // its values have been followed already
	}
	via, _ := s.Object().(*types.Func)
	for _, u := range c.program.Into(s) {
		c.queue = append(c.queue, use{Use: u, as: as, via: via})
	}
}

// problem reports one bad lifetime.
func (c *checker) problem(u use, found problem, seconds int64) {
	var text string
	switch found {
	case neverExpires:
		text = "Momento API key that never expires"
	case tooLong:
		text = "Momento API key that lives " + describe(seconds) + ", more than the limit of " + describe(int64(time.Duration(c.options.MaxLifetime)/time.Second))
	default:
		text = fmt.Sprintf("Momento API key with a lifetime of %d seconds, which does not fit the 32 bits that the SDK sends: it would live %s",
			seconds, describe(int64(uint32(seconds)))) //nolint:gosec // the very cut that is reported
	}
	if u.via != nil {
		text += ", made by " + u.via.FullName()
	}
	text += ", in " + u.Site.Name()
	if days := c.options.SuggestLifetime; days > 0 {
		text += "; let it expire: utils.ExpiresInDays(" + strconv.Itoa(days) + ")"
	}
	d := report.Diagnostic{Diagnostic: analysis.Diagnostic{
		Pos: u.Site.Pos, End: u.Site.End, Message: text, SuggestedFixes: c.fix(u.Site.Expr),
	}}
	if found == neverExpires {
		d.Aliases = []string{scannerRule}
	}
	c.Report(d)
}

// fix replaces a call of one of the SDK's constructors.
func (c *checker) fix(e ast.Expr) []analysis.SuggestedFix {
	call, ok := e.(*ast.CallExpr)
	if !ok || c.options.SuggestLifetime == 0 {
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
	text := "ExpiresInDays(" + strconv.Itoa(c.options.SuggestLifetime) + ")"
	return []analysis.SuggestedFix{{
		Message:   "Let the key expire after " + plural(int64(c.options.SuggestLifetime), "day"),
		TextEdits: []analysis.TextEdit{{Pos: id.Pos(), End: call.End(), NewText: []byte(text)}},
	}}
}

// export tells other packages what this one takes and gives.
func (c *checker) export() {
	takes := make(map[types.Object]*takesLifetime)
	for key := range c.slots {
		obj := key.Object()
		if obj == nil || obj.Pkg() != c.Pkg {
			continue
		}
		for _, obj := range append([]types.Object{obj}, c.abstract(obj)...) {
			if takes[obj] == nil {
				takes[obj] = new(takesLifetime)
			}
			takes[obj].Into = append(takes[obj].Into, intake{key.Param, key.Path, key.as})
		}
	}
	for obj, fact := range takes {
		c.ExportObjectFact(obj, fact)
	}
	for _, fn := range c.program.Funcs {
		if obj, ok := fn.Object().(*types.Func); ok {
			if fact := c.gives(fn); len(fact.Results) > 0 {
				c.ExportObjectFact(obj, fact)
			}
		}
	}
	c.variables()
}

// abstract are the methods of interfaces that fn implements.
func (c *checker) abstract(obj types.Object) []types.Object {
	fn, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	var list []types.Object
	for _, m := range c.program.Interfaces(fn) {
		list = append(list, m)
	}
	return list
}

// gives works out what expiries a function returns.
func (c *checker) gives(fn *ssa.Function) *givesLifetime {
	fact := new(givesLifetime)
	results := fn.Signature.Results()
	for i := range results.Len() {
		if sdk.IsType(results.At(i).Type(), sdk.Utils, "ExpiresIn") {
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
		if !ok || !sdk.IsType(g.Type().(*types.Pointer).Elem(), sdk.Utils, "ExpiresIn") || g.Object() == nil {
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
