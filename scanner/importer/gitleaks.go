package importer

import (
	"strings"
	"time"

	"github.com/momentolint/momentolint/scanner/finding"
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
}

func (f *gitleaksFinding) entry() *Entry {
	e := &Entry{
		Rule: *f.RuleID, File: toSlash(f.File),
		StartLine: f.StartLine, StartColumn: f.StartColumn, EndLine: f.EndLine, EndColumn: f.EndColumn,
		Texts: []string{f.Secret, f.Match, f.Line},
	}
	e.Commit = commit(f.Commit, f.Author, f.Email, f.Date, f.Message)
	// gitleaks counts the last character in.
	if e.EndColumn > 0 {
		e.EndColumn++
	}
	return e
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
	if strings.Contains(path, "/") {
		return path
	}
	return strings.ReplaceAll(path, `\`, "/")
}
