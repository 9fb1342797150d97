//go:build integration

package hook

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// managed is a user's repository with a remote, where momentolint's own
// installer sees the manager and shows its snippet. sign is the file or directory
// that returns the manager away.
func (s *sandbox) managed(sign string) (snippet string) {
	s.t.Helper()
	s.repository("repo")
	s.git("", "init", "-q", "--bare", "server")
	s.git("repo", "remote", "add", "origin", s.path("server"))
	s.git("repo", "push", "-q", "origin", "main")
	s.write(s.path("repo", ".gitignore"), "node_modules/\n", 0o644)
	s.write(s.path("repo", sign), "", 0o644)
	cmd := exec.CommandContext(s.t.Context(), "momentolint", "hook", "install")
	cmd.Dir = s.path("repo")
	out, err := cmd.CombinedOutput()
	if err == nil {
		s.t.Fatalf("the manager is not left in charge:\n%s", out)
	}
	// The lines of an error after the first are indented.
	return strings.ReplaceAll(string(out), "\n  ", "\n")
}

// npm installs a package of the registry in the user's repository.
func (s *sandbox) npm(pkg, config string) {
	s.t.Helper()
	s.write(s.path("repo", "package.json"), "{\"private\": true}\n", 0o644)
	s.run("npm", "install", "--userconfig", config, "--ignore-scripts", "--no-audit", "--no-fund", "--save-dev", pkg)
}

func (s *sandbox) run(name string, args ...string) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Dir = s.path("repo")
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// userconfig is where npm of the real user is configured.
func userconfig(t *testing.T) string {
	t.Helper()
	if file, ok := os.LookupEnv("NPM_CONFIG_USERCONFIG"); ok {
		return file
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(home, ".npmrc")
}

// indented returns a snippet's lines for a file, which are those with two blanks
// in front.
func indented(snippet string) string {
	var b strings.Builder
	for line := range strings.Lines(snippet) {
		if text, ok := strings.CutPrefix(line, "  "); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

// documented wants each line of a snippet in docs/hooks.md, too.
func (s *sandbox) documented(lines string) {
	s.t.Helper()
	text := s.read(filepath.Join(root, "docs", "hooks.md"))
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(text, line+"\n") {
			s.t.Errorf("docs/hooks.md lacks the line %q", line)
		}
	}
}

// lefthook, as it comes from the registry, runs the lines that install shows.
func TestLefthookObeysTheSnippet(t *testing.T) {
	config := userconfig(t)
	s := newManaged(t)
	snippet := s.managed("lefthook.yml")
	s.npm("lefthook@2.2.2", config)
	s.write(s.path("repo", "lefthook.yml"), indented(snippet), 0o644)
	s.run("node_modules/.bin/lefthook", "install")
	s.git("repo", "add", ".gitignore", "lefthook.yml", "package.json")
	s.git("repo", "commit", "-q", "-m", "configure")
	s.documented(indented(snippet))
	s.bothStages()
	s.severalRefs()
}

// huskyFile finds the files that husky's snippet names, each with its line.
var huskyFile = regexp.MustCompile(`(?m)^(?:.*: )?Add to (\.husky/\S+):\n\n  (.+)\n`)

// husky, as it comes from the registry, runs the lines that install shows.
func TestHuskyObeysTheSnippet(t *testing.T) {
	config := userconfig(t)
	s := newManaged(t)
	snippet := s.managed(".husky/.keep")
	s.npm("husky@9.1.7", config)
	s.run("node_modules/.bin/husky")
	files := huskyFile.FindAllStringSubmatch(snippet, -1)
	if len(files) != len(Events()) {
		t.Fatalf("the snippet does not name one file for each event:\n%s", snippet)
	}
	for _, f := range files {
		s.write(s.path("repo", filepath.FromSlash(f[1])), f[2]+"\n", 0o644)
	}
	s.git("repo", "add", ".gitignore", ".husky", "package.json")
	s.git("repo", "commit", "-q", "-m", "configure")
	s.documented(indented(snippet))
	s.bothStages()
	s.severalRefs()
}
