package neverexpire

import (
	"go/ast"
	"go/constant"
	"go/token"
	"math"
	"slices"
	"strings"
	"time"
)

// goJudge follows the values that become the expiry of one request.
type goJudge struct {
	g     *goFile
	found []Problem
}

// goScope is where an expression is evaluated: at a position of a function, with
// the arguments that the parameters stand for.
type goScope struct {
	at        token.Pos
	fn        ast.Node
	arguments map[*goObject]goArgument
	depth     int
}

type goArgument struct {
	value ast.Expr
	scope goScope
}

// maxGoDepth is how many expressions are evaluated within each other.
const maxGoDepth = 24

// deeper returns the scope of the next expression; ok is false if it is too far.
func (j *goJudge) deeper(s goScope) (goScope, bool) {
	s.depth++
	j.g.fuel--
	return s, s.depth <= maxGoDepth && j.g.fuel > 0
}

// requestType judges the requests of the type that is named below the nodes
// within.
func (j *goJudge) requestType(name ast.Expr, within []ast.Node) {
	if len(within) == 0 {
		return
	}
	scope := goScope{fn: functionOf(within)}
	outer := len(within) - 1
	switch n := within[outer].(type) {
	case *ast.CompositeLit:
		if n.Type != name {
			return
		}
		j.literal(n, within[:outer], scope)
	case *ast.ArrayType, *ast.MapType, *ast.StarExpr:
		// []T{{…}}, map[string]*T{"a": {…}}
		for outer > 0 {
			outer--
			if c, ok := within[outer].(*ast.CompositeLit); ok {
				for _, e := range c.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						e = kv.Value
					}
					if c, ok := e.(*ast.CompositeLit); ok && c.Type == nil {
						j.literal(c, nil, scope)
					}
				}
				return
			}
			switch within[outer].(type) {
			case *ast.ArrayType, *ast.MapType, *ast.StarExpr:
				continue
			}
			j.variable(within[:outer+1], scope)
			return
		}
	case *ast.CallExpr, *ast.ValueSpec, *ast.Field:
		// new(T), var r T, and a parameter.
		j.variable(within, scope)
	}
}

// literal judges a request's composite literal, and what is later assigned to
// the variable that holds it.
func (j *goJudge) literal(c *ast.CompositeLit, within []ast.Node, scope goScope) {
	scope.at = c.Pos()
	value := memberValue(c, "ExpiresIn", 0)
	if id := holder(within); id != nil && id.Obj != nil {
		list := j.g.fields(id.Obj, scope.fn)
		if value != nil {
			list = append(list, goAssignment{field: "ExpiresIn", value: value, pos: c.Pos(), block: blockOf(within), fn: scope.fn})
		}
		j.last(id.Obj, list, scope)
	} else if value != nil {
		j.site(value, scope)
	}
}

// variable judges what is assigned to a variable of the request's type.
func (j *goJudge) variable(within []ast.Node, scope goScope) {
	if id := holder(within); id != nil && id.Obj != nil {
		j.last(id.Obj, j.g.fields(id.Obj, scope.fn), scope)
	}
}

// fields returns the assignments to a variable's ExpiresIn.
func (g *goFile) fields(obj *goObject, fn ast.Node) []goAssignment {
	var list []goAssignment
	for _, a := range g.assignments[obj] {
		if g.fuel--; a.field == "ExpiresIn" && (fn == nil || a.fn == fn) {
			list = append(list, a)
		}
	}
	return list
}

// last judges those assignments to a request's field that hold at the end.
func (j *goJudge) last(obj *goObject, list []goAssignment, scope goScope) {
	scope.at = token.Pos(math.MaxInt)
	for _, a := range j.g.reaching(obj, list, scope) {
		at := goScope{at: a.pos, fn: a.fn}
		j.site(a.value, at)
	}
}

