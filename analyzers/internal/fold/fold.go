// Package fold works out the text that an expression must have, as far as that
// is cheap and certain: constants of every kind, concatenation, strings.Join,
// fmt.Sprintf and Sprint, byte slices, and variables that are set once, or
// built up line by line, from such.
package fold

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/types/typeutil"
)

// maxText bounds what is put together, maxDepth how deep it is looked for.
const (
	maxText  = 1 << 20
	maxDepth = 32
)

// Folder folds expressions of one package.
type Folder struct {
	info  *types.Info
	files []*ast.File
	vars  map[*types.Var]*variable // nil until first asked for
}

// New returns a Folder for the files of one package.
func New(info *types.Info, files []*ast.File) *Folder {
	return &Folder{info: info, files: files}
}

// String returns the text that e must have; ok is false if it is not known.
func (f *Folder) String(e ast.Expr) (text string, ok bool) {
	return f.fold(e, maxDepth)
}

// Constant returns the value of a string constant.
func (f *Folder) Constant(e ast.Expr) (string, bool) {
	v := f.info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

func (f *Folder) fold(e ast.Expr, depth int) (string, bool) {
	if depth == 0 || e == nil {
		return "", false
	}
	if s, ok := f.Constant(e); ok {
		return s, len(s) <= maxText
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return f.fold(e.X, depth-1)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		x, ok := f.fold(e.X, depth-1)
		if !ok {
			return "", false
		}
		y, ok := f.fold(e.Y, depth-1)
		return x + y, ok && len(x)+len(y) <= maxText
	case *ast.Ident:
		if v, ok := f.info.Uses[e].(*types.Var); ok {
			return f.variable(v, depth-1)
		}
	case *ast.CallExpr:
		return f.call(e, depth-1)
	case *ast.CompositeLit:
		return f.bytes(e)
	}
	return "", false
}

// call folds conversions between texts, and the functions that put texts together.
func (f *Folder) call(call *ast.CallExpr, depth int) (string, bool) {
	if tv := f.info.Types[call.Fun]; tv.IsType() && len(call.Args) == 1 && isText(tv.Type) && isText(f.info.TypeOf(call.Args[0])) {
		return f.fold(call.Args[0], depth)
	}
	fn := typeutil.StaticCallee(f.info, call)
	if fn == nil || fn.Pkg() == nil || call.Ellipsis.IsValid() {
		return "", false
	}
	switch fn.FullName() {
	case "strings.Join", "bytes.Join":
		return f.join(call.Args, depth)
	case "fmt.Sprintf":
		if args, ok := f.all(call.Args, depth); ok && plainFormat(args[0]) {
			return fmt.Sprintf(args[0], anys(args[1:])...), true
		}
	case "fmt.Sprint":
		if args, ok := f.all(call.Args, depth); ok {
			return strings.Join(args, ""), true
		}
	case "strings.TrimSpace", "strings.Clone":
		return f.fold(call.Args[0], depth)
	}
	return "", false
}

// plainFormat reports whether the format uses nothing but %s, %v and %%: what
// the others make of a text is of no interest.
func plainFormat(format string) bool {
	for {
		_, rest, found := strings.Cut(format, "%")
		if !found {
			return true
		}
		if rest == "" || rest[0] != 's' && rest[0] != 'v' && rest[0] != '%' {
			return false
		}
		format = rest[1:]
	}
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// all folds every expression, or none.
func (f *Folder) all(list []ast.Expr, depth int) ([]string, bool) {
	texts := make([]string, len(list))
	total := 0
	for i, e := range list {
		s, ok := f.fold(e, depth)
		if total += len(s); !ok || total > maxText {
			return nil, false
		}
		texts[i] = s
	}
	return texts, len(list) > 0
}

func (f *Folder) join(args []ast.Expr, depth int) (string, bool) {
	if len(args) != 2 {
		return "", false
	}
	lit, ok := ast.Unparen(args[0]).(*ast.CompositeLit)
	if !ok {
		return "", false
	}
	for _, e := range lit.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			return "", false
		}
	}
	parts, ok := f.all(lit.Elts, depth)
	if !ok {
		return "", false
	}
	sep, ok := f.fold(args[1], depth)
	text := strings.Join(parts, sep)
	return text, ok && len(text) <= maxText
}

// bytes folds []byte{'e', 'y', 'J', …}.
func (f *Folder) bytes(lit *ast.CompositeLit) (string, bool) {
	if !isText(f.info.TypeOf(lit)) || len(lit.Elts) > maxText {
		return "", false
	}
	if a, ok := f.info.TypeOf(lit).Underlying().(*types.Array); ok && a.Len() != int64(len(lit.Elts)) {
		return "", false
	}
	text := make([]byte, 0, len(lit.Elts))
	for _, e := range lit.Elts {
		v := f.info.Types[e].Value
		if v == nil {
			return "", false
		}
		n, ok := constant.Int64Val(constant.ToInt(v))
		if !ok || n < 0 || n > 0xff {
			return "", false
		}
		text = append(text, byte(n))
	}
	return string(text), true
}

// isText reports whether t is a string or a slice or array of bytes.
func isText(t types.Type) bool {
	if t == nil {
		return false
	}
	var elem types.Type
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		elem = u.Elem()
	case *types.Array:
		elem = u.Elem()
	default:
		return false
	}
	b, ok := elem.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Uint8
}
