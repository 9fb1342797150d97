package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// TextOptions are the choices for Text. The zero value writes plain text.
type TextOptions struct {
	// Color allows ANSI colours.
	Color bool
	// Width is the width of the terminal in cells; 0 = 100.
	Width int
	// Verbose shows every place with its line, every permission, and every
	// path that was skipped.
	Verbose bool
	// Quiet leaves out the closing lines unless something was not scanned;
	// a clean run then writes nothing.
	Quiet bool
	// Brief leaves out what to do next and the documentation, for hooks that
	// say it themselves, and all but the worst few credentials and their first
	// few places; how many more there are is said.
	Brief bool
	// CI: a CI system reads the text for commands (GitHub Actions, Azure
	// Pipelines), so nothing in it may look like one.
	CI bool
}

// The shape of the text.
const (
	defaultWidth = 100
	minWidth     = 40
	maxWidth     = 1000
	// briefBlocks and briefPlaces are what fits a terminal with the ways out.
	briefBlocks = 5
	briefPlaces = 5
	// labelWidth is the column of "may do", "expires", … with its gap.
	labelWidth = 10
	// fullPlaces is how many places of one credential are shown with their
	// line; the rest are listed by position. fullBreaches is the same for rules
	// that find no credentials, where every line is another.
	fullPlaces, fullBreaches = 10, 100
	// maxAuthor is the most cells of an author's name that are shown.
	maxAuthor = 40
	// maxSkipGroups is how many reasons for skipping are named.
	maxSkipGroups = 6
	// maxSkipPaths is how many skipped and how many opaque paths are named without
	// Verbose, maxBriefUnread by hooks: what is pushed can be opaque on purpose.
	maxSkipPaths   = 5
	maxBriefUnread = 50
)

// Text writes the report for people: one block for each credential, worst
// first, and a closing line that says how much was scanned.
func Text(w io.Writer, r *finding.Report, o TextOptions) error {
	t := newTextWriter(w, newView(r), o)
	groups := t.v.groups()
	shown := len(groups)
	if o.Brief {
		shown = min(shown, briefBlocks)
	}
	for i, g := range groups[:shown] {
		if i > 0 {
			t.line()
		}
		t.block(g)
	}
	if more := len(groups) - shown; more > 0 {
		t.line()
		t.line(redact.Sprintf("… and %d more like these", more))
	}
	if len(t.v.findings) > 0 && !t.o.Quiet {
		t.line()
	}
	t.closing()
	return t.flush()
}

// textWriter writes lines; the first error of the writer below is kept for
// flush.
type textWriter struct {
	out *bufio.Writer
	v   *view
	o   TextOptions
	palette
	// advised are the rules whose steps have been written.
	advised map[string]bool
}

func newTextWriter(w io.Writer, v *view, o TextOptions) *textWriter {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	o.Width = min(max(o.Width, minWidth), maxWidth)
	return &textWriter{out: bufio.NewWriter(w), v: v, o: o, palette: palette{o.Color}, advised: map[string]bool{}}
}

func (t *textWriter) flush() error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// line writes one line; blanks at its end are dropped.
func (t *textWriter) line(parts ...redact.Text) {
	text := redact.Concat(parts...)
	if t.o.CI {
		text = text.Log()
	}
	_, _ = t.out.WriteString(text.TrimRight().String() + "\n")
}

// row writes "label  value", the value wrapped under itself.
func (t *textWriter) row(label, value redact.Text, paint style) {
	for i, part := range value.Wrap(t.o.Width - 2 - labelWidth) {
		if i > 0 {
			label = redact.Text{}
		}
		if paint != nil {
			part = paint(part)
		}
		t.line(redact.Spaces(2), t.dim(labelled(label)), part)
	}
}

// remarkIndent is the column of what is said about a path below it.
const remarkIndent = 6

// beside writes a path, which is never cut, and what is said about it: after it
// if that fits, else below.
func (t *textWriter) beside(path redact.Text, paint style, remarks []redact.Text) {
	const gap = 2
	line := redact.Concat(redact.Spaces(2), paint(path))
	if len(remarks) == 1 && 2+path.Width()+gap+remarks[0].Width() <= t.o.Width {
		t.line(line, redact.Spaces(gap), t.dim(remarks[0]))
		return
	}
	t.line(line)
	for _, part := range remarks {
		if !part.IsEmpty() {
			t.line(redact.Spaces(remarkIndent), t.dim(part))
		}
	}
}

// note writes a remark on the run.
func (t *textWriter) note(text redact.Text) {
	label := redact.Literal("note: ")
	for i, part := range text.Wrap(t.o.Width - label.Width()) {
		if i > 0 {
			label = redact.Spaces(label.Width())
		}
		t.line(t.dim(label), part)
	}
}

// wrapped writes a sentence over as many lines as it needs, none if it is empty.
func (t *textWriter) wrapped(sentence redact.Text, paint style) {
	if sentence.IsEmpty() {
		return
	}
	for _, part := range sentence.Wrap(t.o.Width) {
		if paint != nil {
			part = paint(part)
		}
		t.line(part)
	}
}
