package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/redact"
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

// unread is one class of what was not scanned, or only in part, although the
// user did not exclude it.
type unread struct {
	class coverage.Class
	// name is "skipped" or "opaque", label the same at the beginning of a line.
	name, label redact.Text
	// remark says what the class means for the result, and what to do.
	remark  redact.Text
	entries []coverage.SkippedEntry
}

// words is "Skipped: 3 (2 permission denied, 1 vanished).".
func (u *unread) words() redact.Text {
	return redact.Sprintf("%s: %s", u.label, reasonWords(u.entries))
}

// unread returns the classes that have entries.
func (v *view) unread() []unread {
	l := v.ledger()
	skipped := unread{
		class: coverage.Skipped, name: redact.Literal("skipped"), label: redact.Literal("Skipped"), entries: l.Skipped,
		remark: redact.Literal("These should have been scanned: the run is incomplete."),
	}
	opaque := unread{
		class: coverage.Opaque, name: redact.Literal("opaque"), label: redact.Literal("Opaque"),
		remark: redact.Literal("Encrypted, damaged or in a format that is not opened: what could be unpacked was scanned. Leave out what is expected with exclude in .momentolint.yaml."),
	}
	for _, e := range l.Opaque {
		opaque.entries = append(opaque.entries, coverage.SkippedEntry{Path: e.Path, Reason: e.Reason})
	}
	return slices.DeleteFunc([]unread{skipped, opaque}, func(u unread) bool { return len(u.entries) == 0 })
}

// unreadCounts is "2 skipped, 1 opaque", or empty.
func (v *view) unreadCounts() redact.Text {
	var parts []redact.Text
	for _, u := range v.unread() {
		parts = append(parts, redact.Sprintf("%s %s", thousands(int64(len(u.entries))), u.name))
	}
	return redact.Join(", ", parts...)
}

// incomplete reports whether something was skipped.
func (v *view) incomplete() bool { return v.Summary.Incomplete() }

// clean reports whether the result may be called clean without qualification.
func (v *view) clean() bool { return len(v.findings) == 0 && v.Summary.Unqualified() }

// nothingFound is the headline of a run without findings.
func (v *view) nothingFound() redact.Text {
	words := redact.Literal("No Momento credentials found")
	if v.Summary.ExcludedFindings() > 0 {
		words = redact.Literal("No new Momento credentials found")
	}
	if v.Summary.Unqualified() {
		return redact.Sprintf("%s.", words)
	}
	return redact.Sprintf("%s in what was scanned: %s.", words, v.unreadCounts())
}

// reasonWords is "3 (2 permission denied, 1 encrypted).", or "2 (permission
// denied).".
func reasonWords(list []coverage.SkippedEntry) redact.Text {
	counts := map[string]int{}
	for _, e := range list {
		// What differs from entry to entry follows these.
		reason, _, _ := strings.Cut(e.Reason, ": ")
		reason, _, _ = strings.Cut(reason, " after ")
		counts[reason]++
	}
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	var parts []redact.Text
	rest := 0
	for i, reason := range reasons {
		if i >= maxSkipGroups {
			rest += counts[reason]
			continue
		}
		parts = append(parts, redact.Sprintf("%s %s", thousands(int64(counts[reason])), reason))
	}
	if rest > 0 {
		parts = append(parts, redact.Sprintf("%s for other reasons", thousands(int64(rest))))
	}
	if len(reasons) == 1 {
		parts = []redact.Text{redact.Of(reasons[0])}
	}
	return redact.Sprintf("%s (%s).", thousands(int64(len(list))), redact.Join(", ", parts...))
}

// maxExclusions is how many exclusions a sentence names.
const maxExclusions = 8

// excludedWords is "Excluded: 4 (1 finding by comment in a.env, 3 paths by
// exclude in .momentolint.yaml).", or empty.
func (v *view) excludedWords() redact.Text {
	parts := v.exclusions()
	if len(parts) == 0 {
		return redact.Text{}
	}
	if more := len(parts) - maxExclusions; more > 0 {
		parts = append(parts[:maxExclusions:maxExclusions], redact.Sprintf("%s more", thousands(int64(more))))
	}
	return redact.Sprintf("Excluded: %s (%s).", thousands(int64(v.Summary.ExcludedCount())), redact.Join(", ", parts...))
}

// exclusions are the excluded things, each in words.
func (v *view) exclusions() []redact.Text {
	var parts []redact.Text
	for _, x := range v.ledger().Excluded {
		parts = append(parts, exclusionWords(x))
	}
	return parts
}

// exclusionWords is "3 findings by baseline in known.json".
func exclusionWords(x coverage.Exclusion) redact.Text {
	one, many := x.By.Unit()
	unit := many
	if x.Count == 1 {
		unit = one
	}
	words := redact.Sprintf("%s %s by %s", thousands(int64(x.Count)), unit, string(x.By))
	switch {
	case x.Source == "":
		return words
	case strings.HasPrefix(x.Source, "--"):
		return redact.Sprintf("%s (%s)", words, x.Source)
	}
	return redact.Sprintf("%s in %s", words, x.Source)
}
