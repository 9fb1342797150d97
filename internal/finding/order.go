package finding

import (
	"cmp"
	"slices"
)

// CommitID is the id of the commit that the finding is in, "" for a file.
func (f *Finding) CommitID() string {
	if f.Commit == nil {
		return ""
	}
	return f.Commit.ID
}

// Sort puts findings in the order of reports.
func Sort(list []Finding) {
	slices.SortStableFunc(list, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Location.File, b.Location.File),
			cmp.Compare(a.Location.StartLine, b.Location.StartLine),
			cmp.Compare(a.Location.StartColumn, b.Location.StartColumn),
			cmp.Compare(a.CommitID(), b.CommitID()),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Fingerprint, b.Fingerprint),
			cmp.Compare(a.Location.EndLine, b.Location.EndLine),
			cmp.Compare(a.Location.EndColumn, b.Location.EndColumn),
		)
	})
}

// Compact removes from sorted findings those that say what the one before
// says: the same content by the same rule at the same place.
func Compact(sorted []Finding) []Finding {
	return slices.CompactFunc(sorted, func(a, b Finding) bool {
		x, y := &a.Location, &b.Location
		return x.File == y.File && x.StartLine == y.StartLine && x.StartColumn == y.StartColumn &&
			a.Rule == b.Rule && a.Fingerprint == b.Fingerprint && a.CommitID() == b.CommitID()
	})
}

// Summarize counts the findings and their credentials, and sorts the ledger.
func (r *Report) Summarize() {
	s := &r.Summary
	s.Findings, s.Credentials, s.Live = len(r.Findings), 0, 0
	seen := map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Credential.IsZero() || seen[f.Fingerprint] {
			continue
		}
		seen[f.Fingerprint] = true
		s.Credentials++
		if f.Verdict.Status == StatusLive {
			s.Live++
		}
	}
	s.Sort()
}
