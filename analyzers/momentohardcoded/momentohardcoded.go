package momentohardcoded

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/internal/docs"
	"github.com/momentolint/momentolint/analyzers/internal/find"
	"github.com/momentolint/momentolint/analyzers/internal/fold"
	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// Name is the analyzer's name.
const Name = "momentohardcoded"

//go:embed doc.go
var doc string

// New makes the analyzer.
func New(o Options) *analysis.Analyzer {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &analysis.Analyzer{
		Name:     Name,
		Doc:      docs.Of(doc, Name),
		URL:      docs.URL(Name),
		Requires: []*analysis.Analyzer{inspect.Analyzer},
		Flags:    o.flags(),
		Run: report.Run(o.Settings, func(pass *report.Pass) error {
			c := &checker{
				Pass:    pass,
				options: &o, // what the flags write to
				now:     o.Now(),
				fold:    fold.New(pass.TypesInfo, pass.Files),
				done:    make(map[ast.Expr]bool),
			}
			c.run(pass.ResultOf[inspect.Analyzer].(*inspector.Inspector))
			return nil
		}),
	}
}

// checker examines one package.
type checker struct {
	*report.Pass
	options *Options
	now     time.Time
	fold    *fold.Folder
	// done are the expressions that have been examined as a whole.
	done map[ast.Expr]bool
}

func (c *checker) run(in *inspector.Inspector) {
	// What is handed to the SDK comes first: its fixes are the better ones.
	c.sdk(in)
	nodes := []ast.Node{
		(*ast.BasicLit)(nil), (*ast.BinaryExpr)(nil), (*ast.CallExpr)(nil), (*ast.CompositeLit)(nil),
	}
	for cur := range in.Root().Preorder(nodes...) {
		switch n := cur.Node().(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				c.literal(cur, n)
			}
		case *ast.BinaryExpr:
			if n.Op == token.ADD {
				c.concatenation(cur, n)
			}
		case *ast.CallExpr:
			if name := calledName(n); name == "Join" || name == "Sprintf" || name == "Sprint" {
				c.assembled(n, n.Args)
			}
		case *ast.CompositeLit:
			c.assembled(n, nil)
		}
	}
	for v, ends := range c.fold.Built() {
		if text, ok := c.fold.Text(v); ok && c.wanted(ends[0].Pos()) {
			c.pieces(text, ends[0].Pos(), ends[1].End(), c.fold.Parts(v))
		}
	}
	for _, file := range c.Files {
		if c.wanted(file.FileStart) {
			c.embedded(file)
		}
	}
}

// wanted reports whether the settings let us look at the file.
func (c *checker) wanted(pos token.Pos) bool { return c.options.TestFiles || !c.inTest(pos) }

func (c *checker) inTest(pos token.Pos) bool {
	return strings.HasSuffix(c.Fset.File(pos).Name(), "_test.go")
}

// calledName is the last name of what is called, "" for other expressions.
func calledName(call *ast.CallExpr) string {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		return fun.Sel.Name
	case *ast.Ident:
		return fun.Name
	}
	return ""
}

// literal examines the largest constant expression around a string literal,
// or at a struct tag, which is none.
func (c *checker) literal(cur inspector.Cursor, lit *ast.BasicLit) {
	switch kind, _ := cur.ParentEdge(); kind {
	case edge.ImportSpec_Path:
		return
	case edge.Field_Tag:
		if text, err := strconv.Unquote(lit.Value); err == nil && c.wanted(lit.Pos()) {
			c.pieces(text, lit.Pos(), lit.End(), nil)
		}
		return
	}
	c.constant(c.outermost(cur))
}

// outermost climbs to the largest constant string around cur.
func (c *checker) outermost(cur inspector.Cursor) inspector.Cursor {
	for {
		parent := cur.Parent()
		e, ok := parent.Node().(ast.Expr)
		if !ok {
			return cur
		}
		if _, ok := e.(*ast.KeyValueExpr); ok {
			return cur
		}
		if _, ok := c.fold.Constant(e); !ok {
			return cur
		}
		cur = parent
	}
}

// constant reports the credentials in a constant expression, each at the
// smallest part of it that holds it whole: that is where it is put together.
func (c *checker) constant(cur inspector.Cursor) {
	e, ok := cur.Node().(ast.Expr)
	if !ok || c.done[e] || !c.wanted(e.Pos()) {
		return
	}
	c.done[e] = true
	text, ok := c.fold.Constant(e)
	if !ok {
		return
	}
	all := find.String(text)
	if len(all) == 0 {
		// Glued to other characters, "prod-" + "eyJ…": the operand tells.
		for child := range cur.Children() {
			c.constant(child)
		}
		return
	}
	for _, found := range all {
		at := c.smallest(cur, found.Fingerprint())
		if expr, ok := at.Node().(ast.Expr); !ok || c.declaredElsewhere(expr) {
			continue
		}
		c.report(found, at.Node().Pos(), at.Node().End(), c.fixLiteral(at, found))
	}
}

