// Package sample builds testdata/leaky-service: a small service, as real ones
// are, that leaks synthetic Momento credentials in many ways. It also says
// what there is to find, computed while writing and never copied from a scan.
//
// The tree is an ordinary directory of the repository, so that people can look at
// it and scan it. "go test ./internal/testing/sample -update" writes it anew.
package sample

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// File is one file of the sample.
type File struct {
	// Name is slash-separated and relative to the sample's directory.
	Name    string
	Content []byte
}

// Expected is one finding that a scan of the sample must report.
type Expected struct {
	Rule string `json:"rule"`
	// Kind is empty for the policy rule.
	Kind string `json:"kind,omitempty"`
	File string `json:"file"`
	// Line is where it starts, from 1.
	Line int `json:"line"`
	// Column, EndLine and EndColumn complete the region: columns in bytes from
	// 1, the end exclusive. They are 0 where a scanner may draw the region
	// more or less tightly: a credential somewhere inside a longer encoded text.
	Column    int      `json:"column,omitempty"`
	EndLine   int      `json:"end_line,omitempty"`
	EndColumn int      `json:"end_column,omitempty"`
	Encoding  []string `json:"encoding"`
	// Expires and Level are what the credential says of itself, in the words
	// of the JSON output.
	Expires string `json:"expires,omitempty"`
	Level   string `json:"level,omitempty"`
}

// Build makes the files, sorted by name, and what is to be found in them,
// sorted by place.
func Build() ([]File, []Expected, error) {
	var files []File
	var expected []Expected
	for _, d := range service() {
		content, found, err := d.build()
		if err != nil {
			return nil, nil, fmt.Errorf("building %s: %w", d.name, err)
		}
		files = append(files, File{Name: d.name, Content: content})
		expected = append(expected, found...)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(expected, func(a, b Expected) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return files, expected, nil
}

// document is one file to build: plain text, or an archive of documents.
type document struct {
	name string
	// text has the mark § where each of the leaks stands, in their order.
	text  string
	leaks []leak
	// encode turns the finished text into what the file holds; nil = as it is.
	encode func(text []byte) []byte
	// archive packs members into the file; then there is no text.
	archive func(members []File) ([]byte, error)
	members []document
	// encoding are the layers that encode or archive lay around the text.
	encoding []string
}

// leak is one secret as it is spelled in a document.
type leak struct {
	rule, kind     string
	expires, level string
	// spelled is its text in the file, with everything that belongs to the
	// spelling (the quotes and line ends between its pieces).
	spelled string
	// encoding are the layers of the spelling.
	encoding []string
	// loose: spelled is more than the secret itself.
	loose bool
}

const mark = "§"

// build makes the document's content and says what is to be found in it.
func (d document) build() ([]byte, []Expected, error) {
	if d.archive != nil {
		return d.buildArchive()
	}
	pieces := strings.Split(d.text, mark)
	if len(pieces) != len(d.leaks)+1 {
		return nil, nil, fmt.Errorf("%d marks for %d leaks", len(pieces)-1, len(d.leaks))
	}
	var text []byte
	var expected []Expected
	for i, piece := range pieces {
		text = append(text, piece...)
		if i == len(d.leaks) {
			break
		}
		l := d.leaks[i]
		start := len(text)
		text = append(text, l.spelled...)
		e := Expected{
			Rule: l.rule, Kind: l.kind, File: d.name, Expires: l.expires, Level: l.level,
			Encoding: append(append([]string{}, d.encoding...), l.encoding...),
		}
		e.Line, e.Column = place(text[:start], d.encode)
		e.EndLine, e.EndColumn = place(text, d.encode)
		if l.loose {
			e.Column, e.EndLine, e.EndColumn = 0, 0, 0
		}
		expected = append(expected, e)
	}
	if d.encode != nil {
		text = d.encode(text)
	}
	return text, expected, nil
}

// place is the line and column at which the text after before starts.
func place(before []byte, encode func([]byte) []byte) (line, column int) {
	line = 1 + bytes.Count(before, []byte("\n"))
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	if encode == nil {
		return line, len(before) - lineStart + 1
	}
	// The bytes of the line so far: those of all text but those of the lines before.
	return line, len(encode(before)) - len(encode(before[:lineStart])) + 1
}

func (d document) buildArchive() ([]byte, []Expected, error) {
	var files []File
	var expected []Expected
	for _, m := range d.members {
		content, found, err := m.build()
		if err != nil {
			return nil, nil, fmt.Errorf("building member %s: %w", m.name, err)
		}
		files = append(files, File{Name: m.name, Content: content})
		for _, e := range found {
			e.File = d.name + "!" + e.File
			e.Encoding = slices.Concat(d.encoding, e.Encoding)
			expected = append(expected, e)
		}
	}
	content, err := d.archive(files)
	return content, expected, err
}
