package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// fleetProgram is the program behind "momentolint fleet". It is one of its own:
// the NATS server in it would make this one half as large again and slower to
// start, for everybody (docs/fleet.md).
const fleetProgram = "momentolint-fleet"

// newFleetCommand hands everything on to the program of the fleet.
func newFleetCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "fleet …",
		Short: "Scan many repositories with many workers (" + fleetProgram + ")",
		Long: `fleet scans the histories of many repositories: those of a list, of a folder, or
of an organisation on GitHub or GitLab, with any number of workers. It is a
program of its own, ` + fleetProgram + `, which stands beside this one or in PATH.`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := findFleet()
			if err != nil {
				return err
			}
			fleet := exec.CommandContext(cmd.Context(), path, args...)
			fleet.Stdin, fleet.Stdout, fleet.Stderr = a.in, a.out, a.err
			// It ends as it would if it had been started itself: it says where it
			// goes on.
			fleet.Cancel = func() error {
				if runtime.GOOS == "windows" {
					return fleet.Process.Kill()
				}
				return fleet.Process.Signal(os.Interrupt)
			}
			err = fleet.Run()
			if exit, ok := errors.AsType[*exec.ExitError](err); ok {
				if a.code = exit.ExitCode(); a.code < 0 {
					a.code = exitFailed
				}
				return nil
			}
			if err != nil {
				return fmt.Errorf("running %s: %w", fleetProgram, err)
			}
			return nil
		},
	}
}

// findFleet looks beside this program, then in PATH.
func findFleet() (string, error) {
	name := fleetProgram
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		for _, resolve := range []func(string) (string, error){func(s string) (string, error) { return s, nil }, filepath.EvalSymlinks} {
			if self, err := resolve(self); err == nil {
				path := filepath.Join(filepath.Dir(self), name)
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
					return path, nil
				}
			}
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not installed: take it from the release, or "+
			"go install github.com/momentolint/momentolint/cmd/%s@latest", fleetProgram, fleetProgram)
	}
	return filepath.Abs(path)
}
