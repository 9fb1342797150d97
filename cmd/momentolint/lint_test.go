package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/report"
)

// The packages under test import nothing of the standard library, which the go
// command would have this very binary analyze first.

// keyFile is Go code with a credential in it.
func keyFile(name, key string) string {
	return "package " + name + "\n\nvar Key = \"" + key + "\"\n"
}

// lintJSON lints a folder and checks the exit code.
func lintJSON(t *testing.T, dir string, code int, args ...string) output {
	t.Helper()
	t.Chdir(dir)
	r := call(t, "", nil, append([]string{"lint", "--offline", "--format", "json"}, args...)...)
	if r.code != code {
		t.Fatalf("exit %d, want %d\n%s%s", r.code, code, r.stderr, r.out)
	}
	var o output
	if err := json.Unmarshal([]byte(r.out), &o); err != nil {
		t.Fatalf("%v in\n%s", err, r.out)
	}
	return o
}

// places are file and line of every finding.
func (o *output) places() []string {
	list := make([]string, len(o.Findings))
	for i, f := range o.Findings {
		list[i] = f.File + ":" + strconv.Itoa(f.Line)
	}
	return list
}

func expectPlaces(t *testing.T, o output, want ...string) {
	t.Helper()
	if got := o.places(); !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

const goMod = "module example.com/m\n\ngo 1.25.0\n"

func TestLintFindsAndShowsNoKeyInAnyFormat(t *testing.T) {
	key, half := ct.V1(ct.Options{}), ct.V2(ct.Options{})
	dir := tree(t, map[string]string{
		"go.mod":   goMod,
		"a/key.go": keyFile("a", key),
		"b/two.go": "package b\n\nconst one = \"" + half[:60] + "\"\n\nvar Both = one + \"" + half[60:] + "\" + Raw\n\nvar Raw = `token: " + key + "`\n",
	})
	o := lintJSON(t, dir, exitFound)
	expectPlaces(t, o, "a/key.go:3", "b/two.go:5", "b/two.go:7")
	f := o.Findings[0]
	if f.Rule != "momentohardcoded" || f.Column != 11 || f.EndLine != 3 || f.EndColumn != 13+len(key) || f.Kind != nil {
		t.Errorf("%+v", f)
	}
	if o.Summary.Findings != 3 || o.Summary.Files != 2 {
		t.Errorf("%+v", o.Summary)
	}
	args := []string{"lint", "--offline", "--verbose", "--show-secrets"}
	for _, format := range report.Formats() {
		args = append(args, "--report", format+"=report."+format)
	}
	r := call(t, "", nil, args...)
	texts := map[string]string{"standard output": r.out, "standard error": r.stderr}
	for _, format := range report.Formats() {
		text, err := os.ReadFile("report." + format)
		if err != nil {
			t.Fatal(err)
		}
		texts[format] = string(text)
	}
	for name, text := range texts {
		for _, secret := range []string{key, half, half[:60], half[60:], half[80:120]} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows a credential:\n%s", name, text)
			}
		}
	}
	scanned := scanJSON(t, "", exitFound, filepath.Join(dir, "a"))
	if scanned.Findings[0].Fingerprint != f.Fingerprint {
		t.Errorf("lint says %s, scan says %s", f.Fingerprint, scanned.Findings[0].Fingerprint)
	}
}

func TestLintSaysWhatDoesNotCompile(t *testing.T) {
	key := ct.V2(ct.Options{})
	dir := tree(t, map[string]string{
		"go.mod":   goMod,
		"a/a.go":   keyFile("a", key),
		"b/b.go":   "package b\n\nvar n int = \"" + key + "\"\n",
		"c/c.go":   "package c\n\nfunc {\n",
		"d/d.go":   "package d\n\nimport _ \"example.com/nowhere\"\n",
		"e/one.go": "package e\n",
		"e/two.go": "package other\n",
	})
	o := lintJSON(t, dir, exitFailed, "./a", "./b", "./c")
	expectPlaces(t, o, "a/a.go:3")
	var paths []string
	for _, s := range o.Summary.Skipped {
		paths = append(paths, s.Path)
		if strings.Contains(s.Reason, key) {
			t.Errorf("the reason shows the credential: %s", s.Reason)
		}
	}
	if !slices.Equal(paths, []string{"b/b.go:3:13", "c/c.go:3:6"}) {
		t.Errorf("not looked at: %v", o.Summary.Skipped)
	}
	// Packages that cannot even be loaded do not hide the others.
	o = lintJSON(t, dir, exitFailed, "./...")
	expectPlaces(t, o, "a/a.go:3")
	var all strings.Builder
	for _, s := range o.Summary.Skipped {
		all.WriteString(s.Path + " " + s.Reason + "\n")
	}
	for _, want := range []string{"b/b.go:3:13", "c/c.go:3:6", "d/d.go:3:8", "found packages e"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("nothing is said of %s:\n%s", want, all.String())
		}
	}
	if o.Summary.Files > 3 {
		t.Errorf("%d files are said to have been looked at", o.Summary.Files)
	}
	if o = lintJSON(t, dir, exitFailed, "./d"); o.Summary.Files != 0 || len(o.Summary.Skipped) == 0 {
		t.Errorf("%+v", o.Summary)
	}
	t.Chdir(tree(t, map[string]string{"readme.txt": "no Go here"}))
	if r := call(t, "", nil, "lint"); r.code != exitFailed || !strings.Contains(r.stderr, "no Go module") {
		t.Errorf("without a module: exit %d, %s", r.code, r.stderr)
	}
}

