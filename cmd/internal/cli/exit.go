package cli

import "github.com/momentolint/momentolint/scanner/finding"

// The exit codes of every command.
const (
	ExitClean  = 0 // nothing found, or nothing that --fail-on counts
	ExitFound  = 1 // something was found
	ExitFailed = 2 // wrong usage, or the work could not be done or finished
)

// ExitCode is that of a report: what was not looked at goes before what was
// found. failOn is the value of --fail-on.
func ExitCode(r *finding.Report, failOn string, baselineWritten bool) int {
	switch {
	case r.Incomplete:
		return ExitFailed
	case baselineWritten:
		// Whoever writes a baseline accepts what is in it.
		return ExitClean
	case failOn == "any" && r.Summary.Findings > 0, failOn == "live" && r.Summary.Live > 0:
		return ExitFound
	case failOn == "live" && Unfinished(r) > 0:
		// Nobody knows whether one of them is live.
		return ExitFailed
	}
	return ExitClean
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
