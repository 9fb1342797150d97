package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/testing/terminalsvg"
)

// outputBlock is a fenced block that shows what the program prints.
var outputBlock = regexp.MustCompile("(?s)<!-- output: ([a-z-]+) -->\n```([a-z]+)\n(.*?)```\n")

// What the documents show is what the program prints against the stand-in.
// With UPDATE_DOCS=1 the documents are written anew.
func TestTheDocumentsShowRealOutput(t *testing.T) {
	t.Parallel()
	s := startDemo(t)
	commands := map[string]func() result{
		"inspect-super-user": func() result { return inspectAt(t, s, demo.superUser) },
		"inspect-scoped":     func() result { return inspectAt(t, s, demo.scoped, "--verbose") },
		"inspect-manager":    func() result { return inspectAt(t, s, demo.deploy) },
		"inspect-json":       func() result { return inspectAt(t, s, demo.scoped, "--format", "json") },
		"audit":              func() result { return auditAt(t, s) },
		"revoke":             func() result { return revokeAt(t, startDemo(t), "yes\n", ownerID, dashboardID, deployID) },
	}
	shown := 0
	for _, name := range []string{"docs/verification.md", "docs/after-a-leak.md"} {
		path := filepath.Join("..", "..", filepath.FromSlash(name))
		document, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		updated := outputBlock.ReplaceAllStringFunc(string(document), func(block string) string {
			m := outputBlock.FindStringSubmatch(block)
			run := commands[m[1]]
			if run == nil {
				t.Errorf("%s: no command %q", name, m[1])
				return block
			}
			shown++
			out := strings.TrimRight(run().out, "\n") + "\n"
			return "<!-- output: " + m[1] + " -->\n```" + m[2] + "\n" + out + "```\n"
		})
		if updated == string(document) {
			continue
		}
		if os.Getenv("UPDATE_DOCS") == "" {
			t.Errorf("%s does not show what the program prints; UPDATE_DOCS=1 go test -run Documents ./cmd/momentolint writes it anew", name)
			continue
		}
		if err := os.WriteFile(path, []byte(updated), 0o644); err != nil { // #nosec G306 -- a document
			t.Fatal(err)
		}
	}
	if shown < 7 {
		t.Errorf("only %d outputs are shown", shown)
	}
}

// took is how long a run took, which differs from run to run.
var took = regexp.MustCompile(`in [0-9.]+ m?s\.`)

// The picture in the README is what the command in it prints. With UPDATE_DOCS=1
// it is drawn again.
func TestThePictureInTheReadmeShowsRealOutput(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	const (
		picture = "docs/images/scan.svg"
		paths   = "testdata/leaky-service/notebooks testdata/leaky-service/deploy/k8s"
	)
	r := call(t, "", []string{"CLICOLOR_FORCE=1"}, append([]string{"scan", "--offline"}, strings.Fields(paths)...)...)
	if r.code != exitFound || r.stderr != "" {
		t.Fatalf("exit %d, stderr %q", r.code, r.stderr)
	}
	drawn, err := terminalsvg.Draw("momentolint scan --offline "+paths, r.out)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(picture, []byte(drawn), 0o644); err != nil { // #nosec G306 -- a document
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	if took.ReplaceAllString(drawn, "") != took.ReplaceAllString(string(stored), "") {
		t.Errorf("%s is out of date: UPDATE_DOCS=1 go test -run Readme ./cmd/momentolint draws it again", picture)
	}
}
