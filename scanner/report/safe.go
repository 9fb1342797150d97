package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/scanner/finding"
)

// clean makes a text of foreign origin safe to show within one line: what is
// not printable (control characters and the escape sequences they start, line
// breaks, bidirectional overrides, zero-width characters, invalid UTF-8)
// becomes visible as \x1b or \u202e.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, w := utf8.DecodeRuneInString(s)
		b.WriteString(cleanRune(r, s[:w]))
		s = s[w:]
	}
	return b.String()
}

// cleanSource is clean for source lines, which keep their tabs.
func cleanSource(s string) string {
	parts := strings.Split(s, "\t")
	for i, part := range parts {
		parts[i] = clean(part)
	}
	return strings.Join(parts, "\t")
}

func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// cleanRune gives the safe form of one character, raw being its bytes.
func cleanRune(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case unicode.IsPrint(r):
		return raw
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// tabCells is how wide a tab of a source line is shown.
const tabCells = 4

// snippet is a source line made fit for display: the cells from mark, width
// wide, are the finding.
type snippet struct {
	text        string
	mark, width int
}

// newSnippet makes a source line safe and carries its mark (bytes from column,
// length bytes) over to display cells. Without a sensible mark width is 0.
func newSnippet(line string, column, length int) snippet {
	var b strings.Builder
	out := snippet{mark: -1}
	cells := 0
	end := column + length
	for i := 0; i < len(line); {
		r, w := utf8.DecodeRuneInString(line[i:])
		if out.mark < 0 && i >= column {
			out.mark = cells
		}
		if out.mark >= 0 && i < end {
			out.width = -1 // open
		}
		text := cleanRune(r, line[i:i+w])
		switch {
		case r == '\t':
			text = strings.Repeat(" ", tabCells)
		case '\ufe00' <= r && r <= '\ufe0f':
			// Behind a sign these change how wide some terminals draw it.
			text = ""
		}
		b.WriteString(text)
		cells += textWidth(text)
		if i += w; out.width == -1 && i >= end {
			out.width = cells - out.mark
		}
	}
	if out.width == -1 {
		out.width = cells - out.mark
	}
	if out.mark < 0 || length <= 0 {
		out.mark, out.width = 0, 0
	}
	out.text = b.String()
	return out
}

// trimmed drops the indentation of the line.
func (s snippet) trimmed() snippet {
	text := strings.TrimLeft(s.text, " ")
	cut := len(s.text) - len(text)
	if s.width > 0 && cut > s.mark {
		cut = s.mark
		text = s.text[cut:]
	}
	return snippet{strings.TrimRight(text, " "), max(0, s.mark-cut), s.width}
}

// fit cuts the line to that many cells so that the mark, or its beginning,
// stays in sight.
func (s snippet) fit(cells int) snippet {
	total := textWidth(s.text)
	if total <= cells || cells < 4 {
		return s
	}
	// As much as possible of what stands before the mark, which says what it
	// is, as long as the mark itself can be seen to its end.
	from := 0
	if s.mark+s.width > cells-1 {
		from = max(0, s.mark-max(2, cells-2-s.width))
	}
	text, start := cutCells(s.text, from, cells)
	out := snippet{text: text, mark: s.mark - start, width: s.width}
	out.width = max(0, min(out.width, textWidth(text)-out.mark))
	return out
}

// cutCells gives the part of a text that begins at the cell from, at most n
// cells of it, with "…" where something was cut off; start is the cell
// of the original that the result's first cell stands for.
func cutCells(s string, from, n int) (text string, start int) {
	var b strings.Builder
	cells, used := 0, 0
	started := from <= 0
	for i, r := range s {
		w := runeWidth(r)
		if !started {
			if cells >= from {
				started = true
				start = cells
				b.WriteString("…") // instead of this character
				used = 1
				if w > 1 {
					b.WriteString(strings.Repeat(" ", w-1))
					used = w
				}
				cells += w
				continue
			}
			cells += w
			continue
		}
		if used+w > n-1 && textWidth(s[i:]) > n-used {
			b.WriteString("…")
			return b.String(), start
		}
		b.WriteRune(r)
		used += w
		cells += w
	}
	return b.String(), start
}

// truncate cuts a text to that many cells.
func truncate(s string, cells int) string {
	text, _ := cutCells(s, 0, cells)
	return text
}

// textWidth is how many cells of a terminal a text takes.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is how many cells of a terminal a character takes, by Unicode's
// East Asian Width (https://unicode.org/reports/tr11/).
func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	if 0x1160 <= r && r <= 0x11ff || 0xd7b0 <= r && r <= 0xd7ff {
		// Vowels and final consonants of Hangul, drawn into the letter before.
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// scrubber takes credentials out of texts that should hold none: file names,
// authors, messages. It is the last line of defence, not the redaction.
type scrubber struct {
	off bool
	// opaque are the secrets of the report that cannot be told by their shape.
	opaque []string
}

func (s *scrubber) scrub(text string) string {
	if s.off {
		return text
	}
	for _, secret := range s.opaque {
		if strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, credential.Redact(secret))
		}
	}
	return finding.WithoutCredentials(text)
}

// scope takes credentials out of the names that a scope selects by.
func (s *scrubber) scope(scope *credential.Scope) {
	if s.off {
		return
	}
	scope.Permissions = slices.Clone(scope.Permissions)
	for i := range scope.Permissions {
		p := &scope.Permissions[i]
		for _, text := range []*string{&p.Resource, &p.Role, &p.Cache, &p.Item, &p.Topic, &p.Function} {
			*text = s.scrub(*text)
		}
	}
}
