package golint

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
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
		Problems: []Problem{{Package: "example.com/b", Text: "momentoscope: internal error in package example.com/b"}},
	}
	got, err := parse(strings.NewReader(toolOutput))
	got.sort()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v\nwant\n%+v", err, got, want)
	}
	// Go 1.25 has it on standard error, among its own lines.
	objects, rest := separate("# example.com/a\n" + toolOutput + "# example.com/c\nc.go:1:2: bad\n{ no JSON\n")
	got, err = parse(strings.NewReader(objects))
	got.sort()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v", err, got)
	}
	if rest != "# example.com/a\n# example.com/c\nc.go:1:2: bad\n{ no JSON\n" {
		t.Errorf("the rest is %q", rest)
	}
	if _, err := parse(strings.NewReader(`{"a": {"b": 1}}`)); err == nil {
		t.Error("what nobody understands is taken")
	}
}

func TestComplaintsQuoteNoOtherFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name string) string {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, b := write("a.go"), write("b/b_test.go")
	write("elsewhere/e.go")
	if err := os.Symlink(a, filepath.Join(dir, "link.go")); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{dir: true, filepath.Join(dir, "b"): true}
	const hidden = "it is hidden"
	for _, tt := range []struct {
		name, stderr string
		want         []Problem
	}{
		{
			"by package", `go: downloading example.com/x v1.0.0
# example.com/a
# [example.com/a]
vet: ./a.go:3:5: undefined: y
	have (int)
	want (string)
# example.com/b [example.com/b.test]
b/b_test.go:2: expected declaration
`,
			[]Problem{
				{Package: "example.com/a", File: a, Line: 3, Column: 5, Text: "undefined: y have (int) want (string)"},
				{Package: "example.com/b", File: b, Line: 2, Text: "expected declaration"},
			},
		},
		{
			"constants and long names", "# p\na.go:1:2: cannot use \"hunter2\" + `raw` (untyped string constant \"hunt…\") as int\na.go:2:1: undefined: " +
				strings.Repeat("x", 50) + "\na.go:3:1: \"fmt\" imported and not used\n",
			[]Problem{
				{Package: "p", File: a, Line: 1, Column: 2, Text: `cannot use "…" + "…" (untyped string constant "…") as int`},
				{Package: "p", File: a, Line: 2, Column: 1, Text: "undefined: …"},
				{Package: "p", File: a, Line: 3, Column: 1, Text: `"fmt" imported and not used`},
			},
		},
		{"an include of the assembler", "# p\na.s:1: hunter2\n/etc/passwd:1: root:hunter2\nasm: hunter2\n", []Problem{{Package: "p", Text: hidden}}},
		{"an include of the C compiler", "# p\nIn file included from ./a.go:3:\n/proc/self/environ:1:1: error: hunter2\n    1 | HUNTER2=x\n", []Problem{{Package: "p", Text: hidden}}},
		{"a //line comment", "# p\n/etc/passwd.go:1:1: hunter2\n\thunter2\n", []Problem{{Package: "p", Text: hidden}}},
		{"another directory", "# p\nelsewhere/e.go:1:1: hunter2\n", []Problem{{Package: "p", Text: hidden}}},
		{"a link", "link.go:1:1: expected 'package', found hunter2\n", []Problem{{Text: hidden}}},
		{"a go.mod that is a link", "go: errors parsing go.mod:\ngo.mod:1: unknown directive: hunter2\n", []Problem{{Text: "go: errors parsing go.mod:"}, {Text: hidden}}},
		{"a newer release", "go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)\n", []Problem{{
			Text: "it needs Go 1.99, and this is Go 1.26.8; lint downloads no toolchain: install that release, or set GOTOOLCHAIN=go1.99",
		}}},
	} {
		for i := range tt.want {
			if tt.want[i].Text == hidden {
				tt.want[i].Text = notShown
			}
		}
		if got := complaints(tt.stderr, dir, known); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n%+v, want\n%+v", tt.name, got, tt.want)
		}
	}
}

func TestOnlySafeSettingsReachTheGoCommand(t *testing.T) {
	base := []string{
		"PATH=/bin", "HOME=/h", "PWD=/x", "GOFLAGS=-toolexec=evil", "GOENV=/evil", "CC=evil", "CGO_CFLAGS=-fplugin=evil", "PKG_CONFIG=evil",
		"GOGC=50", "GOWORK=off", "GOCACHEPROG=evil", "GOAUTH=evil", "GOVCS=*:all", "GOTOOLCHAIN=auto",
	}
	settings := map[string]string{
		"GOFLAGS":   `-toolexec=evil -exec=evil -overlay=evil.json -mod=mod '-tags=a b' --mod=vendor -compiler=gccgo -p=2 "-ldflags=-extld evil"`,
		"GOPRIVATE": "example.com/x", "GOCACHEPROG": "evil", "GOAUTH": "netrc; evil", "GOVCS": "*:all", "GOTOOLCHAIN": "go1.25.9+auto", "CC": "evil", "AR": "evil",
		"GOPROXY": "https://proxy.example.com",
	}
	safe := []string{
		"PATH=/bin", "HOME=/h", "GOGC=50", "GOWORK=off", "GOPROXY=https://proxy.example.com", "GOPRIVATE=example.com/x", "GOENV=off",
		"GOFLAGS=-buildvcs=false '-tags=a b' --mod=vendor -p=2", "GOTOOLCHAIN=go1.25.9", "GOCACHEPROG=", "GOVCS=*:off", "GOAUTH=off",
	}
	if got, want := environment(base, settings, Options{}), append(safe, "CGO_ENABLED=0"); !slices.Equal(got, want) {
		t.Errorf("%q, want\n%q", got, want)
	}
	offline := environment(base, settings, Options{Offline: true})
	if !slices.Contains(offline, "GOPROXY=off") || !slices.Contains(offline, "GOSUMDB=off") {
		t.Errorf("offline: %q", offline)
	}
	cgo := environment(base, settings, Options{Cgo: true})
	for _, variable := range []string{"CC=evil", "CGO_CFLAGS=-fplugin=evil", "AR=evil"} {
		if !slices.Contains(cgo, variable) {
			t.Errorf("with cgo, %s is missing in %q", variable, cgo)
		}
	}
	for setting, want := range map[string]string{"": "local", "auto": "local", "path": "local", "local+auto": "local", "go1.27.0": "go1.27.0", "go1.27.0+path": "go1.27.0"} {
		if got := toolchain(setting); got != want {
			t.Errorf("GOTOOLCHAIN=%s becomes %s, want %s", setting, got, want)
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
