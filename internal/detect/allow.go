package detect

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/momentolint/momentolint/internal/redact"
)

// The marks of comments that silence a finding on their line.
const (
	ownMark      = "momentolint:allow"
	gitleaksMark = "gitleaks:allow"
)

// linesOf returns the lines on which a finding stands, with a blank for every
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

// commentsIn returns what stands inside of a finding over several lines, from
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

// inlineAllow returns the reason for which a comment on the finding's lines
// suppresses it, or the complaint about one that tries to in vain: it returns no
// reason, or names a rule that is not known. known reports whether a rule is.
func inlineAllow(lines []byte, rule string, known func(string) bool) (reason, complaint string) {
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
		rules := ruleNames(names)
		i := slices.IndexFunc(rules, func(name string) bool { return !known(name) })
		switch reasoned := strings.ContainsFunc(why, isWordRune); {
		case reasoned && i >= 0:
			complaint = fmt.Sprintf("the comment %s on the line names an unknown rule, %s, and suppresses nothing", ownMark, redact.Printable(redact.Prose(rules[i]), 60))
		case !slices.Contains(rules, rule) && slices.ContainsFunc(rules, known):
			// It is about other rules.
		case reasoned:
			return ownMark + " -- " + redact.Printable(redact.Prose(strings.TrimSpace(why)), 200), ""
		default:
			complaint = "the comment " + ownMark + " on the line has no reason (" + ownMark + " -- why) and does not silence it"
		}
	}
	if bytes.Contains(lines, []byte(gitleaksMark)) {
		return gitleaksMark, ""
	}
	return "", complaint
}

// ruleNames returns the rules that a comment names before its reason.
func ruleNames(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ':' })
	return slices.DeleteFunc(all, func(name string) bool { return !strings.ContainsFunc(name, isWordRune) || name == linter })
}

// linter stands for all rules, as in golangci-lint.
const linter = "momentolint"

// inComment is the part of a line that is in the comment, or in the string,
// that text begins in.
func inComment(text string) string {
	for _, end := range []string{"*/", "-->", "#}", "%>", "*)", `\n"`, `"`} {
		text, _, _ = strings.Cut(text, end)
	}
	return text
}

// isWordRune reports whether a character can be part of a reason's words: a line
// of dashes says nothing.
func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
