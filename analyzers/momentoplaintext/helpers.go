package momentoplaintext

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/momentolint/momentolint/analyzers/internal/flow"
	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// helpers tells of the functions of a package that knows nothing of Momento
// which of their parameters they print, log or hand on: a user's own helpers
// often live in such packages. It looks at the syntax alone, at parameters that
// are used as they are, and only at packages of the module under analysis.
func helpers(p *report.Pass) {
	if p.Module != nil && p.Module.Version != "" || p.Module == nil && isStandard(p.Pkg.Path()) {
		return
	}
	h := helper{Pass: p, takes: make(map[*types.Func][]flow.Intake[leak]), gives: make(map[*types.Func][]outcome)}
	var decls []*ast.FuncDecl
	for _, file := range p.Files {
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil && hasText(fn.Type.Params) {
				decls = append(decls, fn)
			}
		}
	}
	// Helpers call each other; a chain is as long as the list at the most.
	for range decls {
		h.changed = false
		for _, decl := range decls {
			h.function(decl)
		}
		if !h.changed {
			break
		}
	}
	for fn, into := range h.takes {
		p.ExportObjectFact(fn, &takesSecret{into})
	}
	for fn, results := range h.gives {
		p.ExportObjectFact(fn, &givesSecret{results})
	}
}

// hasText tells, by its syntax, whether a list of parameters may hold text.
func hasText(params *ast.FieldList) bool {
	for _, field := range params.List {
		switch field.Type.(type) {
		case *ast.FuncType, *ast.ChanType:
		default:
			return true
		}
	}
	return false
}

// helper examines the functions of one package.
type helper struct {
	*report.Pass
	takes   map[*types.Func][]flow.Intake[leak]
	gives   map[*types.Func][]outcome
	changed bool
}

// function examines one function.
func (h *helper) function(decl *ast.FuncDecl) {
	fn, ok := h.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok || masks(fn.Name()) {
		return
	}
	params := h.parameters(fn, decl.Body)
	if len(params) == 0 {
		return
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			// What it returns is not what the function returns.
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					h.call(fn, params, call)
				}
				return true
			})
			return false
		case *ast.CallExpr:
			h.call(fn, params, n)
		case *ast.ReturnStmt:
			for i, e := range n.Results {
				if i < fn.Signature().Results().Len() && mayHoldText(fn.Signature().Results().At(i).Type()) {
					for _, param := range h.mentioned(params, e, 0) {
						h.give(fn, outcome{Result: i, Param: param})
					}
				}
			}
		}
		return true
	})
}

// parameters numbers the parameters that may hold text and are never assigned
// to, the receiver first.
func (h *helper) parameters(fn *types.Func, body *ast.BlockStmt) map[types.Object]int {
	params := make(map[types.Object]int)
	signature := fn.Signature()
	offset := 0
	if signature.Recv() != nil {
		offset = 1
	}
	for i := range signature.Params().Len() {
		if v := signature.Params().At(i); v.Name() != "" && mayBeText(v.Type()) {
			params[v] = i + offset
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if id, ok := lhs.(*ast.Ident); ok {
					delete(params, h.TypesInfo.Uses[id])
				}
			}
		case *ast.UnaryExpr:
			if id, ok := n.X.(*ast.Ident); ok && n.Op == token.AND {
				delete(params, h.TypesInfo.Uses[id])
			}
		}
		return true
	})
	return params
}

