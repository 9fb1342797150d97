package report

import (
	"slices"

	"github.com/momentolint/momentolint/internal/coverage"
)

// ledger returns the report's ledger, sorted and without credentials in it.
func (v *view) ledger() coverage.Ledger {
	l := coverage.Ledger{
		Skipped: slices.Clone(v.Summary.Skipped), Opaque: slices.Clone(v.Summary.Opaque), Excluded: slices.Clone(v.Summary.Excluded),
	}
	for i := range l.Skipped {
		e := &l.Skipped[i]
		e.Path, e.Reason = v.scrubber.scrub(e.Path), v.scrubber.scrub(e.Reason)
	}
	for i := range l.Opaque {
		e := &l.Opaque[i]
		e.Path, e.Reason, e.Format = v.scrubber.scrub(e.Path), v.scrubber.scrub(e.Reason), v.scrubber.scrub(e.Format)
	}
	for i := range l.Excluded {
		x := &l.Excluded[i]
		x.Source = v.scrubber.scrub(x.Source)
	}
	l.Sort()
	return l
}
