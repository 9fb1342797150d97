// Package report writes what a run found, for people and for other programs.
// Each format is one Writer; docs/formats.md describes them all.
//
// Three promises hold for every writer. The same findings give the same bytes
// (but for times that the report itself holds). File names, authors, messages
// and source lines come from strangers and cannot break the format, act on a
// terminal, start a spreadsheet formula, run in a browser or command a CI
// system. No credential is shown in full; only text and JSON do so, and only
// where Report.ShowSecrets says that the user asked for it.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/internal/finding"
)

// toolName is what the tool calls itself in reports.
const toolName = "momentolint"

// Writer writes a report in one format. It does not change the report.
type Writer func(w io.Writer, r *finding.Report) error

// format is one line of the table of formats.
type format struct {
	name  string
	write Writer
	// secrets means that the format obeys Report.ShowSecrets.
	secrets bool
}

func formats() []format {
	return []format{
		{name: "text", write: plainText, secrets: true},
		{name: "compact", write: Compact},
		{name: "json", write: JSON, secrets: true},
		{name: "sarif", write: SARIF},
		{name: "github", write: GitHub},
		{name: "html", write: HTML},
		{name: "junit", write: JUnit},
		{name: "csv", write: CSV},
		{name: "gitlab", write: GitLab},
		{name: "summary", write: Summary},
	}
}

// plainText is Text without colour, at its default width.
func plainText(w io.Writer, r *finding.Report) error { return Text(w, r, TextOptions{}) }

// Formats lists the names that ByName knows, in the order of the documentation.
func Formats() []string {
	all := formats()
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.name
	}
	return names
}

// ByName returns the writer of a format; the error of an unknown one names all.
func ByName(name string) (Writer, error) {
	f, err := formatByName(name)
	return f.write, err
}

func formatByName(name string) (format, error) {
	all := formats()
	i := slices.IndexFunc(all, func(f format) bool { return f.name == name })
	if i < 0 {
		return format{}, fmt.Errorf("unknown report format %q: want one of %s", name, strings.Join(Formats(), ", "))
	}
	return all[i], nil
}
