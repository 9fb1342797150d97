package importer

import (
	"encoding/json"
	"strings"
)

// betterleaksFinding is a finding of betterleaks v2, in the form of its schema
// version 1 (rule_id, match as an object) or of the versions before it (ruleID,
// match as a string). Version 1 of betterleaks writes what gitleaks does.
type betterleaksFinding struct {
	RuleID    string              `json:"rule_id"`
	OldRuleID string              `json:"ruleID"`
	Match     betterleaksMatch    `json:"match"`
	Secret    string              `json:"secret"`
	Location  betterleaksLocation `json:"location"`
	// Attributes are the metadata of the source, such as path and git.sha.
	Attributes map[string]string `json:"attributes"`
	Encodings  []string          `json:"encodings"`
	Tags       []string          `json:"tags"`
}

type betterleaksMatch struct {
	Value, Full string
	Context     string
}

// UnmarshalJSON reads both forms.
func (m *betterleaksMatch) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &m.Full) //nolint:wrapcheck // the caller describes it
	}
	type plain betterleaksMatch
	return json.Unmarshal(data, (*plain)(m)) //nolint:wrapcheck // the caller describes it
}

type betterleaksLocation struct {
	Path        string `json:"path"`
	StartLine   int    `json:"start_line"`
	EndLine     int    `json:"end_line"`
	StartColumn int    `json:"start_column"`
	EndColumn   int    `json:"end_column"`

	OldStartLine   int `json:"startLine"`
	OldEndLine     int `json:"endLine"`
	OldStartColumn int `json:"startColumn"`
	OldEndColumn   int `json:"endColumn"`
}

func (f *betterleaksFinding) entry() *Entry {
	l := f.Location
	e := &Entry{
		Rule: f.RuleID + f.OldRuleID, File: toSlash(l.Path),
		StartLine: max(0, l.StartLine+l.OldStartLine), EndLine: max(0, l.EndLine+l.OldEndLine),
		StartColumn: max(0, l.StartColumn+l.OldStartColumn), EndColumn: max(0, l.EndColumn+l.OldEndColumn),
		Texts: []string{f.Match.Value + f.Secret, f.Match.Full, f.Match.Context}, Spanned: f.Match.Full,
	}
	if e.File == "" {
		e.File = toSlash(f.Attributes["path"])
	}
	if e.EndColumn > 0 {
		e.EndColumn++ // it counts the last character in
	}
	e.Commit = commit(f.Attributes["git.sha"], f.Attributes["git.author_name"], f.Attributes["git.author_email"], f.Attributes["git.date"], f.Attributes["git.message"])
	layers := f.Encodings
	for _, tag := range f.Tags {
		if layer, ok := strings.CutPrefix(tag, "decoded:"); ok {
			layers = append(layers, layer)
		}
	}
	e.decodedFrom(layers)
	return e
}

// decodedFrom notes what the texts were decoded from; then the columns are those
// of the encoded text.
func (e *Entry) decodedFrom(layers []string) {
	for _, layer := range layers {
		if knownLayers[layer] {
			e.Encoding = append(e.Encoding, layer)
			e.Spanned = ""
		}
	}
}
