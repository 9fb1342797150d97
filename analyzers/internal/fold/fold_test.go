package fold_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/momentolint/momentolint/analyzers/internal/fold"
)

// The standard library is type-checked from source, once.
var (
	fset     = token.NewFileSet()
	standard = importer.ForCompiler(fset, "source", nil)
)

// folded returns what the arguments of use fold to, in order; "?" for unknown.
func folded(t *testing.T, body string) []string {
	t.Helper()
	source := "package p\n\nimport (\n\"bytes\"\n\"fmt\"\n\"strings\"\n)\n\nvar _ = bytes.Join\nvar _ = fmt.Sprint\nvar _ = strings.Join\n\nfunc use(any) {}\n\n" + body
	file, err := parser.ParseFile(fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue), Uses: make(map[*ast.Ident]types.Object),
		Defs: make(map[*ast.Ident]types.Object), Selections: make(map[*ast.SelectorExpr]*types.Selection),
	}
	config := types.Config{Importer: standard}
	if _, err := config.Check("p", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	f := fold.New(info, []*ast.File{file})
	var got []string
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "use" {
				text, ok := f.String(call.Args[0])
				if !ok {
					text = "?"
				}
				got = append(got, text)
			}
		}
		return true
	})
	return got
}

func TestWhatIsCertainIsFoldedAndNothingElse(t *testing.T) {
	for body, want := range map[string]string{
		// Certain.
		`func f() { use("a" + "b") }`:                                                "ab",
		`const c = "a"; func f() { use(c + ("b")) }`:                                 "ab",
		`type T string; func f() { use(T("a") + "b") }`:                              "ab",
		`func f() { use([]byte("ab")) }`:                                             "ab",
		`func f() { use(string([]byte{'a', 0x62})) }`:                                "ab",
		`func f() { use([2]byte{'a', 'b'}) }`:                                        "ab",
		`func f() { use(strings.Join([]string{"a", "b"}, "-")) }`:                    "a-b",
		`func f() { use(bytes.Join([][]byte{[]byte("a"), []byte("b")}, []byte{})) }`: "ab",
		`func f() { use(fmt.Sprintf("%s-%v%%", "a", "b")) }`:                         "a-b%",
		`func f() { use(fmt.Sprint("a", "b")) }`:                                     "ab",
		`func f() { use(strings.TrimSpace("ab")) }`:                                  "ab",
		`func f() { x := "a"; y := x + "b"; use(y) }`:                                "ab",
		`func f() { var x = "a"; x += "b"; x += "c"; use(x) }`:                       "abc",
		`var x = "a" + "b"; func f() { use(x) }`:                                     "ab",
		`func f() { x := "ab"; func() { use(x) }() }`:                                "ab",
		// Not certain.
		`func f(x string) { use(x) }`:                                               "?",
		`func f(x string) { x = "a"; use(x) }`:                                      "?",
		`func f() (x string) { x = "a"; use(x); return }`:                           "?",
		`func f(b bool) { x := "a"; if b { x = "b" }; use(x) }`:                     "?",
		`func f(b bool) { x := "a"; if b { x += "b" }; use(x) }`:                    "?",
		`func f() { x := "a"; for range 3 { x += "b" }; use(x) }`:                   "?",
		`func f() { x := "a"; if x += "b"; true { use(x) } }`:                       "?",
		`func f() { x := "a"; p := &x; *p = "b"; use(x) }`:                          "?",
		`func f() { x := []byte("a"); x[0] = 'b'; use(x) }`:                         "?",
		`func g() (string, int) { return "", 0 }; func f() { x, _ := g(); use(x) }`: "?",
		`var X = "a"; func f() { use(X) }`:                                          "?",
		`func f() { for _, x := range []string{"a"} { use(x) } }`:                   "?",
		`func f() { use(fmt.Sprintf("%q", "a")) }`:                                  "?",
		`func f() { use(fmt.Sprintf("%[2]s", "a", "b")) }`:                          "?",
		`func f(a []any) { use(fmt.Sprintf("%s", a...)) }`:                          "?",
		`func f(a []string) { use(strings.Join(a, "")) }`:                           "?",
		`func f() { use(strings.Join([]string{1: "a"}, "")) }`:                      "?",
		`func f() { use(strings.Repeat("a", 3)) }`:                                  "?",
		`func f() { x := ""; x = x + x; use(x) }`:                                   "?",
		`var x = y + "a"; var y = "b"; func f() { use(x) }`:                         "ba",
		`func f() { use([]int{1, 2}) }`:                                             "?",
	} {
		if got := folded(t, body); len(got) != 1 || got[0] != want {
			t.Errorf("%s\nfolds to %q, want %q", body, got, want)
		}
	}
}

func TestDoublingVariablesDoNotTakeForever(t *testing.T) {
	body := "func f() { x0 := \"\"\n"
	for _, pair := range []string{"1 0", "2 1", "3 2", "4 3", "5 4", "6 5", "7 6", "8 7", "9 8"} {
		body += "x" + pair[:1] + " := x" + pair[2:] + " + x" + pair[2:] + "\n"
	}
	body += "y := x9 + x9 + x9\nz := y + y + y + y\nuse(z) }"
	if got := folded(t, body); len(got) != 1 || got[0] != "" {
		t.Errorf("folds to %q", got)
	}
}
