package report

import (
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
)

// Scrubbed gives a copy of the report in which no text holds a credential of
// the report, or anything that looks like one: for keeping it, or sending it
// elsewhere. Credentials themselves are in it still.
func Scrubbed(r *finding.Report) *finding.Report {
	v := newView(r, false)
	out := *r
	out.Findings, out.Notes, out.StaleBaseline = v.findings, v.notes, v.stale
	out.Summary.Ledger = v.ledger()
	return &out
}

// Safe makes text from strangers (a file name, an author) fit for a terminal:
// control characters, escape sequences and characters that change the
// direction of writing are spelled out. It takes credentials out of it, too.
func Safe(s string) string { return clean(finding.WithoutCredentials(s)) }

// Annotation is a workflow command of GitHub Actions, one line: an annotation
// of that level (error, warning, notice) on the page of the run. Title and text
// may hold text from strangers.
func Annotation(level, title, text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = Safe(strings.TrimSuffix(lines[i], "\r"))
	}
	return command(level, []property{{"title", Safe(title)}}, strings.Join(lines, "\n"))
}

// LogLine makes text from strangers fit for one line of a CI system's log: safe
// for a terminal, and no command to the system that reads it.
func LogLine(s string) string { return neutral(Safe(s)) }
