package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/internal/baseline"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/redact"
)

// reportFlags are the flags for reports.
type reportFlags struct {
	cli.ReportFlags
	settings    *cli.ReportSettings
	known       *baseline.Baseline
	showSecrets bool
	flags       *pflag.FlagSet
}

func (f *reportFlags) add(fs *pflag.FlagSet) {
	f.flags = fs
	f.Add(fs)
	fs.BoolVar(&f.showSecrets, "show-secrets", false, "rejected: credentials do not leave the worker that finds them")
}

// check finds mistakes before the work begins.
func (f *reportFlags) check() (err error) {
	if f.showSecrets {
		return errors.New("--show-secrets: credentials do not leave the worker that finds them; use momentolint scan --history in the repository")
	}
	f.settings, err = f.Check()
	return err
}

// merge takes what the flags do not set from the run's configuration.
func (f *reportFlags) merge(s fleet.Settings) {
	if !f.flags.Changed("strict") {
		f.Strict = s.Strict
	}
	if s.FailOn != "" && !f.flags.Changed("fail-on") {
		f.FailOn = s.FailOn
	}
	if s.ExpiryWarning > 0 && !f.flags.Changed("expiry-warning") {
		f.settings.ExpiryWarning = s.ExpiryWarning
	}
}

// read reads the files that the flags name, also before the work begins.
func (f *reportFlags) read() (err error) {
	f.known, err = cli.ReadBaseline(f.Baseline, f.WriteBaseline)
	return err
}

func newReportCommand(a *app) *cobra.Command {
	var flags reportFlags
	var wait bool
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write one report about a whole run",
		Long: `report writes one report about the latest run, or about RUN. If repositories have
not been scanned yet, the report lists them and the exit code is 2; --wait waits
for them.

Exit code: 0 nothing found, 1 found, 2 something was skipped or could not be done.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := flags.check(); err != nil {
				return cli.Wrong(cmd, err)
			}
			if err := flags.read(); err != nil {
				return err
			}
			f, r, err := a.openRun(cmd.Context(), "report", args)
			if err != nil {
				return err
			}
			defer f.Close()
			if wait {
				if err := a.await(cmd.Context(), r, nil); err != nil {
					return err
				}
			}
			return a.finish(cmd.Context(), r, &flags)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the run is finished")
	return cmd
}

// openRun opens the run that the arguments name.
func (a *app) openRun(ctx context.Context, name string, args []string) (*fleet.Fleet, *fleet.Run, error) {
	f, err := a.connect(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	id := ""
	if len(args) > 0 {
		id = args[0]
	}
	r, err := f.Run(ctx, id)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, r, nil
}

// finish writes the reports and sets the exit code.
func (a *app) finish(ctx context.Context, r *fleet.Run, f *reportFlags) error {
	f.merge(r.Settings)
	o := fleet.ReportOptions{Version: buildVersion(), Baseline: f.known, BaselineName: filepath.ToSlash(f.Baseline), ExpiryWarning: f.settings.ExpiryWarning, Now: a.now}
	all, err := r.Report(ctx, o)
	if err != nil {
		return err
	}
	var next *baseline.Baseline
	if f.WriteBaseline != "" {
		// The new baseline includes the findings of the old one.
		o.Baseline = nil
		everything, err := r.Report(ctx, o)
		if err != nil {
			return err
		}
		next = baseline.New(everything.Findings)
	}
	cli.RequireVerdicts(all, f.FailOn)
	a.code = max(a.code, cli.Policy{FailOn: f.FailOn, Strict: f.Strict, BaselineWritten: next != nil}.ExitCode(all))
	return a.output().Write(ctx, all, &f.ReportFlags, f.settings.Files, next)
}

// await waits for the end of a run, with a progress line on a terminal. If worked
// is not nil, it is closed when the workers of this process have ended.
func (a *app) await(ctx context.Context, r *fleet.Run, worked <-chan struct{}) error {
	live := a.output().LiveLine()
	if live {
		defer cli.Draw(a.err, redact.Text{})
	}
	var earlier *fleet.Status
	for {
		s, err := r.Status(ctx)
		if err != nil {
			return err
		}
		if s.Finished() {
			return nil
		}
		if earlier != nil {
			s.Since(earlier)
		}
		if earlier == nil || s.Seconds-earlier.Seconds > rateSpan {
			earlier = s
		}
		if live {
			cli.Draw(a.err, cli.Fit(redact.Of(s.String()), cli.Width(a.err)))
		}
		select {
		case <-ctx.Done():
			return errors.New("interrupted; the run remains, and \"momentolint fleet worker\" continues it")
		case <-worked:
			worked = nil
		case <-time.After(time.Second / 2):
		}
	}
}

// rateSpan is the time in seconds over which the displayed rate is measured.
const rateSpan = 15
