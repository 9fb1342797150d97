package report

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
)

// Every format that shows how bad a finding is agrees with the table of
// severities, also for findings that weigh less than their rules.
func TestEveryFormatShowsTheSeverity(t *testing.T) {
	owner := credentialtest.Options{Endpoint: cell, Permissions: credentialtest.SuperUser()}
	reader := credentialtest.Options{Endpoint: cell, Permissions: credentialtest.CacheReadOnly("sessions")}
	endsIn := func(o credentialtest.Options, life time.Duration) credentialtest.Options {
		o.IssuedAt, o.ExpiresAt = now.Add(-72*time.Hour), now.Add(life)
		return o
	}
	secret := func(text string) finding.Finding { return at(parse(t, text), "a.env", 1, "K=", "") }
	with := func(f finding.Finding, v finding.Verdict) finding.Finding {
		f.Verdict = v
		return f
	}
	minor := policy(finding.NeverExpiringRule, "a.env", 1, 0, 5, "never", "words")
	minor.Minor = true
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name                            string
		finding                         finding.Finding
		severity, sarif, github, gitlab string
	}{
		{"a key of an owner", secret(credentialtest.V1(owner)), "critical", "error", "error", "Critical"},
		{"a key that reads", secret(credentialtest.V1(reader)), "high", "error", "error", "High"},
		{"a key that reads for a month", secret(credentialtest.V1(endsIn(reader, 30*day))), "medium", "warning", "warning", "Medium"},
		{"an expired key", with(secret(credentialtest.V1(endsIn(owner, -day))), finding.Verdict{Status: finding.StatusExpired}), "low", "note", "notice", "Info"},
		{"a dead key", with(secret(credentialtest.V1(owner)), finding.Verdict{Status: finding.StatusDead, Reason: "revoked"}), "critical", "note", "notice", "Info"},
		{"a live key", with(secret(credentialtest.V1(reader)), finding.Verdict{Status: finding.StatusLive}), "high", "error", "error", "High"},
		{"a policy", policy(finding.NeverExpiringRule, "a.env", 1, 0, 5, "never", "words"), "medium", "warning", "warning", "Medium"},
		{"a minor breach of the policy", minor, "low", "note", "notice", "Low"},
		{"a key in the front end", policy("momento-key-in-frontend", "a.env", 1, 0, 5, "VITE_", "words"), "critical", "error", "error", "Critical"},
		{"an analyzer", policy("momentoexpiry", "a.go", 1, 0, 5, "never", "words"), "medium", "warning", "warning", "Medium"},
		{"a rule of the user", policy("acme-token", "a.env", 1, 0, 5, "token", "words"), "high", "error", "error", "High"},
	} {
		r := &finding.Report{Now: now, Root: t.TempDir(), Findings: []finding.Finding{tt.finding}, Summary: finding.Summary{Findings: 1}}
		got := map[string]string{}

		var list struct{ Findings []struct{ Severity string } }
		if err := json.Unmarshal([]byte(write(t, JSON, r)), &list); err != nil || len(list.Findings) != 1 {
			t.Fatalf("%s: JSON: %v", tt.name, err)
		}
		got["JSON"] = list.Findings[0].Severity

		rows, err := csv.NewReader(strings.NewReader(write(t, CSV, r))).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%s: CSV: %v", tt.name, err)
		}
		for i, name := range rows[0] {
			if name == "severity" {
				got["CSV"] = rows[1][i]
			}
		}

		run, _ := sarif(t, r)
		got["SARIF"] = run.Results[0].Level

		for line := range strings.Lines(write(t, GitHub, r)) {
			if name, _, _, ok := runnerCommand(strings.TrimSuffix(line, "\n")); ok && got["GitHub"] == "" {
				got["GitHub"] = name
			}
		}

		var gitlab struct{ Vulnerabilities []struct{ Severity string } }
		if err := json.Unmarshal([]byte(write(t, GitLab, r)), &gitlab); err != nil || len(gitlab.Vulnerabilities) != 1 {
			t.Fatalf("%s: GitLab: %v", tt.name, err)
		}
		got["GitLab"] = gitlab.Vulnerabilities[0].Severity

		for format, want := range map[string]string{
			"JSON": tt.severity, "CSV": tt.severity, "SARIF": tt.sarif, "GitHub": tt.github, "GitLab": tt.gitlab,
		} {
			if got[format] != want {
				t.Errorf("%s: %s says %q, want %q", tt.name, format, got[format], want)
			}
		}
	}
}
