package redact

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/momentolint/momentolint/internal/lazy"
)

// Paint returns the text in a colour or style of a terminal (ANSI's SGR code).
func Paint(code literal, t Text) Text {
	if t.s == "" {
		return t
	}
	return Text{"\x1b[" + string(code) + "m" + t.s + "\x1b[0m"}
}

// Styled returns untrusted text for a terminal in which the program has put
// styles of its own. Only these few are left as they are.
func Styled(untrusted string) Text {
	var b strings.Builder
	for len(untrusted) > 0 {
		at := strings.IndexByte(untrusted, 0x1b)
		if at < 0 {
			at = len(untrusted)
		}
		b.WriteString(Of(untrusted[:at]).s)
		untrusted = untrusted[at:]
		style := styles().FindString(untrusted)
		if style == "" && untrusted != "" {
			style = untrusted[:1]
			b.WriteString(visible(style))
		} else {
			b.WriteString(style)
		}
		untrusted = untrusted[len(style):]
	}
	return Text{b.String()}
}

// styles are those of the programs: bold, dim, red, yellow, and the end of all.
var styles = lazy.Regexp("^\x1b\\[(?:0|1|2|31|33|1;31)m")

// Spaces returns n blanks.
func Spaces(n int) Text { return Repeat(" ", n) }

// Repeat returns n copies of a constant.
func Repeat(s literal, n int) Text { return Text{strings.Repeat(string(s), max(0, n))} }

// TrimRight returns the text without blanks at its end.
func (t Text) TrimRight() Text { return Text{strings.TrimRight(t.s, " ")} }

// Width is the number of cells of a terminal that the text takes. It must not
// be painted.
func (t Text) Width() int { return textWidth(t.s) }

// Truncate returns the text cut to at most that many cells.
func (t Text) Truncate(cells int) Text {
	text, _ := cutCells(t.s, 0, cells)
	return Text{text}
}

// Snippet is a source line laid out for a terminal: Width cells from Mark on
// are the finding.
type Snippet struct {
	Text        Text
	Mark, Width int
}

// Snippet returns the line without indentation, cut to that many cells so that
// the finding, or its beginning, stays in sight.
func (l Line) Snippet(cells int) Snippet {
	before := strings.TrimLeft(l.before.s, " ")
	out := Snippet{Text: Text{before + l.mark.s + l.after.s}, Mark: textWidth(before), Width: textWidth(l.mark.s)}
	if l.mark.s == "" {
		out.Mark, out.Width = 0, 0
	}
	out.Text.s = strings.TrimRight(out.Text.s, " ")
	if total := textWidth(out.Text.s); total <= cells || cells < 4 {
		return out
	}
	// As much as possible of what is before the finding, which says what it is,
	// as long as all of the finding can be seen.
	from := 0
	if out.Mark+out.Width > cells-1 {
		from = max(0, out.Mark-max(2, cells-2-out.Width))
	}
	text, start := cutCells(out.Text.s, from, cells)
	out.Text.s = text
	out.Mark -= start
	out.Width = max(0, min(out.Width, textWidth(text)-out.Mark))
	return out
}

// cutCells returns the part of a text that begins at the cell from, at most n
// cells of it, with "…" where something was cut off; start is the cell of the
// original that the result's first cell is.
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

// glue is a blank at which Wrap does not break if it need not. (No text
// contains it otherwise: it is a control character.)
const glue = "\x00"

// Together returns the text with a phrase in it, such as a command that users
// copy, that Wrap keeps on one line where it fits.
func (t Text) Together(phrase string) Text {
	return Text{strings.ReplaceAll(t.s, phrase, strings.ReplaceAll(phrase, " ", glue))}
}

// Wrap breaks the text at blanks into lines of at most that many cells; a word
// that is longer than a line is broken too. There is at least one line.
func (t Text) Wrap(cells int) []Text {
	s := t.s
	cells = max(cells, 8)
	for word := range strings.FieldsSeq(s) {
		if textWidth(word) > cells {
			s = strings.ReplaceAll(s, word, strings.ReplaceAll(word, glue, " "))
		}
	}
	lines := breakWords(s, cells)
	out := make([]Text, len(lines))
	for i := range lines {
		out[i] = Text{strings.ReplaceAll(lines[i], glue, " ")}
	}
	return out
}

// WrapParts joins parts into lines of at most that many cells, broken between
// parts: a separator is in the middle of a line only. A part that is longer
// than a line is broken as Wrap does.
func WrapParts(parts []Text, sep literal, cells int) []Text {
	var lines []Text
	line := Text{}
	for _, part := range parts {
		if line.s != "" && textWidth(line.s)+textWidth(string(sep))+textWidth(part.s) <= cells {
			line.s += string(sep) + part.s
			continue
		}
		if line.s != "" {
			lines = append(lines, line)
		}
		broken := part.Wrap(cells)
		lines = append(lines, broken[:len(broken)-1]...)
		line = broken[len(broken)-1]
	}
	if line.s != "" {
		lines = append(lines, line)
	}
	return lines
}

// breakWords breaks a text at blanks.
func breakWords(s string, cells int) []string {
	var lines []string
	line := ""
	used := 0
	for word := range strings.FieldsSeq(s) {
		w := textWidth(word)
		if used > 0 && used+1+w > cells {
			lines = append(lines, line)
			line, used = "", 0
		}
		for used == 0 && w > cells {
			head, tail := splitCells(word, cells)
			lines = append(lines, head)
			word, w = tail, w-textWidth(head)
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += w
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// splitCells cuts a word after that many cells.
func splitCells(word string, cells int) (head, tail string) {
	used := 0
	for i, r := range word {
		if used += runeWidth(r); used > cells && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}
