package neverexpire

import (
	"bytes"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// The packages of Momento's Go SDK.
const (
	goSDK     = "github.com/momentohq/client-sdk-go/"
	goMomento = goSDK + "momento"
	goUtils   = goSDK + "utils"
)

// isGo reports whether the text is Go: by its name or, without one, by its
// import of the SDK.
func (t *Text) isGo() bool {
	switch t.extension() {
	case ".go":
		return true
	case "":
		return bytes.Contains(t.Beginning, []byte(`"`+goSDK))
	}
	return false
}

// goCall judges the request whose type is named around Data[at]. The buffer is
// parsed once; a parser knows comments, strings and scopes.
func (t *Text) goCall(at int) []Problem {
	if t.golang == nil || t.golang.read != t.Read || t.golang.size != len(t.Data) {
		t.golang = t.parseGo()
	}
	return t.golang.request(at)
}

// goObject is what a name means in the file. It is deprecated because it cannot be
// right without types; a scan has none, and needs names of the file only.
type goObject = ast.Object //nolint:staticcheck // see above

// goFile is a Go file, or the declarations of it that are in memory.
type goFile struct {
	t          *Text
	read       int64
	size       int
	shift, end int // the place of a token in Data is its position less shift, below end
	generated  bool

	imports     map[string]string // the path of a package by its name in the file
	dots        []string          // the packages that are imported without a name
	types       map[int]goType    // the type names of requests, by the place of their anchor
	assignments map[*goObject][]goAssignment
	conditions  map[*goObject][]goCondition
	methods     map[string][]*ast.FuncDecl
	calls       map[*goObject][]*ast.CallExpr
	literals    map[string][]*ast.CompositeLit // by the name of their type
	functions   map[ast.Node]ast.Node          // the functions around calls
	fuel        int
}

// goType is the name of a type with the nodes around it, outermost first.
type goType struct {
	name   ast.Expr
	within []ast.Node
}

// goAssignment is an assignment to a variable or to one field of it.
type goAssignment struct {
	field  string
	value  ast.Expr
	result int // which of the results, if value is a call with several
	pos    token.Pos
	block  ast.Node // the innermost block around it
	fn     ast.Node // the function around it, nil for the package
}

// goCondition is a condition that tests a variable.
type goCondition struct {
	field string   // the field that is tested, or the method
	stmt  ast.Node // the if statement or the clause
	fn    ast.Node
	// ends: it is DoesExpire alone, not negated.
	ends bool
}

// maxGoSteps bounds the work of one buffer.
const maxGoSteps = 1 << 18

func (t *Text) parseGo() *goFile {
	g := &goFile{
		t: t, read: t.Read, size: len(t.Data), shift: 1, end: len(t.Data), generated: t.generated(), fuel: maxGoSteps,
		imports: map[string]string{}, types: map[int]goType{},
		assignments: map[*goObject][]goAssignment{}, conditions: map[*goObject][]goCondition{},
		methods: map[string][]*ast.FuncDecl{}, calls: map[*goObject][]*ast.CallExpr{}, literals: map[string][]*ast.CompositeLit{},
		functions: map[ast.Node]ast.Node{},
	}
	t.Work += int64(len(t.Data)) * 4
	source, head := t.Data, t.Data
	if !bytes.HasPrefix(t.Beginning, source[:min(len(source), 64)]) {
		// The middle of a file: the imports are at its beginning, and the first
		// whole declaration follows the end of another.
		head = t.Beginning
		const clause = "package p\n"
		const end = "\n}\n"
		cut := bytes.Index(source, []byte(end))
		if cut >= 0 {
			cut += len(end)
		}
		cut = max(cut, 0)
		source = append([]byte(clause), source[cut:]...)
		g.shift = 1 + len(clause) - cut
	}
	// What cannot be parsed is left out.
	file, _ := goparser.ParseFile(token.NewFileSet(), "", source, goparser.AllErrors)
	opening, _ := goparser.ParseFile(token.NewFileSet(), "", head, goparser.ImportsOnly)
	if file == nil || opening == nil {
		return g
	}
	for _, spec := range opening.Imports {
		g.imported(spec)
	}
	g.index(file)
	return g
}

func (g *goFile) imported(spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return
	}
	name := path[strings.LastIndexByte(path, '/')+1:]
	if spec.Name != nil {
		name = spec.Name.Name
	}
	if name == "." {
		g.dots = append(g.dots, path)
		return
	}
	g.imports[name] = path
}

// index goes through the file once.
func (g *goFile) index(file *ast.File) {
	var within []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			within = within[:len(within)-1]
			return true
		}
		g.node(n, within)
		within = append(within, n)
		return true
	})
}