// mayBeText reports whether a parameter of the type may be a text, or several.
func mayBeText(t types.Type) bool {
	if s, ok := t.Underlying().(*types.Slice); ok {
		t = s.Elem()
	}
	if b, ok := t.Underlying().(*types.Basic); ok {
		return b.Info()&types.IsString != 0 || b.Kind() == types.Uint8
	}
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// call examines one call inside a function.
func (h *helper) call(fn *types.Func, params map[types.Object]int, call *ast.CallExpr) {
	if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && id.Name == "panic" && len(call.Args) == 1 {
		if _, ok := h.TypesInfo.Uses[id].(*types.Builtin); ok {
			h.take(fn, params, call.Args[0], leak{Medium: crash}, "")
		}
		return
	}
	callee, _ := typeutil.Callee(h.TypesInfo, call).(*types.Func)
	if callee == nil {
		return
	}
	callee = callee.Origin()
	if s, ok := sinkOf(callee); ok {
		h.sink(fn, params, call, callee, s)
		return
	}
	if masks(callee.Name()) {
		return
	}
	into := h.takes[callee]
	if callee.Pkg() != h.Pkg {
		var fact takesSecret
		if h.ImportObjectFact(callee, &fact) {
			into = fact.Into
		}
	}
	offset := 0
	if callee.Signature().Recv() != nil {
		offset = 1
	}
	for _, in := range into {
		i := in.Param - offset
		if i < 0 || i >= len(call.Args) {
			continue
		}
		if in.State.Writer > 0 {
			if in.State.Writer-1-offset < 0 || in.State.Writer-1-offset >= len(call.Args) {
				continue
			}
			var ok bool
			if in.State, ok = h.decide(fn, call.Args[in.State.Writer-1-offset], in.State); !ok {
				continue
			}
		}
		args := call.Args[i : i+1]
		if callee.Signature().Variadic() && i == callee.Signature().Params().Len()-1 && !call.Ellipsis.IsValid() {
			args = call.Args[i:]
			in.Path = elementPath(in.Path)
		}
		for _, arg := range args {
			h.take(fn, params, arg, in.State, in.Path)
		}
	}
}

// elementPath takes the step from a variadic parameter to its elements off.
func elementPath(p flow.Path) flow.Path {
	return flow.Path(strings.TrimPrefix(string(p), string(flow.Element)))
}

// sink examines a call of a function that makes its arguments readable.
func (h *helper) sink(fn *types.Func, params map[types.Object]int, call *ast.CallExpr, callee *types.Func, s sink) {
	if s.self {
		return // a buffer is no parameter that is used as it is
	}
	l := leak{Mode: s.mode, Medium: s.medium}
	switch s.writer {
	case firstArgument, strictArgument:
		if len(call.Args) == 0 {
			return
		}
		l.Strict = s.writer == strictArgument
		var ok bool
		if l, ok = h.decide(fn, call.Args[0], l); !ok {
			return
		}
	case receiver:
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return
		}
		l.Strict = true
		if l, ok = h.decide(fn, sel.X, l); !ok {
			return
		}
	case responseHeader:
		return
	}
	from, to := s.from, s.to
	if to == 0 || to > len(call.Args) {
		to = len(call.Args)
	}
	var modes []verb
	if s.format && callee.Signature().Variadic() {
		from = callee.Signature().Params().Len() - 2
		if from >= 0 && from < len(call.Args) && !call.Ellipsis.IsValid() {
			modes = h.formatModes(call.Args[from], len(call.Args)-from-1)
		}
	}
	for i := max(from, 0); i < to; i++ {
		inner := l
		if n := i - from - 1; n >= 0 && n < len(modes) {
			if modes[n].hidden {
				continue
			}
			inner.Mode = max(inner.Mode, modes[n].mode)
		}
		path := flow.Path("")
		if call.Ellipsis.IsValid() && i == len(call.Args)-1 {
			path = flow.Element
		}
		h.take(fn, params, call.Args[i], inner, path)
	}
}

func (h *helper) formatModes(format ast.Expr, n int) []verb {
	v := h.TypesInfo.Types[format].Value
	if v == nil || v.Kind() != constant.String {
		return nil
	}
	modes := make([]verb, n)
	for i := range modes {
		modes[i].hidden = true
	}
	used := 0
	for _, v := range verbs(constant.StringVal(v)) {
		used = max(used, v.arg+1)
		if v.arg < n && modes[v.arg].hidden {
			modes[v.arg] = v
		}
	}
	for i := used; i < n; i++ {
		modes[i] = verb{}
	}
	return modes
}

// decide says what becomes of a leak whose writer is e, in the function fn: ok
// is false if it is none. If it is a parameter, the callers of fn decide.
func (h *helper) decide(fn *types.Func, e ast.Expr, l leak) (decided leak, ok bool) {
	strict := l.Strict
	l.Writer, l.Strict, l.Medium = 0, false, output
	if d, known := h.destination(e); known {
		l.Medium = d.medium()
		return l, d != nowhere
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		offset := 0
		if fn.Signature().Recv() != nil {
			offset = 1
		}
		for i := range fn.Signature().Params().Len() {
			if fn.Signature().Params().At(i) == h.TypesInfo.Uses[id] {
				l.Writer, l.Strict = i+offset+1, strict
				return l, true
			}
		}
	}
	return l, !strict && isWriter(h.TypesInfo.TypeOf(e))
}

