package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/scanner"
)

// reportFlags say what becomes of the findings; scan and lint share them.
type reportFlags struct {
	cli.ReportFlags
	config, configFrom string
	// from, if not nil, takes the place of --config-from.
	from                                *configTree
	jobs                                int
	showSecrets                         bool
	noColor, quiet, verbose, noProgress bool
}

func (f *reportFlags) add(fs *pflag.FlagSet) {
	f.ReportFlags.Add(fs)
	fs.StringVar(&f.config, "config", "", "configuration `FILE` (default: .momentolint.yaml, searched for in the scanned directory and its parents)")
	fs.StringVar(&f.configFrom, "config-from", "", "take configuration, ignore files, allowlists and baseline as the commit `REV` has them, not from the work tree")
	fs.IntVar(&f.jobs, "jobs", 0, "work on `N` things at once, 0 = as many as there are cores")
	fs.BoolVar(&f.showSecrets, "show-secrets", false, "show credentials in full, in text and JSON")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVar(&f.quiet, "quiet", false, "only findings and errors")
	fs.BoolVar(&f.verbose, "verbose", false, "more detail")
	fs.BoolVar(&f.noProgress, "no-progress", false, "no progress line")
}

// settings are the flags joined with the configuration file.
type settings struct {
	config        *config.Config
	failOn        string
	baselinePath  string
	baseline      *baseline.Baseline
	expiryWarning time.Duration
	files         []cli.ReportFile
	// from is where the configuration was read from; nil = the file system.
	from *configTree
	// strict counts what is opaque as skipped.
	strict bool
	// setBy names what excludes things, for the report.
	setBy map[coverage.By]string
}

// settings checks the flags and reads the configuration and the baseline.
func (f *reportFlags) settings(cmd *cobra.Command, path string, more ...string) (*settings, error) {
	checked, err := f.Check(append(more, path)...)
	switch {
	case err != nil:
	case f.jobs < 0:
		err = errors.New("--jobs cannot be negative")
	case f.jobs > scanner.MaxJobs:
		err = fmt.Errorf("--jobs cannot be more than %d", scanner.MaxJobs)
	}
	if err != nil {
		return nil, cli.Wrong(cmd, err)
	}
	s := &settings{
		failOn: f.FailOn, baselinePath: f.Baseline, expiryWarning: checked.ExpiryWarning, files: checked.Files,
		strict: f.Strict, setBy: map[coverage.By]string{},
	}
	if s.from, err = f.tree(cmd.Context(), folderOf(path)); err != nil {
		return nil, cli.Wrong(cmd, err)
	}
	if s.config, err = s.readConfig(f.config, folderOf(path)); err != nil {
		return nil, err
	}
	changed := cmd.Flags().Changed
	if s.config.FailOn != "" && !changed("fail-on") {
		s.failOn = s.config.FailOn
	}
	if s.config.Strict && !changed("strict") {
		s.strict = true
	}
	if s.config.ExpiryWarning > 0 && !changed("expiry-warning") {
		s.expiryWarning = time.Duration(s.config.ExpiryWarning)
	}
	if err = cli.CheckFailOn(s.failOn); err != nil {
		return nil, cli.Wrong(cmd, err)
	}
	switch {
	case s.config.Baseline != "" && !changed("baseline"):
		s.baseline, s.baselinePath, err = cli.ConfiguredBaseline(s.config, f.WriteBaseline)
	case s.from != nil && s.baselinePath != "":
		s.baseline, err = s.from.baseline(s.baselinePath)
	default:
		s.baseline, err = cli.ReadBaseline(s.baselinePath, f.WriteBaseline)
	}
	if err != nil {
		return nil, err
	}
	s.setBy[coverage.ByBaseline] = filepath.ToSlash(f.Baseline)
	if f.Baseline == "" {
		s.setBy[coverage.ByBaseline] = s.config.Baseline
	}
	return s, nil
}

// readConfig reads the named file, or looks for one from dir upwards.
func (s *settings) readConfig(name, dir string) (*config.Config, error) {
	switch {
	case s.from != nil:
		return s.from.config(name, dir)
	case name != "":
		return config.Read(name)
	}
	return config.Find(dir)
}

