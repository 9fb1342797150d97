package report

import (
	"github.com/momentolint/momentolint/internal/finding"
)

// Scrubbed returns a copy of the report in which no string contains a
// credential of the report, or anything that looks like one: for keeping it, or
// sending it elsewhere. The credentials themselves are still in it.
func Scrubbed(r *finding.Report) *finding.Report {
	v := newView(r)
	out := *r
	out.Findings, out.Notes, out.StaleBaseline = v.findings, v.notes, v.stale
	out.Summary.Ledger = v.ledger()
	return &out
}
