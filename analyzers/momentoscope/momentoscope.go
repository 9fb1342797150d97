package momentoscope

import (
	_ "embed"
	"fmt"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/momentolint/momentolint/analyzers/internal/docs"
	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// Name is the analyzer's name.
const Name = "momentoscope"

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
		Requires:  []*analysis.Analyzer{flow.Analyzer},
		FactTypes: []analysis.Fact{new(takesScope), new(givesScope)},
		Run: report.Run(o.Settings, func(pass *report.Pass) error {
			pkg := pass.ResultOf[flow.Analyzer].(*flow.Package)
			if !pkg.UsesSDK {
				return nil
			}
			program, err := pkg.Program()
			if err != nil {
				return err
			}
			c := &checker{Pass: pass, program: program}
			c.run()
			return nil
		}),
	}
}

// grant is what a scope gives away.
type grant uint8

const (
	nothing grant = iota
	everything
	allCaches
	allTopics
)

// seek is what a trace looks for.
type seek struct {
	// Selector: the value is the cache selector of what would be Grant if it
	// selects all caches; otherwise it is a scope, or a part of one.
	Selector bool
	Grant    grant
	// Token: it is for a disposable token, not an API key.
	Token bool
}

// takesScope is the fact that what is put into a parameter, a field or a
// package variable becomes the scope of a key or token, or a part of it.
type takesScope struct{ Into []flow.Intake[seek] }

func (*takesScope) AFact()           {}
func (f *takesScope) String() string { return fmt.Sprintf("takesScope(%d)", len(f.Into)) }

// givesScope is the fact that a function returns, or a package variable holds,
// a scope that grants too much, by itself or for a parameter that does.
type givesScope struct{ Results []outcome }

// outcome is one possible value of a result.
type outcome struct {
	// Result is the number of the result; 0 for variables.
	Result int
	// Grant is what it grants, where Param is -1; otherwise Param, Path and
	// Seek tell what it follows from.
	Grant grant
	Param int
	Path  flow.Path
	Seek  seek
}

func (*givesScope) AFact()           {}
func (f *givesScope) String() string { return fmt.Sprintf("givesScope(%d)", len(f.Results)) }

type (
	place  = flow.Place[seek]
	demand = flow.Demand[seek]
)

// checker examines one package.
type checker struct {
	*report.Pass
	program *flow.Program
	solver  *flow.Solver[seek]
}

func (c *checker) run() {
	c.solver = &flow.Solver[seek]{Program: c.program, Imported: c.imported, Check: c.check}
	c.solver.Run(c.requests())
	c.solver.Export(func(obj types.Object, into []flow.Intake[seek]) {
		c.ExportObjectFact(obj, &takesScope{into})
	})
	c.export()
}

// requests takes the assignments to the Scope of the SDK's two requests.
func (c *checker) requests() []demand {
	var demands []demand
	for name, token := range map[string]bool{"GenerateApiKeyRequest": false, "GenerateDisposableTokenRequest": true} {
		for _, u := range c.program.FieldStores(func(owner types.Type, field *types.Var) bool {
			return field.Name() == "Scope" && sdk.IsType(owner, sdk.Momento, name)
		}) {
			demands = append(demands, demand{Use: u, State: seek{Token: token}})
		}
	}
	return demands
}

// imported is what other packages are known to turn into a scope.
func (c *checker) imported(obj types.Object) []flow.Intake[seek] {
	var fact takesScope
	c.ImportObjectFact(obj, &fact)
	return fact.Into
}

// check follows a value back to what it grants, and reports what is too much.
func (c *checker) check(d demand) {
	grants := make(map[grant]bool)
	c.trace(place{Value: d.Value, Path: d.Path, State: d.State}, func(g grant, _ place) {
		grants[g] = true
	}, func(s flow.Slot, p place) { c.solver.Slot(s, p.State) })
	if grants[everything] {
		// It says all that the others would say.
		grants = map[grant]bool{everything: true}
	}
	for g := range grants {
		c.report(d, g)
	}
}

// advice says what is wrong with a grant, and what to take instead.
var advice = map[grant]string{
	everything: "may read and write every cache and use every topic (momento.AllDataReadWrite); grant what it is for: " +
		"momento.CacheReadWrite or CacheReadOnly of a momento.CacheName, momento.TopicSubscribeOnly of a momento.TopicName",
	allCaches: "may read and write every cache; name the caches (momento.CacheName), or take momento.CacheReadOnly or CacheWriteOnly",
	allTopics: "may publish to and subscribe to every topic of every cache; name them (momento.CacheName, momento.TopicName), " +
		"or take momento.TopicSubscribeOnly or TopicPublishOnly",
}

func (c *checker) report(d demand, g grant) {
	text := "Momento API key that "
	if d.State.Token {
		text = "Momento disposable token that "
	}
	text += advice[g]
	if d.Via != nil {
		text += ", made by " + d.Via.FullName()
	}
	text += ", in " + d.Site.Name()
	c.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{Pos: d.Site.Pos, End: d.Site.End, Message: text}})
}

