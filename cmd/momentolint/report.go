package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/coverage"
	"github.com/momentolint/momentolint/scanner"
)

// reportFlags say what becomes of the findings; scan and lint share them.
type reportFlags struct {
	cli.ReportFlags
	config, configFrom string
	// from, if not nil, takes the place of --config-from.
	from        *configTree
	jobs        int
	showSecrets bool
	cli.OutputFlags
}

func (f *reportFlags) add(fs *pflag.FlagSet) {
	f.ReportFlags.Add(fs)
	fs.StringVar(&f.config, "config", "", "configuration `FILE` (default: .momentolint.yaml, searched for in the scanned directory and its parents)")
	fs.StringVar(&f.configFrom, "config-from", "", "take configuration, ignore files, allowlists and baseline as the commit `REV` has them, not from the work tree")
	fs.IntVar(&f.jobs, "jobs", 0, "work on `N` things at once, 0 = as many as there are cores")
	fs.BoolVar(&f.showSecrets, "show-secrets", false, "show credentials in full, in text and JSON")
	f.OutputFlags.Add(fs, "more detail")
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
	a.code = cli.Policy{FailOn: s.failOn, Strict: s.strict, BaselineWritten: next != nil}.ExitCode(r)
	return a.output(f).Write(ctx, r, &f.ReportFlags, s.files, next)
}

// output is where reports go.
func (a *app) output(f *reportFlags) *cli.Output {
	return &cli.Output{OutputFlags: f.OutputFlags, Name: "momentolint", Out: a.out, Err: a.err, Getenv: a.getenv}
}

// showProgress shows the progress of a run on standard error, unless flags or
// the terminal exclude that. The function that it returns ends it.
func (a *app) showProgress(ctx context.Context, p *scanner.Progress, f *reportFlags) (stop func()) {
	if !a.output(f).LiveLine() {
		return func() {}
	}
	return cli.ShowProgress(ctx, a.err, p)
}
