package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/report"
)

// OutputFlags say how much is written to the program's streams, and in colour.
type OutputFlags struct{ NoColor, Quiet, Verbose, NoProgress bool }

// Add declares the flags. verbose describes --verbose.
func (f *OutputFlags) Add(fs *pflag.FlagSet, verbose string) {
	fs.BoolVar(&f.NoColor, "no-color", false, "no colours")
	fs.BoolVar(&f.Quiet, "quiet", false, "only findings and errors")
	fs.BoolVar(&f.Verbose, "verbose", false, verbose)
	fs.BoolVar(&f.NoProgress, "no-progress", false, "no progress line")
}

// Output writes reports to the streams of a program.
type Output struct {
	OutputFlags
	// Name is the program's, which precedes its remarks on Err.
	Name     string
	Out, Err io.Writer
	Getenv   func(string) string
}

// Write writes the baseline, if there is one, and the report in all requested
// forms. If one of them fails, the others are written nevertheless.
func (o *Output) Write(ctx context.Context, r *finding.Report, f *ReportFlags, files []ReportFile, b *baseline.Baseline) error {
	err := UntilDone(ctx, func() error {
		var failed error
		if b != nil {
			failed = WriteBaseline(f.WriteBaseline, b)
		}
		failed = errors.Join(failed, WriteReports(files, r))
		if err := o.print(r, f.Format); err != nil {
			return errors.Join(failed, err)
		}
		o.remarks(r, f.Format)
		return failed
	})
	if errors.Is(err, ErrInterrupted) {
		return fmt.Errorf("writing the reports: %w", err)
	}
	return err
}

// print writes the report to standard output.
func (o *Output) print(r *finding.Report, format string) error {
	if format != "text" {
		write, err := report.ByName(format)
		if err != nil {
			return err
		}
		return write(o.Out, r)
	}
	return report.Text(o.Out, r, report.TextOptions{
		Color: Color(o.Getenv, o.Out, o.NoColor), Width: Width(o.Out), Verbose: o.Verbose, Quiet: o.Quiet, CI: o.commandedByLog(),
	})
}

// commandedByLog reports whether what reads the output may take commands from
// it: GitHub Actions, Azure Pipelines and TeamCity do, on both streams. A
// container that they start does not have their variables, so it is anything
// but a terminal.
func (o *Output) commandedByLog() bool {
	return !IsTerminal(o.Out) || slices.ContainsFunc([]string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "CI"},
		func(name string) bool { return o.Getenv(name) != "" })
}

// maxRemarks is how many skipped or opaque things are listed unless --verbose
// asks for all.
const maxRemarks = 10

// remarks writes to standard error what was not scanned, unless the report on
// standard output has shown it to the same readers.
func (o *Output) remarks(r *finding.Report, format string) {
	if format == "text" && !o.Quiet || format == "github" || format == "compact" {
		return
	}
	remark := func(text redact.Text) {
		line := redact.Sprintf("%s: %s", o.Name, text)
		if o.commandedByLog() {
			line = line.Log()
		}
		_ = Print(o.Err, line)
	}
	most := maxRemarks
	if o.Verbose {
		most = math.MaxInt
	}
	skipped, opaque := r.Summary.Skipped, r.Summary.Opaque
	for _, e := range skipped[:min(most, len(skipped))] {
		remark(redact.Sprintf("skipped: %s: %s", e.Path, e.Reason))
	}
	if n := len(skipped) - most; n > 0 {
		remark(redact.Sprintf("%d more skipped", n))
	}
	for _, e := range opaque[:min(most, len(opaque))] {
		remark(redact.Sprintf("opaque: %s: %s", e.Path, e.Reason))
	}
	if n := len(opaque) - most; n > 0 {
		remark(redact.Sprintf("%d more opaque", n))
	}
	if o.Quiet {
		return
	}
	if n := r.Summary.ExcludedCount(); n > 0 {
		remark(redact.Sprintf("excluded: %d (the report says by what)", n))
	}
	for _, n := range r.Notes {
		remark(redact.Of(n))
	}
	for _, e := range r.StaleBaseline {
		remark(redact.Sprintf("stale baseline entry: %s", e))
	}
}

// LiveLine reports whether a progress line may be drawn on standard error.
func (o *Output) LiveLine() bool { return !o.NoProgress && !o.Quiet && LiveLine(o.Getenv, o.Err) }
