package momentohardcoded

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/internal/edit"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// The environment variables that the SDK reads by default, and one for the
// refresh token that follows their pattern.
const (
	envKey     = "MOMENTO_API_KEY"
	envRefresh = "MOMENTO_REFRESH_TOKEN"
)

// fixConstructor replaces a constructor by the one that reads the environment.
func (c *checker) fixConstructor(call *ast.CallExpr, to sdk.Constructor) []analysis.SuggestedFix {
	if !edit.Removable(c.TypesInfo, call.Args[0], call.Fun) {
		return nil
	}
	var name *ast.Ident
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = fun.Sel
	case *ast.Ident:
		name = fun
		// Imported with a dot: the other name may mean something else here.
		if _, obj := c.Pkg.Scope().LookupParent(to.FromEnv, call.Pos()); obj != nil && !sdk.Is(obj, sdk.Auth, to.FromEnv) {
			return nil
		}
	default:
		return nil
	}
	text := to.FromEnv + "()"
	if !to.Variadic {
		text = to.FromEnv + "(" + strconv.Quote(envKey) + ")"
	}
	return []analysis.SuggestedFix{{
		Message:   "Read the credential from the environment with " + to.FromEnv,
		TextEdits: []analysis.TextEdit{{Pos: name.Pos(), End: call.End(), NewText: []byte(text)}},
	}}
}

// fixLiteral replaces an expression whose text is one credential and nothing
// else by a look into the environment.
func (c *checker) fixLiteral(cur inspector.Cursor, found credential.Credential) []analysis.SuggestedFix {
	e, isExpr := cur.Node().(ast.Expr)
	if !isExpr {
		return nil
	}
	text, ok := c.fold.Constant(e)
	if !ok || strings.TrimSpace(text) != found.RevealWritten() {
		return nil
	}
	variable := found.Kind.Descriptor().Variable
	if variable == "" || !c.mayVary(cur) {
		return nil
	}
	return c.getenv(e, variable)
}

// fixValue is fixLiteral for a value in a place that is known to take any text.
func (c *checker) fixValue(e ast.Expr, variable string) []analysis.SuggestedFix {
	if _, constant := c.fold.Constant(e); !constant {
		return nil
	}
	return c.getenv(e, variable)
}

func (c *checker) getenv(e ast.Expr, variable string) []analysis.SuggestedFix {
	t := c.TypesInfo.TypeOf(e)
	if t == nil || !types.Identical(types.Default(t), types.Typ[types.String]) || !edit.Removable(c.TypesInfo, e, nil) {
		return nil
	}
	file := c.File(e.Pos())
	if file == nil {
		return nil
	}
	getenv, edits, ok := edit.Reference(c.Pkg, c.TypesInfo, file, e.Pos(), "os", "Getenv")
	if !ok {
		return nil
	}
	edits = append(edits, analysis.TextEdit{
		Pos: e.Pos(), End: e.End(), NewText: []byte(getenv + "(" + strconv.Quote(variable) + ")"),
	})
	return []analysis.SuggestedFix{{
		Message:   "Read the credential from the environment variable " + variable,
		TextEdits: edits,
	}}
}

// mayVary reports whether the place of an expression takes any text, not only a
// constant, such that the program still compiles and means the same.
func (c *checker) mayVary(cur inspector.Cursor) bool {
	for {
		kind, _ := cur.ParentEdge()
		parent := cur.Parent()
		switch kind {
		case edge.AssignStmt_Rhs, edge.ReturnStmt_Results, edge.SendStmt_Value:
			return true
		case edge.ValueSpec_Values:
			decl, ok := parent.Parent().Node().(*ast.GenDecl)
			return ok && decl.Tok == token.VAR
		case edge.CompositeLit_Elts:
			return true
		case edge.KeyValueExpr_Value:
			return true
		case edge.BinaryExpr_X, edge.BinaryExpr_Y:
			if sum, ok := parent.Node().(*ast.BinaryExpr); !ok || sum.Op != token.ADD {
				return false
			}
		case edge.ParenExpr_X:
		case edge.CallExpr_Args:
			call, ok := parent.Node().(*ast.CallExpr)
			if !ok {
				return false
			}
			if c.TypesInfo.Types[call.Fun].IsType() {
				break // a conversion: its place decides
			}
			return c.takesSecrets(call)
		default:
			return false
		}
		cur = parent
	}
}

// takesSecrets reports whether the called function may get the value instead of
// the constant: not builtins, and not those that take the name of a variable
// or write to the environment.
func (c *checker) takesSecrets(call *ast.CallExpr) bool {
	switch callee := typeutil.Callee(c.TypesInfo, call).(type) {
	case nil, *types.Var:
		return true
	case *types.Func:
		pkg, name, ok := sdk.Func(callee)
		if ok && pkg == sdk.Auth && strings.Contains(name, "Env") {
			return false
		}
		return !strings.HasSuffix(callee.Name(), "env") && !strings.HasSuffix(callee.Name(), "Env")
	}
	return false
}
