// Package baseline remembers findings that were there before, so that a team
// can start from today. An entry is a content fingerprint and a path: it
// survives every edit of the file and never covers a new credential on an old
// line. The file is small and stable in git: sorted, one entry a line, without
// times or positions.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/userfile"
)

// Entry is one finding that is known.
type Entry struct {
	File        string `json:"file"`
	Rule        string `json:"rule"`
	Fingerprint string `json:"fingerprint"`
}

func (e Entry) String() string { return e.File + " " + e.Rule + " " + e.Fingerprint }

// Baseline is a set of entries and a record of which of them were met. It is
// not safe for concurrent use.
type Baseline struct {
	entries map[Entry]bool // met?
	// lines are entries of a gitleaks report whose secret was redacted there:
	// they are known by position only.
	lines map[line]bool
}

// line is a place in a file, for redacted gitleaks reports.
type line struct {
	file string
	line int
}

// version is that of the file format.
const version = 1

// file is the format on disk.
type file struct {
	Version int     `json:"version"`
	Entries []Entry `json:"entries"`
}

// maxSize is the largest file that is read, in bytes.
const maxSize = 64 << 20

// Read reads a baseline: momentolint's own, or a report that gitleaks wrote as
// JSON, of which what is Momento's counts.
func Read(path string) (*Baseline, error) {
	data, err := userfile.ReadText(path, maxSize)
	return read(path, data, err)
}

// ReadIn is Read for a file of a tree, by its name there. path is the file's
// for errors.
func ReadIn(tree fs.FS, name, path string) (*Baseline, error) {
	data, err := userfile.ReadTextFS(tree, name, path, maxSize)
	return read(path, data, err)
}

func read(path string, data []byte, err error) (*Baseline, error) {
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("baseline %w: it does not exist; write it with --write-baseline", err)
	}
	if err != nil {
		return nil, fmt.Errorf("baseline %w", err)
	}
	b, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", path, err)
	}
	return b, nil
}

func parse(data []byte) (*Baseline, error) {
	b := &Baseline{entries: map[Entry]bool{}, lines: map[line]bool{}}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		return b, b.parseGitleaks(trimmed)
	}
	var f file
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		// The library's message may quote the text.
		return nil, errors.New("neither a baseline of momentolint nor a JSON report of gitleaks")
	}
	if f.Version != version {
		return nil, fmt.Errorf("version %d of the format: this momentolint knows version %d", f.Version, version)
	}
	for _, e := range f.Entries {
		e.File = redact.Credentials(e.File)
		b.entries[e] = false
	}
	return b, nil
}

// parseGitleaks reads a gitleaks report. Its secrets are looked into, since
// gitleaks reports the inner JWT of a v1 key, or cuts it; the fingerprint is
// that of what the service takes, which is the same.
func (b *Baseline) parseGitleaks(data []byte) error {
	var report []struct {
		File, Secret, Match string
		StartLine           int
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return errors.New("not a JSON report of gitleaks")
	}
	for _, r := range report {
		found := append(credential.ParseAll([]byte(r.Secret)), credential.ParseAll([]byte(r.Match))...)
		for _, c := range found {
			b.entries[Entry{File: slashed(r.File), Fingerprint: c.Fingerprint()}] = false
		}
		if len(found) == 0 && strings.Contains(r.Secret, "REDACTED") {
			b.lines[line{slashed(r.File), r.StartLine}] = true
		}
	}
	return nil
}

// slashed is a path as a baseline has it.
func slashed(path string) string {
	return redact.Credentials(strings.ReplaceAll(path, `\`, "/"))
}

// New makes the baseline that covers the given findings.
func New(findings []finding.Finding) *Baseline {
	b := &Baseline{entries: map[Entry]bool{}}
	for i := range findings {
		b.entries[entryOf(&findings[i])] = true
	}
	return b
}

// entryOf is the entry for a finding. Files that are named by a credential are
// told apart by what is in them alone: a baseline holds none.
func entryOf(f *finding.Finding) Entry {
	return Entry{File: redact.Credentials(f.Location.File), Rule: f.Rule, Fingerprint: f.Fingerprint}
}

// Covers reports whether the finding was known, and notes that its entry is
// still needed.
func (b *Baseline) Covers(f *finding.Finding) bool {
	e := entryOf(f)
	for _, known := range []Entry{e, {File: e.File, Fingerprint: e.Fingerprint}} {
		if _, ok := b.entries[known]; ok {
			b.entries[known] = true
			return true
		}
	}
	// A credential may have become one of another kind, whose rule has another
	// id. The entry is written anew with that.
	for known := range b.entries {
		if known.File == e.File && known.Fingerprint == e.Fingerprint {
			delete(b.entries, known)
			b.entries[e] = true
			return true
		}
	}
	return b.lines[line{e.File, f.Location.StartLine}]
}

// Stale lists, sorted, the entries that no finding has needed.
func (b *Baseline) Stale() []string {
	var stale []string
	for e, met := range b.entries {
		if !met {
			stale = append(stale, e.String())
		}
	}
	slices.Sort(stale)
	return stale
}

// Marshal returns the file's content: the entries that were met, sorted. So
// reading a baseline, running and writing it again prunes it.
func (b *Baseline) Marshal() []byte {
	var list []Entry
	for e, met := range b.entries {
		if met && e.Rule != "" {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, c Entry) int {
		return cmp.Or(cmp.Compare(a.File, c.File), cmp.Compare(a.Rule, c.Rule), cmp.Compare(a.Fingerprint, c.Fingerprint))
	})
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n  \"version\": %d,\n  \"entries\": [", version)
	for i, e := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n    ")
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		// Strings only: it cannot fail.
		_ = enc.Encode(e)           //nolint:errchkjson // see above
		out.Truncate(out.Len() - 1) // Encode ends with a line end
	}
	if len(list) > 0 {
		out.WriteString("\n  ")
	}
	out.WriteString("]\n}\n")
	return out.Bytes()
}
