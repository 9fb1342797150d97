package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/internal/cli"
)

func newRunCommand(a *app) *cobra.Command {
	var (
		flags  submitFlags
		worker workerFlags
		report reportFlags
		resume bool
	)
	cmd := &cobra.Command{
		Use:   "run [TARGET…]",
		Short: "Submit, scan and report, in one process",
		Long: `run submits repositories, scans them and writes a report, all in one process.
After an interruption, --resume continues the run. The next run over the same
repositories scans only new objects.

Exit code: 0 nothing found, 1 found, 2 something was skipped or could not be done.`,
		Example: `  momentolint fleet run ~/src
  momentolint fleet run --file urls.txt --report sarif=fleet.sarif
  GITHUB_TOKEN=… momentolint fleet run --github acme`,
		RunE: func(cmd *cobra.Command, args []string) error {
			wrong := func(err error) error { return cli.Wrong(cmd, err) }
			if err := report.check(); err != nil {
				return wrong(err)
			}
			if err := flags.complete(worker.live.Offline); err != nil {
				return wrong(err)
			}
			nothing := len(args) == 0 && flags.file == "" && flags.github == "" && flags.gitlab == ""
			if nothing && !resume {
				return wrong(errors.New("nothing to scan: name a TARGET, or use --file, --github or --gitlab"))
			}
			if !nothing && resume {
				return wrong(errors.New("--resume continues the latest run and accepts no repositories"))
			}
			o, err := worker.options(a)
			if err != nil {
				return wrong(err)
			}
			if err := report.read(); err != nil {
				return err
			}
			return a.runAll(cmd.Context(), &flags, args, resume, o, &report)
		},
	}
	flags.add(cmd.Flags())
	worker.add(cmd.Flags())
	report.add(cmd.Flags())
	cmd.Flags().BoolVar(&resume, "resume", false, "continue the latest run")
	return cmd
}

func (a *app) runAll(ctx context.Context, flags *submitFlags, args []string, resume bool, o fleet.WorkerOptions, report *reportFlags) error {
	var targets []fleet.Target
	if !resume {
		var err error
		if targets, err = a.targets(ctx, flags, args); err != nil {
			return err
		}
	}
	f, err := a.connect(ctx, "run")
	if err != nil {
		return err
	}
	defer f.Close()
	var r *fleet.Run
	if resume {
		r, err = f.Run(ctx, "")
		if err == nil && !r.Closed {
			err = fmt.Errorf("run %s was not submitted completely: start a new run, or add the rest with \"momentolint fleet submit --run %s\"", r.ID, r.ID)
		}
	} else {
		r, _, err = submit(ctx, f, "", flags.settings, targets)
	}
	if err == nil {
		err = r.Close(ctx)
	}
	if err != nil {
		return err
	}
	o.Run, o.Drain = r.ID, true
	group, inner := errgroup.WithContext(ctx)
	worked := make(chan struct{})
	group.Go(func() error {
		defer close(worked)
		return work(inner, f, o)
	})
	group.Go(func() error { return a.await(inner, r, worked) })
	if err := group.Wait(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: \"momentolint fleet run --resume\" continues run %s", r.ID)
		}
		return err
	}
	return a.finish(ctx, r, report)
}
