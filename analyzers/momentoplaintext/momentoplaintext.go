package momentoplaintext

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/printf"
	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/docs"
	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// Name is the analyzer's name.
const Name = "momentoplaintext"

//go:embed doc.go
var doc string

// Options are the settings of the analyzer.
type Options struct {
	// Settings are those that all analyzers of a suite share.
	Settings report.Settings
}

// DefaultOptions returns the documented defaults.
func DefaultOptions() Options { return Options{} }

// New makes the analyzer.
func New(o Options) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:      Name,
		Doc:       docs.Of(doc, Name),
		URL:       docs.URL(Name),
		Requires:  []*analysis.Analyzer{flow.Analyzer, printf.Analyzer},
		FactTypes: []analysis.Fact{new(takesSecret), new(givesSecret)},
		Run: report.Run(o.Settings, func(pass *report.Pass) error {
			pkg := pass.ResultOf[flow.Analyzer].(*flow.Package)
			if !pkg.UsesSDK {
				helpers(pass)
				return nil
			}
			program, err := pkg.Program()
			if err != nil {
				return err
			}
			c := &checker{Pass: pass, program: program, prints: pass.ResultOf[printf.Analyzer].(*printf.Result)}
			c.run()
			return nil
		}),
	}
}

type (
	place  = flow.Place[leak]
	demand = flow.Demand[leak]
)

// checker examines one package that has the SDK in its import closure.
type checker struct {
	*report.Pass
	program *flow.Program
	prints  *printf.Result
	solver  *flow.Solver[leak]
	// names are the sinks by the demands that they make.
	names map[ssa.Instruction]string
	// showing are the methods that a trace is in to see what they show.
	showing map[*types.Func]bool
}

func (c *checker) run() {
	c.names = make(map[ssa.Instruction]string)
	c.showing = make(map[*types.Func]bool)
	c.solver = &flow.Solver[leak]{Program: c.program, Imported: c.imported, Check: c.check}
	c.solver.Run(append(c.sinks(), c.fields()...))
	c.solver.Export(func(obj types.Object, into []flow.Intake[leak]) {
		c.ExportObjectFact(obj, &takesSecret{into})
	})
	c.export()
	c.endpoints()
}

// imported is what other packages are known to make readable.
func (c *checker) imported(obj types.Object) []flow.Intake[leak] {
	if fn, ok := obj.(*types.Func); ok {
		if _, known := sinkOf(fn); known || masks(fn.Name()) {
			return nil
		}
	}
	var fact takesSecret
	if c.ImportObjectFact(obj, &fact) {
		return fact.Into
	}
	fn, ok := obj.(*types.Func)
	if !ok || fn.Pkg() == nil || exempt(fn) {
		return nil
	}
	return c.printLike(fn)
}

// printLike asks the printf analysis about a function of another package that
// nothing else is known of. Those that give a text back, as fmt.Sprintf does,
// are not sinks.
func (c *checker) printLike(fn *types.Func) []flow.Intake[leak] {
	kind := c.prints.Kind(fn)
	signature := fn.Signature()
	if kind == printf.KindNone || !signature.Variadic() {
		return nil
	}
	l := leak{Medium: output}
	for v := range signature.Results().Variables() {
		switch t := v.Type(); {
		case types.Identical(t, types.Universe.Lookup("error").Type()):
			if kind == printf.KindErrorf {
				l.Medium = failure
			}
		case types.Identical(t, types.Typ[types.Int]):
		default:
			return nil
		}
	}
	offset := 0
	if signature.Recv() != nil {
		offset = 1
	}
	for i := range signature.Params().Len() {
		if isWriter(signature.Params().At(i).Type()) {
			l.Writer, l.Strict = i+offset+1, true // a wrapper of fmt.Fprint
		}
	}
	last := signature.Params().Len() - 1 + offset
	into := []flow.Intake[leak]{{Param: last, Path: flow.Element, State: l}}
	if format, ok := formatParameter(fn); ok && kind != printf.KindPrint {
		into = append(into, flow.Intake[leak]{Param: format + offset, State: l})
	}
	return into
}

