package flow

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"
)

// Site is where a value is put to use in the source: an argument of a call, or
// the right side of an assignment.
type Site struct {
	// Fn is the function it is in.
	Fn *ssa.Function
	// Pos and End are the region of the expression.
	Pos, End token.Pos
	// Expr is the expression, nil where it is not known.
	Expr ast.Expr
}

// Argument is the site of an argument of a call. index counts as Args does,
// the receiver first; element is the index in a variadic parameter, -1 for an
// argument as a whole.
func (p *Program) Argument(call ssa.CallInstruction, index, element int) Site {
	site := Site{Fn: call.Parent(), Pos: call.Pos(), End: call.Pos()}
	expr := p.callExpr(call)
	if expr == nil {
		return site
	}
	site.Pos, site.End = expr.Pos(), expr.End()
	common := call.Common()
	signature := common.Signature()
	if _, bound := boundMethod(common); signature.Recv() != nil || common.IsInvoke() || bound != nil {
		if index == 0 {
			if sel, ok := ast.Unparen(expr.Fun).(*ast.SelectorExpr); ok {
				return site.to(sel.X)
			}
			return site
		}
		// Of a method expression, T.Method(receiver, …), the receiver is an
		// argument like the others.
		if tv, ok := p.pass.TypesInfo.Selections[selector(expr.Fun)]; !ok || tv.Kind() != types.MethodExpr {
			index--
		}
	}
	if element > 0 {
		index += element
	}
	if index < len(expr.Args) {
		return site.to(expr.Args[index])
	}
	return site
}

// callExpr is the syntax of a call, nil for those that the compiler makes. SSA
// has the parenthesis as the position of a call, the keyword for go and defer.
func (p *Program) callExpr(call ssa.CallInstruction) *ast.CallExpr {
	for _, n := range p.path(call.Pos()) {
		switch n := n.(type) {
		case *ast.CallExpr:
			if n.Lparen == call.Pos() {
				return n
			}
		case *ast.GoStmt:
			return n.Call
		case *ast.DeferStmt:
			return n.Call
		}
	}
	return nil
}

func selector(e ast.Expr) *ast.SelectorExpr {
	sel, _ := ast.Unparen(e).(*ast.SelectorExpr)
	return sel
}

func (s Site) to(e ast.Expr) Site {
	s.Pos, s.End, s.Expr = e.Pos(), e.End(), ast.Unparen(e)
	return s
}

// Assigned is the site of the value that a store writes.
func (p *Program) Assigned(store *ssa.Store) Site { return p.assigned(store, store.Val) }

// Updated is the site of the value that is put into a map.
func (p *Program) Updated(update *ssa.MapUpdate) Site { return p.assigned(update, update.Value) }

func (p *Program) assigned(instr ssa.Instruction, v ssa.Value) Site {
	pos := instr.Pos()
	if !pos.IsValid() {
		pos = v.Pos()
	}
	site := Site{Fn: instr.Parent(), Pos: pos, End: pos}
	path := p.path(pos)
	for _, n := range path {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			return site.to(n.Value)
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				if lhs.Pos() <= pos && pos <= lhs.End() && len(n.Lhs) == len(n.Rhs) {
					return site.to(n.Rhs[i])
				}
			}
			if len(n.Rhs) == 1 {
				return site.to(n.Rhs[0])
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if name.Pos() <= pos && pos <= name.End() && len(n.Names) == len(n.Values) {
					return site.to(n.Values[i])
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if e.Pos() <= pos && pos <= e.End() {
					return site.to(e)
				}
			}
		case ast.Stmt, ast.Decl:
			return site
		}
	}
	return site
}

// At is the site of an instruction as such.
func (p *Program) At(instr ssa.Instruction) Site {
	return Site{Fn: instr.Parent(), Pos: instr.Pos(), End: instr.Pos()}
}

// node is the innermost syntax node around pos that is wanted.
func (p *Program) node(pos token.Pos, wanted func(ast.Node) bool) ast.Node {
	for _, n := range p.path(pos) {
		if wanted(n) {
			return n
		}
	}
	return nil
}

