package structure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The promise of this file: untrusted text is made fit to show by
// internal/redact, and nothing else is shown. The programs print through
// internal/cli.Print, which takes redact.Text; errors become text only in
// redact.Error; the fields of what is written as JSON and XML have redact's
// types.

// printers are the files that write to a stream of the program.
var printers = []string{
	"internal/cli/terminal.go",
	// A report, and then the ways out, both redacted.
	"cmd/momentolint/hook.go",
	// JSON documents that redact.JSON made.
	"internal/cli/json.go",
}

// shows reports whether a file is of a package that shows something.
func shows(f file) bool {
	return strings.HasPrefix(f.dir, "cmd/") || within(f.dir, "fleet") || slices.Contains([]string{"internal/cli", "internal/action", "internal/hook", "internal/inspect", "internal/report"}, f.dir)
}

// printed returns what a file prints past redact.
func printed(f *ast.File, report bool) []string {
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			if id, ok := call.Fun.(*ast.Ident); ok && (id.Name == "println" || id.Name == "print") {
				found = append(found, id.Name)
			}
			return true
		}
		name := selector.Sel.Name
		if x, ok := selector.X.(*ast.Ident); ok {
			switch use := x.Name + "." + name; {
			case strings.HasPrefix(use, "fmt.Print"), strings.HasPrefix(use, "log.Print"), strings.HasPrefix(use, "log.Fatal"), strings.HasPrefix(use, "log.Panic"):
				found = append(found, use)
			case strings.HasPrefix(use, "fmt.Fprint"), use == "io.WriteString":
				if len(call.Args) > 0 && !isBuilder(call.Args[0]) && !redacted(call.Args[len(call.Args)-1], report) {
					found = append(found, use)
				}
			}
		}
		// Streams of the program have these names.
		if stream, ok := selector.X.(*ast.SelectorExpr); ok && slices.Contains([]string{"out", "err", "Stdout", "Stderr"}, stream.Sel.Name) &&
			strings.HasPrefix(name, "Write") && len(call.Args) > 0 && !redacted(call.Args[0], report) {
			found = append(found, stream.Sel.Name+"."+name)
		}
		return true
	})
	return found
}

// isBuilder reports whether a call writes into the address of a variable: a
// strings.Builder or a buffer.
func isBuilder(e ast.Expr) bool {
	address, ok := e.(*ast.UnaryExpr)
	return ok && address.Op == token.AND
}

// redacted reports whether what a report writes is a text's String, perhaps
// with a line break.
func redacted(e ast.Expr, report bool) bool {
	if !report {
		return false
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.BinaryExpr:
		return redacted(e.X, report) && redacted(e.Y, report)
	case *ast.CallExpr:
		selector, ok := e.Fun.(*ast.SelectorExpr)
		return ok && selector.Sel.Name == "String" && len(e.Args) == 0
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && x.Name+"."+e.Sel.Name == "xml.Header"
	}
	return false
}

func TestOnlyRedactedTextIsPrinted(t *testing.T) {
	for _, f := range sources(t) {
		if !shows(f) || slices.Contains(printers, f.name) {
			continue
		}
		if found := printed(f.syntax, f.dir == "internal/report"); len(found) > 0 {
			t.Errorf("%s prints with %s: print a redact.Text with cli.Print", f.name, strings.Join(found, ", "))
		}
	}
}

// errorTexts are the files that may take the text of an error, and why.
var errorTexts = map[string]string{
	"fleet/worker.go":        "reasons that are stored, with credentials masked",
	"fleet/clone.go":         "git's words, with credentials masked",
	"fleet/connect.go":       "is compared",
	"fleet/run.go":           "is compared",
	"internal/report/csv.go": "is not a text",
}

// errorText returns how often a file takes the text of an error.
func errorText(f *ast.File) int {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || len(call.Args) > 0 {
			return true
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Error" {
			n++
		}
		return true
	})
	return n
}

func TestErrorsBecomeTextInRedactOnly(t *testing.T) {
	used := map[string]bool{}
	for _, f := range sources(t) {
		if n := errorText(f.syntax); !shows(f) || n == 0 {
			continue
		}
		if used[f.name] = true; errorTexts[f.name] == "" {
			t.Errorf("%s takes the text of an error: use redact.Error", f.name)
		}
	}
	for name := range errorTexts {
		if !used[name] {
			t.Errorf("%s takes no text of an error any more", name)
		}
	}
}

// plainFields are the string fields of reports that are no text from outside:
// constants of the formats, numbers and times.
var plainFields = []string{
	"sarifLog.Schema", "sarifLog.Version", "sarifRun.ColumnKind", "gitlabReport.Version", "gitlabReport.Schema",
	"junitSuites.Name", "junitSuites.Time", "junitSuite.Name", "junitSuite.Time", "junitSuite.Timestamp", "junitCase.Time",
}

// unredacted returns the fields with tags, which are written, that are strings.
func unredacted(f *ast.File) []string {
	var found []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		structure, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, field := range structure.Fields.List {
			if field.Tag == nil || reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json") == "-" || !holdsString(field.Type) {
				continue
			}
			for _, name := range field.Names {
				found = append(found, spec.Name.Name+"."+name.Name)
			}
		}
		return true
	})
	return found
}

// holdsString reports whether a type is a string, or a list, map or pointer of
// strings, or anything.
func holdsString(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "string" || e.Name == "any"
	case *ast.StarExpr:
		return holdsString(e.X)
	case *ast.ArrayType:
		return holdsString(e.Elt)
	case *ast.MapType:
		return holdsString(e.Value)
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && slices.Contains([]string{"finding", "credential", "coverage"}, x.Name)
	}
	return false
}

func TestReportsAreWrittenOfRedactedText(t *testing.T) {
	seen := 0
	for _, f := range sources(t) {
		if f.dir != "internal/report" {
			continue
		}
		seen++
		for _, field := range unredacted(f.syntax) {
			if !slices.Contains(plainFields, field) {
				t.Errorf("%s: %s is a string: want a type of redact", f.name, field)
			}
		}
	}
	if seen == 0 {
		t.Error("there are no reports")
	}
}

func TestBreachesOfOutputAreFound(t *testing.T) {
	for source, want := range map[string][3]int{
		`func f() { fmt.Println(x) }`:                              {1, 0, 0},
		`func f() { fmt.Fprintf(a.err, "%v", err) }`:               {1, 0, 0},
		`func f() { fmt.Fprintf(&b, "%v", err) }`:                  {0, 0, 0},
		`func f() { io.WriteString(os.Stdout, s) }`:                {1, 0, 0},
		`func f() { a.out.WriteString(err.Error()) }`:              {1, 1, 0},
		`func f() { println(1); log.Fatal(err) }`:                  {2, 0, 0},
		`func f() { a.log.Error("x", "err", err) }`:                {0, 0, 0},
		"type a struct { B string `json:\"b\"` }":                  {0, 0, 1},
		"type a struct { B, C []string `xml:\"b\"`; D string }":    {0, 0, 2},
		"type a struct { B *finding.Commit `json:\"b\"`; C int }":  {0, 0, 1},
		"type a struct { B redact.Text `json:\"b\"`; C []string }": {0, 0, 0},
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+source+"\n", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]int{len(printed(f, false)), errorText(f), len(unredacted(f))}; got != want {
			t.Errorf("%s: %v, want %v", source, got, want)
		}
	}
}
