package detect

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/momentolint/momentolint/internal/redact"
)

// The marks of comments that silence a finding on their line.
const (
	ownMark      = "momentolint:allow"
	gitleaksMark = "gitleaks:allow"
)

// linesOf gives the lines on which a finding stands, with a blank for every
// secret in them: what a comment there says is shown.
func (s *Scanner) linesOf(c *candidate) []byte {
	first, last := s.lineBounds(c.lo, c.hi)
	var lines []byte
	at := first
	for _, p := range s.secretsIn(c, first, last) {
		if p.lo > at {
			lines = append(lines, s.top.data[at:p.lo]...)
		}
		if p.lo == c.lo {
			// Comments may stand between the parts of a split literal.
			lines = append(lines, s.commentsIn(c)...)
		}
		lines = append(lines, ' ')
		at = max(at, p.hi)
	}
	return append(lines, s.top.data[min(at, last):last]...)
}

// commentsIn gives what stands inside of a finding over several lines, from
// each mark of a comment up to the line's end.
func (s *Scanner) commentsIn(c *candidate) []byte {
	text := s.top.data[c.lo:min(c.hi, len(s.top.data))]
	if bytes.IndexByte(text, '\n') < 0 {
		return nil
	}
	var out []byte
	for line := range bytes.Lines(text) {
		for _, mark := range [...]string{ownMark, gitleaksMark} {
			if i := bytes.Index(line, []byte(mark)); i >= 0 {
				out = append(append(out, ' '), line[i:]...)
			}
		}
	}
	return out
}

func (s *Scanner) lineBounds(lo, hi int) (first, last int) {
	d := s.top.data
	first, last = max(0, lo-s.comment), min(len(d), hi+s.comment)
	if i := bytes.LastIndexByte(d[first:lo], '\n'); i >= 0 {
		first += i + 1
	}
	if i := bytes.IndexByte(d[hi:last], '\n'); i >= 0 {
		last = hi + i
	}
	return first, last
}

// inlineAllow tells whether a comment on the finding's lines silences it, and
// why. mute is set where a comment tries to but gives no reason.
func inlineAllow(lines []byte, rule string) (reason string, mute bool) {
	if bytes.IndexByte(lines, 0) >= 0 && bytes.Contains(lines, []byte("a\x00l\x00l\x00o\x00w\x00")) {
		lines = bytes.ReplaceAll(lines, []byte{0}, nil)
	}
	for rest := lines; ; {
		_, after, ok := bytes.Cut(rest, []byte(ownMark))
		if !ok {
			break
		}
		rest = after
		if i := bytes.IndexByte(after, '\n'); i >= 0 {
			after = after[:i]
		}
		// The end of the comment first: "-->" is no reason, nor is what follows.
		names, why, _ := strings.Cut(inComment(string(after)), "--")
		if !concerns(names, rule) {
			continue
		}
		if strings.ContainsFunc(why, isWordRune) {
			why = redact.Printable(redact.Prose(strings.TrimSpace(why)), 200)
			return ownMark + " -- " + why, false
		}
		mute = true
	}
	if bytes.Contains(lines, []byte(gitleaksMark)) {
		return gitleaksMark, false
	}
	return "", mute
}

// concerns tells whether the rules that a comment names, if it names any,
// include this one.
func concerns(names, rule string) bool {
	all := strings.FieldsFunc(names, func(r rune) bool { return r == ' ' || r == '\t' || r == ',' || r == ':' || r == '\r' })
	named := false
	for _, n := range all {
		if n == rule {
			return true
		}
		// Anything else, such as the end of the comment, is no rule's name.
		named = named || strings.HasPrefix(n, "momento")
	}
	return !named
}

// inComment is the part of a line that is in the comment, or in the string,
// that text begins in.
func inComment(text string) string {
	for _, end := range []string{"*/", "-->", "#}", "%>", "*)", `\n"`, `"`} {
		text, _, _ = strings.Cut(text, end)
	}
	return text
}

// isWordRune tells whether a character can be part of a reason's words: a line
// of dashes says nothing.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