// sinks returns a demand for everything that this package passes to a sink.
func (c *checker) sinks() []demand {
	var demands []demand
	for _, fn := range c.program.Funcs {
		for _, block := range fn.Blocks {
			for _, instr := range block.Instrs {
				switch instr := instr.(type) {
				case ssa.CallInstruction:
					demands = append(demands, c.call(instr)...)
				case *ssa.MapUpdate:
					if pkg, name := typeName(instr.Map.Type()); pkg == "net/http" && name == "Header" && c.ofResponse(instr.Map) {
						c.names[instr] = "http.Header"
						demands = append(demands, demand{
							Use:   flow.Use{Value: instr.Value, Site: c.program.Updated(instr), Instr: instr},
							State: leak{Medium: response},
						})
					}
				case *ssa.Return:
					if isErrorMethod(fn) {
						demands = append(demands, demand{
							Use:   flow.Use{Value: instr.Results[0], Site: c.returned(instr), Instr: instr},
							State: leak{Medium: failure},
						})
					}
				case *ssa.Panic:
					site := c.program.At(instr)
					if call := c.program.CallAt(instr.Pos()); call != nil && len(call.Args) == 1 {
						site = site.To(call.Args[0])
					}
					c.names[instr] = "panic"
					demands = append(demands, demand{
						Use:   flow.Use{Value: instr.X, Site: site, Instr: instr},
						State: leak{Medium: crash},
					})
				}
			}
		}
	}
	return demands
}

// returned is the site of what a statement returns.
func (c *checker) returned(instr *ssa.Return) flow.Site {
	site := c.program.At(instr)
	node := c.program.Node(instr.Pos(), func(n ast.Node) bool {
		_, ok := n.(*ast.ReturnStmt)
		return ok
	})
	if stmt, ok := node.(*ast.ReturnStmt); ok {
		if len(stmt.Results) == 1 {
			return site.To(stmt.Results[0])
		}
		site.End = stmt.End()
	}
	return site
}

// call returns the demands of one call.
func (c *checker) call(call ssa.CallInstruction) []demand {
	common := call.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		return c.builtin(call, b)
	}
	if fn := flow.CalledObject(common); fn != nil {
		return c.calls(call, fn, flow.Args(common), false)
	}
	var demands []demand
	for _, f := range c.program.Foreign(common) {
		args := common.Args
		if f.Receiver != nil {
			args = append([]ssa.Value{f.Receiver}, args...)
		}
		demands = append(demands, c.calls(call, f.Func, args, f.Receiver != nil)...)
	}
	return demands
}

// builtin returns the demands of print and println.
func (c *checker) builtin(call ssa.CallInstruction, b *ssa.Builtin) []demand {
	if b.Name() != "print" && b.Name() != "println" {
		return nil
	}
	c.names[call] = b.Name()
	var demands []demand
	for i, v := range call.Common().Args {
		if isText(v.Type()) { // of all else they show numbers and addresses
			demands = append(demands, demand{
				Use:   flow.Use{Value: v, Site: c.program.Argument(call, i, -1), Instr: call},
				State: leak{Medium: output},
			})
		}
	}
	return demands
}

// calls returns the demands of a call that reaches fn. held: fn is a method
// whose receiver is in the function value that is called, not in the call.
func (c *checker) calls(call ssa.CallInstruction, fn *types.Func, args []ssa.Value, held bool) []demand {
	s, ok := sinkOf(fn)
	if !ok {
		return nil
	}
	l, ok := c.leakOf(s, fn, args, call.Parent())
	if !ok {
		return nil
	}
	c.names[call] = fn.FullName()
	var demands []demand
	add := func(arg, element int, v ssa.Value, path flow.Path, l leak) {
		if v == nil {
			return
		}
		if held {
			arg--
		}
		demands = append(demands, demand{
			Use:   flow.Use{Value: v, Path: path, Site: c.program.Argument(call, arg, element), Instr: call},
			State: l,
		})
	}
	from, to := s.shown(fn, len(args))
	for i := from; i < to; i++ {
		if i != len(args)-1 || !call.Common().Signature().Variadic() {
			add(i, -1, args[i], "", l)
			continue
		}
		list, ok := flow.Variadic(args[i])
		if !ok {
			add(i, -1, args[i], flow.Element, l)
			continue
		}
		modes := make([]verb, len(list))
		if s.format {
			modes = formatModes(args[i-1], len(list))
		}
		for j, v := range list {
			if modes[j].hidden || modes[j].pointer && isPointer(v) {
				continue
			}
			inner := l
			inner.Mode = max(l.Mode, modes[j].mode)
			add(i, j, v, "", inner)
		}
	}
	return demands
}

