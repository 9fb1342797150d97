package scanner

import (
	"context"
	"path/filepath"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// Diagnostics is a source: what the Go analyzers found. It is suppressed, checked
// and reported like all else.
type Diagnostics struct {
	// Root is the directory that file names are relative to.
	Root string
	// Findings are the diagnostics.
	Findings []finding.Finding
	// Unscanned are the packages that were not analyzed.
	Unscanned []coverage.Entry
	// Files and Bytes count what was read.
	Files, Bytes int64
}

func (d Diagnostics) scan(_ context.Context, r *Run) error {
	rename := r.renamer(r.origin(d.Root).root)
	for _, e := range d.Unscanned {
		r.Record(e)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Files += d.Files
	r.summary.Bytes += d.Bytes
	for _, f := range d.Findings {
		if r.o.Config.Disabled(f.Rule) {
			r.record(coverage.Exclude(coverage.ByDisable, ""))
			continue
		}
		f.Location.Root, f.Location.File = r.root, rename(f.Location.File)
		r.findings = append(r.findings, f)
	}
	return nil
}

// renamer returns the function from names relative to dir to names relative to
// the report's root. A file is reported by one name, whichever source has it.
func (r *Run) renamer(dir string) func(string) string {
	same := func(name string) string { return name }
	if r.root == dir {
		return same
	}
	from, err := filepath.Abs(dir)
	if err != nil {
		return same
	}
	to, err := filepath.Abs(r.root)
	if err != nil {
		return same
	}
	return func(name string) string {
		full := filepath.FromSlash(name)
		if !filepath.IsAbs(full) {
			full = filepath.Join(from, full)
		}
		rel, err := filepath.Rel(to, full)
		if err != nil {
			return name
		}
		return filepath.ToSlash(rel)
	}
}