// smallest descends to the smallest part that holds the credential whole.
func (c *checker) smallest(cur inspector.Cursor, fingerprint string) inspector.Cursor {
	for child := range cur.Children() {
		e, ok := child.Node().(ast.Expr)
		if !ok {
			continue
		}
		text, ok := c.fold.Constant(e)
		if !ok {
			continue
		}
		for _, found := range find.String(text) {
			if found.Fingerprint() == fingerprint {
				return c.smallest(child, fingerprint)
			}
		}
	}
	return cur
}

// declaredElsewhere reports whether e only names a constant whose declaration is
// looked at by this analysis, here or in a package of the same module.
func (c *checker) declaredElsewhere(e ast.Expr) bool {
	var id *ast.Ident
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = e
	case *ast.SelectorExpr:
		id = e.Sel
	default:
		return false
	}
	obj := c.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil {
		return false
	}
	if obj.Pkg() == c.Pkg {
		return true
	}
	root := c.Pkg.Path()
	if c.Module != nil && c.Module.Path != "" {
		root = c.Module.Path
	} else if first, _, ok := strings.Cut(root, "/"); ok {
		root = first
	}
	return obj.Pkg().Path() == root || strings.HasPrefix(obj.Pkg().Path(), root+"/")
}

// concatenation examines the constant that it is, or else the longest runs
// of operands whose text is known.
func (c *checker) concatenation(cur inspector.Cursor, e *ast.BinaryExpr) {
	if _, ok := c.fold.Constant(e); ok {
		c.constant(c.outermost(cur))
		return
	}
	if parent, ok := cur.Parent().Node().(*ast.BinaryExpr); ok && parent.Op == token.ADD || c.done[e] || !c.isText(e) {
		return
	}
	c.done[e] = true
	var run []ast.Expr
	flush := func() {
		if len(run) > 1 {
			c.run1(run)
		}
		run = nil
	}
	for _, operand := range operands(e, nil) {
		if _, ok := c.fold.String(operand); ok {
			run = append(run, operand)
		} else {
			flush()
		}
	}
	flush()
}

// run1 examines neighbouring operands as one text.
func (c *checker) run1(run []ast.Expr) {
	var b strings.Builder
	parts := make([]string, len(run))
	for i, operand := range run {
		parts[i], _ = c.fold.String(operand)
		b.WriteString(parts[i])
	}
	if c.wanted(run[0].Pos()) {
		c.pieces(b.String(), run[0].Pos(), run[len(run)-1].End(), parts)
	}
}

func operands(e ast.Expr, list []ast.Expr) []ast.Expr {
	if b, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && b.Op == token.ADD {
		return operands(b.Y, operands(b.X, list))
	}
	return append(list, e)
}

func (c *checker) isText(e ast.Expr) bool {
	t := c.TypesInfo.TypeOf(e)
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// assembled examines a call or composite literal that puts a text together.
func (c *checker) assembled(e ast.Expr, args []ast.Expr) {
	if c.done[e] || !c.wanted(e.Pos()) {
		return
	}
	c.done[e] = true
	if lit, ok := e.(*ast.CompositeLit); ok && len(lit.Elts) < minElements {
		return
	}
	text, ok := c.fold.String(e)
	if !ok {
		return
	}
	var parts []string
	for _, a := range args {
		if s, ok := c.fold.String(a); ok {
			parts = append(parts, s)
		} else if lit, ok := ast.Unparen(a).(*ast.CompositeLit); ok {
			for _, el := range lit.Elts {
				if s, ok := c.fold.String(el); ok {
					parts = append(parts, s)
				}
			}
		}
	}
	c.pieces(text, e.Pos(), e.End(), parts)
}

// minElements is the fewest bytes that a credential has, for byte slices.
const minElements = 40

// pieces reports the credentials of a text that was put together from parts,
// unless a part holds them whole: then they are reported there.
func (c *checker) pieces(text string, pos, end token.Pos, parts []string) {
	all := find.String(text)
	if len(all) == 0 {
		return
	}
	inPart := make(map[string]bool)
	for _, part := range parts {
		for _, found := range find.String(part) {
			inPart[found.Fingerprint()] = true
		}
	}
	for _, found := range all {
		if !inPart[found.Fingerprint()] {
			c.report(found, pos, end, nil)
		}
	}
}

// report takes a credential for a finding, unless it is an expired one in a test.
func (c *checker) report(found credential.Credential, pos, end token.Pos, fixes []analysis.SuggestedFix) {
	if c.inTest(pos) && found.ExpiredAt(c.now) {
		return
	}
	c.Report(report.Diagnostic{
		Diagnostic: analysis.Diagnostic{
			Pos: pos, End: end, Category: found.Kind.Rule(), SuggestedFixes: fixes,
			Message: "hard-coded Momento " + Describe(found, c.now) + "; load it from the environment or a secret manager",
		},
		Aliases: []string{found.Kind.Rule()},
	})
}
