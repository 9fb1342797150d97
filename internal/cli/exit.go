package cli

import (
	"fmt"

	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
)

// The exit codes of every command.
const (
	ExitClean  = 0 // nothing found, or nothing that --fail-on counts
	ExitFound  = 1 // something was found
	ExitFailed = 2 // wrong usage, or the work could not be done or finished
)

// Policy is what the exit code of a report depends on besides the report.
type Policy struct {
	// FailOn is the value of --fail-on.
	FailOn string
	// Strict counts what is opaque as skipped.
	Strict bool
	// BaselineWritten says that what was found is accepted.
	BaselineWritten bool
}

// ExitCode is that of a report: what was skipped takes precedence over what was
// found.
func (p Policy) ExitCode(r *finding.Report) int {
	s := &r.Summary
	switch {
	case s.Incomplete(), p.Strict && len(s.Opaque) > 0:
		return ExitFailed
	case p.BaselineWritten:
		return ExitClean
	case p.FailOn == "any" && s.Findings > 0, p.FailOn == "live" && s.Live > 0:
		return ExitFound
	}
	return ExitClean
}

// RequireVerdicts records the credentials that could not be verified as skipped
// where the exit code depends on the answer.
func RequireVerdicts(r *finding.Report, failOn string) {
	if failOn != "live" || r.Summary.Live > 0 {
		return
	}
	if n := Unfinished(r); n > 0 {
		what := "1 credential"
		if n > 1 {
			what = fmt.Sprintf("%d credentials", n)
		}
		r.Summary.Add(coverage.Skip("the live check", what+" could not be verified; any of them may be live"))
		r.Summary.Sort()
	}
}

// Unfinished is how many credentials were to be checked and could not be.
func Unfinished(r *finding.Report) int {
	seen := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Verdict.Unfinished {
			seen[f.Fingerprint] = true
		}
	}
	return len(seen)
}
