package importer

import (
	"strings"
	"time"

	"github.com/momentolint/momentolint/internal/finding"
)

// gitleaksFinding is one element of gitleaks' JSON report; betterleaks writes
// the same and more.
type gitleaksFinding struct {
	// RuleID tells gitleaks' findings from anything else.
	RuleID                                     *string
	File                                       string
	StartLine, EndLine, StartColumn, EndColumn int
	// Match is what the rule matched, Secret the part of it that matters, Line
	// (betterleaks, if asked) the whole line.
	Match, Secret, Line         string
	Commit, Author, Email, Date string
	// Message is the commit's.
	Message string
	// Tags tell, among other things, what the match was decoded from.
	Tags []string
}

func (f *gitleaksFinding) entry() *Entry {
	e := &Entry{
		Rule: *f.RuleID, File: toSlash(f.File),
		StartLine: max(0, f.StartLine), StartColumn: max(0, f.StartColumn), EndLine: max(0, f.EndLine), EndColumn: max(0, f.EndColumn),
		Texts: []string{f.Secret, f.Match, f.Line}, Spanned: f.Match,
	}
	e.Commit = commit(f.Commit, f.Author, f.Email, f.Date, f.Message)
	for _, tag := range f.Tags {
		if layer, ok := strings.CutPrefix(tag, "decoded:"); ok {
			e.decodedFrom([]string{layer})
		}
	}
	e.gitleaksColumns()
	return e
}

// knownLayers are the names of encodings in gitleaks' tags (detect/codec).
var knownLayers = map[string]bool{"base64": true, "hex": true, "percent": true, "unicode": true}

// gitleaksColumns turns gitleaks' columns into ours. It counts the last
// character in; and on every line of a file but the first it counts the line
// end before as the first character (detect/location.go of v8.30). In a
// history that depends on what was read together, which the report does not
// tell: there the columns stay as they are.
func (e *Entry) gitleaksColumns() {
	if e.EndColumn > 0 {
		e.EndColumn++
	}
	if e.Commit == nil && e.StartLine > 1 && e.StartColumn > 1 {
		e.StartColumn--
		e.EndColumn--
	}
}

// commit puts together what a report says of a commit; nil if it names none.
func commit(id, name, mail, date, message string) *finding.Commit {
	if id == "" {
		return nil
	}
	c := &finding.Commit{ID: strings.ToLower(id), Author: name}
	if mail != "" && !strings.Contains(name, mail) {
		c.Author = strings.TrimSpace(name + " <" + mail + ">")
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05 -0700 MST"} {
		if t, err := time.Parse(layout, date); err == nil {
			c.Date = t
			break
		}
	}
	c.Subject, _, _ = strings.Cut(strings.TrimSpace(message), "\n")
	return c
}

// toSlash writes a Windows path as one with slashes: reports travel.
func toSlash(path string) string {
	if !strings.Contains(path, "/") || strings.HasPrefix(path, `\\`) || hasDrive(path) {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	if share, ok := strings.CutPrefix(path, "//?/UNC/"); ok {
		return "//" + share
	}
	path = strings.TrimPrefix(path, "//?/")
	return strings.TrimPrefix(path, "./")
}

// hasDrive tells a path that begins with a drive of Windows.
func hasDrive(path string) bool {
	return len(path) > 1 && path[1] == ':' && ('a' <= path[0] && path[0] <= 'z' || 'A' <= path[0] && path[0] <= 'Z')
}
