package scanner_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/git/changes"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
)

// gitWays are the ways of reading a repository that storied fills, each with
// what it has to find there.
func gitWays(dir string) map[string]scanner.Source {
	return map[string]scanner.Source{
		"history": scanner.History{Dir: dir},
		"range":   scanner.Range{Dir: dir, Spec: "main..topic"},
		"push":    scanner.Commits{Dir: dir, Commits: changes.Commits{Include: []string{"topic"}, Exclude: []string{"main"}, Lenient: true}},
	}
}

// What a scanner that reads "git log -p" is misled by: it counts no commits
// with color.ui=always, and the rest changes what the log shows and how.
func TestTheRepositorysSettingsHideNothing(t *testing.T) {
	gittest.Isolate(t)
	repo := storied(t)
	read := func() map[string]*finding.Report {
		reports := map[string]*finding.Report{}
		for name, way := range gitWays(repo.Dir) {
			r, err := scanOf(t, scanner.Options{}, way)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if r.Summary.Incomplete() || len(r.Findings) < 10 {
				t.Errorf("%s: %d findings, skipped %v", name, len(r.Findings), r.Summary.Skipped)
			}
			reports[name] = r
		}
		return reports
	}
	before := read()
	for key, value := range map[string]string{
		"color.ui": "always", "color.diff": "always", "color.branch": "always",
		"log.diffMerges": "off", "log.showRoot": "false", "log.follow": "true", "log.date": "relative", "log.showSignature": "false",
		"log.excludeDecoration": "refs/*", "log.initialDecorationSet": "all", "log.mailmap": "false", "format.pretty": "%b", "format.numbered": "true",
		"i18n.logOutputEncoding": "UTF-16", "core.quotePath": "false", "core.abbrev": "4", "core.commentChar": "K", "core.bigFileThreshold": "1", "core.precomposeUnicode": "true",
		"diff.noprefix": "true", "diff.renames": "copies", "diff.relative": "true", "diff.context": "0", "diff.ignoreSubmodules": "all", "diff.orderFile": "order",
		"diff.wsErrorHighlight": "all", "diff.colorMoved": "zebra", "diff.algorithm": "patience", "diff.suppressBlankEmpty": "true",
		"core.attributesFile": repo.Path("attributes"), "core.excludesFile": repo.Path("attributes"), "transfer.hideRefs": "refs/", "uploadpack.hideRefs": "refs/",
	} {
		repo.Git("config", key, value)
	}
	for _, name := range []string{"attributes", filepath.Join(".git", "info", "attributes"), filepath.Join(".git", "info", "exclude")} {
		if err := os.MkdirAll(filepath.Dir(repo.Path(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		repo.Write(name, "* -diff -text binary\n")
	}
	for name, r := range read() {
		expect(t, name, r, places(before[name])...)
	}
}

// In gitleaks' git source a commit of the allowlist is skipped by a "continue"
// that belongs to another loop.
func TestCommitsOfTheAllowlistAreSetAside(t *testing.T) {
	gittest.Isolate(t)
	repo := storied(t)
	merge, t2 := repo.Git("rev-parse", "topic~1"), repo.Git("rev-parse", "topic~3")
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	config := file(".gitleaks.toml", "[[allowlists]]\ncommits = [\""+merge+"\"]\n\n[[allowlists]]\ncondition = \"AND\"\ncommits = [\""+t2+"\"]\npaths = ['''\\.lock$''']\n")
	ignore := file(".gitleaksignore", t2+":app.zip!conf/.env:momento-api-key-v2:1\n"+merge+":link:momento-api-key-v2:1\n")
	for name, way := range gitWays(repo.Dir) {
		all, err := scanOf(t, scanner.Options{}, way)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var want []string
		for _, p := range places(all) {
			if !strings.HasPrefix(p, "merge: ") && p != "t2: deps.lock" && p != "t2: app.zip!conf/.env" {
				want = append(want, p)
			}
		}
		r, err := scanOf(t, scanner.Options{Gitleaks: scanner.Gitleaks{Config: config, Ignore: []string{ignore}}}, way)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		expect(t, name, r, want...)
		if len(want) != len(all.Findings)-3 {
			t.Errorf("%s: %d of %d findings are to be left; three were to go", name, len(want), len(all.Findings))
		}
	}
}
