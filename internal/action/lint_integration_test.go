//go:build integration

package action_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// actionlint does not look into the scripts of composite actions; shellcheck
// does.
func TestShellcheckAcceptsTheActionsScripts(t *testing.T) {
	for i, s := range readAction(t).Runs.Steps {
		if s.Run == "" {
			continue
		}
		file := filepath.Join(t.TempDir(), "step-"+strconv.Itoa(i+1)+".sh")
		// What the runner and the step's env set is there.
		script := "#!/usr/bin/env bash\n: \"${RUNNER_TEMP:=}\"\n"
		for name := range s.Env {
			script += ": \"${" + name + ":=}\"\n"
		}
		if err := os.WriteFile(file, []byte(script+s.Run), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), "shellcheck", "--enable=all", "--severity=info", file).CombinedOutput(); err != nil {
			t.Errorf("step %d: %v\n%s", i+1, err, out)
		}
	}
}

var (
	yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")
	ourUses   = regexp.MustCompile(`uses: momentolint/momentolint@\S+`)
)

// The workflows that the documents show are valid, and so is their use of the
// action: actionlint checks inputs and outputs against action.yml.
func TestActionlintAcceptsTheActionAndTheWorkflowsOfTheDocuments(t *testing.T) {
	tool, err := exec.CommandContext(t.Context(), filepath.Join(root, "scripts", "tool"), "actionlint").Output()
	if err != nil {
		t.Fatalf("building actionlint: %v", err)
	}
	dir := t.TempDir()
	workflows := filepath.Join(dir, ".github", "workflows")
	if err := os.MkdirAll(workflows, 0o750); err != nil {
		t.Fatal(err)
	}
	// actionlint takes the directory with .git for the top.
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o750); err != nil {
		t.Fatal(err)
	}
	metadata, err := os.ReadFile(filepath.Join(root, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "action.yml"), metadata, 0o600); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, document := range []string{"README.md", "docs/github-action.md"} {
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(document)))
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(block[1], "runs-on:") {
				continue
			}
			count++
			file := filepath.Join(workflows, strings.TrimSuffix(filepath.Base(document), ".md")+"-"+strconv.Itoa(count)+".yml")
			if err := os.WriteFile(file, []byte(ourUses.ReplaceAllString(block[1], "uses: ./")), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if count < 3 {
		t.Errorf("%d workflows in the documents, want at least 3", count)
	}
	lint := func() (string, error) {
		cmd := exec.CommandContext(t.Context(), strings.TrimSpace(string(tool)), "-no-color")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := lint(); err != nil {
		t.Errorf("actionlint: %v\n%s", err, out)
	}
	// The check must be able to fail.
	wrong := "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./\n        with:\n          pahts: .\n"
	if err := os.WriteFile(filepath.Join(workflows, "wrong.yml"), []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := lint(); err == nil || !strings.Contains(out, "pahts") {
		t.Errorf("an input that does not exist passes: %v\n%s", err, out)
	}
}
