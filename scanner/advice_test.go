package scanner_test

import (
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/scanner"
)

// A credential in a commit or tag itself comes with advice of its own, since no
// change to a file removes it.
func TestMessagesHaveTheirOwnAdvice(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	key := func(seed string) string { return credentialtest.V2(credentialtest.Options{Seed: seed}) }
	repo.Write("app.env", "K="+key("file")+"\n")
	repo.Commit("Add " + key("commit"))
	repo.Git("tag", "-a", "-m", "Release "+key("tag"), "v1")
	r := history(t, repo.Dir, scanner.History{}, scanner.Options{})
	want := map[string]string{"app.env": "", scanner.CommitMessage: "git rebase", scanner.TagMessage: "git tag -f"}
	if len(r.Findings) != len(want) {
		t.Fatalf("%d findings, want %d", len(r.Findings), len(want))
	}
	for _, f := range r.Findings {
		part, ok := want[f.Location.File]
		if !ok || (f.Advice == "") != (part == "") || !strings.Contains(f.Advice, part) {
			t.Errorf("%s: advice %q, want %q in it", f.Location.File, f.Advice, part)
		}
	}
}
