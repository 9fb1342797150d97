package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// The width of a line that is shown, in bytes around the finding. The margin
// is what must have been searched before a line can be shown, so that nothing
// that is shown escapes redaction.
const (
	displayBefore = 80
	displayAfter  = 60
	displayMargin = 512
)

// complete fills in everything about a candidate that depends on what stands
// around it.
func (s *Scanner) complete(c *candidate) {
	m := &c.match
	s.position(c)
	s.show(c)
	if !m.Credential.IsZero() && s.isPassword(c) {
		m.Advice = passwordAdvice
	}
	lines := s.linesOf(c)
	reason, complaint := inlineAllow(lines, m.Rule, s.d.KnownRule)
	if former := m.former(); reason == "" && former != "" {
		if reason, _ = inlineAllow(lines, former, s.d.KnownRule); reason != "" {
			m.FormerRule = former
		}
	}
	if reason == "" && m.Rule == finding.NeverExpiringRule {
		// In Go the analyzer of this name reports the same.
		reason, _ = inlineAllow(lines, "momentoexpiry", s.d.KnownRule)
	}
	by := coverage.ByComment
	if reason == "" {
		by, reason = s.allowed(c)
	}
	m.allow(by, reason)
	if complaint != "" && !m.Allowed() {
		m.Message = strings.TrimSuffix(m.Message, ".") + "; " + complaint + "."
	}
}

// shown is a part of a line as it is shown: a secret's stands for it.
type shown struct {
	lo, hi int
	text   string
}

// show makes the line for people: the first of the lines that the finding is
// on, every value in it masked, cut to a displayable width.
func (s *Scanner) show(c *candidate) {
	d := s.top.data
	first, last := s.lineBounds(c.lo, c.lo)
	if before := d[first:c.lo]; len(before) == c.match.StartColumn-1 && utf8.Valid(before) {
		c.match.UTF16Shift = len(before) - len(utf16.Encode([]rune(string(before))))
	}
	first = max(first, c.lo-displayBefore)
	if c.lo < s.last.lo {
		// What was found after it has been handed on, and is not known any more.
		first, last = c.lo, c.hi-displayAfter
	}
	last = min(max(last, c.lo), max(min(last, c.hi), c.lo)+displayAfter)
	for first < c.lo && first > 0 && !utf8.RuneStart(d[first]) {
		first++
	}
	for last > c.hi && last < len(d) && !utf8.RuneStart(d[last]) {
		last--
	}
	var line strings.Builder
	if from, _ := s.lineBounds(c.lo, c.lo); from < first {
		// Redaction must know that what follows may be within a value.
		line.WriteString("…")
	}
	at := first
	for _, p := range s.secretsIn(c, first, max(last, c.hi)) {
		if p.lo > at {
			line.WriteString(redact.Printable(string(d[at:min(p.lo, last)]), math.MaxInt))
		}
		if p.lo <= c.lo && c.lo < p.hi {
			c.match.LineColumn, c.match.LineWidth = line.Len(), len(p.text)
		}
		line.WriteString(p.text)
		at = max(at, p.hi)
		if at >= last {
			break
		}
	}
	if at < last {
		line.WriteString(redact.Printable(string(d[at:last]), math.MaxInt))
	}
	text := line.String()
	if cut := min(len(text)-len(strings.TrimLeft(text, " ")), c.match.LineColumn); cut > 0 {
		text = text[cut:]
		c.match.LineColumn -= cut
	}
	safe := redact.SourceLine(text, c.match.LineColumn, c.match.LineWidth)
	c.match.Line, c.match.LineColumn, c.match.LineWidth = safe.Text().TrimRight().String(), safe.Column(), safe.Width()
	if end := c.match.LineColumn + c.match.LineWidth; end > len(c.match.Line) {
		c.match.Line = safe.Text().String()[:end]
	}
}

// secretsIn returns the parts of the buffer between lo and hi that must not be
// shown as they are, in order, the finding among them.
func (s *Scanner) secretsIn(c *candidate, lo, hi int) []shown {
	list := []shown{{c.lo, c.hi, c.display()}}
	add := func(p shown) {
		if p.lo < hi && p.hi > lo && (p.hi <= c.lo || p.lo >= c.hi) {
			list = append(list, p)
		}
	}
	add(s.last)
	for _, candidates := range [][]*candidate{s.pending, s.others} {
		for _, p := range candidates {
			if p.lo >= hi {
				break
			}
			if p != c {
				add(shown{p.lo, p.hi, p.display()})
			}
		}
	}
	slices.SortFunc(list, func(a, b shown) int { return cmp.Compare(a.lo, b.lo) })
	return list
}

// display is what stands for a finding in a line that is shown.
func (c *candidate) display() string {
	if c.policy {
		return policyText(c.text)
	}
	return c.match.Redacted
}

// policyText returns the code that a breach of a policy is about, with its values
// masked. A name alone is no value, but may have the form of a secret.
func policyText(code string) string {
	safe := redact.Code(code)
	if !strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII || !wordSet[byte(r)] }) {
		safe = redact.SourceLine(code, 0, len(code)).Mark().String()
	}
	return redact.Printable(safe, displayAfter)
}
