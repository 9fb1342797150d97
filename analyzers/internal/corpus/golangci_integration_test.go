//go:build integration

package corpus_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/momentolint/momentolint/analyzers/internal/corpus"
)

// output runs a command and returns its standard output.
func output(dir string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			out = append(out, exit.Stderr...)
		}
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// block is the one YAML block of docs/golangci-lint.md that has a text in it.
func block(having string) (string, error) {
	document, err := os.ReadFile(filepath.Join(root(), "docs", "golangci-lint.md"))
	if err != nil {
		return "", err
	}
	for _, m := range regexp.MustCompile("(?ms)^   ```yaml\n(.*?)^   ```$").FindAllStringSubmatch(string(document), -1) {
		if strings.Contains(m[1], having) {
			return strings.ReplaceAll("\n"+m[1], "\n   ", "\n"), nil
		}
	}
	return "", fmt.Errorf("docs/golangci-lint.md has no YAML block with %q", having)
}

// golangciLint is golangci-lint as it is, and the one with the plugin.
type golangciLint struct{ stock, custom string }

// golangci builds a golangci-lint with the plugin, with the command and the
// configuration that the documentation tells. What that command would clone
// from GitHub is the module of the same version from the module proxy.
var golangci = sync.OnceValues(func() (g golangciLint, err error) {
	if g.stock, err = output(root(), nil, filepath.Join(root(), "scripts", "tool"), "golangci-lint"); err != nil {
		return g, err
	}
	version, err := output(root(), nil, g.stock, "version", "--short")
	if err != nil {
		return g, err
	}
	version = "v" + strings.TrimPrefix(version, "v")
	downloaded, err := output(scratch, []string{"GOWORK=off", "GOFLAGS="}, "go", "mod", "download", "-json", "github.com/golangci/golangci-lint/v2@"+version)
	if err != nil {
		return g, err
	}
	var module struct{ Dir string }
	if err := json.Unmarshal([]byte(downloaded), &module); err != nil {
		return g, err
	}
	upstream := filepath.Join(scratch, "golangci-lint")
	if err := os.CopyFS(upstream, os.DirFS(module.Dir)); err != nil {
		return g, err
	}
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "-A", "-f"},
		{"-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", version},
		{"-c", "tag.gpgSign=false", "tag", version},
	} {
		if _, err := output(upstream, nil, "git", args...); err != nil {
			return g, err
		}
	}
	config, err := block("plugins:")
	if err != nil {
		return g, err
	}
	if !strings.Contains(config, "version: "+version) {
		return g, fmt.Errorf("docs/golangci-lint.md is not about %s", version)
	}
	// This tree in place of the released version.
	released := regexp.MustCompile(`(?m)^(    )version: .*$`)
	config = released.ReplaceAllString(config, "${1}path: "+filepath.Join(root(), "analyzers"))
	// A linter that panics, which tests enable that want it.
	config += fmt.Sprintf("  - {module: %[1]s, import: %[1]s/gclplugin/testdata/panicking, path: %[2]q}\n",
		"github.com/momentolint/momentolint/analyzers", filepath.Join(root(), "analyzers"))
	project := filepath.Join(scratch, "project")
	if err := os.MkdirAll(project, 0o755); err != nil {
		return g, err
	}
	if err := os.WriteFile(filepath.Join(project, ".custom-gcl.yml"), []byte(config), 0o644); err != nil {
		return g, err
	}
	_, err = output(project, []string{
		"GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0",
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://" + upstream + ".insteadOf",
		"GIT_CONFIG_VALUE_0=https://github.com/golangci/golangci-lint.git",
	}, g.stock, "custom")
	g.custom = filepath.Join(project, "bin", "custom-gcl")
	return g, err
})

func golangciLints(t *testing.T) golangciLint {
	t.Helper()
	g, err := golangci()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// settings is the documented configuration for this linter alone, with changes:
// pairs of a text in it and what it is replaced by.
func settings(t *testing.T, changes ...string) string {
	t.Helper()
	config, err := block("custom:")
	if err != nil {
		t.Fatal(err)
	}
	config = strings.Replace(config, "linters:\n", "linters:\n  default: none\n", 1)
	for i := 0; i+1 < len(changes); i += 2 {
		if !strings.Contains(config, changes[i]) {
			t.Fatalf("the documented configuration has no %q", changes[i])
		}
		config = strings.Replace(config, changes[i], changes[i+1], 1)
	}
	return config
}

// throughGolangci runs golangci-lint over a module; config "" is the documented
// one, with every issue of a line.
func throughGolangci(t *testing.T, dir, config string, args ...string) found {
	t.Helper()
	if config == "" {
		config = settings(t, "issues:\n", "issues:\n  uniq-by-line: false\n")
	}
	stdout, stderr, code := runGolangci(t, dir, config, args...)
	if code > 1 {
		t.Fatalf("golangci-lint: exit %d\n%s", code, stderr)
	}
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename string
				Line     int
			}
		}
	}
	line, _, _ := strings.Cut(stdout, "\n")
	if err := json.Unmarshal([]byte(line), &report); err != nil {
		t.Fatalf("%v in %s%s", err, stdout, stderr)
	}
	all := make(found)
	for _, issue := range report.Issues {
		if issue.FromLinter != "momentolint" {
			t.Errorf("%s:%d: %s: %s", issue.Pos.Filename, issue.Pos.Line, issue.FromLinter, issue.Text)
			continue
		}
		_, text, _ := strings.Cut(issue.Text, ": ")
		all.add(issue.Pos.Filename, issue.Pos.Line, text)
	}
	return all
}

