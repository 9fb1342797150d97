//go:build integration

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// previousGo is of the release before the one that momentolint is built with;
// the go command gets it from the module proxy.
const previousGo = "go1.25.9"

func TestLintWorksWithThePreviousGoRelease(t *testing.T) {
	t.Setenv("GOTOOLCHAIN", previousGo)
	out, err := exec.Command("go", "version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), previousGo) {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := withSDK(t, map[string]string{"a.go": never(neverLine), "b/b.go": keyFile("b", ct.V2(ct.Options{})), "c/c.go": "package c\n\nvar n int = \"no\"\n"})
	t.Chdir(dir)
	r := call(t, "", nil, "lint")
	for _, want := range []string{"a.go:10:15", "b/b.go:3:11", "c/c.go:3:13"} {
		if r.code != exitFailed || !strings.Contains(r.out, want) {
			t.Errorf("exit %d, no %s in\n%s%s", r.code, want, r.out, r.stderr)
		}
	}
	if r := call(t, "", nil, "lint", "--fix", "."); r.code != exitClean || !strings.Contains(r.stderr, "fixed 1 finding in 1 file") {
		t.Errorf("--fix: exit %d\n%s%s", r.code, r.out, r.stderr)
	}
}

func TestLintTakesInEveryModuleBelow(t *testing.T) {
	files := map[string]string{
		"go.mod":               goMod,
		"root.go":              keyFile("m", ct.V2(ct.Options{})),
		"tools/go.mod":         "module example.com/tools\n\ngo 1.25.0\n",
		"tools/tools.go":       keyFile("tools", ct.V2(ct.Options{})),
		"tools/deep/go.mod":    "module example.com/deep\n\ngo 1.25.0\n",
		"tools/deep/deep.go":   keyFile("deep", ct.V2(ct.Options{})),
		"tools/empty/go.mod":   "module example.com/empty\n\ngo 1.25.0\n",
		"testdata/x/go.mod":    "module example.com/x\n\ngo 1.25.0\n",
		"testdata/x/x.go":      keyFile("x", ct.V2(ct.Options{})),
		"left/out/go.mod":      "module example.com/out\n\ngo 1.25.0\n",
		"left/out/out.go":      keyFile("out", ct.V2(ct.Options{})),
		"left/left.go":         keyFile("left", ct.V2(ct.Options{})),
		".momentolint.yaml":    "version: 1\nexclude: [\"left/**\"]\n",
		"tools/deep/.x/go.mod": "module example.com/hidden\n",
	}
	t.Run("without a workspace", func(t *testing.T) {
		dir := tree(t, files)
		expectPlaces(t, lintJSON(t, dir, exitFound), "root.go:3", "tools/deep/deep.go:3", "tools/tools.go:3")
		expectPlaces(t, lintJSON(t, dir, exitFound, "./tools"), "tools/tools.go:3")
		expectPlaces(t, lintJSON(t, dir, exitFound, "."), "root.go:3")
		expectPlaces(t, lintJSON(t, filepath.Join(dir, "tools"), exitFound, "../..."), "../root.go:3", "deep/deep.go:3", "tools.go:3")
	})
	t.Run("with a workspace of some", func(t *testing.T) {
		dir := tree(t, files)
		work := "go 1.25.0\n\nuse (\n\t.\n\t./tools/deep\n)\n"
		if err := os.WriteFile(filepath.Join(dir, "go.work"), []byte(work), 0o644); err != nil {
			t.Fatal(err)
		}
		expectPlaces(t, lintJSON(t, dir, exitFound), "root.go:3", "tools/deep/deep.go:3", "tools/tools.go:3")
	})
	t.Run("from a folder without a module", func(t *testing.T) {
		dir := tree(t, map[string]string{
			"a/go.mod": goMod, "a/a.go": keyFile("a", ct.V2(ct.Options{})),
			"b/go.mod": "module example.com/b\n\ngo 1.25.0\n", "b/b.go": keyFile("b", ct.V2(ct.Options{})),
		})
		expectPlaces(t, lintJSON(t, dir, exitFound), "a/a.go:3", "b/b.go:3")
	})
}

func TestLintTakesTheAnalyzersSettings(t *testing.T) {
	dir := withSDK(t, map[string]string{
		"a.go":      never(neverLine, longLine),
		"k.go":      keyFile("m", ct.V2(ct.Options{})),
		"k_test.go": "package m\n\nvar testKey = \"" + ct.V2(ct.Options{}) + "\"\n",
	})
	expectPlaces(t, lintJSON(t, dir, exitFound), "a.go:10", "k.go:3", "k_test.go:3")
	expectPlaces(t, lintJSON(t, dir, exitFound, "--momentoexpiry.max-lifetime", "90d", "--momentohardcoded.test-files=false"),
		"a.go:10", "a.go:11", "k.go:3")
	expectPlaces(t, lintJSON(t, dir, exitFound, "--disable", "momentohardcoded"), "a.go:10")
	if err := os.WriteFile(".momentolint.yaml", []byte("version: 1\nrules: {disable: [momentoexpiry]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	expectPlaces(t, lintJSON(t, dir, exitFound), "k.go:3", "k_test.go:3")
	expectPlaces(t, lintJSON(t, dir, exitClean, "--fail-on", "none"), "k.go:3", "k_test.go:3")
}

// max-lifetime of the configuration is the analyzer's limit, unless the flag
// sets another one.
func TestLintTakesTheLimitOfTheConfiguration(t *testing.T) {
	dir := withSDK(t, map[string]string{"a.go": never(longLine, neverLine)})
	for _, tt := range []struct {
		config string
		args   []string
		want   []string
	}{
		{"", nil, []string{"a.go:11"}},
		{"max-lifetime: 90d\n", nil, []string{"a.go:10", "a.go:11"}},
		{"max-lifetime: 200d\n", nil, []string{"a.go:11"}},
		{"max-lifetime: 0s\n", nil, []string{"a.go:11"}},
		{"max-lifetime: 90d\n", []string{"--momentoexpiry.max-lifetime", "300d"}, []string{"a.go:11"}},
		{"max-lifetime: 300d\n", []string{"--momentoexpiry.max-lifetime", "90d"}, []string{"a.go:10", "a.go:11"}},
	} {
		if err := os.WriteFile(filepath.Join(dir, ".momentolint.yaml"), []byte("version: 1\n"+tt.config), 0o644); err != nil {
			t.Fatal(err)
		}
		expectPlaces(t, lintJSON(t, dir, exitFound, tt.args...), tt.want...)
	}
}