// reaching returns those of the assignments to a variable, or to one field of it,
// that may hold at a place. One that a later assignment surely replaces is not
// among them, nor one on which a condition in between decides: what passes the
// test is not known.
func (g *goFile) reaching(obj *goObject, list []goAssignment, scope goScope) []goAssignment {
	g.fuel -= len(list) * len(list)
	if g.fuel <= 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(list), func(a goAssignment) bool {
		if a.fn == nil || a.fn != scope.fn {
			return false
		}
		return a.pos >= scope.at || slices.ContainsFunc(list, func(b goAssignment) bool {
			return b.fn == a.fn && a.pos < b.pos && b.pos < scope.at && b.block != nil && (encloses(b.block, a.pos) || encloses(b.block, scope.at))
		}) || slices.ContainsFunc(g.conditions[obj], func(c goCondition) bool {
			g.fuel--
			return c.fn == a.fn && a.pos < c.stmt.Pos() && c.stmt.Pos() < scope.at && (a.field == "" || a.field == c.field) && g.decides(obj, c, scope.at)
		})
	})
}

func encloses(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos <= n.End() }

// holder returns the variable that the expression below the nodes is put into.
func holder(within []ast.Node) *ast.Ident {
	for _, n := range slices.Backward(within) {
		switch n := n.(type) {
		case *ast.UnaryExpr, *ast.ParenExpr, *ast.StarExpr:
			continue
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "new" {
				continue
			}
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 {
				id, _ := n.Lhs[0].(*ast.Ident)
				return id
			}
		case *ast.ValueSpec:
			if len(n.Names) == 1 {
				return n.Names[0]
			}
		case *ast.Field:
			if len(n.Names) == 1 {
				return n.Names[0]
			}
		}
		return nil
	}
	return nil
}

// memberValue returns the value of a field in a composite literal, which is the
// one of this index if the fields are not named.
func memberValue(c *ast.CompositeLit, name string, index int) ast.Expr {
	for i, e := range c.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			if i == index {
				return e
			}
			continue
		}
		if id, ok := kv.Key.(*ast.Ident); ok && id.Name == name {
			return kv.Value
		}
	}
	return nil
}

// site judges the value of a request's expiry, and reports it there; that of a
// parameter where it is passed.
func (j *goJudge) site(value ast.Expr, scope goScope) {
	if id, ok := ast.Unparen(value).(*ast.Ident); ok && id.Obj != nil {
		if fn, index := parameter(scope.fn, id.Obj); fn != nil && !j.g.tests(id.Obj, scope) {
			for _, call := range j.g.calls[fn.Name.Obj] {
				j.g.fuel--
				if index < len(call.Args) && fn.Recv == nil && fn.Name.Obj != nil {
					j.report(call.Args[index], goScope{at: call.Pos(), fn: j.g.functions[call]})
				}
			}
			return
		}
	}
	j.report(value, scope)
}

// tests reports whether a condition before the place decides what a variable
// holds there.
func (g *goFile) tests(obj *goObject, scope goScope) bool {
	return slices.ContainsFunc(g.conditions[obj], func(c goCondition) bool {
		return c.fn == scope.fn && c.stmt.Pos() < scope.at && g.decides(obj, c, scope.at)
	})
}

// parameter returns the declared function that a variable is a parameter of,
// and its index.
func parameter(fn ast.Node, obj *goObject) (*ast.FuncDecl, int) {
	decl, ok := fn.(*ast.FuncDecl)
	if !ok {
		return nil, 0
	}
	index := 0
	for _, field := range decl.Type.Params.List {
		for _, name := range field.Names {
			if name.Obj == obj {
				return decl, index
			}
			index++
		}
	}
	return nil, 0
}

// report adds the worst lifetime that an expression may have.
func (j *goJudge) report(site ast.Expr, scope goScope) {
	worst, bad := Problem{}, false
	j.lifetimes(site, 0, scope, func(p Problem) {
		if !bad || p.Level < worst.Level || p.Level == worst.Level && p.Days > worst.Days {
			worst, bad = p, true
		}
	})
	j.add(site, worst, bad)
}

func (j *goJudge) add(site ast.Node, p Problem, bad bool) {
	p.Lo, p.Hi = j.g.place(site.Pos()), j.g.place(site.End())
	if bad && p.Lo >= 0 && p.Hi <= j.g.end && j.g.fuel > 0 {
		j.found = append(j.found, p)
	}
}

// lifetimes calls bad for every problem of the lifetimes that an expression may
// have.
func (j *goJudge) lifetimes(e ast.Expr, result int, scope goScope, bad func(Problem)) {
	scope, ok := j.deeper(scope)
	if !ok {
		return
	}
	e = ast.Unparen(e)
	if call, ok := e.(*ast.CallExpr); ok {
		j.called(call, call.Fun, result, scope, bad)
		return
	}
	j.values(e, result, scope, func(value ast.Expr, result int, scope goScope) { j.lifetimes(value, result, scope, bad) })
}

