package importer

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// trufflehogFinding is one line of TruffleHog's --json output.
type trufflehogFinding struct {
	SourceMetadata *struct {
		// Data has one member, named like the kind of source.
		Data map[string]json.RawMessage
	}
	DetectorName string
	// Raw is the secret; RawV2 the same with what belongs to it.
	Raw, RawV2 string
	ExtraData  map[string]any
}

// trufflehogPlace is what the kinds of sources have in common, each as far as
// it has it.
type trufflehogPlace struct {
	File      string `json:"file"`
	Path      string `json:"path"`
	Filename  string `json:"filename"`
	Key       string `json:"key"`
	Link      string `json:"link"`
	Line      int    `json:"line"`
	Commit    string `json:"commit"`
	Email     string `json:"email"`
	Timestamp string `json:"timestamp"`
}

func (f *trufflehogFinding) entry() (*Entry, error) {
	e := &Entry{Rule: f.DetectorName, Texts: []string{f.Raw, f.RawV2}}
	// A custom detector's own name is among the extra data.
	if name, ok := f.ExtraData["name"].(string); ok && f.DetectorName == "CustomRegex" {
		e.Rule = name
	}
	for _, kind := range slices.Sorted(maps.Keys(f.SourceMetadata.Data)) {
		var p trufflehogPlace
		var wrongType *json.UnmarshalTypeError
		// Some kind of source may use one of the names for something else.
		if err := json.Unmarshal(f.SourceMetadata.Data[kind], &p); err != nil && !errors.As(err, &wrongType) {
			return nil, errors.New("malformed SourceMetadata")
		}
		for _, name := range []string{p.File, p.Path, p.Filename, p.Key, p.Link} {
			if e.File == "" {
				e.File = toSlash(name)
			}
		}
		e.StartLine = max(0, p.Line)
		e.Commit = commit(p.Commit, p.Email, "", p.Timestamp, "")
	}
	return e, nil
}
