package report_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/internal/report"
)

// run runs an analyzer over one source file and returns the lines it reports.
func run(t *testing.T, settings report.Settings, source string, f func(*report.Pass) error) ([]analysis.Diagnostic, *token.FileSet, error) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var got []analysis.Diagnostic
	pass := &analysis.Pass{
		Analyzer: &analysis.Analyzer{Name: "momentotest"},
		Fset:     fset, Files: []*ast.File{file},
		Pkg:    types.NewPackage("example.com/app", "app"),
		Report: func(d analysis.Diagnostic) { got = append(got, d) },
	}
	_, err = report.Run(settings, f)(pass)
	return got, fset, err
}

// everyCall reports every call of a function named bad.
func everyCall(p *report.Pass) error {
	ast.Inspect(p.Files[0], func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "bad" {
				p.Report(report.Diagnostic{
					Diagnostic: analysis.Diagnostic{Pos: call.Pos(), End: call.End(), Message: "bad"},
					Aliases:    []string{"momento-alias"},
				})
			}
		}
		return true
	})
	return nil
}

func TestCommentsOnTheLineSilence(t *testing.T) {
	for name, tc := range map[string]struct {
		line     string
		nolint   bool
		reported bool
	}{
		"nothing":                         {"bad()", true, true},
		"allow":                           {"bad() // momentolint:allow", false, true},
		"allow with an empty reason":      {"bad() // momentolint:allow -- ", false, true},
		"allow with dashes for a reason":  {"bad() // momentolint:allow -----", false, true},
		"allow with a reason":             {"bad() // momentolint:allow -- because", false, false},
		"allow by name":                   {"bad() // momentolint:allow momentotest -- because", false, false},
		"allow by alias":                  {"bad() // momentolint:allow momento-alias -- because", false, false},
		"allow by the linter's name":      {"bad() // momentolint:allow momentolint -- because", false, false},
		"allow several":                   {"bad() // momentolint:allow momentoexpiry, momentotest -- because", false, false},
		"allow another rule":              {"bad() // momentolint:allow momentoexpiry -- because", false, true},
		"allow in a block comment":        {"bad() /* momentolint:allow -- because */", false, false},
		"allow before the code":           {"/* momentolint:allow -- because */ bad()", false, false},
		"allow behind other words":        {"bad() // see #12; momentolint:allow -- because", false, false},
		"allow in a block without reason": {"bad() /* momentolint:allow -- */", false, true},
		"allow an unknown rule":           {"bad() // momentolint:allow this one -- because", false, true},
		"allow a misspelled rule":         {"bad() // momentolint:allow momento-api-key-v9 -- because", false, true},
		"allow with an unknown rule too":  {"bad() // momentolint:allow momentotest, acme-key -- because", false, true},
		"allow a second time":             {"bad() // momentolint:allow momentoexpiry -- x, momentolint:allow -- because", false, false},
		"allow after an unknown rule":     {"bad() // momentolint:allow acme-key -- x, momentolint:allow -- because", false, false},
		"allow on the next line":          {"bad()\n// momentolint:allow -- because", false, true},
		"allow on the line before":        {"// momentolint:allow -- because\nbad()", false, true},
		"allow at the end of many lines":  {"bad(\n1,\n) // momentolint:allow -- because", false, false},
		"allow within many lines":         {"bad(\n1, // momentolint:allow -- because\n)", false, false},
		"gitleaks":                        {"bad() // gitleaks:allow", false, false},
		"nolint":                          {"bad() //nolint", true, false},
		"nolint with a reason":            {"bad() //nolint // because", true, false},
		"nolint all":                      {"bad() //nolint:all", true, false},
		"nolint by the linter's name":     {"bad() //nolint:momentolint // because", true, false},
		"nolint by the analyzer's name":   {"bad() //nolint:momentotest", true, false},
		"nolint among others":             {"bad() //nolint:errcheck,momentolint", true, false},
		"nolint with a blank":             {"bad() // nolint:momentolint", true, false},
		"nolint for others":               {"bad() //nolint:errcheck", true, true},
		"nolint that is another word":     {"bad() //nolinter", true, true},
		"nolint not honoured":             {"bad() //nolint:momentolint", false, true},
		"nolint above":                    {"//nolint:momentolint\nbad()", true, false},
		"nolint above a block":            {"//nolint:momentolint\nif true {\nbad()\n}", true, false},
		"nolint above something else":     {"//nolint:momentolint\n_ = 1\nbad()", true, true},
		"nolint at the start of a block":  {"if true { //nolint:momentolint\nbad()\n}", true, false},
		"nolint at the end of the line":   {"f := func() { //nolint:momentolint\nbad()\n}; f()", true, false},
		"nolint behind what comes before": {"_ = 1 //nolint:momentolint\nbad()", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			source := "package app\n\nfunc f() {\n" + tc.line + "\n}\n"
			got, _, err := run(t, report.Settings{Nolint: tc.nolint}, source, everyCall)
			if err != nil {
				t.Fatal(err)
			}
			if (len(got) > 0) != tc.reported {
				t.Errorf("%d findings reported, want reported = %v", len(got), tc.reported)
			}
		})
	}
}