// leakOf returns the leak that a call of fn in the function in is; ok is false
// if what it writes cannot be read.
func (c *checker) leakOf(s sink, fn *types.Func, args []ssa.Value, in *ssa.Function) (l leak, ok bool) {
	l = leak{Mode: s.mode, Medium: s.medium}
	switch s.writer {
	case firstArgument, strictArgument:
		first := receivers(fn)
		if first >= len(args) {
			return l, false
		}
		l.Strict = s.writer == strictArgument
		return c.decide(l, args[first], in)
	case receiver:
		l.Strict = true
		return c.decide(l, args[0], in)
	case responseHeader:
		return l, c.ofResponse(args[0])
	}
	return l, true
}

// receivers is the number of arguments before a function's own: 1 for a method.
func receivers(fn *types.Func) int {
	if fn.Signature().Recv() != nil {
		return 1
	}
	return 0
}

// shown returns the range of the n arguments of fn that it writes.
func (s *sink) shown(fn *types.Func, n int) (from, to int) {
	if s.self {
		return 0, min(1, n)
	}
	own := receivers(fn)
	from, to = s.from+own, s.to+own
	if s.to == 0 {
		to = n
	}
	if s.format && fn.Signature().Variadic() {
		// The format is the last argument before the variadic ones.
		from = n - 2
	}
	return max(from, own), min(to, n)
}

// formatModes says, for each of n arguments, what the format does to it.
func formatModes(format ssa.Value, n int) []verb {
	modes := make([]verb, n)
	text, ok := format.(*ssa.Const)
	if !ok || text.Value == nil || text.Value.Kind() != constant.String {
		return modes
	}
	for i := range modes {
		modes[i].hidden = true
	}
	list := verbs(constant.StringVal(text.Value))
	used := 0
	for _, v := range list {
		used = max(used, v.arg+1)
		if v.arg < n && modes[v.arg].hidden {
			modes[v.arg] = v
		} else if v.arg < n && !v.hidden {
			modes[v.arg].mode = max(modes[v.arg].mode, v.mode)
		}
	}
	// What no verb takes is printed at the end, as %!(EXTRA …).
	for i := used; i < n; i++ {
		modes[i] = verb{}
	}
	return modes
}

// isPointer reports whether v is, under its interface, a pointer.
func isPointer(v ssa.Value) bool {
	if m, ok := v.(*ssa.MakeInterface); ok {
		v = m.X
	}
	switch v.Type().Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature, *types.Interface:
		return true
	}
	return false
}

// fields returns a demand for every assignment to a field that is readable.
func (c *checker) fields() []demand {
	var demands []demand
	for _, u := range c.program.FieldStores(func(owner types.Type, field *types.Var) bool {
		pkg, name := typeName(owner)
		_, ok := fieldSinks()[named{pkg, name, field.Name()}]
		return ok
	}) {
		store, ok := u.Instr.(*ssa.Store)
		if !ok {
			continue
		}
		addr, ok := store.Addr.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		pkg, name := typeName(addr.X.Type())
		field := flow.FieldOf(addr.X.Type(), addr.Field).Name()
		c.names[u.Instr] = name + "." + field
		demands = append(demands, demand{Use: u, State: leak{Medium: fieldSinks()[named{pkg, name, field}]}})
	}
	return demands
}

// origin is a secret that a trace has found.
type origin struct {
	// source names it.
	source string
	// disposable: it is a disposable token.
	disposable bool
	// at is where it was found.
	at place
}