// values calls yield for every expression that a variable or a field may hold.
func (j *goJudge) values(e ast.Expr, result int, scope goScope, yield func(ast.Expr, int, goScope)) {
	switch e := e.(type) {
	case *ast.Ident:
		if arg, ok := scope.arguments[e.Obj]; ok && e.Obj != nil && !j.g.tests(e.Obj, scope) {
			arg.scope.depth = scope.depth
			yield(arg.value, result, arg.scope)
		} else if e.Obj != nil {
			j.held(e.Obj, "", scope, yield)
		}
	case *ast.SelectorExpr:
		id, ok := ast.Unparen(e.X).(*ast.Ident)
		if !ok || id.Obj == nil {
			return
		}
		if field, ok := id.Obj.Decl.(*ast.Field); ok {
			// A field of a parameter: what the file's literals of its type have.
			for _, c := range j.g.literals[typeName(field.Type)] {
				if value := memberValue(c, e.Sel.Name, -1); value != nil {
					yield(value, 0, goScope{at: c.Pos(), depth: scope.depth})
				}
			}
			return
		}
		j.held(id.Obj, e.Sel.Name, scope, yield)
		if slices.ContainsFunc(j.g.assignments[id.Obj], func(a goAssignment) bool { return a.field == e.Sel.Name }) {
			return
		}
		j.held(id.Obj, "", scope, func(value ast.Expr, _ int, scope goScope) {
			if u, ok := value.(*ast.UnaryExpr); ok && u.Op == token.AND {
				value = u.X
			}
			if c, ok := value.(*ast.CompositeLit); ok {
				if value := memberValue(c, e.Sel.Name, -1); value != nil {
					yield(value, 0, scope)
				}
			}
		})
	}
}

// held calls yield for what a variable, or a field of it, may hold.
func (j *goJudge) held(obj *goObject, field string, scope goScope, yield func(ast.Expr, int, goScope)) {
	list := slices.DeleteFunc(slices.Clone(j.g.assignments[obj]), func(a goAssignment) bool { return a.field != field })
	j.g.fuel -= len(list)
	if j.g.fuel <= 0 {
		return
	}
	for _, a := range j.g.reaching(obj, list, scope) {
		at := goScope{at: a.pos, fn: a.fn, depth: scope.depth}
		if a.fn == scope.fn {
			at.arguments = scope.arguments
		}
		yield(a.value, a.result, at)
	}
}

