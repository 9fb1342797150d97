package detect

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/coverage"
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
	reason, mute := inlineAllow(s.linesOf(c), m.Rule)
	by := coverage.ByComment
	if reason == "" {
		by, reason = s.allowed(c)
	}
	m.allow(by, reason)
	if mute && !m.Allowed() {
		m.Message = strings.TrimSuffix(m.Message, ".") + "; the comment " + ownMark + " beside it gives no reason (" + ownMark + " -- why) and does not silence it."
	}
}

// shown is a part of a line as it is shown: a secret's stands for it.
type shown struct {
	lo, hi int
	text   string
}

// show makes the line for people: the first of the lines that the finding
// stands on, every secret in it redacted, cut to a displayable width.
func (s *Scanner) show(c *candidate) {
	d := s.top.data
	first, last := s.lineBounds(c.lo, c.lo)
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
	at := first
	for _, p := range s.secretsIn(c, first, max(last, c.hi)) {
		if p.lo > at {
			line.Write(scrubbed(d[at:min(p.lo, last)]))
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
		line.Write(scrubbed(d[at:last]))
	}
	text := line.String()
	trimmed := strings.TrimLeft(text, " ")
	if cut := min(len(text)-len(trimmed), c.match.LineColumn); cut > 0 {
		text = text[cut:]
		c.match.LineColumn -= cut
	}
	c.match.Line = strings.TrimRight(text, " ")
	if end := c.match.LineColumn + c.match.LineWidth; end > len(c.match.Line) {
		c.match.Line = text[:end]
	}
}

// secretsIn gives the parts of the buffer between lo and hi that must not be
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
		return string(printable(scrubbed([]byte(c.text)), displayAfter))
	}
	return c.match.Redacted
}

// Scrub makes a short text from a stranger, such as the first line of a message,
// safe to show: whatever looks like a token is redacted, and control characters
// are replaced.
func Scrub(text string) string { return string(scrubbed([]byte(text))) }

// scrubbed makes text around a finding safe to show: whatever looks like a
// token of anybody's is redacted, and control characters are replaced.
func scrubbed(text []byte) []byte {
	var out []byte
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && (tokenSet[text[end]] || text[end] == '=') {
			end++
		}
		if end-i >= 20 && secretive(text[i:end]) {
			out = append(out, credential.Redact(string(text[i:end]))...)
			i = end
			continue
		}
		out = append(out, text[i:max(end, i+1)]...)
		i = max(end, i+1)
	}
	return printable(out, math.MaxInt)
}

// secretive tells whether a long word looks random rather than written: part
// of a token, which a cut may have left without its beginning.
func secretive(word []byte) bool {
	if bytes.Contains(word, []byte(starts)) {
		return true
	}
	var upper, lower, digit, changes int
	var before byte
	for _, c := range word {
		var now byte
		switch {
		case 'A' <= c && c <= 'Z':
			upper, now = upper+1, 'A'
		case 'a' <= c && c <= 'z':
			lower, now = lower+1, 'a'
		case isDigit(c):
			digit, now = digit+1, '0'
		default:
			now = '.'
		}
		if now != before {
			changes++
		}
		before = now
	}
	return upper > 2 && lower > 2 && digit > 1 && changes*5 > len(word)*2
}

// printable makes text safe for a terminal, a log and a report: valid UTF-8, no
// control characters, nothing that changes the direction of writing, at most
// so many bytes.
func printable(text []byte, limit int) []byte {
	out := make([]byte, 0, min(len(text), limit)+len("…"))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if len(out)+max(n, 3) > limit && len(text) > n {
			return append(out, "…"...)
		}
		switch {
		case r == 0:
			// UTF-16 is shown as what it says.
		case r == utf8.RuneError && n <= 1:
			out = append(out, "\uFFFD"...)
		case r == '\t':
			out = append(out, ' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			out = append(out, "·"...)
		default:
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}
