package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// csvColumns are the names of the columns, in order; new ones go to the end.
var csvColumns = []string{
	"rule", "kind", "status", "status_reason", "scope", "may_do", "expires", "expires_at", "file", "line", "column",
	"end_line", "end_column", "encoding", "commit", "author", "date", "fingerprint", "redacted", "endpoint", "key_id",
	"issued_at", "checked_at", "message", "severity", "incomplete",
}

// CSV writes one row for each finding, with a heading, for spreadsheets
// (RFC 4180). No cell begins like a formula. Rows with the rule skipped, opaque
// or excluded follow for what was not scanned.
func CSV(w io.Writer, r *finding.Report) error {
	v := newView(r)
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return fmt.Errorf("writing the CSV report: %w", err)
	}
	write := func(texts []redact.Text) error {
		row := make([]string, len(texts))
		for j := range texts {
			row[j] = texts[j].Cell()
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("writing the CSV report: %w", err)
		}
		return nil
	}
	for i := range v.findings {
		if err := write(v.csvRow(&v.findings[i])); err != nil {
			return err
		}
	}
	for _, row := range v.csvCoverage() {
		if err := write(row); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the CSV report: %w", err)
	}
	return nil
}

func (v *view) csvRow(f *finding.Finding) []redact.Text {
	c, l := &f.Credential, f.Location
	var kind, status, reason, scope, mayDo, expires, expiresAt, endpoint, keyID, issued, checked, commit, author, date, message redact.Text
	if c.IsZero() {
		message = redact.Of(f.Message)
	} else {
		k := v.factsOf(f)
		kind, status, reason = redact.Of(string(c.Kind)), redact.Of(string(k.status)), redact.Of(f.Verdict.Reason)
		scope, mayDo = redact.Of(string(k.scope.Level)), redact.Of(finding.ScopeWords(k.scope))
		expires, endpoint, keyID = k.expiresWord(), redact.Of(k.shownEndpoint(f)), redact.Of(c.KeyID)
		if k.expiry == credential.ExpiryAt {
			expiresAt = timeCell(k.expiresAt)
		}
		issued, checked = timeCell(k.issuedAt), timeCell(f.Verdict.CheckedAt)
	}
	if f.Commit != nil {
		commit, author, date = redact.Of(f.Commit.ID), redact.Of(f.Commit.Author), timeCell(f.Commit.Date)
	}
	incomplete := redact.Literal("false")
	if c.Incomplete {
		incomplete = redact.Literal("true")
	}
	number := func(n int) redact.Text { return redact.Sprintf("%d", n) }
	return []redact.Text{
		redact.Of(f.Rule), kind, status, reason, scope, mayDo, expires, expiresAt, redact.Of(l.File),
		number(l.StartLine), number(l.StartColumn), number(l.EndLine), number(l.EndColumn),
		redact.Of(strings.Join(l.Encoding, " ")), commit, author, date, redact.Of(f.Fingerprint), redact.Of(f.Redacted), endpoint, keyID,
		issued, checked, message, redact.Of(string(v.severity(f))), incomplete,
	}
}

// csvCoverage are the rows for what was not scanned: the class as the rule, the
// path as the file, the reason as the message.
func (v *view) csvCoverage() [][]redact.Text {
	var rows [][]redact.Text
	add := func(class, path, message redact.Text) {
		row := make([]redact.Text, len(csvColumns))
		row[0], row[slices.Index(csvColumns, "file")], row[slices.Index(csvColumns, "message")] = class, path, message
		rows = append(rows, row)
	}
	for _, u := range v.unread() {
		for _, e := range u.entries {
			add(u.name, redact.Of(e.Path), redact.Of(e.Reason))
		}
	}
	for _, x := range v.ledger().Excluded {
		add(redact.Literal("excluded"), redact.Of(x.Source), exclusionWords(x))
	}
	return rows
}

func timeCell(t time.Time) redact.Text {
	if t.IsZero() {
		return redact.Text{}
	}
	return redact.Of(rfc3339(t))
}
