// Package docs takes an analyzer's documentation out of its package comment,
// so that the text is in one place: doc.go is what go doc, the analyzer's
// Doc, golangci-lint and the pages under docs/rules show.
package docs

import (
	"go/parser"
	"go/token"
	"strings"
)

// BaseURL is where the pages of the rules are.
const BaseURL = "https://github.com/momentolint/momentolint/blob/main/docs/rules/"

// URL is the page of an analyzer.
func URL(analyzer string) string { return BaseURL + analyzer + ".md" }

// Of returns the documentation of an analyzer from the source of its doc.go: the
// part of the package comment below "# Analyzer name", which begins with
// "name: ". It is "" if there is none; a test of each analyzer would fail then,
// as analysis.Validate refuses analyzers without documentation.
func Of(source, analyzer string) string {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil || file.Doc == nil {
		return ""
	}
	_, text, ok := strings.Cut("\n"+file.Doc.Text(), "\n# Analyzer "+analyzer+"\n")
	if !ok {
		return ""
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, analyzer+": ") {
		return ""
	}
	return text
}
