package report

import (
	"math"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// closing writes how much was found, looked at and left out.
func (t *textWriter) closing() {
	v := t.v
	if !t.o.Quiet {
		for _, note := range v.notes {
			t.note(redact.Of(note))
		}
		if n := len(v.stale); n > 0 {
			matches := "match"
			if n == 1 {
				matches = "matches"
			}
			t.note(redact.Sprintf("%s of the baseline no longer %s anything; --write-baseline drops them", count(n, "entry", "entries"), matches))
			if t.o.Verbose {
				for _, entry := range v.stale {
					t.line(redact.Spaces(6), redact.Of(entry))
				}
			}
		}
		found := t.bold
		if v.clean() {
			found = t.green
		}
		t.wrapped(v.foundWords(), found)
		t.wrapped(v.lookedWords(), nil)
	}
	if !t.o.Quiet || t.o.Brief {
		t.wrapped(v.excludedWords(), t.dim)
	}
	for _, u := range v.unread() {
		t.unread(&u)
	}
}

// unread counts what is in a class by reason, and names it if it is little.
func (t *textWriter) unread(u *unread) {
	t.wrapped(u.words(), t.yellow)
	if !t.o.Quiet || t.o.Brief {
		t.wrapped(u.remark, t.dim)
	}
	list := u.entries
	if most := t.maxUnread(); len(list) > most {
		list = list[:most]
	}
	for _, e := range list {
		t.beside(redact.Of(e.Path), func(path redact.Text) redact.Text { return path }, redact.Of(e.Reason).Wrap(t.o.Width-remarkIndent))
	}
	if more := len(u.entries) - len(list); more > 0 {
		t.wrapped(redact.Sprintf("  and %s more: --verbose or --format json lists all.", thousands(int64(more))), t.dim)
	}
}

// maxUnread is how many entries of a class are named.
func (t *textWriter) maxUnread() int {
	switch {
	case t.o.Verbose:
		return math.MaxInt
	case t.o.Brief:
		return maxBriefUnread
	}
	return maxSkipPaths
}

// foundWords is "3 credentials in 7 places: 1 live, 2 unverified.".
func (v *view) foundWords() redact.Text {
	states := map[finding.Status]int{}
	credentials, places, policy, expiring := 0, 0, 0, 0
	for i := range v.findings {
		f := &v.findings[i]
		if f.Credential.IsZero() {
			policy++
			continue
		}
		places++
	}
	for _, g := range v.groups() {
		if !g.isSecret() {
			continue
		}
		credentials++
		states[g.status]++
		if g.soon && g.status != finding.StatusDead {
			expiring++
		}
	}
	var parts []redact.Text
	if places > 0 {
		var each []redact.Text
		for _, s := range []finding.Status{finding.StatusLive, finding.StatusUnverified, finding.StatusExpired, finding.StatusDead} {
			if n := states[s]; n > 0 {
				each = append(each, redact.Sprintf("%s %s", thousands(int64(n)), s))
			}
		}
		words := redact.Sprintf("%s in %s: %s", count(credentials, "credential", "credentials"), count(places, "place", "places"), redact.Join(", ", each...))
		if expiring > 0 {
			words = redact.Sprintf("%s (%s expiring soon)", words, thousands(int64(expiring)))
		}
		parts = append(parts, words)
	}
	if policy > 0 {
		words := count(policy, "finding", "findings")
		if places > 0 {
			words = redact.Sprintf("%s of other rules", words)
		}
		parts = append(parts, words)
	}
	if len(parts) == 0 {
		return v.nothingFound()
	}
	return redact.Sprintf("%s.", redact.Join("; ", parts...))
}

// lookedWords is "Scanned 1,204 files (3.4 MB) in 0.12 s.".
func (v *view) lookedWords() redact.Text {
	s := v.Summary
	var parts []redact.Text
	if words := v.repositoryWords(); !words.IsEmpty() {
		parts = append(parts, words)
	}
	for _, c := range []struct {
		n         int64
		one, many string
	}{{s.Files, "file", "files"}, {s.Blobs, "blob", "blobs"}, {s.Commits, "commit", "commits"}} {
		if c.n > 0 {
			parts = append(parts, count(int(c.n), c.one, c.many))
		}
	}
	if len(parts) == 0 {
		if len(s.Skipped) > 0 {
			return redact.Literal("Scanned nothing.")
		}
		return redact.Literal("Nothing to scan.")
	}
	words := redact.Sprintf("Scanned %s", redact.Join(", ", parts...))
	if s.Bytes > 0 {
		words = redact.Sprintf("%s (%s)", words, sizeWords(s.Bytes))
	}
	return redact.Sprintf("%s in %s.", words, secondsWords(s.Seconds))
}
