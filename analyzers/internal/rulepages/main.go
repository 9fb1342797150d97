// Command rulepages writes the pages of the analyzers under docs/rules from the
// analyzers' own documentation:
//
//	go run ./analyzers/internal/rulepages docs/rules
package main

import (
	"bytes"
	"fmt"
	"go/doc/comment"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/momentolint/momentolint/analyzers"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: rulepages DIRECTORY")
		os.Exit(2) //nolint:forbidigo // this is main
	}
	for _, a := range analyzers.New(analyzers.DefaultOptions()) {
		if err := os.WriteFile(filepath.Join(os.Args[1], a.Name+".md"), page(a), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "rulepages:", err)
			os.Exit(2) //nolint:forbidigo // this is main
		}
	}
}

// docs is where the other pages are; the rules' pages are also shown outside of
// the repository.
const docs = "https://github.com/momentolint/momentolint/blob/main/docs/"

// page makes the page of one analyzer.
func page(a *analysis.Analyzer) []byte {
	summary, text, _ := strings.Cut(a.Doc, "\n")
	summary = strings.TrimPrefix(summary, a.Name+": ")
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n", a.Name)
	fmt.Fprintf(&b, "%s%s.\n\n", strings.ToUpper(summary[:1]), summary[1:])
	b.WriteString(markdown(text))
	fmt.Fprintf(&b, `## How to run it

`+"```shell"+`
momentolint lint ./...                              # all analyzers
go vet -vettool="$(command -v momentolint)" ./...   # the same in go vet
`+"```"+`

In golangci-lint it is part of the linter `+"`momentolint`"+`; see [golangci-lint](%[2]sgolangci-lint.md) and
[editors](%[2]seditors.md). To switch it off: `+"`momentolint lint --disable %[1]s`"+`, `+"`go vet -vettool=… -%[1]s=false`"+`, or `+"`disable: [%[1]s]`"+` in golangci-lint's settings.

## When it is intended

Put `+"`momentolint:allow %[1]s -- why`"+` in a comment on the line; it counts in every driver. `+"`//nolint:momentolint`"+` does too.

<!-- Made from analyzers/%[1]s/doc.go: go run ./analyzers/internal/rulepages docs/rules -->
`, a.Name, docs)
	return b.Bytes()
}

// markdown turns the text of a doc comment into Markdown, code in fences.
func markdown(text string) string {
	doc := new(comment.Parser).Parse(text)
	printer := comment.Printer{HeadingLevel: 2, TextWidth: -1, HeadingID: func(*comment.Heading) string { return "" }}
	var b strings.Builder
	for _, block := range doc.Content {
		if code, ok := block.(*comment.Code); ok {
			b.WriteString("```go\n" + code.Text + "```\n\n")
			continue
		}
		// A single block at a time: the printer knows no fences. It escapes what
		// Markdown would read as markup.
		part := string(printer.Markdown(&comment.Doc{Content: []comment.Block{block}}))
		if label, ok := strings.CutSuffix(strings.TrimSpace(part), ":"); ok && strings.ToUpper(label) == label {
			part = label[:1] + strings.ToLower(label[1:]) + ":\n"
		}
		b.WriteString(part + "\n")
	}
	return b.String()
}
