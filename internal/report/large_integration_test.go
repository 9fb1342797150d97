//go:build integration

package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
)

func TestSarifKeepsTheWorstOfTooMany(t *testing.T) {
	live := at(parse(t, credentialtest.V1(credentialtest.Options{Permissions: credentialtest.SuperUser()})), "z/last", 1, "", "")
	live.Verdict = finding.Verdict{Status: finding.StatusLive}
	dead := at(parse(t, credentialtest.Legacy(credentialtest.Options{})), "", 1, "", "")
	dead.Verdict = finding.Verdict{Status: finding.StatusDead}
	r := &finding.Report{Now: now, Root: t.TempDir()}
	for i := range maxSarifResults + 10 {
		dead.Location.File = fmt.Sprintf("a/%05d", i)
		r.Findings = append(r.Findings, dead)
	}
	r.Findings = append(r.Findings, live)
	run, _ := sarif(t, r)
	if len(run.Results) != maxSarifResults || run.Results[maxSarifResults-1].Level != "error" {
		t.Errorf("%d results, the last one a %s; want %d with the live one", len(run.Results), run.Results[len(run.Results)-1].Level, maxSarifResults)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || !strings.Contains(n[0].Message.Text, "11 further findings") {
		t.Errorf("what was left out is not told: %+v", n)
	}
}

func TestSummaryFitsAndSaysWhatDidNot(t *testing.T) {
	out := write(t, Summary, many(t, 30_000))
	if len(out) > maxSummary {
		t.Errorf("%d bytes: GitHub would drop the summary", len(out))
	}
	if len(out) < maxSummary/2 {
		t.Errorf("%d bytes: the summary leaves out more than it must", len(out))
	}
	for _, want := range []string{"more credentials did not fit here", "credentials have no details here"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	if strings.Count(out, "<details>") != strings.Count(out, "</details>") {
		t.Error("a detail is cut off in the middle")
	}
}