// node adds one node to the index.
func (g *goFile) node(n ast.Node, within []ast.Node) {
	switch n := n.(type) {
	case *ast.Ident:
		if at := strings.Index(n.Name, "enerateApi"); at >= 0 {
			g.types[g.place(n.Pos())+at] = goType{n, slices.Clone(within[max(0, len(within)-32):])}
		}
	case *ast.AssignStmt:
		for i, to := range n.Lhs {
			if len(n.Lhs) == len(n.Rhs) {
				g.assigned(to, n.Rhs[i], 0, n.Pos(), within)
			} else if len(n.Rhs) == 1 {
				g.assigned(to, n.Rhs[0], i, n.Pos(), within)
			}
		}
	case *ast.ValueSpec:
		for i, to := range n.Names {
			if len(n.Names) == len(n.Values) {
				g.assigned(to, n.Values[i], 0, n.Pos(), within)
			} else if len(n.Values) == 1 {
				g.assigned(to, n.Values[0], i, n.Pos(), within)
			}
		}
	case *ast.IfStmt:
		g.tested(n.Cond, n, within)
	case *ast.SwitchStmt:
		g.tested(n.Tag, n, within)
	case *ast.CaseClause:
		for _, e := range n.List {
			g.tested(e, n, within)
		}
	case *ast.FuncDecl:
		if n.Recv != nil && n.Body != nil {
			g.methods[n.Name.Name] = append(g.methods[n.Name.Name], n)
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Obj != nil {
			g.calls[id.Obj] = append(g.calls[id.Obj], n)
			g.functions[n] = functionOf(within)
		}
	case *ast.CompositeLit:
		if id, ok := n.Type.(*ast.Ident); ok {
			g.literals[id.Name] = append(g.literals[id.Name], n)
		}
	}
}

// assigned adds an assignment to the index.
func (g *goFile) assigned(to, value ast.Expr, result int, pos token.Pos, within []ast.Node) {
	a := goAssignment{value: value, result: result, pos: pos, block: blockOf(within), fn: functionOf(within)}
	if s, ok := ast.Unparen(to).(*ast.SelectorExpr); ok {
		a.field, to = s.Sel.Name, s.X
	}
	if id, ok := ast.Unparen(to).(*ast.Ident); ok && id.Obj != nil {
		g.assignments[id.Obj] = append(g.assignments[id.Obj], a)
	}
}

// tested adds the variables of a statement's condition to the index.
func (g *goFile) tested(cond ast.Expr, stmt ast.Node, within []ast.Node) {
	if cond == nil {
		return
	}
	fn := functionOf(within)
	ends := false
	if call, ok := ast.Unparen(cond).(*ast.CallExpr); ok {
		s, ok := call.Fun.(*ast.SelectorExpr)
		ends = ok && s.Sel.Name == "DoesExpire"
	}
	ast.Inspect(cond, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && (isNil(b.X) || isNil(b.Y)) {
			// A value without an end is one, too.
			return false
		}
		field, x := "", n
		if s, ok := n.(*ast.SelectorExpr); ok {
			field, x = s.Sel.Name, s.X
		}
		if id, ok := x.(*ast.Ident); ok && id.Obj != nil {
			g.conditions[id.Obj] = append(g.conditions[id.Obj], goCondition{field, stmt, fn, ends})
		}
		return true
	})
}

func isNil(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && id.Name == "nil"
}

// decides reports whether what a variable holds at a place depends on the
// condition: the place is below it, or the statement replaces the value, or
// leaves. One that only logs does not.
func (g *goFile) decides(obj *goObject, c goCondition, at token.Pos) bool {
	if encloses(c.stmt, at) {
		stmt, ok := c.stmt.(*ast.IfStmt)
		// The else branch has what never ends.
		return !ok || !c.ends || encloses(stmt.Body, at)
	}
	if slices.ContainsFunc(g.assignments[obj], func(a goAssignment) bool {
		g.fuel--
		return encloses(c.stmt, a.pos)
	}) {
		return true
	}
	switch s := c.stmt.(type) {
	case *ast.IfStmt:
		otherwise, _ := s.Else.(*ast.BlockStmt)
		// If what ends leaves, the rest goes on.
		return leaves(s.Body.List) && !c.ends || otherwise != nil && leaves(otherwise.List)
	case *ast.CaseClause:
		return leaves(s.Body) && !c.ends
	case *ast.SwitchStmt:
		return slices.ContainsFunc(s.Body.List, func(n ast.Stmt) bool {
			clause, ok := n.(*ast.CaseClause)
			return ok && leaves(clause.Body)
		})
	}
	return false
}

// leaves reports whether the last of the statements leaves the function or the
// loop, or is a call that may.
func leaves(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch s := list[len(list)-1].(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok != token.FALLTHROUGH
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		switch f := call.Fun.(type) {
		case *ast.Ident:
			return f.Name == "panic"
		case *ast.SelectorExpr:
			return f.Sel.Name == "Exit" || f.Sel.Name == "FailNow" || strings.HasPrefix(f.Sel.Name, "Fatal") || strings.HasPrefix(f.Sel.Name, "Panic") ||
				strings.HasPrefix(f.Sel.Name, "Skip")
		}
	}
	return false
}

func blockOf(within []ast.Node) ast.Node {
	for _, n := range slices.Backward(within) {
		switch n.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
			return n
		}
	}
	return nil
}

func functionOf(within []ast.Node) ast.Node {
	for _, n := range slices.Backward(within) {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return n
		}
	}
	return nil
}

// place returns the place in Data of a position.
func (g *goFile) place(p token.Pos) int { return int(p) - g.shift }

// is reports whether an expression names something of a package, and returns
// the name.
func (g *goFile) is(e ast.Expr, path string) (name string, ok bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		id, isIdent := e.X.(*ast.Ident)
		return e.Sel.Name, isIdent && id.Obj == nil && g.imports[id.Name] == path
	case *ast.Ident:
		return e.Name, e.Obj == nil && slices.Contains(g.dots, path)
	}
	return "", false
}

// request judges the request whose type's anchor is at Data[at].
func (g *goFile) request(at int) []Problem {
	typ, ok := g.types[at]
	if !ok || g.fuel <= 0 {
		return nil
	}
	within := typ.within
	name := typ.name
	if n := len(within); n > 0 {
		if s, ok := within[n-1].(*ast.SelectorExpr); ok && s.Sel == name {
			name, within = s, within[:n-1]
		}
	}
	j := &goJudge{g: g}
	if sdkType, ok := g.is(name, goMomento); ok && sdkType == "GenerateApiKeyRequest" {
		j.requestType(name, within)
	} else {
		j.stub(name, within)
	}
	return j.found
}