// trace follows a scope, or a selector, back to its making.
func (c *checker) trace(from place, found func(grant, place), open func(flow.Slot, place)) {
	t := flow.Tracer[seek]{Program: c.program}
	t.Step = func(p place) ([]place, bool) { return c.step(p, found) }
	t.Open = func(s flow.Slot, p place) []place {
		open(s, p)
		return nil
	}
	t.Trace(from)
}

func (c *checker) step(p place, found func(grant, place)) (next []place, done bool) {
	if p.State.Selector {
		if p.Path == "" && sdk.IsType(p.Value.Type(), sdk.Momento, "AllCaches") {
			found(p.State.Grant, p)
			return nil, true
		}
	} else if kind, ok := permissions[typeName(p.Value.Type())]; ok && p.Path == "" {
		return c.permission(p, kind), true
	}
	switch v := p.Value.(type) {
	case *ssa.Global:
		if sdk.Is(v.Object(), sdk.Momento, "AllDataReadWrite") {
			found(everything, p)
			return nil, true
		}
		if obj := v.Object(); obj != nil && obj.Pkg() != c.Pkg {
			return c.known(p, obj, 0, nil, found), false
		}
	case *ssa.Call:
		return c.call(p, &v.Call, 0, found)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return c.call(p, &call.Call, v.Index, found)
		}
	}
	return nil, false
}

// typeName is the name of a type of package momento, "" for all others.
func typeName(t types.Type) string {
	if pkg, name, ok := sdk.Type(t); ok && pkg == sdk.Momento {
		return name
	}
	return ""
}

// kind is a type of permission: what it grants where its role, which it has if
// none is given, goes with selectors of everything.
type kind struct {
	grant grant
	// second is the field, besides Cache, that must select everything too, and
	// all is the type that does.
	second, all string
}

// permissions are the types of single permissions.
var permissions = map[string]kind{
	"CachePermission":                {grant: allCaches},
	"DisposableTokenCachePermission": {grant: allCaches, second: "Item", all: "AllCacheItems"},
	"TopicPermission":                {grant: allTopics, second: "Topic", all: "AllTopics"},
}

// makers are the functions that make a scope from selectors; the first
// argument is the cache's, the second has to be of type all.
var makers = map[string]kind{
	"CacheReadWrite":        {grant: allCaches},
	"TopicPublishSubscribe": {grant: allTopics, all: "AllTopics"},
}

// call examines a call that returns a scope.
func (c *checker) call(p place, call *ssa.CallCommon, result int, found func(grant, place)) (next []place, done bool) {
	fn := flow.CalledObject(call)
	if fn == nil {
		return nil, false
	}
	if pkg, name, ok := sdk.Func(fn); ok {
		maker, isMaker := makers[name]
		if pkg != sdk.Momento || !isMaker || p.State.Selector || len(call.Args) == 0 {
			return nil, true
		}
		if maker.all != "" && (len(call.Args) < 2 || !c.selectsAll(p.At(call.Args[1], ""), maker.all)) {
			return nil, true
		}
		q := p.At(call.Args[0], "")
		q.State.Selector, q.State.Grant = true, maker.grant
		return []place{q}, true
	}
	if fn.Pkg() != c.Pkg {
		return c.known(p, fn, result, flow.Args(call), found), true
	}
	return nil, false
}

// known imports the fact about a function or variable of another package.
func (c *checker) known(p place, obj types.Object, result int, args []ssa.Value, found func(grant, place)) []place {
	var fact givesScope
	if !c.ImportObjectFact(obj, &fact) {
		return nil
	}
	var next []place
	for _, o := range fact.Results {
		if p.State.Selector {
			if !o.Seek.Selector {
				continue
			}
			// What a selector grants is up to what it is selected for.
			o.Grant, o.Seek.Grant = p.State.Grant, p.State.Grant
		}
		switch {
		case o.Result != result || o.Seek.Selector != p.State.Selector && o.Param < 0:
		case o.Param < 0:
			found(o.Grant, p)
		case o.Param < len(args):
			q := p.At(args[o.Param], o.Path)
			q.State.Selector, q.State.Grant = o.Seek.Selector, o.Seek.Grant
			next = append(next, q)
		}
	}
	return next
}

// permission examines one permission: if its role is read-write, what it
// grants follows from its selectors.
func (c *checker) permission(p place, k kind) []place {
	load, ok := p.Value.(*ssa.UnOp)
	if !ok {
		return c.elsewhere(p)
	}
	alloc, ok := load.X.(*ssa.Alloc)
	if !ok {
		return c.elsewhere(p)
	}
	fields := c.fields(alloc)
	if role, ok := fields["Role"]; ok {
		if !mayBeReadWrite(role, 0) {
			return nil // less than read-write, or not known
		}
	}
	cache, ok := fields["Cache"]
	if !ok {
		return nil
	}
	if k.second != "" {
		second, ok := fields[k.second]
		if !ok || !c.selectsAll(p.At(second, ""), k.all) {
			return nil
		}
	}
	q := p.At(cache, "")
	q.State.Selector, q.State.Grant = true, k.grant
	return []place{q}
}

