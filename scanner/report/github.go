package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/scanner/finding"
)

// maxAnnotations is how many annotations of one level there are. The runner
// takes ten of each level from one step, and all steps inside of a composite
// action share them (actions/runner, ExecutionContext.cs); the tenth says how
// many findings there are besides.
const maxAnnotations = 9

// maxAnnotationMessage is where the runner cuts a message, less some room.
const maxAnnotationMessage = 3900

// githubLevels are the commands for the levels, worst first.
var githubLevels = []struct {
	level level
	name  string
}{{levelError, "error"}, {levelWarning, "warning"}, {levelNote, "notice"}}

// GitHub writes workflow commands, which GitHub Actions turns into annotations
// at the lines of a pull request, and the closing lines for the log
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
func GitHub(w io.Writer, r *finding.Report) error {
	v := newView(r, false)
	t := newTree(r.Root)
	defer t.close()
	out := bufio.NewWriter(w)

	order := v.annotated()
	for _, f := range order {
		t.want(f)
	}
	for _, l := range githubLevels {
		room := maxAnnotations
		if v.Incomplete && l.level == levelError {
			room--
			_, _ = out.WriteString(Annotation(l.name, toolName, v.incompleteWords()) + "\n")
		}
		written, left := 0, 0
		for _, f := range order {
			switch {
			case v.levelOf(f) != l.level:
			case written < room:
				written++
				_, _ = out.WriteString(v.annotation(l.name, f, t) + "\n")
			default:
				left++
			}
		}
		if left > 0 {
			_, _ = out.WriteString(command(l.name, []property{{"title", toolName}}, count(left, "more finding is", "more findings are")+" not shown here: see the job summary or the report.") + "\n")
		}
	}
	for _, line := range v.logLines() {
		_, _ = out.WriteString(line + "\n")
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the workflow commands: %w", err)
	}
	return nil
}

// incompleteWords says that there is more than what was found.
func (v *view) incompleteWords() string {
	words := "The run is incomplete: something was not looked at."
	if len(v.skipped) > 0 {
		words += " " + skipWords(v.skipped)
	}
	return words + "\nThe log, the job summary and the report say what."
}

// annotated gives the findings, worst first: one place of every credential
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

// property is one "key=value" of a workflow command.
type property struct{ key, value string }

func (v *view) annotation(name string, f *finding.Finding, t *tree) string {
	where := t.locate(f)
	at := region(f, where, t.lines(where))
	properties := []property{{"file", where.file}, {"line", strconv.Itoa(at.StartLine)}}
	switch {
	case at.EndLine > at.StartLine:
		// The runner drops the columns of what spans lines.
		properties = append(properties, property{"endLine", strconv.Itoa(at.EndLine)})
	case at.StartColumn > 0:
		properties = append(properties, property{"col", strconv.Itoa(at.StartColumn)})
		if at.EndColumn > 0 {
			properties = append(properties, property{"endColumn", strconv.Itoa(at.EndColumn)})
		}
	}
	properties = append(properties, property{"title", v.titleOf(f)})
	lines := append([]string{v.describe(f)}, v.nextWords(f)...)
	if known, ok := v.rules[f.Rule]; ok {
		lines = append(lines, known.HelpURI())
	}
	message := strings.Join(lines, "\n")
	if len(message) > maxAnnotationMessage {
		message = strings.ToValidUTF8(message[:maxAnnotationMessage], "") + "…"
	}
	return command(name, properties, message)
}

// command builds a workflow command. Values are escaped as the runner's
// ActionCommand reads them back.
func command(name string, properties []property, message string) string {
	var b strings.Builder
	b.WriteString("::" + name)
	for i, p := range properties {
		b.WriteString([]string{" ", ","}[min(i, 1)] + p.key + "=" + propertyEscaper.Replace(neutral(clean(p.value))))
	}
	b.WriteString("::" + messageEscaper.Replace(neutral(message)))
	return b.String()
}

var (
	messageEscaper  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// neutral breaks what the runner would take for a command of its own: "##["
// anywhere in a line, "::" at its beginning
// (actions/runner, ActionCommand.cs; Azure Pipelines knows "##vso[" too).
func neutral(s string) string {
	// Of three signs in a row the first pass leaves two beside each other.
	for strings.Contains(s, "##") || strings.Contains(s, "::") {
		s = neutralizer.Replace(s)
	}
	return s
}

var neutralizer = strings.NewReplacer("##", "# #", "::", ": :")

// logLines are the closing lines of the text format for a CI system's log. No
// line begins with text of foreign origin.
func (v *view) logLines() []string {
	lines := []string{v.foundWords(), v.lookedWords()}
	if words := v.silencedWords(); words != "" {
		lines = append(lines, words)
	}
	for _, note := range v.notes {
		lines = append(lines, "note: "+clean(note))
	}
	if len(v.skipped) > 0 {
		lines = append(lines, "Not looked at, or not wholly: "+skipWords(v.skipped))
		for i, s := range v.skipped {
			if i == maxLogSkips {
				lines = append(lines, "  … and "+thousands(int64(len(v.skipped)-i))+" more")
				break
			}
			lines = append(lines, "  "+clean(s.Path)+"  "+clean(s.Reason))
		}
	}
	for i := range lines {
		lines[i] = neutral(lines[i])
	}
	return lines
}

// maxLogSkips is how many skipped paths go to a log.
const maxLogSkips = 50

// placeWords is where a finding stands, for lists: file:line:column and commit.
func placeWords(f *finding.Finding) string {
	words := position(f.Location)
	if f.Commit != nil {
		words += " (" + cmp.Or(shortID(f.Commit.ID), "history") + ")"
	}
	return words
}