func TestLintWorksWithVendoringAndTags(t *testing.T) {
	dir := tree(t, map[string]string{
		"go.mod":                        goMod + "\nrequire example.com/dep v1.0.0\n",
		"a.go":                          "package m\n\nimport \"example.com/dep\"\n\nvar Key = dep.Name + \"" + ct.V2(ct.Options{}) + "\"\n",
		"tagged.go":                     "//go:build special\n\npackage m\n\nvar Other = \"" + ct.V2(ct.Options{}) + "\"\n",
		"vendor/modules.txt":            "# example.com/dep v1.0.0\n## explicit; go 1.25.0\nexample.com/dep\n",
		"vendor/example.com/dep/d.go":   "package dep\n\nvar Name = \"n\"\n\nvar Key = \"" + ct.V2(ct.Options{}) + "\"\n",
		"vendor/example.com/other/x.go": "package other\n",
	})
	expectPlaces(t, lintJSON(t, dir, exitFound), "a.go:5")
	expectPlaces(t, lintJSON(t, dir, exitFound, "--tags", "special,more"), "a.go:5", "tagged.go:5")
}

// sdkStub is as much of the SDK as the tests need; it imports nothing.
var sdkStub = map[string]string{
	"sdk/go.mod": "module github.com/momentohq/client-sdk-go\n\ngo 1.25.0\n",
	"sdk/utils/utils.go": `package utils

type ExpiresIn struct{ seconds int64 }

func ExpiresInNever() ExpiresIn          { return ExpiresIn{1<<63 - 1} }
func ExpiresInDays(days int64) ExpiresIn { return ExpiresIn{days * 86400} }
`,
	"sdk/momento/momento.go": `package momento

import "github.com/momentohq/client-sdk-go/utils"

type GenerateApiKeyRequest struct{ ExpiresIn utils.ExpiresIn }
`,
}

// withSDK is a module that uses the stub.
func withSDK(t *testing.T, files map[string]string) string {
	t.Helper()
	all := map[string]string{
		"m/go.mod": goMod + "\nrequire github.com/momentohq/client-sdk-go v1.40.1\n\nreplace github.com/momentohq/client-sdk-go => ../sdk\n",
	}
	maps.Copy(all, sdkStub)
	for name, text := range files {
		all["m/"+name] = text
	}
	return filepath.Join(tree(t, all), "m")
}

// never is a package that makes keys, one for each line of its body.
func never(body ...string) string {
	return `package m

import (
	"github.com/momentohq/client-sdk-go/momento"
	"github.com/momentohq/client-sdk-go/utils"
)

func Requests() []momento.GenerateApiKeyRequest {
	return []momento.GenerateApiKeyRequest{
		` + strings.Join(body, "\n\t\t") + `
	}
}
`
}

const (
	neverLine = "{ExpiresIn: utils.ExpiresInNever()},"
	longLine  = "{ExpiresIn: utils.ExpiresInDays(200)},"
)

func TestLintFixesWhatItWouldReport(t *testing.T) {
	dir := withSDK(t, map[string]string{
		"a.go": never(
			neverLine,
			neverLine+" // momentolint:allow -- the root key",
			"{ExpiresIn: utils.ExpiresInDays(5000)},",
		),
		"old/a.go":          strings.Replace(never(neverLine), "package m", "package old", 1),
		"kept.go":           "package m\n\nvar kept = [...]string{0: Name}\n\nconst Name = \"" + ct.V2(ct.Options{}) + "\"\n",
		".momentolint.yaml": "version: 1\nallow:\n  - {path: old/**, reason: goes away}\n",
	})
	t.Chdir(dir)
	r := call(t, "", nil, "lint", "--offline", "--fix")
	if r.code != exitFound || !strings.Contains(r.stderr, "fixed 2 findings in 1 file") || !strings.Contains(r.out, "kept.go:5:14") {
		t.Fatalf("exit %d\n%s%s", r.code, r.out, r.stderr)
	}
	for name, want := range map[string]string{
		"a.go": never(
			"{ExpiresIn: utils.ExpiresInDays(90)},",
			neverLine+" // momentolint:allow -- the root key",
			"{ExpiresIn: utils.ExpiresInDays(90)},",
		),
		"old/a.go": strings.Replace(never(neverLine), "package m", "package old", 1),
	} {
		got, err := os.ReadFile(name)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
	}
	if r := call(t, "", nil, "lint", "--offline", "--fix", "--quiet"); r.code != exitFound || r.stderr != "" {
		t.Errorf("nothing to fix: exit %d, %s", r.code, r.stderr)
	}
}

func TestMistakesInTheCommandLineOfLint(t *testing.T) {
	t.Chdir(tree(t, map[string]string{"go.mod": goMod}))
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--disable", "momentoscop"}, `did you mean "momentoscope"?`},
		{[]string{"--disable", "x"}, "want some of momentohardcoded"},
		{[]string{"--disable", "momentohardcoded,momentoplaintext,momentoexpiry,momentoscope"}, "all analyzers are switched off"},
		{[]string{"--momentoexpiry.max-lifetime", "forever"}, `"forever" is no lifetime`},
		{[]string{"--momentoexpiry.suggest-lifetime", "-1"}, "suggest-lifetime: want 0 to"},
		{[]string{"--fail-on", "live"}, "want any or none"},
		{[]string{"--", "-toolexec=x"}, "is not a package pattern"},
		{[]string{"--format", "xml"}, "unknown report format"},
		{[]string{"./nowhere/..."}, "nowhere"},
	} {
		r := call(t, "", nil, append([]string{"lint"}, tt.args...)...)
		if r.code != exitFailed || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%q: exit %d, %s\nwant %s", tt.args, r.code, r.stderr, tt.want)
		}
	}
}