// Node is node, for the analyzers.
func (p *Program) Node(pos token.Pos, wanted func(ast.Node) bool) ast.Node {
	return p.node(pos, wanted)
}

// path is the nodes around pos, the innermost first.
func (p *Program) path(pos token.Pos) []ast.Node {
	if !pos.IsValid() {
		return nil
	}
	for _, file := range p.pass.Files {
		if file.FileStart <= pos && pos <= file.FileEnd {
			path, _ := astutil.PathEnclosingInterval(file, pos, pos)
			return path
		}
	}
	return nil
}

// Name says which function a site is in, for messages: example.com/app.Mint,
// (*example.com/app.Minter).Mint; literals have the name of the function they
// are in, initialisers of package variables that of the package.
func (s Site) Name() string {
	fn := s.Fn
	if fn == nil {
		return "the package"
	}
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	if obj, ok := fn.Object().(*types.Func); ok {
		return obj.FullName()
	}
	if fn.Pkg != nil {
		return fn.Pkg.Pkg.Path()
	}
	return fn.Name()
}

// arguments returns the uses of a parameter's slot: every argument that callers
// in this package hand to it.
func (p *Program) arguments(s Slot) []Use {
	var uses []Use
	for _, call := range p.callers[s.Fn] {
		uses = append(uses, p.argument(call, s.Param, s.Path)...)
	}
	return uses
}

// argument returns the use of one argument of a call; of a variadic parameter
// the single ones, where the path leads to them.
func (p *Program) argument(call ssa.CallInstruction, param int, path Path) []Use {
	args := Args(call.Common())
	if param >= len(args) {
		return nil
	}
	if rest, ok := path.cut(Element); ok && param == len(args)-1 && call.Common().Signature().Variadic() {
		if list, ok := Variadic(args[param]); ok {
			uses := make([]Use, len(list))
			for i, v := range list {
				uses[i] = Use{Value: v, Path: rest, Site: p.Argument(call, param, i), Instr: call}
			}
			return uses
		}
	}
	return []Use{{Value: args[param], Path: path, Site: p.Argument(call, param, -1), Instr: call}}
}

// Use is a value that is put to use, and where.
type Use struct {
	Value ssa.Value
	Path  Path
	Site  Site
	// Instr is the call or the store.
	Instr ssa.Instruction
	// Struct is, for a store to a field, the address of the struct.
	Struct ssa.Value
}

// Into returns the uses of a slot: where this package puts a value into it.
func (p *Program) Into(s Slot) []Use {
	switch {
	case s.Fn != nil:
		return p.arguments(s)
	case s.Field != nil:
		var uses []Use
		for _, st := range p.stores[s.Field] {
			uses = append(uses, Use{Value: st.store.Val, Path: s.Path, Site: p.Assigned(st.store), Instr: st.store})
		}
		return uses
	case s.Global != nil:
		var uses []Use
		for _, instr := range p.globals[s.Global] {
			if store, ok := instr.(*ssa.Store); ok && store.Addr == s.Global {
				uses = append(uses, Use{Value: store.Val, Path: s.Path, Site: p.Assigned(store), Instr: store})
			}
		}
		return uses
	}
	return nil
}

// Object is what a fact about the slot can be attached to; nil if it is a
// function literal's parameter.
func (s Slot) Object() types.Object {
	switch {
	case s.Fn != nil:
		if obj, ok := s.Fn.Object().(*types.Func); ok {
			return obj
		}
	case s.Field != nil:
		return s.Field
	case s.Global != nil:
		return s.Global.Object()
	}
	return nil
}

// Pass is the pass that the program was built for.
func (p *Program) Pass() *analysis.Pass { return p.pass }

// CallAt is the syntax of the call that encloses a position most closely.
func (p *Program) CallAt(pos token.Pos) *ast.CallExpr {
	call, _ := p.node(pos, func(n ast.Node) bool {
		_, ok := n.(*ast.CallExpr)
		return ok
	}).(*ast.CallExpr)
	return call
}

// To is the site of an expression in the same function.
func (s Site) To(e ast.Expr) Site { return s.to(e) }