// destination tells, by the type of an expression and for the standard streams
// by name, where a writer writes to.
func (h *helper) destination(e ast.Expr) (destination, bool) {
	if sel, ok := ast.Unparen(e).(*ast.SelectorExpr); ok {
		if obj := h.TypesInfo.Uses[sel.Sel]; obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == "os" && (obj.Name() == "Stdout" || obj.Name() == "Stderr") {
			return toOutput, true
		}
	}
	t := h.TypesInfo.TypeOf(e)
	if t == nil {
		return nowhere, false
	}
	pkg, name := typeName(t)
	if strings.HasPrefix(pkg, "crypto/") {
		return nowhere, true
	}
	d, ok := destinations()[pkg+"."+name]
	return d, ok
}

// take notes that a function makes the parameters readable that e mentions.
func (h *helper) take(fn *types.Func, params map[types.Object]int, e ast.Expr, l leak, path flow.Path) {
	for _, param := range h.mentioned(params, e, 0) {
		in := flow.Intake[leak]{Param: param, Path: path, State: l}
		if !slices.Contains(h.takes[fn], in) {
			h.takes[fn] = append(h.takes[fn], in)
			h.changed = true
		}
	}
}

func (h *helper) give(fn *types.Func, o outcome) {
	if !slices.Contains(h.gives[fn], o) {
		h.gives[fn] = append(h.gives[fn], o)
		h.changed = true
	}
}

// mentioned returns the parameters whose text is in the text of e.
func (h *helper) mentioned(params map[types.Object]int, e ast.Expr, depth int) []int {
	if depth > 8 {
		return nil
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return h.mentioned(params, e.X, depth+1)
	case *ast.Ident:
		if i, ok := params[h.TypesInfo.Uses[e]]; ok {
			return []int{i}
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return append(h.mentioned(params, e.X, depth+1), h.mentioned(params, e.Y, depth+1)...)
		}
	case *ast.CallExpr:
		return h.mentionedInCall(params, e, depth+1)
	}
	return nil
}

func (h *helper) mentionedInCall(params map[types.Object]int, call *ast.CallExpr, depth int) []int {
	if h.TypesInfo.Types[call.Fun].IsType() && len(call.Args) == 1 {
		t := h.TypesInfo.TypeOf(call)
		if t != nil && (isText(t) && isText(h.TypesInfo.TypeOf(call.Args[0])) && !maskedType(t, printed)) {
			return h.mentioned(params, call.Args[0], depth)
		}
		return nil
	}
	callee, _ := typeutil.Callee(h.TypesInfo, call).(*types.Func)
	if callee == nil {
		return nil
	}
	callee = callee.Origin()
	hd, ok := passthroughOf(callee)
	if !ok || hd.mode != printed {
		return h.mentionedInResult(params, call, callee, depth)
	}
	offset := 0
	if callee.Signature().Recv() != nil {
		offset = 1
	}
	var modes []verb
	if hd.format && len(call.Args) > 0 && !call.Ellipsis.IsValid() {
		modes = h.formatModes(call.Args[0], len(call.Args)-1)
	}
	var list []int
	for i, arg := range call.Args {
		if hd.args != nil && !slices.Contains(hd.args, i+offset) {
			continue
		}
		if n := i - 1; n >= 0 && n < len(modes) && modes[n].hidden {
			continue
		}
		list = append(list, h.mentioned(params, arg, depth)...)
	}
	return list
}

// mentionedInResult is for functions whose result holds their parameters.
func (h *helper) mentionedInResult(params map[types.Object]int, call *ast.CallExpr, callee *types.Func, depth int) []int {
	results := h.gives[callee]
	if callee.Pkg() != h.Pkg {
		var fact givesSecret
		if h.ImportObjectFact(callee, &fact) {
			results = fact.Results
		}
	}
	offset := 0
	if callee.Signature().Recv() != nil {
		offset = 1
	}
	var list []int
	for _, o := range results {
		if i := o.Param - offset; o.Source == "" && o.Result == 0 && i >= 0 && i < len(call.Args) {
			list = append(list, h.mentioned(params, call.Args[i], depth)...)
		}
	}
	return list
}
