package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
)

// csvColumns are the names of the columns, in order; new ones go to the end.
var csvColumns = []string{
	"rule", "kind", "status", "status_reason", "scope", "may_do", "expires", "expires_at", "file", "line", "column",
	"end_line", "end_column", "encoding", "commit", "author", "date", "fingerprint", "redacted", "endpoint", "key_id",
	"issued_at", "checked_at", "message",
}

// CSV writes one row for each finding, with a heading, for spreadsheets
// (RFC 4180). No cell begins like a formula.
func CSV(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return fmt.Errorf("writing the CSV report: %w", err)
	}
	for i := range v.findings {
		row := v.csvRow(&v.findings[i])
		for j := range row {
			row[j] = csvCell(row[j])
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("writing the CSV report: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the CSV report: %w", err)
	}
	return nil
}

func (v *view) csvRow(f *finding.Finding) []string {
	c, l := &f.Credential, f.Location
	var kind, status, reason, scope, mayDo, expires, expiresAt, endpoint, keyID, issued, checked, commit, author, date, message string
	if c.IsZero() {
		message = f.Message
	} else {
		k := v.factsOf(f)
		kind, status, reason = string(c.Kind), string(k.status), f.Verdict.Reason
		scope, mayDo = string(k.scope.Level), finding.ScopeWords(k.scope)
		expires, endpoint, keyID = k.expiresWord(), k.endpoint, c.KeyID
		if k.expiry == credential.ExpiryAt {
			expiresAt = timeCell(k.expiresAt)
		}
		issued, checked = timeCell(k.issuedAt), timeCell(f.Verdict.CheckedAt)
	}
	if f.Commit != nil {
		commit, author, date = f.Commit.ID, f.Commit.Author, timeCell(f.Commit.Date)
	}
	return []string{
		f.Rule, kind, status, reason, scope, mayDo, expires, expiresAt, l.File,
		strconv.Itoa(l.StartLine), strconv.Itoa(l.StartColumn), strconv.Itoa(l.EndLine), strconv.Itoa(l.EndColumn),
		strings.Join(l.Encoding, " "), commit, author, date, f.Fingerprint, f.Redacted, endpoint, keyID, issued, checked, message,
	}
}

func timeCell(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return rfc3339(t)
}

// csvCell makes a cell harmless: control characters visible, and an apostrophe
// before what a spreadsheet would take for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection). Fullwidth signs
// count too: some programs take them for the same.
func csvCell(s string) string {
	s = clean(s)
	first, n := utf8.DecodeRuneInString(strings.TrimLeft(s, " '\""))
	if n > 0 && strings.ContainsRune("=+-@|%＝＋－＠", first) {
		return "'" + s
	}
	return s
}
