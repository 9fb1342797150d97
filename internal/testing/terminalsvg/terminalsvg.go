// Package terminalsvg draws what a command shows on a terminal as an SVG
// picture, for the documents.
package terminalsvg

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Sizes in pixels. Each piece of text has its own position, so columns are
// aligned whatever monospaced font the reader has.
const (
	columns    = 100
	cellWidth  = 8.4
	lineHeight = 19
	margin     = 16
	barHeight  = 32
)

// The picture has a dark background, on which these colours are legible.
const (
	background = "#0d1117"
	foreground = "#e6edf3"
	bar        = "#161b22"
)

// styles are the SVG attributes of the SGR codes that momentolint writes.
var styles = map[string]string{
	"1":  ` font-weight="bold"`,
	"2":  ` fill="#8b949e"`,
	"31": ` fill="#ff7b72"`,
	"32": ` fill="#7ee787"`,
	"33": ` fill="#e3b341"`,
	"36": ` fill="#79c0ff"`,
}

var (
	sequence = regexp.MustCompile("\x1b\\[([0-9;]*)m")
	gap      = regexp.MustCompile("^ +|  +| +$")
)

// Draw returns the picture of a terminal in which command was typed and printed
// output. It returns an error for a control sequence that it cannot draw and for
// a line that is too long.
func Draw(command, output string) (string, error) {
	lines := append([]string{"\x1b[32m$\x1b[0m " + command}, strings.Split(strings.TrimRight(output, "\n"), "\n")...)
	width := columns*cellWidth + 2*margin
	height := barHeight + len(lines)*lineHeight + 2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img" aria-label="A terminal that shows the output of %s">`+"\n",
		width, height, width, height, escape(command))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	fmt.Fprintf(&b, `<path d="M0 %d V8 A8 8 0 0 1 8 0 H%.0f A8 8 0 0 1 %.0f 8 V%d Z" fill="%s"/>`+"\n", barHeight, width-8, width, barHeight, bar)
	for i, colour := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="%d" r="6" fill="%s"/>`+"\n", 20+20*i, barHeight/2, colour)
	}
	fmt.Fprintf(&b, `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="%s">`+"\n", foreground)
	for i, line := range lines {
		if err := drawLine(&b, line, barHeight+margin+(i+1)*lineHeight-5); err != nil {
			return "", fmt.Errorf("line %d: %w", i, err)
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String(), nil
}

// drawLine writes one text element for each run of characters of one style.
func drawLine(b *strings.Builder, line string, y int) error {
	column, style := 0, ""
	write := func(text string) {
		// Renderers collapse spaces, so what follows several is positioned anew.
		end := 0
		for _, m := range append(gap.FindAllStringIndex(text, -1), []int{len(text), len(text)}) {
			if piece := text[end:m[0]]; piece != "" {
				fmt.Fprintf(b, `<text x="%.1f" y="%d"%s>%s</text>`+"\n", margin+float64(column)*cellWidth, y, style, escape(piece))
			}
			column += utf8.RuneCountInString(text[end:m[1]])
			end = m[1]
		}
	}
	end := 0
	for _, m := range sequence.FindAllStringSubmatchIndex(line, -1) {
		write(line[end:m[0]])
		end = m[1]
		code := line[m[2]:m[3]]
		if code == "0" || code == "" {
			style = ""
			continue
		}
		style = ""
		for part := range strings.SplitSeq(code, ";") {
			attributes, ok := styles[part]
			if !ok {
				return fmt.Errorf("unknown SGR code %q", code)
			}
			style += attributes
		}
	}
	write(line[end:])
	if strings.ContainsRune(sequence.ReplaceAllString(line, ""), '\x1b') {
		return fmt.Errorf("control sequence that is not SGR: %q", line)
	}
	if column > columns {
		return fmt.Errorf("%d characters, more than %d", column, columns)
	}
	return nil
}

func escape(text string) string {
	var b strings.Builder
	// Writing to a strings.Builder cannot fail.
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