// finish makes the live check, writes the reports and sets the exit code.
// quiesce ends the progress line, before anything else is written.
func (a *app) finish(ctx context.Context, run *scanner.Run, s *settings, f *reportFlags, quiesce func()) error {
	var next *baseline.Baseline
	if f.WriteBaseline != "" {
		next = run.NewBaseline()
	}
	r := run.Report(ctx)
	cli.RequireVerdicts(r, s.failOn)
	quiesce()
	a.reported = r
	failed := cli.UntilDone(ctx, func() error { return a.write(r, next, s, f) })
	if errors.Is(failed, cli.ErrInterrupted) {
		return fmt.Errorf("writing the reports: %w", failed)
	}
	a.code = cli.Policy{FailOn: s.failOn, Strict: s.strict, BaselineWritten: next != nil}.ExitCode(r)
	return failed
}

// write writes the baseline, if there is one to write, and the report in every
// form. One that fails keeps none from being written.
func (a *app) write(r *finding.Report, next *baseline.Baseline, s *settings, f *reportFlags) error {
	var failed error
	if next != nil {
		failed = cli.WriteBaseline(f.WriteBaseline, next)
	}
	failed = errors.Join(failed, cli.WriteReports(s.files, r))
	if err := a.print(r, f); err != nil {
		return errors.Join(failed, err)
	}
	a.remarks(r, f)
	return failed
}

// print writes the report to standard output.
func (a *app) print(r *finding.Report, f *reportFlags) error {
	if f.Format != "text" {
		write, err := report.ByName(f.Format)
		if err != nil {
			return err
		}
		return write(a.out, r)
	}
	return report.Text(a.out, r, report.TextOptions{
		Color: cli.Color(a.getenv, a.out, f.noColor), Width: cli.Width(a.out), Verbose: f.verbose, Quiet: f.quiet,
		CI: a.commandedByLog(),
	})
}

// commandedByLog reports whether what reads the output may take commands from
// it: GitHub Actions, Azure Pipelines and TeamCity do, on both streams. A
// container that they start does not have their variables, so it is anything
// but a terminal.
func (a *app) commandedByLog() bool {
	return !cli.IsTerminal(a.out) || slices.ContainsFunc([]string{"GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION", "CI"},
		func(name string) bool { return a.getenv(name) != "" })
}

// maxRemarks is how many skipped things are listed unless --verbose asks for all.
const maxRemarks = 10

// remarks says on standard error what was not looked at, unless the report on
// standard output has said it to the same readers.
func (a *app) remarks(r *finding.Report, f *reportFlags) {
	if f.Format == "text" && !f.quiet || f.Format == "github" || f.Format == "compact" {
		return
	}
	say := func(line redact.Text) {
		if a.commandedByLog() {
			line = line.Log()
		}
		_ = cli.Print(a.err, line)
	}
	skipped := r.Summary.Skipped
	for i, e := range skipped {
		if i >= maxRemarks && !f.verbose {
			say(redact.Sprintf("momentolint: %d more skipped", len(skipped)-i))
			break
		}
		say(redact.Sprintf("momentolint: skipped: %s: %s", e.Path, e.Reason))
	}
	opaque := r.Summary.Opaque
	for i, e := range opaque {
		if i >= maxRemarks && !f.verbose {
			say(redact.Sprintf("momentolint: %d more opaque", len(opaque)-i))
			break
		}
		say(redact.Sprintf("momentolint: opaque: %s: %s", e.Path, e.Reason))
	}
	if f.quiet {
		return
	}
	if n := r.Summary.ExcludedCount(); n > 0 {
		say(redact.Sprintf("momentolint: excluded: %d (the report says by what)", n))
	}
	for _, n := range r.Notes {
		say(redact.Sprintf("momentolint: %s", n))
	}
	for _, e := range r.StaleBaseline {
		say(redact.Sprintf("momentolint: stale baseline entry: %s", e))
	}
}

// showProgress shows the progress of a run on standard error, unless flags or
// the terminal exclude that. The function that it returns ends it.
func (a *app) showProgress(ctx context.Context, p *scanner.Progress, f *reportFlags) (stop func()) {
	if f.noProgress || f.quiet || !cli.LiveLine(a.getenv, a.err) {
		return func() {}
	}
	return cli.ShowProgress(ctx, a.err, p)
}
