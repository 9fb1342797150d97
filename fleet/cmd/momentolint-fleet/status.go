package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/fleet"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/redact"
)

func newStatusCommand(a *app) *cobra.Command {
	var (
		watch, all bool
		format     string
	)
	cmd := &cobra.Command{
		Use:   "status [RUN]",
		Short: "Show the progress of a run",
		Long: `status shows how many repositories of a run are done, running, waiting and failed,
the rate, and the time left. Exit code 2: some have failed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return cli.Wrong(cmd, fmt.Errorf("--format %q: want text or json", format))
			}
			ctx := cmd.Context()
			f, r, err := a.openRun(ctx, "status", args)
			if err != nil {
				return err
			}
			defer f.Close()
			if watch {
				if err := a.await(ctx, r, nil); err != nil {
					return err
				}
			}
			ids := []string{r.ID}
			if all {
				if ids, err = f.Runs(ctx); err != nil {
					return err
				}
			}
			for _, id := range ids {
				one, err := f.Run(ctx, id)
				if err != nil {
					return err
				}
				s, err := one.Status(ctx)
				if err != nil {
					return err
				}
				if err := a.printStatus(s, format); err != nil {
					return err
				}
				if s.Failed > 0 {
					a.code = cli.ExitFailed
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "wait until the run is finished, with a progress line on a terminal")
	cmd.Flags().BoolVar(&all, "all", false, "show all runs, the oldest first")
	cmd.Flags().StringVar(&format, "format", "text", "write as `FORMAT`: text or json, one object per line")
	return cmd
}

func (a *app) printStatus(s *fleet.Status, format string) error {
	if format == "json" {
		return json.NewEncoder(a.out).Encode(s)
	}
	return cli.Print(a.out, redact.Sprintf("%s  %s", s.Run, s))
}

func newRemoveCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "remove RUN…",
		Short: "Delete runs and their results, but not clones and caches",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := a.connect(cmd.Context(), "remove")
			if err != nil {
				return err
			}
			defer f.Close()
			for _, id := range args {
				if _, err := f.Run(cmd.Context(), id); err != nil {
					return err
				}
				if err := f.Remove(cmd.Context(), id); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
