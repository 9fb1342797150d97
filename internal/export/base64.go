package export

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// cores returns the three strings of which one stands in the base64 of every
// text that holds part: those characters that depend on part alone, for each
// of the three ways it can lie between groups of three bytes.
func cores(part string) []string {
	list := make([]string, 0, 3)
	for before := range 3 {
		text := strings.Repeat("\x00", before) + part + "\x00\x00"
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		first, end := (8*before+5)/6, 8*(before+len(part))/6
		list = append(list, encoded[first:end])
	}
	return list
}

// coresOf joins the cores of several parts, each string once.
func coresOf(parts []string) []string {
	var list []string
	for _, p := range parts {
		for _, c := range cores(p) {
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return list
}

// lower returns texts in lower case, each once: gitleaks and its kin look for
// keywords in a lower-case copy of what they scan.
func lower(texts []string) []string {
	var list []string
	for _, t := range texts {
		if l := strings.ToLower(t); !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// spelling is how one character of a credential follows the next in a file.
type spelling struct {
	// between stands between any two characters.
	between string
	// seam may stand between any two characters.
	seam string
}

var (
	// plain: one directly after the other.
	plain = spelling{}
	// utf16: both byte orders have one zero byte between the characters of
	// ASCII text.
	utf16 = spelling{between: `\x00`}
	// split: a string literal in several pieces, joined by an operator or by
	// standing on the next line. Without one of the two it could be a list.
	split = spelling{seam: "[\"'`]" + `(?:\s*(?:\+|\.\.?|&|<<|\\)\s*|[ \t]*\r?\n[ \t]*)` + "[\"'`]"}
)

// Classes of characters, without anything that the dialects disagree about.
const (
	urlChars = `[A-Za-z0-9_-]`
	anyChars = `[A-Za-z0-9+/_-]`
)

// text matches exactly the given text. A seam inside of it is not looked for.
func (s spelling) text(t string) string {
	if s.between == "" {
		return regexp.QuoteMeta(t)
	}
	var b strings.Builder
	for i, r := range t {
		if i > 0 {
			b.WriteString(s.between)
		}
		b.WriteString(regexp.QuoteMeta(string(r)))
	}
	return b.String()
}

// lead matches what may stand before the next character.
func (s spelling) lead() string {
	if s.seam != "" {
		return "(?:" + s.seam + ")?"
	}
	return s.between
}

// run matches at least so many characters of a class, each with what stands
// between it and the character before.
func (s spelling) run(class string, least string) string {
	if lead := s.lead(); lead != "" {
		return "(?:" + lead + class + ")" + least
	}
	return class + least
}

// join puts the pieces one after the other; run brings its own separator.
func (s spelling) join(pieces ...piece) string {
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 && !p.leads {
			b.WriteString(s.lead())
		}
		b.WriteString(p.regex)
	}
	return b.String()
}

// piece is a part of a regular expression; leads reports that it begins with
// the separator itself.
type piece struct {
	regex string
	leads bool
}

func (s spelling) literal(t string) piece { return piece{regex: s.text(t)} }

func (s spelling) repeat(class, least string) piece {
	return piece{regex: s.run(class, least), leads: s.lead() != ""}
}

// oneOf matches any of the texts.
func (s spelling) oneOf(texts []string) piece {
	alternatives := make([]string, len(texts))
	for i, t := range texts {
		alternatives[i] = s.text(t)
	}
	return piece{regex: "(?:" + strings.Join(alternatives, "|") + ")"}
}
