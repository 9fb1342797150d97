//go:build integration

package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	ct "github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/report"
)

// What lint leaves out is counted: once for each file or directory.
func TestLintCountsWhatItLeavesOut(t *testing.T) {
	key := ct.V2(ct.Options{})
	config := func(text string) string { return "version: 1\n" + text }
	for name, tt := range map[string]struct {
		files map[string]string
		args  []string
		want  []coverage.Exclusion
	}{
		"nothing": {nil, nil, nil},
		"a build constraint": {
			map[string]string{"b.go": "//go:build never\n\n" + keyFile("m", key), "c_plan9.go": "package m\n"}, nil,
			[]coverage.Exclusion{{By: coverage.ByBuild, Count: 2}},
		},
		"its tag":                          {map[string]string{"b.go": "//go:build extra\n\npackage m\n"}, []string{"--tags", "extra"}, nil},
		"a package without files to build": {map[string]string{"p/b.go": "//go:build never\n\n" + keyFile("p", key)}, nil, []coverage.Exclusion{{By: coverage.ByBuild, Count: 1}}},
		"the same, named":                  {map[string]string{"b.go": "//go:build never\n\npackage m\n"}, []string{"."}, []coverage.Exclusion{{By: coverage.ByBuild, Count: 1}}},
		"a module without files to build":  {map[string]string{"p/go.mod": goMod, "p/b.go": "//go:build never\n\npackage p\n"}, nil, []coverage.Exclusion{{By: coverage.ByBuild, Count: 1}}},
		"directories that are not matched": {
			map[string]string{"testdata/a.go": keyFile("a", key), "testdata/b/b.go": "package b\n", "_old/go.mod": goMod, ".x/a.go": "package x\n", "p/node_modules/a.go": "package a\n"}, nil,
			[]coverage.Exclusion{{By: coverage.ByBuild, Count: 4}},
		},
		"an excluded directory of the module": {
			map[string]string{"gen/a/a.go": keyFile("a", key), "gen/b.go": "package gen\n", ".momentolint.yaml": config("exclude: [gen/**]\n")}, nil,
			[]coverage.Exclusion{{By: coverage.ByExclude, Count: 1, Source: ".momentolint.yaml"}},
		},
		"an excluded module": {
			map[string]string{"gen/go.mod": goMod, "gen/b.go": keyFile("gen", key), ".momentolint.yaml": config("exclude: [gen/**]\n")}, nil,
			[]coverage.Exclusion{{By: coverage.ByExclude, Count: 1, Source: ".momentolint.yaml"}},
		},
		"an excluded file": {
			map[string]string{"b.go": keyFile("m", key), ".momentolint.yaml": config("exclude: [b.go]\n")}, nil,
			[]coverage.Exclusion{{By: coverage.ByExclude, Count: 1, Source: ".momentolint.yaml"}},
		},
		"an analyzer":                      {nil, []string{"--disable", "momentoscope"}, []coverage.Exclusion{{By: coverage.ByAnalyzer, Count: 1, Source: "--disable"}}},
		"an analyzer of the configuration": {map[string]string{".momentolint.yaml": config("rules: {disable: [momentoscope]}\n")}, nil, []coverage.Exclusion{{By: coverage.ByAnalyzer, Count: 1, Source: ".momentolint.yaml"}}},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"go.mod": goMod, "a.go": "package m\n"}
			maps.Copy(files, tt.files)
			dir := tree(t, files)
			o := lintJSON(t, dir, exitClean, tt.args...)
			if !slices.Equal(o.Summary.Excluded, tt.want) || len(o.Summary.Skipped) > 0 {
				t.Errorf("excluded %+v, skipped %+v, want %+v", o.Summary.Excluded, o.Summary.Skipped, tt.want)
			}
			if len(tt.want) == 0 || name != "an analyzer" && name != "a build constraint" {
				return
			}
			args := append([]string{"lint", "--offline"}, tt.args...)
			for _, format := range report.Formats() {
				r := call(t, "", nil, append(args, "--format", format)...)
				if r.code != exitClean || format != "compact" && !strings.Contains(r.out, string(tt.want[0].By)) {
					t.Errorf("%s: exit %d, does not show %s:\n%s%s", format, r.code, tt.want[0].By, r.out, r.stderr)
				}
			}
		})
	}
}

// No format calls a result clean if some code was not analyzed.
func TestLintClaimsNoCleanResultWhereCodeDoesNotCompile(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"an error of types":          {"a.go": "package m\n\nvar n int = \"x\"\n"},
		"an error of types in one":   {"a.go": "package m\n", "b/b.go": "package b\n\nvar n int = \"x\"\n"},
		"an error of syntax":         {"a.go": "package m\n\nfunc {\n"},
		"an import of nothing":       {"a.go": "package m\n\nimport _ \"example.com/nowhere\"\n"},
		"a test that does not build": {"a.go": "package m\n", "a_test.go": "package m\n\nvar n int = \"x\"\n"},
		"a broken go.mod":            {"a.go": "package m\n", "go.mod": "modul m\n"},
	} {
		t.Run(name, func(t *testing.T) {
			all := map[string]string{"go.mod": goMod}
			maps.Copy(all, files)
			t.Chdir(tree(t, all))
			var args []string
			for _, format := range report.Formats() {
				args = append(args, "--report", format+"=report."+format)
			}
			r := call(t, "", nil, append([]string{"lint", "--offline", "--format", "text"}, args...)...)
			if r.code != exitFailed {
				t.Errorf("exit %d", r.code)
			}
			texts := map[string]string{"standard output": r.out, "standard error": r.stderr}
			for _, format := range report.Formats() {
				text, err := os.ReadFile("report." + format)
				if err != nil {
					t.Fatal(err)
				}
				texts[format] = string(text)
				if !strings.Contains(strings.ToLower(texts[format]), "skipped") {
					t.Errorf("%s says nothing of skipped code:\n%s", format, texts[format])
				}
			}
			for format, text := range texts {
				for _, words := range unqualified {
					if strings.Contains(text, words) {
						t.Errorf("%s claims a clean result: %q", format, words)
					}
				}
			}
		})
	}
}