func runGolangci(t *testing.T, dir, config string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, ".golangci.yml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{"GOLANGCI_LINT_CACHE=" + filepath.Join(filepath.Dir(dir), "cache")}
	return run(t, dir, env, golangciLints(t).custom, append([]string{"run", "--output.json.path", "stdout", "--show-stats=false"}, args...)...)
}

// A plugin changes nothing else in golangci-lint: no module is added but ours,
// and none has another version.
func TestThePluginLeavesGolangciLintsModulesAlone(t *testing.T) {
	g := golangciLints(t)
	modules := func(binary string) []string {
		out, err := output(scratch, nil, "go", "version", "-m", binary)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for line := range strings.Lines(out) {
			if fields := strings.Fields(line); len(fields) >= 3 && fields[0] == "dep" {
				list = append(list, fields[1]+" "+fields[2])
			}
		}
		return list
	}
	stock, custom := modules(g.stock), modules(g.custom)
	if len(stock) < 100 || !slices.ContainsFunc(stock, func(m string) bool { return strings.HasPrefix(m, "github.com/spf13/viper v1.12.") }) {
		t.Fatalf("not golangci-lint's modules: %v", stock)
	}
	for _, m := range custom {
		if !slices.Contains(stock, m) && !strings.HasPrefix(m, "github.com/momentolint/momentolint/analyzers ") {
			t.Errorf("new in golangci-lint: %s", m)
		}
	}
	for _, m := range stock {
		if !slices.Contains(custom, m) {
			t.Errorf("no longer in golangci-lint: %s", m)
		}
	}
}

func TestGolangciLintTellsWrongSettings(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	for name, change := range map[string][3]string{
		"unknown setting":  {"suggest-lifetime: 90", "suggested: 90", `unknown field "suggested"`},
		"no lifetime":      {"max-lifetime: 365d", "max-lifetime: forever", `"forever" is no lifetime`},
		"unknown analyzer": {"disable: []", "disable: [momentoscop]", `"momentoscop" is none of`},
		"wrong type":       {"test-files: true", "test-files: sometimes", "test-files"},
	} {
		_, stderr, code := runGolangci(t, dir, settings(t, change[0], change[1]), "./generated")
		if code != 3 || !strings.Contains(stderr, change[2]) {
			t.Errorf("%s: exit %d, %s", name, code, stderr)
		}
	}
}

func TestGolangciLintObeysSettings(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	few := throughGolangci(t, dir, settings(t, "disable: []", "disable: [momentohardcoded, momentoplaintext, momentoscope]", "max-lifetime: 365d", `max-lifetime: "0"`), "./expiry/...", "./hardcoded/...")
	for at, messages := range few {
		if !strings.HasPrefix(at.File, "expiry/") || strings.Contains(strings.Join(messages, " "), "more than the limit") {
			t.Errorf("%s:%d: %q", at.File, at.Line, messages)
		}
	}
	if len(few) == 0 {
		t.Error("nothing found")
	}
}

// Three findings with one text are all that golangci-lint shows; none of ours
// are alike.
func TestGolangciLintHidesNothing(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	shown := throughGolangci(t, dir, settings(t, "issues:\n", "issues:\n  uniq-by-line: false\n  max-same-issues: 3\n"))
	agree(t, "with max-same-issues", shown, throughGolangci(t, dir, settings(t, "issues:\n", "issues:\n  uniq-by-line: false\n  max-same-issues: 0\n")))
}

func TestGolangciLintsCacheFollowsTheCode(t *testing.T) {
	dir := corpus.Module(t, t.TempDir())
	first := throughGolangci(t, dir, "", "./scope/...")
	agree(t, "from the cache", throughGolangci(t, dir, "", "./scope/..."), first)

	// What another package gives is a fact in the cache.
	path := filepath.Join(dir, "scope", "presets", "presets.go")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), "momento.AllDataReadWrite", `momento.CacheReadOnly(momento.CacheName{Name: "a"})`)
	if changed == string(text) {
		t.Fatal("the presets have nothing to change")
	}
	if err := os.WriteFile(path, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	after := throughGolangci(t, dir, "", "./scope/...")
	if len(after) >= len(first) {
		t.Errorf("%d places before, %d after the change of another package", len(first), len(after))
	}
}

// A panic is an error that names the package, and no crash of golangci-lint: no
// stack, and nothing of what was panicked with.
func TestAPanicInAnAnalyzerDoesNotCrashGolangciLint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "app")
	for path, content := range map[string]string{
		"go.mod":  "module example.com/app\n\ngo 1.25.0\n",
		"bad.go":  "package bad\n",
		"good.go": "package good\n",
		// What the analyzer requires panics in this one.
		"worse.go": "package worse\n",
	} {
		if folder, ok := strings.CutSuffix(path, ".go"); ok {
			path = filepath.Join(folder, path)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	config := "version: \"2\"\nlinters:\n  default: none\n  enable: [momentopanic]\n  settings: {custom: {momentopanic: {type: module}}}\n"

	stdout, stderr, code := runGolangci(t, dir, config, "./good")
	if code != 1 || !strings.Contains(stdout, "looked at") {
		t.Fatalf("without a panic: exit %d\n%s%s", code, stdout, stderr)
	}
	for name, analyzer := range map[string]string{"bad": "momentotest", "worse": "momentorequired"} {
		stdout, stderr, code := runGolangci(t, dir, config, "./good", "./"+name)
		text := stdout + stderr
		if code != 3 || !strings.Contains(stderr, analyzer+": internal error in package example.com/app/"+name+": panic of type string at ") {
			t.Errorf("%s: exit %d, want an error that names the package\n%s", name, code, text)
		}
		if strings.Contains(text, "goroutine ") || strings.Contains(text, "secret text") || strings.Contains(strings.ToLower(text), "stack") {
			t.Errorf("%s: a crash, or what was panicked with:\n%s", name, text)
		}
	}
}
