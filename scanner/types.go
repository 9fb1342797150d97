package scanner

import (
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// The types of a report. They are defined in internal packages, which have all
// their fields and methods documented.
type (
	// Report is what a run found and what it did not scan.
	Report = finding.Report
	// Finding is one credential, or one breach of a policy rule, at one place.
	Finding = finding.Finding
	// Location is a region of a file.
	Location = finding.Location
	// Commit is the commit that introduced a finding of a history.
	Commit = finding.Commit
	// Verdict is what is known about whether a credential works.
	Verdict = finding.Verdict
	// Status is the outcome of a live check.
	Status = finding.Status
	// Summary counts what was scanned, found and left out.
	Summary = finding.Summary
	// Coverage is the ledger of what a run did not scan: skipped, opaque, excluded.
	Coverage = coverage.Ledger
	// Entry is an entry of the ledger.
	Entry = coverage.Entry
)

// The outcomes of a live check.
const (
	StatusLive       = finding.StatusLive
	StatusDead       = finding.StatusDead
	StatusExpired    = finding.StatusExpired
	StatusUnverified = finding.StatusUnverified
)

// Config is the content of a configuration file.
type Config = config.Config

// ReadConfig reads a configuration file.
func ReadConfig(name string) (*Config, error) {
	return config.Read(name) //nolint:wrapcheck // it names the file
}

// Baseline holds known findings.
type Baseline = baseline.Baseline
