package scanner_test

import (
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/testing/gittest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/scanner"
)

// history scans a repository's history without a network.
func history(t *testing.T, dir string, what scanner.History, o scanner.Options) *finding.Report {
	t.Helper()
	o.Live.Options = verify.Options{Offline: true}
	run, err := scanner.New(o)
	if err != nil {
		t.Fatal(err)
	}
	what.Dir = dir
	if err := run.Scan(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	report := run.Report(t.Context())
	return report
}

func TestHistoryNamesTheCommitThatBroughtAKeyIn(t *testing.T) {
	gittest.Isolate(t)
	repo := gittest.New(t)
	key := credentialtest.V2(credentialtest.Options{Seed: "deleted"})
	repo.Write("README.md", "nothing here\n")
	repo.Commit("Begin")
	repo.Write("conf/.env", "# settings\nMOMENTO_API_KEY="+key+"\n")
	added := repo.Commit("Add the settings")
	repo.Remove("conf")
	repo.Commit("Remove the settings")

	r := history(t, repo.Dir, scanner.History{}, scanner.Options{})
	if r.Summary.Incomplete() || len(r.Findings) != 1 {
		t.Fatalf("incomplete %t, %d findings, want one; skipped %v", r.Summary.Incomplete(), len(r.Findings), r.Summary.Skipped)
	}
	f := r.Findings[0]
	if f.Location.File != "conf/.env" || f.Location.StartLine != 2 || f.Location.StartColumn != len("MOMENTO_API_KEY=")+1 {
		t.Errorf("the finding is at %+v", f.Location)
	}
	if f.Commit == nil || f.Commit.ID != added || f.Commit.Author != "Ada <ada@example.com>" || f.Commit.Subject != "Add the settings" {
		t.Errorf("the finding's commit is %+v, want %s", f.Commit, added)
	}
	if r.Summary.Blobs != 2 || r.Summary.Commits != 3 {
		t.Errorf("summary %+v", r.Summary)
	}
}
