package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
	"github.com/momentolint/momentolint/scanner/rule"
)

// level is how loudly a finding is told: the three levels of SARIF and of
// GitHub's annotations.
type level int

const (
	levelNote level = iota
	levelWarning
	levelError
)

// levelOf judges one finding: by its rule, but what no longer works is a note.
func (v *view) levelOf(f *finding.Finding) level {
	if !f.Credential.IsZero() {
		switch v.factsOf(f).status {
		case finding.StatusDead, finding.StatusExpired:
			return levelNote
		}
	}
	known, ok := v.rules[f.Rule]
	if !ok {
		// The user wrote a rule for it.
		return levelError
	}
	return severityLevel(severityOf(f, known))
}

// severityOf is the rule's severity, or low for a breach that weighs less.
func severityOf(f *finding.Finding, known rule.Rule) rule.Severity {
	if f.Minor {
		return rule.Low
	}
	return known.Severity()
}

func severityLevel(s rule.Severity) level {
	switch s {
	case rule.Critical, rule.High:
		return levelError
	case rule.Medium:
		return levelWarning
	}
	return levelNote
}

// titleOf names what was found, e.g. "Momento API key (v1)".
func (v *view) titleOf(f *finding.Finding) string {
	if known, ok := v.rules[f.Rule]; ok {
		return known.Title
	}
	return clean(f.Rule)
}

// describe says in one paragraph what was found: for a credential what it is,
// whether it works, what it may do and when it ends.
func (v *view) describe(f *finding.Finding) string {
	if f.Credential.IsZero() {
		if f.Message != "" {
			return clean(f.Message)
		}
		if known, ok := v.rules[f.Rule]; ok {
			return known.Short
		}
		return "Found by the rule " + clean(f.Rule) + "."
	}
	k := v.factsOf(f)
	state := string(k.status)
	if reason := clean(f.Verdict.Reason); reason != "" {
		state += " (" + reason + ")"
	}
	parts := []string{
		v.titleOf(f) + ", " + state + ".",
		"It may do: " + clean(finding.ScopeWords(k.scope)) + ".",
		v.endWords(k),
	}
	if id := f.Credential.KeyID; id != "" {
		parts = append(parts, "Key id "+finding.Printable(id)+".")
	}
	if words := beyond(v.rules[f.Rule], f.Message); words != "" {
		parts = append(parts, words)
	}
	if where := v.whereWords(f); where != "" {
		parts = append(parts, where)
	}
	return strings.Join(parts, " ")
}

// endWords says in one sentence when a credential ends.
func (v *view) endWords(k facts) string {
	switch {
	case k.expired:
		return "It expired " + v.expiresWords(k) + "."
	case k.expiry == credential.ExpiryNever:
		return "It never expires."
	case k.expiry == credential.ExpiryAt:
		return "It expires " + v.expiresWords(k) + "."
	}
	return "It does not say when it expires."
}

// whereWords says what a position cannot: member of an archive, encoding,
// commit, and that git ignores the file.
func (v *view) whereWords(f *finding.Finding) string {
	var parts []string
	switch _, member, packed := splitMember(f.Location, nil); {
	case member != "":
		parts = append(parts, "Inside the archive: "+clean(member)+", line "+strconv.Itoa(f.Location.StartLine)+".")
	case packed:
		parts = append(parts, "Inside the compressed file: line "+strconv.Itoa(f.Location.StartLine)+".")
	}
	if len(f.Location.Encoding) > 0 {
		parts = append(parts, "Encoded: "+clean(strings.Join(f.Location.Encoding, ", "))+".")
	}
	if c := f.Commit; c != nil {
		words := "In the history since " + shortID(c.ID)
		if !c.Date.IsZero() {
			words += " of " + day(c.Date)
		}
		parts = append(parts, words+".")
	}
	if f.IgnoredByGit {
		parts = append(parts, "Git ignores this file.")
	}
	return strings.Join(parts, " ")
}

// nextWords is what to do about one finding, as one paragraph.
func (v *view) nextWords(f *finding.Finding) []string {
	g := &group{head: f, facts: v.factsOf(f)}
	g.rule, g.known = v.rules[f.Rule]
	own, common := v.steps(g)
	steps := slices.Concat(own, common)
	if f.Advice != "" {
		steps = append(steps, clean(f.Advice))
	}
	return steps
}

// containers are the encodings, outermost, under which a finding's position is
// not one in the file on disk; those with members are true.
var containers = map[string]bool{
	"zip": true, "tar": true, "ar": true, "pack": true, "bundle": true,
	"gzip": false, "bzip2": false, "xz": false, "zstd": false, "zlib": false, "lzma": false,
}

// splitMember gives the file on disk and, for a finding inside an archive, the
// path inside it. packed is true where the file is an archive or compressed:
// lines and columns are then not its own. Where a name holds more "!" than
// there are archives, exists tells which beginning is the file; nil = the
// shortest.
func splitMember(l finding.Location, exists func(file string) bool) (file, member string, packed bool) {
	depth := 0
	for _, e := range l.Encoding {
		archive, ok := containers[e]
		if !ok {
			break // a spelling in text, which may hold compressed text in turn
		}
		packed = true
		if archive {
			depth++
		}
	}
	if depth == 0 {
		return l.File, "", packed
	}
	if exists != nil && strings.Count(l.File, "!") > depth {
		for i, c := range l.File {
			if c == '!' && exists(l.File[:i]) {
				return l.File[:i], l.File[i+1:], true
			}
		}
	}
	file, member, _ = strings.Cut(l.File, "!")
	return file, member, true
}
