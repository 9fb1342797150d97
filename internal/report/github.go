package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// maxAnnotations is how many annotations of one level there are. The runner
// takes ten of each level from one step, and all steps inside of a composite
// action share them (actions/runner, ExecutionContext.cs); the tenth says how
// many findings there are besides.
const maxAnnotations = 9

// maxAnnotationMessage is where the runner cuts a message, less some room.
const maxAnnotationMessage = 3900

// githubLevel is a level and its command.
type githubLevel struct {
	level    level
	annotate func(message redact.Text, properties ...redact.CommandProperty) redact.Text
}

// githubLevels are the levels, worst first.
var githubLevels = []githubLevel{
	{levelError, redact.AnnotateError}, {levelWarning, redact.AnnotateWarning}, {levelNote, redact.AnnotateNotice},
}

// title is the annotations' that are about the run.
var title = redact.Property("title", redact.Literal(toolName))

// GitHub writes workflow commands, which GitHub Actions turns into annotations
// at the lines of a pull request, and the closing lines for the log
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
func GitHub(w io.Writer, r *finding.Report) error {
	v := newView(r)
	t := newTree(r.Root)
	defer t.close()
	out := bufio.NewWriter(w)
	write := func(line redact.Text) { _, _ = out.WriteString(line.String() + "\n") }

	order := v.annotated()
	for _, f := range order {
		t.want(f)
	}
	for _, l := range githubLevels {
		room := maxAnnotations
		for _, u := range v.unread() {
			if l.level == unreadLevel(u.class) {
				room--
				write(l.annotate(redact.Lines(u.words(), u.remark, redact.Literal("The log, the job summary and the report list them.")), title))
			}
		}
		written, left := 0, 0
		for _, f := range order {
			switch {
			case v.levelOf(f) != l.level:
			case written < room:
				written++
				message, properties := v.annotation(f, t)
				write(l.annotate(message, properties...))
			default:
				left++
			}
		}
		if left > 0 {
			write(l.annotate(redact.Sprintf("%s not shown here: see the job summary or the report.", count(left, "more finding is", "more findings are")), title))
		}
	}
	for _, line := range v.logLines() {
		write(line)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the workflow commands: %w", err)
	}
	return nil
}

// unreadLevel is how much it matters that a class has entries.
func unreadLevel(c coverage.Class) level {
	if c == coverage.Skipped {
		return levelError
	}
	return levelWarning
}

// annotated returns the findings, worst first: one place of every credential
// before the second place of any.
func (v *view) annotated() []*finding.Finding {
	var first, rest []*finding.Finding
	for _, g := range v.groups() {
		for i, f := range g.places {
			if i == 0 || !g.isSecret() {
				first = append(first, f)
			} else {
				rest = append(rest, f)
			}
		}
	}
	return append(first, rest...)
}

func (v *view) annotation(f *finding.Finding, t *tree) (redact.Text, []redact.CommandProperty) {
	where := t.locate(f)
	at := region(f, where, t.lines(where))
	number := func(n int) redact.Text { return redact.Sprintf("%d", n) }
	properties := []redact.CommandProperty{redact.Property("file", redact.Of(where.file)), redact.Property("line", number(at.StartLine))}
	switch {
	case at.EndLine > at.StartLine:
		// The runner drops the columns of what spans lines.
		properties = append(properties, redact.Property("endLine", number(at.EndLine)))
	case at.StartColumn > 0:
		properties = append(properties, redact.Property("col", number(at.StartColumn)))
		if at.EndColumn > 0 {
			properties = append(properties, redact.Property("endColumn", number(at.EndColumn)))
		}
	}
	properties = append(properties, redact.Property("title", v.titleOf(f)))
	lines := append([]redact.Text{v.describe(f)}, v.nextWords(f)...)
	if known, ok := v.rules[f.Rule]; ok {
		lines = append(lines, redact.Of(known.HelpURI()))
	}
	return redact.Lines(lines...).CutBytes(maxAnnotationMessage), properties
}

// logLines are the closing lines of the text format for a CI system's log. No
// line begins with text of foreign origin.
func (v *view) logLines() []redact.Text {
	lines := []redact.Text{v.foundWords(), v.lookedWords()}
	if words := v.excludedWords(); !words.IsEmpty() {
		lines = append(lines, words)
	}
	for _, note := range v.notes {
		lines = append(lines, redact.Sprintf("note: %s", note))
	}
	for _, u := range v.unread() {
		lines = append(lines, u.words(), u.remark)
		for i, e := range u.entries {
			if i == maxLogSkips {
				lines = append(lines, redact.Sprintf("  … and %s more", thousands(int64(len(u.entries)-i))))
				break
			}
			lines = append(lines, redact.Sprintf("  %s  %s", e.Path, e.Reason))
		}
	}
	for i := range lines {
		lines[i] = lines[i].Log()
	}
	return lines
}

// maxLogSkips is how many skipped paths go to a log.
const maxLogSkips = 50

// placeWords is where a finding is, for lists: file:line:column and commit.
func placeWords(f *finding.Finding) redact.Text {
	words := position(f.Location)
	switch {
	case f.Commit == nil:
		return words
	case f.Commit.ID == "":
		return redact.Sprintf("%s (history)", words)
	}
	return redact.Sprintf("%s (%s)", words, shortID(f.Commit.ID))
}
