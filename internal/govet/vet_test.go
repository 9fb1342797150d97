package govet

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const toolOutput = `{}
{
	"example.com/a": {
		"momentoexpiry": [
			{
				"posn": "/src/a/a.go:12:3",
				"end": "/src/a/a.go:12:30",
				"message": "never expires",
				"suggested_fixes": [
					{"message": "first", "edits": [{"filename": "/src/a/a.go", "start": 1, "end": 2, "new": "x"}]},
					{"message": "second", "edits": []}
				]
			}
		],
		"momentohardcoded": [
			{"category": "momento-legacy-token", "posn": "C:\\src\\a.go:2:1", "message": "a key"}
		]
	},
	"example.com/b": {
		"momentoscope": {"error": "momentoscope: internal error in package example.com/b"}
	}
}
`

func TestTheToolsOutputIsReadWhereverTheGoCommandPutsIt(t *testing.T) {
	want := Result{
		Diagnostics: []Diagnostic{
			{
				Analyzer: "momentoexpiry", Package: "example.com/a", Message: "never expires",
				File: "/src/a/a.go", Line: 12, Column: 3, EndLine: 12, EndColumn: 30,
				Fix: &Fix{"first", []Edit{{File: "/src/a/a.go", Start: 1, End: 2, New: "x"}}},
			},
			{
				Analyzer: "momentohardcoded", Package: "example.com/a", Message: "a key", Category: "momento-legacy-token",
				File: `C:\src\a.go`, Line: 2, Column: 1, EndLine: 2, EndColumn: 1,
			},
		},
		// What an analyzer cannot do is told, with the package.
		Problems: []Problem{{"example.com/b", "momentoscope: internal error in package example.com/b"}},
	}
	got, err := parse(strings.NewReader(toolOutput))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v\nwant\n%+v", err, got, want)
	}
	// Go 1.25 has it on standard error, among its own lines.
	objects, rest := separate("# example.com/a\n" + toolOutput + "# example.com/c\nc.go:1:2: bad\n{ no JSON\n")
	if got, err = parse(strings.NewReader(objects)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v", err, got)
	}
	if rest != "# example.com/a\n# example.com/c\nc.go:1:2: bad\n{ no JSON\n" {
		t.Errorf("the rest is %q", rest)
	}
	if _, err := parse(strings.NewReader(`{"a": {"b": 1}}`)); err == nil {
		t.Error("what nobody understands is taken")
	}
}

func TestComplaintsAreToldByPackage(t *testing.T) {
	got := problems(`go: downloading example.com/x v1.0.0
# example.com/a
# [example.com/a]
vet: ./a.go:3:5: undefined: y
	and more of it
# example.com/b [example.com/b.test]
b/b_test.go:2:1: expected declaration
`)
	want := []Problem{
		{"example.com/a", "./a.go:3:5: undefined: y\n\tand more of it"},
		{"example.com/b", "b/b_test.go:2:1: expected declaration"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	for line, want := range map[string]string{
		"a.go:3:5: undefined: y": "a.go:3:5", "./a.go:3: bad": "./a.go:3", `C:\x\a.go:3:5: bad`: `C:\x\a.go:3:5`,
		"no place at all": "", "a.txt:1:2: bad": "",
	} {
		if place, _, ok := CutPlace(line); place != want || ok != (want != "") {
			t.Errorf("%q is at %q, want %q", line, place, want)
		}
	}
}

func TestFixesAreAppliedWhollyOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a := write("a.go", "package a\n\nvar x, y = 1, 2\n")
	b := write("b.go", "package a\n\nvar   z = 3\n")
	broken := write("c.go", "package a\n\nvar v = 4\n")
	imported := Edit{a, 9, 9, "\n\nimport \"os\""}
	done, err := Apply([]*Fix{
		{"one", []Edit{{a, 22, 23, "os.Args"}, imported}},
		{"shares the import", []Edit{{a, 25, 26, "os.Environ()"}, imported}},
		{"overlaps with the first", []Edit{{a, 20, 24, "?"}, {b, 21, 22, "?"}}},
		{"another file", []Edit{{b, 21, 22, "5"}}},
	})
	if err != nil || done != (Applied{Fixes: 3, Files: 2, Later: 1}) {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := Apply([]*Fix{{"no Go any more", []Edit{{broken, 0, 7, "secret"}}}}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("invalid code: %v", err)
	}
	if _, err := Apply([]*Fix{{"outside", []Edit{{broken, 0, 700, ""}}}}); err == nil {
		t.Error("an edit beyond the end is taken")
	}
	for path, want := range map[string]string{
		a: "package a\n\nimport \"os\"\n\nvar x, y = os.Args, os.Environ()\n",
		// What was not formatted before is not now.
		b:      "package a\n\nvar   z = 5\n",
		broken: "package a\n\nvar v = 4\n",
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s", filepath.Base(path), err, got)
		}
	}
}
