package detect

import (
	"bytes"
	"strings"
)

// The marks of comments that silence a finding on their line.
const (
	ownMark      = "momentolint:allow"
	gitleaksMark = "gitleaks:allow"
)

// lineAround gives the lines on which the bytes lo to hi of the buffer stand.
func (s *Scanner) lineAround(lo, hi int) []byte {
	first, last := s.lineBounds(lo, hi)
	return s.top.data[first:last]
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
		names, why, given := strings.Cut(string(after), "--")
		if !concerns(names, rule) {
			continue
		}
		if why = commentText(why); given && why != "" {
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

// commentText takes the end of a comment off a reason and makes it safe to show.
func commentText(text string) string {
	text = strings.TrimSpace(text)
	for _, end := range []string{"*/", "-->", "#}", "%>", "--%>", "*)", `\n",`, `\n"`, `",`, `"`} {
		text = strings.TrimSpace(strings.TrimSuffix(text, end))
	}
	return string(printable([]byte(text), 200))
}