func typeName(e ast.Expr) string {
	if s, ok := e.(*ast.StarExpr); ok {
		e = s.X
	}
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// goUnits are the constructors of package utils that count, with the seconds of
// one.
var goUnits = map[string]float64{"ExpiresInSeconds": 1, "ExpiresInMinutes": 60, "ExpiresInHours": 3600, "ExpiresInDays": 86400}

// called calls bad for the lifetimes that a call of a function may return.
func (j *goJudge) called(call *ast.CallExpr, fun ast.Expr, result int, scope goScope, bad func(Problem)) {
	scope, ok := j.deeper(scope)
	if !ok {
		return
	}
	fun = ast.Unparen(fun)
	if name, ok := j.g.is(fun, goUtils); ok {
		j.constructed(name, call, scope, bad)
		return
	}
	switch f := fun.(type) {
	case *ast.FuncLit:
		j.returned(f, f.Type, f.Body, call, result, scope, bad)
	case *ast.Ident:
		if f.Obj == nil {
			return
		}
		if decl, ok := f.Obj.Decl.(*ast.FuncDecl); ok {
			j.returned(decl, decl.Type, decl.Body, call, result, scope, bad)
			return
		}
		j.values(f, 0, scope, func(value ast.Expr, _ int, scope goScope) { j.called(call, value, result, scope, bad) })
	case *ast.SelectorExpr:
		// A method, if the file has one of this name only.
		if id, ok := f.X.(*ast.Ident); ok && id.Obj == nil && j.g.imports[id.Name] != "" {
			return
		}
		if list := j.g.methods[f.Sel.Name]; len(list) == 1 {
			j.returned(list[0], list[0].Type, list[0].Body, call, result, scope, bad)
		}
	}
}

// constructed judges a call of one of the SDK's constructors.
func (j *goJudge) constructed(name string, call *ast.CallExpr, scope goScope, bad func(Problem)) {
	if name == "ExpiresInNever" {
		bad(Problem{Level: Never})
		return
	}
	if len(call.Args) != 1 {
		return
	}
	value, ok := j.number(call.Args[0], scope)
	if !ok {
		return
	}
	var p Problem
	if unit := goUnits[name]; unit > 0 {
		p, ok = j.g.t.life(value * unit)
	} else if ok = name == "ExpiresAtEpoch"; ok {
		p, ok = j.g.t.until(value)
	}
	if ok {
		bad(p)
	}
}

// returned calls bad for the lifetimes that a function's results have.
func (j *goJudge) returned(fn ast.Node, typ *ast.FuncType, body *ast.BlockStmt, call *ast.CallExpr, result int, scope goScope, bad func(Problem)) {
	if body == nil {
		return
	}
	inner := goScope{fn: fn, depth: scope.depth, arguments: map[*goObject]goArgument{}}
	index := 0
	for _, field := range typ.Params.List {
		for _, name := range field.Names {
			if name.Obj != nil && index < len(call.Args) {
				inner.arguments[name.Obj] = goArgument{call.Args[index], scope}
			}
			index++
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		j.g.fuel--
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if result < len(n.Results) {
				inner.at = n.Pos()
				j.lifetimes(n.Results[result], 0, inner, bad)
			}
		}
		return j.g.fuel > 0
	})
}

// number returns the value of a constant expression, or of one that is a fixed
// distance from the present time.
func (j *goJudge) number(e ast.Expr, scope goScope) (value float64, ok bool) {
	scope, ok = j.deeper(scope)
	if !ok {
		return 0, false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit:
		value, _ = constant.Float64Val(constant.ToFloat(constant.MakeFromLiteral(e.Value, e.Kind, 0)))
		return value, e.Kind == token.INT || e.Kind == token.FLOAT
	case *ast.UnaryExpr:
		value, ok = j.number(e.X, scope)
		return -value, ok && e.Op == token.SUB
	case *ast.BinaryExpr:
		return j.arithmetic(e, scope)
	case *ast.CallExpr:
		return j.computed(e, scope)
	case *ast.Ident:
		n := 0
		j.values(e, 0, scope, func(v ast.Expr, _ int, scope goScope) {
			n++
			value, ok = j.number(v, scope)
		})
		return value, ok && n == 1
	case *ast.SelectorExpr:
		if name, ok := j.g.is(e, "math"); ok {
			value, ok := goNumbers[name]
			return value, ok
		}
		if name, ok := j.g.is(e, "time"); ok {
			value, ok := goDurations[name]
			return value, ok
		}
	}
	return 0, false
}

var goNumbers = map[string]float64{
	"MaxInt": math.MaxInt64, "MaxInt64": math.MaxInt64, "MaxUint64": math.MaxUint64,
	"MaxInt32": math.MaxInt32, "MaxUint32": math.MaxUint32, "MaxInt16": math.MaxInt16, "MaxUint16": math.MaxUint16,
}

// goDurations are the durations of package time, in nanoseconds.
var goDurations = map[string]float64{
	"Nanosecond": 1, "Microsecond": 1e3, "Millisecond": 1e6, "Second": 1e9, "Minute": 60e9, "Hour": 3600e9,
}

func (j *goJudge) arithmetic(e *ast.BinaryExpr, scope goScope) (float64, bool) {
	x, ok := j.number(e.X, scope)
	y, known := j.number(e.Y, scope)
	if !ok || !known {
		return 0, false
	}
	switch e.Op {
	case token.ADD:
		return x + y, true
	case token.SUB:
		return x - y, true
	case token.MUL:
		return x * y, true
	case token.QUO:
		return x / y, y != 0
	case token.SHL:
		return math.Ldexp(x, int(min(y, 1024))), y >= 0
	}
	return 0, false
}