// check follows a value back to the secrets that it may hold, and reports them.
func (c *checker) check(d demand) {
	_, own := c.names[d.Instr] // or else what is called judges by the writer it is handed
	if call, ok := d.Instr.(ssa.CallInstruction); ok && !own && d.State.Writer > 0 {
		args := flow.Args(call.Common())
		if d.State.Writer > len(args) {
			return
		}
		if d.State, ok = c.decide(d.State, args[d.State.Writer-1], call.Parent()); !ok {
			return
		}
	}
	settled := sync.OnceValues(func() (leak, bool) {
		if d.State.Writer == 0 {
			return d.State, true
		}
		return c.settle(d.State, d.Instr.Parent().Params[d.State.Writer-1])
	})
	reported := make(map[string]bool)
	c.trace(place{Value: d.Value, Path: d.Path, State: d.State}, func(o origin) {
		l, ok := settled()
		if !ok || reported[o.source] || o.disposable && l.Medium == response || impossible(d.Instr, o.at.Value) {
			return
		}
		reported[o.source] = true
		c.leaked(d, l.Medium, o)
	}, func(s flow.Slot, p place) {
		if s.Fn != d.Instr.Parent() {
			// The writer is a parameter of another function than this one.
			l, ok := settled()
			if !ok {
				return
			}
			p.State.Medium, p.State.Writer, p.State.Strict = l.Medium, 0, false
		}
		if s.Fn == nil {
			c.solver.Note(s, p.State)
			return
		}
		c.solver.Slot(s, p.State)
	})
}

// leaked reports one secret at one sink.
func (c *checker) leaked(d demand, m medium, o origin) {
	text := "Momento secret in plain text: " + o.source + " is " + m.done()
	switch {
	case d.Via != nil:
		text += " by way of " + d.Via.FullName()
	case c.names[d.Instr] != "":
		text += " by " + c.names[d.Instr]
	default:
		if _, isCall := d.Instr.(ssa.CallInstruction); isCall {
			text += " by way of a function value"
		}
	}
	text += ", in " + d.Site.Name()
	c.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{Pos: d.Site.Pos, End: d.Site.End, Message: text}})
}

// export exports to other packages what this one's functions, fields and variables
// hold.
func (c *checker) export() {
	for _, fn := range c.program.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || masks(obj.Name()) {
			continue
		}
		fact := new(givesSecret)
		for i := range fn.Signature.Results().Len() {
			if !mayHoldText(fn.Signature.Results().At(i).Type()) {
				continue
			}
			for _, v := range flow.Returns(fn, i) {
				c.outcomes(fact, i, fn, v, "")
			}
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(obj, fact)
		}
	}
	for field, uses := range c.program.OwnFields() {
		fact := new(givesSecret)
		for _, u := range uses {
			c.outcomes(fact, 0, nil, u.Value, "")
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(field, fact)
		}
	}
	for _, member := range c.program.Pkg.Members {
		g, ok := member.(*ssa.Global)
		if !ok || g.Object() == nil {
			continue
		}
		fact := new(givesSecret)
		for _, u := range c.program.Into(flow.Slot{Global: g}) {
			c.outcomes(fact, 0, nil, u.Value, "")
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(g.Object(), fact)
		}
	}
}

// mayHoldText reports whether values of the type can hold a text: a filter that
// keeps booleans, numbers and functions from being traced.
func mayHoldText(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Signature, *types.Chan:
		return false
	}
	return !sdk.IsProvider(t)
}

// outcomes adds what a value may hold to a fact. fn is the function whose
// parameters count.
func (c *checker) outcomes(fact *givesSecret, result int, fn *ssa.Function, v ssa.Value, path flow.Path) {
	add := func(o outcome) {
		o.Result = result
		if slices.Contains(fact.Results, o) {
			return
		}
		fact.Results = append(fact.Results, o)
	}
	c.trace(place{Value: v, Path: path}, func(o origin) {
		// A value of the SDK's own type is known for what it is wherever it goes.
		if !sdk.SecretType(v.Type()) {
			add(outcome{Source: o.source, Disposable: o.disposable})
		}
	}, func(s flow.Slot, _ place) {
		if s.Fn != nil && s.Fn == fn && mayHoldText(fn.Params[s.Param].Type()) {
			add(outcome{Param: s.Param, Path: s.Path})
		}
	})
}
