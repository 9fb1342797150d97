// Package coverage keeps the ledger of what a run did not scan. Everything that
// was not scanned, or only in part, belongs to one of three classes:
//
//   - skipped: it should have been read and was not. The run is incomplete.
//   - opaque: it cannot be read without its key, is malformed, or is in a
//     format that momentolint does not open. What could be read was scanned.
//   - excluded: the user asked for it.
//
// Sources, detection and the other producers record entries; every report
// writer shows all three classes.
package coverage

import (
	"cmp"
	"slices"
)

// Class is one of the three classes.
type Class uint8

// The classes.
const (
	Skipped Class = iota + 1
	Opaque
	Excluded
)

// By is what excluded something. The values are those of the JSON output.
type By string

// What excludes things.
const (
	// ByExclude are the globs of the configuration's exclude. A directory that
	// was not entered counts as one.
	ByExclude By = "exclude"
	// ByDisable is a rule that was disabled.
	ByDisable By = "disable"
	// ByMaxFileSize is the size limit that the user set.
	ByMaxFileSize By = "max-file-size"
	// ByMaxArchiveDepth and ByMaxDecodeDepth are depths below the defaults.
	ByMaxArchiveDepth By = "max-archive-depth"
	ByMaxDecodeDepth  By = "max-decode-depth"
	// ByAllow are the allow entries of the configuration.
	ByAllow By = "allow"
	// ByBaseline is the baseline.
	ByBaseline By = "baseline"
	// ByComment is a comment on the line. The source is the file that it is in.
	ByComment By = "comment"
	// ByGitleaksConfig and ByGitleaksIgnore are the files that are shared with
	// gitleaks.
	ByGitleaksConfig By = "gitleaks-config"
	ByGitleaksIgnore By = "gitleaks-ignore"
	// ByBuild is the Go build: files that build constraints, the platform or
	// their names leave out, and directories that "./..." does not match, such
	// as testdata and vendor. A directory counts as one.
	ByBuild By = "build"
	// ByAnalyzer is an analyzer that was switched off.
	ByAnalyzer By = "analyzer"
)

// finding reports whether by counts findings rather than files.
func (b By) finding() bool {
	return slices.Contains([]By{ByDisable, ByAllow, ByBaseline, ByComment, ByGitleaksConfig, ByGitleaksIgnore}, b)
}

// Unit is what the count of by is of, in singular and plural.
func (b By) Unit() (one, many string) {
	switch {
	case b.finding():
		return "finding", "findings"
	case b == ByAnalyzer:
		return "analyzer", "analyzers"
	case b == ByExclude || b == ByBuild:
		return "path", "paths"
	}
	return "file", "files"
}

// Entry is one thing that was not scanned, or only in part.
type Entry struct {
	Class Class
	// Path names it as a finding's location would: a file, an archive member, a
	// commit, an object, a repository. Excluded entries need none.
	Path string
	// Reason says why in a few words; for skipped and opaque entries.
	Reason string
	// Format is the format of an opaque entry: "zip", "7z archive".
	Format string
	// By and Source are what excluded it, and the file, flag or line that says so.
	By     By
	Source string
}

// Skip returns the entry for something that should have been read.
func Skip(path, reason string) Entry { return Entry{Class: Skipped, Path: path, Reason: reason} }

// Unread returns the entry for something opaque.
func Unread(path, format, reason string) Entry {
	return Entry{Class: Opaque, Path: path, Format: format, Reason: reason}
}

// Exclude returns the entry for one thing that the user excluded.
func Exclude(by By, source string) Entry { return Entry{Class: Excluded, By: by, Source: source} }

// SkippedEntry is an entry of Ledger.Skipped.
type SkippedEntry struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// OpaqueEntry is an entry of Ledger.Opaque.
type OpaqueEntry struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
	Format string `json:"format"`
}

// Exclusion counts what was excluded by one thing.
type Exclusion struct {
	By    By  `json:"by"`
	Count int `json:"count"`
	// Source is the file or flag that excludes it, "" where there is none.
	Source string `json:"source"`
}

// Ledger is what a run did not scan. The zero value says that everything was
// scanned. Its JSON form is part of the contract. It is not safe for concurrent
// use.
type Ledger struct {
	Skipped  []SkippedEntry `json:"skipped"`
	Opaque   []OpaqueEntry  `json:"opaque"`
	Excluded []Exclusion    `json:"excluded"`
}

// Add records an entry.
func (l *Ledger) Add(e Entry) {
	switch e.Class {
	case Skipped:
		l.Skipped = append(l.Skipped, SkippedEntry{e.Path, e.Reason})
	case Opaque:
		l.Opaque = append(l.Opaque, OpaqueEntry{e.Path, e.Reason, e.Format})
	case Excluded:
		l.Exclude(Exclusion{e.By, 1, e.Source})
	}
}

// recent is how many exclusions Exclude looks at for one to add to. It bounds
// the work for each; Sort joins the rest.
const recent = 32

// Exclude adds to the count of an exclusion.
func (l *Ledger) Exclude(x Exclusion) {
	if x.Count == 0 {
		return
	}
	for i := len(l.Excluded) - 1; i >= max(0, len(l.Excluded)-recent); i-- {
		if have := &l.Excluded[i]; have.By == x.By && have.Source == x.Source {
			have.Count += x.Count
			return
		}
	}
	l.Excluded = append(l.Excluded, x)
}

// Sort puts the ledger in the order of reports, without repetitions. Its lists
// are not nil afterwards.
func (l *Ledger) Sort() {
	l.Skipped = sorted(l.Skipped, func(a, b SkippedEntry) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	l.Opaque = sorted(l.Opaque, func(a, b OpaqueEntry) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Format, b.Format))
	})
	slices.SortFunc(l.Excluded, func(a, b Exclusion) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Source, b.Source))
	})
	joined := []Exclusion{}
	for _, x := range l.Excluded {
		if n := len(joined); n > 0 && joined[n-1].By == x.By && joined[n-1].Source == x.Source {
			joined[n-1].Count += x.Count
			continue
		}
		joined = append(joined, x)
	}
	l.Excluded = joined
}

func sorted[E comparable](list []E, compare func(a, b E) int) []E {
	if list == nil {
		return []E{}
	}
	slices.SortFunc(list, compare)
	return slices.Compact(list)
}

// Incomplete reports whether something was not read that should have been.
func (l *Ledger) Incomplete() bool { return len(l.Skipped) > 0 }

// Unqualified reports whether everything that the user did not exclude was
// scanned: only then may a result be called clean without qualification.
func (l *Ledger) Unqualified() bool { return len(l.Skipped) == 0 && len(l.Opaque) == 0 }

// ExcludedCount returns how many things were excluded.
func (l *Ledger) ExcludedCount() int {
	n := 0
	for _, x := range l.Excluded {
		n += x.Count
	}
	return n
}

// ExcludedFindings returns how many findings were excluded.
func (l *Ledger) ExcludedFindings() int {
	n := 0
	for _, x := range l.Excluded {
		if x.By.finding() {
			n += x.Count
		}
	}
	return n
}