func TestAnAllowCommentWithoutAReasonIsToldSo(t *testing.T) {
	got, _, err := run(t, report.Settings{}, "package app\n\nfunc f() {\n\tbad() // momentolint:allow\n}\n", everyCall)
	if err != nil || len(got) != 1 || !strings.Contains(got[0].Message, "has no reason (momentolint:allow -- why) and does not silence it") {
		t.Errorf("%v, %v", got, err)
	}
}

// The rules of every kind and policy are known, whatever the finding is about;
// others are reported with the finding that they do not suppress.
func TestAnAllowCommentThatNamesAnUnknownRuleIsReported(t *testing.T) {
	const complaint = "names an unknown rule and suppresses nothing"
	rules := map[string]bool{
		"momentohardcoded": true, "momentoplaintext": true, "momentoexpiry": true, "momentoscope": true,
		"momento-never-expiring-key": true, "momento-key-in-frontend": true,
		"momento-api-key-v9": false, "acme-key": false, "momentohardcode": false, "hardcoded": false, "momentotest,acme-key": false,
	}
	for _, k := range credential.Kinds() {
		rules[k.Rule()] = true
	}
	for rule, known := range rules {
		got, _, err := run(t, report.Settings{}, "package app\n\nfunc f() {\n\tbad() // momentolint:allow "+rule+" -- because\n}\n", everyCall)
		if err != nil || len(got) != 1 || strings.Contains(got[0].Message, complaint) == known {
			t.Errorf("%s: %v, %v", rule, got, err)
		}
	}
}

func TestNolintAboveTheFunctionOrThePackageCoversIt(t *testing.T) {
	for _, source := range []string{
		"//nolint:momentolint\npackage app\n\nfunc f() {\n\tbad()\n}\n",
		"package app\n\n//nolint:momentolint\nfunc f() {\n\tbad()\n}\n",
		"package app\n\n// f is documented.\n//\n//nolint:momentolint\nfunc f() {\n\tbad()\n}\n",
		"package app\n\nfunc f() { //nolint:momentolint\n\tbad()\n}\n",
	} {
		got, _, err := run(t, report.Settings{Nolint: true}, source, everyCall)
		if err != nil || len(got) != 0 {
			t.Errorf("%d findings, error %v in\n%s", len(got), err, source)
		}
	}
}

func TestFindingsComeInOrderEachOnceEachWithItsOwnText(t *testing.T) {
	source := "package app\n\nfunc f() {\n\tbad()\n\tbad()\n}\n"
	got, fset, err := run(t, report.Settings{}, source, func(p *report.Pass) error {
		_ = everyCall(p)
		return everyCall(p)
	})
	if err != nil || len(got) != 2 {
		t.Fatalf("%d findings, error %v; want 2", len(got), err)
	}
	if fset.Position(got[0].Pos).Line != 4 || fset.Position(got[1].Pos).Line != 5 {
		t.Error("not in the order of the source")
	}
	if got[0].Message == got[1].Message {
		t.Errorf("both read %q", got[0].Message)
	}
}

func TestAPanicIsAnErrorThatNamesThePackageAndQuotesNothing(t *testing.T) {
	const secret = "eyJ-this-must-not-be-seen"
	for name, panics := range map[string]func(){
		"text":    func() { panic("cannot handle " + secret) },
		"error":   func() { panic(errors.New(secret)) },
		"runtime": func() { list := make([]int, 3); _ = list[len(secret)] },
		"nil map": func() { func(m map[string]int) { m[secret] = 1 }(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			got, _, err := run(t, report.Settings{}, "package app\n\nfunc f() { bad() }\n", func(p *report.Pass) error {
				_ = everyCall(p)
				panics()
				return nil
			})
			switch {
			case err == nil:
				t.Fatal("no error")
			case len(got) != 0:
				t.Errorf("%d findings of a run that failed", len(got))
			case !strings.Contains(err.Error(), "example.com/app"):
				t.Errorf("the package is not named: %v", err)
			case strings.Contains(err.Error(), secret):
				t.Errorf("the error quotes the code: %v", err)
			case !strings.Contains(err.Error(), "report_test."):
				t.Errorf("the error does not say where: %v", err)
			}
		})
	}
}

func TestAnOrdinaryErrorIsHandedOn(t *testing.T) {
	want := errors.New("cannot")
	if _, _, err := run(t, report.Settings{}, "package app\n", func(*report.Pass) error { return want }); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}
