package inspect

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// Look configures the text form of a report.
type Look struct {
	// Color enables ANSI colours.
	Color bool
	// Width is the width of the terminal in columns, 0 if there is none.
	Width int
	// Verbose adds details.
	Verbose bool
}

// columns returns the width to wrap at: a readable one if there is no terminal.
func (l Look) columns() int {
	if l.Width <= 0 {
		return 100
	}
	return min(max(l.Width, 40), 120)
}

func (l Look) paint(code, s string) string {
	if !l.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (l Look) bold(s string) string { return l.paint("1", s) }
func (l Look) dim(s string) string  { return l.paint("2", s) }

// The colours of a status.
var statusColor = map[finding.Status]string{
	finding.StatusLive: "1;31", finding.StatusUnverified: "33", finding.StatusDead: "2", finding.StatusExpired: "2",
}

// labels is the width of the column of labels.
const labels = 13

// page writes labelled lines.
type page struct {
	out *bufio.Writer
	Look
}

// field writes a label and a text, wrapped under itself.
func (p *page) field(label, text string) {
	for i, line := range wrapWords(text, p.columns()-2-labels) {
		if i > 0 {
			label = ""
		}
		p.line("  " + p.dim(fmt.Sprintf("%-*s", labels, label)) + line)
	}
}

// line writes a line, in which names, descriptions and answers are untrusted.
func (p *page) line(s string) {
	_ = cli.Print(p.out, redact.Styled(strings.TrimRight(s, " ")))
}

// wrapWords breaks text at spaces into lines of at most width characters. Words
// are never cut, since the user may want to copy them.
func wrapWords(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len([]rune(line))+1+len([]rune(word)) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// step writes a numbered step, wrapped under itself.
func (p *page) step(label, mark, text string) {
	for i, line := range wrapWords(text, p.columns()-2-labels-len(mark)) {
		if i > 0 {
			label, mark = "", strings.Repeat(" ", len(mark))
		}
		p.line("  " + p.dim(fmt.Sprintf("%-*s", labels, label)) + mark + line)
	}
}

// The columns of the table of keys.
const (
	maxRole     = 16
	minProblems = 24
	gap         = 2
)

// keys writes a table of keys, each with a note. Key ids are never cut,
// since they are copied: if a row does not fit next to one, the rest of the row
// is written below it.
func (p *page) keys(indent string, rows [][]string, heading string, note func(i int) string, after func(i int)) {
	lines := grid(append([][]string{{"KEY ID", "ROLE", "ISSUED", "EXPIRES"}}, rows...))
	for i := range lines {
		lines[i] = indent + lines[i]
	}
	left := textLength(lines[0]) + gap
	switch {
	case p.columns()-left >= minProblems:
		p.line(p.dim(lines[0] + strings.Repeat(" ", gap) + heading))
		for i := range rows {
			line := lines[i+1] + strings.Repeat(" ", gap)
			for _, part := range wrapWords(note(i), p.columns()-left) {
				p.line(line + part)
				line = strings.Repeat(" ", left)
			}
			after(i)
		}
	case left-gap <= p.columns():
		p.line(p.dim(lines[0]))
		for i := range rows {
			p.line(lines[i+1])
			p.below(strings.ToLower(heading) + ": " + note(i))
			after(i)
		}
	default:
		for i, cells := range rows {
			p.line(indent + cells[0])
			p.below("role " + cells[1] + ", issued " + cells[2] + ", expires " + cells[3])
			p.below(strings.ToLower(heading) + ": " + note(i))
			after(i)
		}
	}
}

// below writes text below a row.
func (p *page) below(text string) {
	for _, part := range wrapWords(text, p.columns()-4) {
		p.line("    " + part)
	}
}

// grid aligns the cells of rows in columns. All lines have the same length.
func grid(rows [][]string) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for c, cell := range row {
			widths[c] = max(widths[c], textLength(cell))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		for c, cell := range row {
			if c > 0 {
				lines[i] += strings.Repeat(" ", gap)
			}
			lines[i] += cell + strings.Repeat(" ", widths[c]-textLength(cell))
		}
	}
	return lines
}

func textLength(s string) int { return utf8.RuneCountInString(s) }

// maxID is the length at which a key id is cut. Real ones are far shorter.
const maxID = 200

// whole returns a key id in full, quoted if it contains unusual characters.
func whole(id string) string {
	if len(id) > maxID {
		id = id[:maxID] + "…"
	}
	for _, r := range id {
		if r == ' ' || !unicode.IsGraphic(r) {
			return strconv.Quote(id)
		}
	}
	return id
}

// scrub makes a description in the account safe to print.
func scrub(text string) string {
	if len(credential.ParseAll([]byte(text))) > 0 {
		return "(holds a credential) " + credential.Redact(text)
	}
	return named(text)
}

// named is like redact.Name, but does not quote text only because it contains
// spaces.
func named(text string) string {
	joined := strings.ReplaceAll(text, " ", "_")
	if redact.Name(joined) == joined && strings.TrimSpace(text) == text {
		return text
	}
	return redact.Name(text)
}

// branches returns the lines of a tree, at most width characters wide where words
// allow that.
func branches(tree []finding.Branch, width int) []string {
	var lines []string
	for i, b := range tree {
		fork, stem := "├─ ", "│  "
		if i == len(tree)-1 {
			fork, stem = "└─ ", "   "
		}
		lines = append(lines, fork+b.Name)
		for j, leaf := range b.Leaves {
			twig, below := "├─ ", "│  "
			if j == len(b.Leaves)-1 {
				twig, below = "└─ ", "   "
			}
			for _, words := range wrapWords(leaf, width-6) {
				lines = append(lines, stem+twig+words)
				twig = below
			}
		}
	}
	return lines
}
