package fold

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// variable is what is known of how a variable gets its value.
type variable struct {
	// first is the only expression that is assigned with = or :=, nil if there
	// is none; more are those that follow with += in the same block.
	first ast.Expr
	more  []ast.Expr
	block ast.Node
	// unknown: assigned more than once, in parts, through a pointer …
	unknown bool
	// text is the folded value once it has been asked for.
	text    string
	ok      bool
	visited bool
}

// variable folds a variable that is set once, or set and then added to by
// statements of the same block.
func (f *Folder) variable(v *types.Var, depth int) (string, bool) {
	if f.vars == nil {
		f.gather()
	}
	known := f.vars[v]
	if known == nil || known.unknown || known.first == nil {
		return "", false
	}
	if !known.visited {
		known.visited = true // before folding: a variable may be built from itself
		known.text, known.ok = f.sum(append([]ast.Expr{known.first}, known.more...), depth)
	}
	return known.text, known.ok
}

// sum folds the expressions and puts their texts together.
func (f *Folder) sum(list []ast.Expr, depth int) (string, bool) {
	texts, ok := f.all(list, depth)
	return strings.Join(texts, ""), ok
}

// Built returns the variables that get their value by more than one statement,
// with their first expression and the last one added to it.
func (f *Folder) Built() map[*types.Var][2]ast.Expr {
	if f.vars == nil {
		f.gather()
	}
	built := make(map[*types.Var][2]ast.Expr)
	for v, known := range f.vars {
		if !known.unknown && known.first != nil && len(known.more) > 0 {
			built[v] = [2]ast.Expr{known.first, known.more[len(known.more)-1]}
		}
	}
	return built
}

// Text returns the text of a variable of Built.
func (f *Folder) Text(v *types.Var) (string, bool) { return f.variable(v, maxDepth) }

// Parts returns the texts that a variable of Built is put together from.
func (f *Folder) Parts(v *types.Var) []string {
	known := f.vars[v]
	if known == nil {
		return nil
	}
	parts, _ := f.all(append([]ast.Expr{known.first}, known.more...), maxDepth)
	return parts
}

// gather examines every assignment of the package once.
func (f *Folder) gather() {
	f.vars = make(map[*types.Var]*variable)
	for _, file := range f.files {
		var stack []ast.Node
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				stack = stack[:len(stack)-1]
				return true
			}
			f.note(n, stack)
			stack = append(stack, n)
			return true
		})
	}
}

func (f *Folder) note(n ast.Node, stack []ast.Node) {
	switch n := n.(type) {
	case *ast.ValueSpec:
		for i, name := range n.Names {
			switch v := f.object(name); {
			case v == nil:
			case len(n.Values) == len(n.Names):
				v.set(n.Values[i], block(stack))
			case len(n.Values) > 0:
				v.unknown = true
			default:
				// Declared empty, set later: the block is that of the setting.
			}
		}
	case *ast.AssignStmt:
		f.assignment(n, block(stack))
	case *ast.Field:
		// Parameters and results have values from elsewhere.
		for _, name := range n.Names {
			f.spoil(name)
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			f.spoil(n.X)
		}
	case *ast.RangeStmt:
		f.spoil(n.Key)
		f.spoil(n.Value)
	case *ast.IncDecStmt:
		f.spoil(n.X)
	}
}

func (f *Folder) assignment(a *ast.AssignStmt, where ast.Node) {
	for i, lhs := range a.Lhs {
		v := f.object(lhs)
		switch {
		case v == nil:
			// An element or field of a variable: it is not a text then, or a
			// slice of bytes that is written to.
			f.spoil(lhs)
		case len(a.Lhs) != len(a.Rhs):
			v.unknown = true
		case a.Tok == token.ASSIGN || a.Tok == token.DEFINE:
			v.set(a.Rhs[i], where)
		case a.Tok == token.ADD_ASSIGN:
			if where == nil || v.block != where {
				v.unknown = true
			}
			v.more = append(v.more, a.Rhs[i])
		default:
			v.unknown = true
		}
	}
}

func (v *variable) set(e ast.Expr, where ast.Node) {
	if v.first != nil || len(v.more) > 0 {
		v.unknown = true
		return
	}
	v.first, v.block = e, where
}

// object is the record of the variable that e names, nil if e names none of a
// text's type.
func (f *Folder) object(e ast.Expr) *variable {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := f.info.ObjectOf(id).(*types.Var)
	if !ok || v.IsField() || !isText(v.Type()) {
		return nil
	}
	if f.vars[v] == nil {
		// What another package may set is not known here.
		exported := v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && v.Exported()
		f.vars[v] = &variable{unknown: exported}
	}
	return f.vars[v]
}

// spoil marks the variable at the root of e as unknown.
func (f *Folder) spoil(e ast.Expr) {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			if e == nil {
				return
			}
			if v := f.object(e); v != nil {
				v.unknown = true
			}
			return
		}
	}
}

// block is the innermost list of statements on the stack, nil outside of
// functions: there the order of assignments is not that of the text.
func block(stack []ast.Node) ast.Node {
	for _, s := range slices.Backward(stack) {
		switch s.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			return s
		case *ast.IfStmt, *ast.ForStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.RangeStmt, *ast.LabeledStmt:
			return nil // the init or post statement of one
		}
	}
	return nil
}
