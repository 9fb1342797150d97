package report

import (
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// level is how severe a finding is: the three levels of SARIF and of
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
	return severityLevel(v.severityOf(f, known))
}

// severity is the severity of a finding; that of the user's own rules is high.
func (v *view) severity(f *finding.Finding) rule.Severity {
	known, ok := v.rules[f.Rule]
	if !ok {
		return rule.High
	}
	return v.severityOf(f, known)
}

// severityOf is the severity of a credential by its rule, scope and end, or else
// the rule's; low for a breach that weighs less.
func (v *view) severityOf(f *finding.Finding, known rule.Rule) rule.Severity {
	if f.Minor {
		return rule.Low
	}
	if f.Credential.IsZero() || known.Class != rule.Secret {
		return known.Severity()
	}
	k := v.factsOf(f)
	if k.expired {
		return rule.Low
	}
	return f.Kind().Severity(k.scope, k.expiry, k.expiresAt, v.Now)
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
func (v *view) titleOf(f *finding.Finding) redact.Text {
	if known, ok := v.rules[f.Rule]; ok {
		return redact.Of(known.Title)
	}
	return redact.Of(f.Rule)
}

// describe says in one paragraph what was found: for a credential what it is,
// whether it works, what it may do and when it ends.
func (v *view) describe(f *finding.Finding) redact.Text {
	if f.Credential.IsZero() {
		if f.Message != "" {
			return redact.Of(f.Message)
		}
		if known, ok := v.rules[f.Rule]; ok {
			return redact.Of(known.Short)
		}
		return redact.Sprintf("Found by the rule %s.", f.Rule)
	}
	k := v.factsOf(f)
	state := redact.Of(string(k.status))
	if f.Verdict.Reason != "" {
		state = redact.Sprintf("%s (%s)", state, f.Verdict.Reason)
	}
	keyID := redact.Text{}
	if id := f.Credential.KeyID; id != "" {
		keyID = redact.Sprintf("Key id %s.", redact.Name(id))
	}
	return redact.Join(" ",
		redact.Sprintf("%s, %s.", v.titleOf(f), state),
		redact.Sprintf("It may do: %s.", finding.ScopeWords(k.scope)),
		v.endWords(k),
		keyID,
		beyond(v.rules[f.Rule], f.Message),
		v.whereWords(f),
	)
}

// endWords says in one sentence when a credential ends.
func (v *view) endWords(k facts) redact.Text {
	switch {
	case k.expired:
		return redact.Sprintf("It expired %s.", v.expiresWords(k))
	case k.expiry == credential.ExpiryNever:
		return redact.Literal("It never expires.")
	case k.expiry == credential.ExpiryAt:
		return redact.Sprintf("It expires %s.", v.expiresWords(k))
	}
	return redact.Literal("It does not say when it expires.")
}

// whereWords says what a position cannot: member of an archive, encoding,
// commit, and that git ignores the file.
func (v *view) whereWords(f *finding.Finding) redact.Text {
	var parts []redact.Text
	switch _, member, packed := splitMember(f.Location, nil); {
	case member != "":
		parts = append(parts, redact.Sprintf("Inside the archive: %s, line %d.", member, f.Location.StartLine))
	case packed:
		parts = append(parts, redact.Sprintf("Inside the compressed file: line %d.", f.Location.StartLine))
	}
	if len(f.Location.Encoding) > 0 {
		parts = append(parts, redact.Sprintf("Encoded: %s.", strings.Join(f.Location.Encoding, ", ")))
	}
	if c := f.Commit; c != nil {
		words := redact.Sprintf("In the history since %s", shortID(c.ID))
		if !c.Date.IsZero() {
			words = redact.Sprintf("%s of %s", words, day(c.Date))
		}
		parts = append(parts, redact.Sprintf("%s.", words))
	}
	if f.IgnoredByGit {
		parts = append(parts, redact.Literal("Git ignores this file."))
	}
	return redact.Join(" ", parts...)
}

// nextWords is what to do about one finding, as one paragraph.
func (v *view) nextWords(f *finding.Finding) []redact.Text {
	g := &group{head: f, facts: v.factsOf(f)}
	g.rule, g.known = v.rules[f.Rule]
	steps := slices.Concat(v.steps(g))
	if f.Advice != "" {
		steps = append(steps, redact.Of(f.Advice))
	}
	return steps
}

// containers are the encodings, outermost, under which a finding's position is
// not one in the file on disk; those with members are true.
var containers = map[string]bool{
	"zip": true, "tar": true, "ar": true, "pack": true, "bundle": true,
	"gzip": false, "bzip2": false, "xz": false, "zstd": false, "zlib": false, "lzma": false,
}

// splitMember returns the file on disk and, for a finding inside an archive, the
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
