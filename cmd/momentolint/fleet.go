package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/internal/run"
)

// fleetProgram is the program that "momentolint fleet" runs. Its NATS server would
// make this program half as large again and slower to start (docs/fleet.md).
const fleetProgram = "momentolint-fleet"

// newFleetCommand returns the command that runs fleetProgram.
func newFleetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "fleet …",
		Short: "Scan many repositories with many workers (" + fleetProgram + ")",
		Long: `fleet scans the histories of many repositories: those of a list, of a directory, or
of an organisation on GitHub or GitLab, with any number of workers. It is a
program of its own, ` + fleetProgram + `, in this program's directory or in PATH.`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := run.Find(fleetProgram)
			if errors.Is(err, run.ErrNotFound) {
				return fmt.Errorf("%s is not installed: take it from the release, or "+
					"go install github.com/momentolint/momentolint/fleet/cmd/%s@latest", fleetProgram, fleetProgram)
			}
			if err != nil {
				return err
			}
			// It handles interrupts itself: it says how to continue.
			code, err := run.Program{Path: path, Args: args, In: a.in, Out: a.out, Err: a.err}.Run(cmd.Context())
			if err != nil {
				return err
			}
			if a.code = code; code < 0 {
				a.code = exitFailed
			}
			return nil
		},
	}
}
