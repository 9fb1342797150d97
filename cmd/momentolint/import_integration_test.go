//go:build integration

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitleaksProgram builds the real gitleaks, once.
func gitleaksProgram(t *testing.T) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "../../scripts/tool", "gitleaks")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("scripts/tool gitleaks: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func runProgram(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
}

// place is where a finding stands, and what.
type importPlace struct {
	file, fingerprint string
	line, column, end int
}

func places(o output) map[importPlace]bool {
	all := map[importPlace]bool{}
	for _, f := range o.Findings {
		all[importPlace{f.File, f.Fingerprint, f.Line, f.Column, f.EndColumn}] = true
	}
	return all
}

// What the real gitleaks finds of the sample service is, once imported, what
// our own scan says, at the same places; in its JSON as in its SARIF.
func TestReportsOfTheRealGitleaks(t *testing.T) {
	gitleaks, err := filepath.Abs(gitleaksProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	const service = "../../testdata/leaky-service"
	own := places(scanJSON(t, "", exitFound, service))
	dir := t.TempDir()
	for format, least := range map[string]int{"json": 13, "sarif": 11} {
		file := filepath.Join(dir, "report."+format)
		runProgram(t, service, gitleaks, "dir", "--no-banner", "--exit-code", "0", "--max-archive-depth", "4", "-f", format, "-r", file, ".")
		// It shows the first piece alone of two keys that stand in several.
		o := scanJSON(t, "", exitFailed, "--import", file)
		if len(o.Summary.Skipped) != 1 || !strings.HasPrefix(o.Summary.Skipped[0].Reason, "2 of ") || !strings.Contains(o.Summary.Skipped[0].Reason, "have a truncated secret") {
			t.Errorf("%s: skipped %+v", format, o.Summary.Skipped)
		}
		if len(o.Findings) < least {
			t.Errorf("%s: %d findings, want %d or more", format, len(o.Findings), least)
		}
		exact := 0
		for p := range places(o) {
			if own[p] {
				exact++
				continue
			}
			found := false
			for q := range own {
				found = found || p.file == q.file && p.line == q.line && p.fingerprint == q.fingerprint
			}
			if !found {
				t.Errorf("%s: %+v is not what the scan finds", format, p)
			}
		}
		t.Logf("%s: %d findings, %d at exactly the same columns", format, len(o.Findings), exact)
		if exact < least-3 {
			t.Errorf("%s: only %d of %d at exactly the same columns", format, exact, len(o.Findings))
		}

		redacted := filepath.Join(dir, "redacted."+format)
		runProgram(t, service, gitleaks, "dir", "--no-banner", "--exit-code", "0", "--redact", "-f", format, "-r", redacted, ".")
		o = scanJSON(t, "", exitFailed, "--import", redacted)
		if len(o.Findings) != 0 || len(o.Summary.Skipped) != 1 || !strings.Contains(o.Summary.Skipped[0].Reason, "have a redacted secret") {
			t.Errorf("%s, redacted: %+v", format, o)
		}
	}
}

// A history's findings keep their commit.
func TestAHistoryReportOfTheRealGitleaks(t *testing.T) {
	gitleaks := gitleaksProgram(t)
	repo, file := t.TempDir(), filepath.Join(t.TempDir(), "report.json")
	runProgram(t, repo, "git", "init", "-q")
	runProgram(t, repo, "cp", "-r", mustAbs(t, "../../testdata/leaky-service")+"/.", ".")
	runProgram(t, repo, "git", "add", "-A")
	runProgram(t, repo, "git", "-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "commit.gpgsign=false", "commit", "-qm", "add it")
	head, err := exec.CommandContext(t.Context(), "git", "-C", repo, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	runProgram(t, repo, gitleaks, "git", "--no-banner", "--exit-code", "0", "-f", "json", "-r", file, ".")
	o := scanJSON(t, "", exitFailed, "--import", file)
	if len(o.Findings) < 10 {
		t.Errorf("%d findings", len(o.Findings))
	}
	for _, f := range o.Findings {
		if f.Commit == nil || *f.Commit != strings.TrimSpace(string(head)) || f.Author == nil || *f.Author != "Dev <dev@example.com>" {
			t.Errorf("%s: commit %v by %v", f.File, f.Commit, f.Author)
		}
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