// mayBeReadWrite reports whether a role is that of everything, on some way here.
func mayBeReadWrite(role ssa.Value, depth int) bool {
	switch v := role.(type) {
	case *ssa.Const:
		return v.Value != nil && v.Int64() == 0
	case *ssa.Phi:
		return depth < 4 && slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return mayBeReadWrite(e, depth+1) })
	}
	return false
}

// elsewhere goes on from a permission that is not made on the spot.
func (c *checker) elsewhere(p place) []place {
	switch v := p.Value.(type) {
	case *ssa.UnOp:
		return []place{p.At(v.X, flow.Deref)}
	case *ssa.Phi:
		var next []place
		for _, edge := range v.Edges {
			next = append(next, p.To(edge))
		}
		return next
	}
	return nil
}

// fields returns the values that are assigned, once each, to the fields of a
// struct that is made on the spot.
func (c *checker) fields(alloc *ssa.Alloc) map[string]ssa.Value {
	values := make(map[string]ssa.Value)
	for _, use := range c.program.Uses(alloc) {
		addr, ok := use.(*ssa.FieldAddr)
		if !ok {
			continue
		}
		for _, use := range c.program.Uses(addr) {
			if store, ok := use.(*ssa.Store); ok && store.Addr == addr {
				values[flow.FieldOf(alloc.Type(), addr.Field).Name()] = store.Val
			}
		}
	}
	return values
}

// selectsAll reports whether a selector is, for all that can be seen, always of
// the type that selects everything.
func (c *checker) selectsAll(p place, all string) bool {
	seen, other := false, false
	t := flow.Tracer[seek]{Program: c.program}
	t.Step = func(p place) ([]place, bool) {
		name := typeName(p.Value.Type())
		switch {
		case p.Path != "":
		case name == all:
			seen = true
			return nil, true
		case strings.HasSuffix(name, "Name") || strings.HasSuffix(name, "Prefix") || strings.HasSuffix(name, "Key"):
			other = true
			return nil, true
		}
		return nil, false
	}
	t.Open = func(flow.Slot, place) []place {
		other = true
		return nil
	}
	t.Trace(p)
	return seen && !other
}

// export exports to other packages what scopes this one gives.
func (c *checker) export() {
	for _, fn := range c.program.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok {
			continue
		}
		fact := new(givesScope)
		for i := range fn.Signature.Results().Len() {
			for _, sought := range sought(fn.Signature.Results().At(i).Type()) {
				for _, v := range flow.Returns(fn, i) {
					c.outcomes(fact, i, fn, v, sought)
				}
			}
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(obj, fact)
		}
	}
	for _, member := range c.program.Pkg.Members {
		g, ok := member.(*ssa.Global)
		if !ok || g.Object() == nil {
			continue
		}
		fact := new(givesScope)
		for _, sought := range sought(flow.VariableType(g)) {
			for _, u := range c.program.Into(flow.Slot{Global: g}) {
				c.outcomes(fact, 0, nil, u.Value, sought)
			}
		}
		if len(fact.Results) > 0 {
			c.ExportObjectFact(g.Object(), fact)
		}
	}
}

// sought is what may be looked for in a value of the type.
func sought(t types.Type) []seek {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		// What a generic function hands on may be any of them.
		return append(soughtScopes(), soughtSelectors()...)
	}
	switch typeName(t) {
	case "Permissions", "PermissionScope", "DisposableTokenScope", "Permission", "CachePermission", "TopicPermission", "DisposableTokenCachePermission":
		return soughtScopes()
	case "CacheSelector", "AllCaches":
		return soughtSelectors()
	}
	return nil
}

func soughtScopes() []seek { return []seek{{}} }

func soughtSelectors() []seek {
	return []seek{{Selector: true, Grant: allCaches}, {Selector: true, Grant: allTopics}}
}

// outcomes adds what a value may grant to a fact. fn is the function whose
// parameters count.
func (c *checker) outcomes(fact *givesScope, result int, fn *ssa.Function, v ssa.Value, sought seek) {
	add := func(o outcome) {
		if o.Result = result; !slices.Contains(fact.Results, o) {
			fact.Results = append(fact.Results, o)
		}
	}
	c.trace(place{Value: v, State: sought}, func(g grant, _ place) {
		add(outcome{Grant: g, Param: -1, Seek: seek{Selector: sought.Selector}})
	}, func(s flow.Slot, p place) {
		if s.Fn != nil && s.Fn == fn {
			add(outcome{Param: s.Param, Path: s.Path, Seek: p.State})
		}
	})
}
