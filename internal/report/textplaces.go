package report

import (
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/rule"
)

// places lists where a credential was found, with lines for the first ones.
func (t *textWriter) places(g *group, tone style) {
	limit := fullPlaces
	if !g.isSecret() {
		limit = fullBreaches
	}
	places := t.v.shownPlaces(g, t.o.Verbose)
	shown := len(places)
	if t.o.Brief {
		shown = min(shown, briefPlaces)
	}
	for i, p := range places[:shown] {
		t.place(g, p, i < limit || t.o.Verbose, tone)
	}
	if more := len(places) - shown; more > 0 {
		t.line(redact.Spaces(2), t.dim(redact.Sprintf("… and at %d more", more)))
	}
}

// shownPlace is one place, or all versions of one file in a history.
type shownPlace struct {
	*finding.Finding
	// more counts the further versions of the file; last is the latest of them.
	more int
	last *finding.Finding
}

// shownPlaces joins the versions of one file in a history: the credential came
// in once and was carried along. Unless all are wanted.
func (v *view) shownPlaces(g *group, all bool) []shownPlace {
	var out []shownPlace
	index := map[string]int{}
	for _, f := range g.places {
		key := f.Location.File + "\x00" + f.Message
		if i, ok := index[key]; ok && f.Commit != nil && !all {
			p := &out[i]
			p.more++
			if f.Commit.Date.After(p.last.Commit.Date) {
				p.last = f
			}
			if f.Commit.Date.Before(p.Commit.Date) {
				p.Finding = f
			}
			continue
		}
		if f.Commit != nil {
			index[key] = len(out)
		}
		out = append(out, shownPlace{Finding: f, last: f})
	}
	return out
}

// place writes one place: position, remarks, the line and its mark.
func (t *textWriter) place(g *group, p shownPlace, full bool, tone style) {
	t.beside(position(p.Location), t.cyan, redact.WrapParts(remarks(g, p), " · ", t.o.Width-remarkIndent))
	words := redact.Of(p.Message)
	if g.isSecret() || p.Message == g.rule.Short {
		words = beyond(g.rule, p.Message)
	}
	if !words.IsEmpty() {
		for _, part := range words.Wrap(t.o.Width - remarkIndent) {
			t.line(redact.Spaces(remarkIndent), part)
		}
	}
	if full && p.Line != "" {
		t.source(p.Finding, tone)
	}
	if p.Advice != "" && !t.o.Brief {
		for i, part := range redact.Of(p.Advice).Wrap(t.o.Width - 8) {
			arrow := redact.Literal("→ ")
			if i > 0 {
				arrow = redact.Spaces(2)
			}
			t.line(redact.Spaces(6), t.dim(arrow), part)
		}
	}
}

// beyond is what a finding's message says beyond its rule's, as of a comment that
// does not silence it; "" if nothing.
func beyond(r rule.Rule, message string) redact.Text {
	rest, ok := strings.CutPrefix(message, strings.TrimSuffix(r.Short, ".")+"; ")
	if !ok || r.Short == "" {
		return redact.Text{}
	}
	return redact.Of(rest).UpperFirst()
}

// position is file:line:column as editors and terminals make links of.
func position(l finding.Location) redact.Text {
	return redact.Concat(redact.Of(l.File), lineAndColumn(l))
}

// lineAndColumn is what follows the file's name in a position.
func lineAndColumn(l finding.Location) redact.Text {
	switch {
	case l.StartLine <= 0:
		return redact.Text{}
	case l.StartColumn <= 0:
		return redact.Sprintf(":%d", l.StartLine)
	}
	return redact.Sprintf(":%d:%d", l.StartLine, l.StartColumn)
}

// remarks says how the place is special: encoding, lines, git, commit.
func remarks(g *group, p shownPlace) []redact.Text {
	var parts []redact.Text
	if len(p.Location.Encoding) > 0 {
		parts = append(parts, redact.Sprintf("in %s", strings.Join(p.Location.Encoding, " › ")))
	}
	if p.Location.EndLine > p.Location.StartLine {
		parts = append(parts, redact.Sprintf("to line %d", p.Location.EndLine))
	}
	if p.IgnoredByGit {
		parts = append(parts, redact.Literal("git ignores this file"))
	}
	if p.Credential.Incomplete && !g.head.Credential.Incomplete {
		parts = append(parts, redact.Literal("incomplete"))
	}
	if g.isSecret() && p.Credential.Kind != g.head.Credential.Kind {
		parts = append(parts, redact.Sprintf("as %s", p.Credential.Kind.Title()))
	}
	if c := p.Commit; c != nil {
		words := redact.Sprintf("since %s", shortID(c.ID))
		if name := authorName(c.Author); name != "" {
			words = redact.Sprintf("%s by %s", words, redact.Of(name).Truncate(maxAuthor))
		}
		if !c.Date.IsZero() {
			words = redact.Sprintf("%s, %s", words, day(c.Date))
		}
		parts = append(parts, words)
		if p.more > 0 {
			words := redact.Sprintf("and in %s of the file", count(p.more, "more version", "more versions"))
			if p.last != p.Finding && !p.last.Commit.Date.IsZero() {
				words = redact.Sprintf("%s, last %s, %s", words, shortID(p.last.Commit.ID), day(p.last.Commit.Date))
			}
			parts = append(parts, words)
		}
	}
	return parts
}

// shortID is a commit's id as git abbreviates it, generously.
func shortID(id string) redact.Text {
	if len(id) > 10 {
		id = id[:10]
	}
	return redact.Of(id)
}

// authorName is "Name" of "Name <mail>", the mail where there is no name.
func authorName(author string) string {
	name, mail, ok := strings.Cut(author, "<")
	if name = strings.TrimSpace(name); name != "" || !ok {
		return name
	}
	return strings.TrimSuffix(strings.TrimSpace(mail), ">")
}

// source writes the line and the mark under it.
func (t *textWriter) source(f *finding.Finding, tone style) {
	number := redact.Sprintf("%4d", f.Location.StartLine)
	s := sourceLine(f).Snippet(t.o.Width - 2 - number.Width() - 3)
	t.line(redact.Spaces(2), t.dim(redact.Sprintf("%s │ ", number)), s.Text)
	if s.Width > 0 {
		gutter := redact.Sprintf("%s │ ", redact.Spaces(number.Width()))
		t.line(redact.Spaces(2), t.dim(gutter), redact.Spaces(s.Mark), tone(redact.Repeat("^", s.Width)))
	}
}