// computed returns the value of a conversion, of a duration's method, or of a
// point in time.
func (j *goJudge) computed(call *ast.CallExpr, scope goScope) (float64, bool) {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		if len(call.Args) == 1 && f.Obj == nil && (strings.HasPrefix(f.Name, "int") || strings.HasPrefix(f.Name, "uint") || f.Name == "float64") {
			return j.number(call.Args[0], scope)
		}
	case *ast.SelectorExpr:
		if name, ok := j.g.is(f, "time"); ok && name == "Duration" && len(call.Args) == 1 {
			return j.number(call.Args[0], scope)
		}
		if len(call.Args) > 0 {
			return 0, false
		}
		if f.Sel.Name == "Unix" {
			at, ok := j.time(f.X, scope)
			return float64(at.Unix()), ok
		}
		if unit, ok := goDurations[strings.TrimSuffix(f.Sel.Name, "s")]; ok {
			value, ok := j.number(f.X, scope)
			return value / unit, ok
		}
	}
	return 0, false
}

// time returns a point in time that is fixed, or a fixed distance from now.
func (j *goJudge) time(e ast.Expr, scope goScope) (at time.Time, ok bool) {
	if scope, ok = j.deeper(scope); !ok {
		return at, false
	}
	e = ast.Unparen(e)
	if id, isIdent := e.(*ast.Ident); isIdent {
		n := 0
		j.values(id, 0, scope, func(v ast.Expr, _ int, scope goScope) {
			n++
			at, ok = j.time(v, scope)
		})
		return at, ok && n == 1
	}
	call, isCall := e.(*ast.CallExpr)
	if !isCall {
		return at, false
	}
	f, isSelector := call.Fun.(*ast.SelectorExpr)
	if !isSelector {
		return at, false
	}
	var parts []float64
	for _, arg := range call.Args {
		if value, ok := j.number(arg, scope); ok && math.Abs(value) <= 1e18 {
			parts = append(parts, value)
		} else if name, ok := j.g.is(arg, "time"); ok && month(name) > 0 {
			parts = append(parts, float64(month(name)))
		}
	}
	if name, ok := j.g.is(f, "time"); ok {
		switch {
		case name == "Now":
			return j.g.t.Now, true
		case name == "Date" && len(parts) == 7:
			return time.Date(int(parts[0]), time.Month(parts[1]), int(parts[2]), int(parts[3]), int(parts[4]), int(parts[5]), 0, time.UTC), true
		}
		return at, false
	}
	if at, ok = j.time(f.X, scope); !ok {
		return at, false
	}
	switch {
	case f.Sel.Name == "Add" && len(parts) == 1:
		return at.Add(time.Duration(parts[0])), true
	case f.Sel.Name == "AddDate" && len(parts) == 3:
		return at.AddDate(int(parts[0]), int(parts[1]), int(parts[2])), true
	}
	return at, f.Sel.Name == "UTC" || f.Sel.Name == "Local"
}

// month returns the month of this name in package time, 0 if there is none.
func month(name string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if m.String() == name {
			return m
		}
	}
	return 0
}

// stub judges the protocol's message that says that a key never expires, or
// when. What is set in a branch may not be set at all.
func (j *goJudge) stub(name ast.Expr, within []ast.Node) {
	if j.g.generated || len(within) == 0 {
		return
	}
	c, ok := within[len(within)-1].(*ast.CompositeLit)
	if !ok || c.Type != name {
		return
	}
	typ := name
	if s, ok := name.(*ast.SelectorExpr); ok {
		typ = s.Sel
	}
	id, _ := typ.(*ast.Ident)
	if id == nil {
		return
	}
	if slices.ContainsFunc(within, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IfStmt, *ast.CaseClause, *ast.CommClause:
			return true
		}
		return false
	}) {
		return
	}
	switch strings.TrimPrefix(id.Name, "X") {
	case "GenerateApiTokenRequest_Never_", "GenerateApiKeyRequest_Never_":
		j.add(name, Problem{Level: Never}, true)
	case "GenerateApiTokenRequest_Expires", "GenerateApiKeyRequest_Expires":
		value := memberValue(c, "ValidForSeconds", -1)
		if value == nil {
			return
		}
		scope := goScope{at: c.Pos(), fn: functionOf(within)}
		if seconds, ok := j.number(value, scope); ok {
			p, bad := j.g.t.life(seconds)
			j.add(value, p, bad)
		}
	}
}
