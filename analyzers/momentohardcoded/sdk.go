package momentohardcoded

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/momentolint/momentolint/analyzers/internal/find"
	"github.com/momentolint/momentolint/analyzers/internal/report"
	"github.com/momentolint/momentolint/analyzers/internal/sdk"
)

// sdk examines the places where the SDK takes a credential.
func (c *checker) sdk(in *inspector.Inspector) {
	if _, ok := sdk.Package(c.Pkg.Path()); ok || !sdk.Imported(c.Pkg) {
		return
	}
	nodes := []ast.Node{(*ast.CallExpr)(nil), (*ast.CompositeLit)(nil), (*ast.AssignStmt)(nil)}
	for cur := range in.Root().Preorder(nodes...) {
		if !c.wanted(cur.Node().Pos()) {
			continue
		}
		switch n := cur.Node().(type) {
		case *ast.CallExpr:
			c.constructor(n)
		case *ast.CompositeLit:
			for i, field := range n.Elts {
				name, value := fieldOf(c.TypesInfo.TypeOf(n), i, field)
				if sdk.SecretField(c.TypesInfo.TypeOf(n), name) {
					c.handed(value, ownerName(c.TypesInfo.TypeOf(n))+"."+name)
				}
			}
		case *ast.AssignStmt:
			if len(n.Lhs) != len(n.Rhs) || n.Tok != token.ASSIGN {
				continue
			}
			for i, lhs := range n.Lhs {
				sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr)
				if ok && sdk.SecretField(c.TypesInfo.TypeOf(sel.X), sel.Sel.Name) {
					c.handed(n.Rhs[i], ownerName(c.TypesInfo.TypeOf(sel.X))+"."+sel.Sel.Name)
				}
			}
		}
	}
}

// fieldOf returns name and value of an element of a struct literal, "" for
// elements of anything else.
func fieldOf(t types.Type, i int, element ast.Expr) (string, ast.Expr) {
	if kv, ok := element.(*ast.KeyValueExpr); ok {
		if id, ok := kv.Key.(*ast.Ident); ok {
			return id.Name, kv.Value
		}
		return "", nil
	}
	if t == nil {
		return "", nil
	}
	if s, ok := t.Underlying().(*types.Struct); ok && i < s.NumFields() {
		return s.Field(i).Name(), element
	}
	return "", nil
}

// ownerName is "auth.ApiKeyV2Props" for that type or a pointer to it.
func ownerName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	return types.TypeString(t, (*types.Package).Name)
}

// constructor examines a call of one of package auth's constructors.
func (c *checker) constructor(call *ast.CallExpr) {
	fn, _ := typeutil.Callee(c.TypesInfo, call).(*types.Func)
	pkg, name, ok := sdk.Func(fn)
	if !ok || pkg != sdk.Auth || len(call.Args) != 1 {
		return
	}
	constructor, ok := sdk.Constructors(name)
	if !ok {
		return
	}
	if constructor.Props {
		c.props(call, constructor)
		return
	}
	c.credentialArgument(call.Args[0], "auth."+name, func() []analysis.SuggestedFix { return c.fixConstructor(call, constructor) })
}

// props examines a constructor that takes an ApiKeyV2Props literal.
func (c *checker) props(call *ast.CallExpr, constructor sdk.Constructor) {
	lit, ok := ast.Unparen(call.Args[0]).(*ast.CompositeLit)
	if !ok {
		return
	}
	var key ast.Expr
	constant := true
	for i, field := range lit.Elts {
		name, value := fieldOf(c.TypesInfo.TypeOf(lit), i, field)
		switch name {
		case "ApiKey":
			key = value
		case "Endpoint":
			_, constant = c.fold.Constant(value)
		default:
			constant = false
		}
	}
	if key == nil {
		return
	}
	c.credentialArgument(key, "auth.ApiKeyV2Props.ApiKey", func() []analysis.SuggestedFix {
		if constant {
			if fixes := c.fixConstructor(call, constructor); fixes != nil {
				return fixes
			}
		}
		return c.fixValue(key, envKey)
	})
}

// handed examines a value that is put in one of the SDK's fields for secrets.
func (c *checker) handed(value ast.Expr, where string) {
	variable := envKey
	if strings.HasSuffix(where, ".RefreshToken") {
		variable = envRefresh
	}
	c.credentialArgument(value, where, func() []analysis.SuggestedFix { return c.fixValue(value, variable) })
}

// credentialArgument reports a text that is handed to the SDK as a credential.
func (c *checker) credentialArgument(e ast.Expr, where string, fix func() []analysis.SuggestedFix) {
	outer := e
	e = ast.Unparen(e)
	if c.done[e] {
		return
	}
	text, ok := c.fold.String(e)
	if !ok || text == "" {
		return
	}
	if all := find.String(text); len(all) > 0 {
		if _, constant := c.fold.Constant(e); !constant || c.declaredElsewhere(e) {
			// Reported where it is put together.
			return
		}
		c.done[e], c.done[outer] = true, true
		for _, found := range all {
			c.report(found, e.Pos(), e.End(), fix())
		}
		return
	}
	if c.inTest(e.Pos()) || placeholder(text) {
		return
	}
	c.done[e], c.done[outer] = true, true
	c.Report(report.Diagnostic{Diagnostic: analysis.Diagnostic{
		Pos: e.Pos(), End: e.End(), SuggestedFixes: fix(),
		Message: "hard-coded credential: " + opaque(text) + " goes into " + where + "; load it from the environment or a secret manager",
	}})
}

// placeholders are texts that stand for a credential: what people write into
// examples, and names of environment variables.
var placeholders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:` +
		`<.*>|\[.*\]|\$\{?.*\}?|\{\{.*\}\}|%.*%|.*(\.\.\.|…).*|` +
		`[x*.\-_]+|(your|my)[-_ ]?(momento[-_ ]?)?(api|auth)?[-_ ]?(key|token)([-_ ]?here)?|` +
		`change[-_ ]?me|placeholder|redacted|to[-_ ]?do|replace[-_ ]?me|insert[-_ ].*here)$` +
		`|^(YOUR_[A-Z0-9_]*|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+)$`)
})

func placeholder(text string) bool { return placeholders().MatchString(strings.TrimSpace(text)) }
