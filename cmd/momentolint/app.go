package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/scanner/finding"
)

// The exit codes of every command.
const (
	exitClean  = 0 // nothing found, or nothing that --fail-on counts
	exitFound  = 1 // something was found
	exitFailed = 2 // wrong usage, or the work could not be done or finished
)

// app is one run of the program: its streams, environment and clock. Commands
// reach the outside only through it, so that tests can call them.
type app struct {
	in       io.Reader
	out, err io.Writer
	lookup   func(string) (string, bool)
	now      func() time.Time
	// rate is how many calls a second the live check makes; 0 = as it does by default.
	rate float64
	// code is what the command wants to exit with when it returns no error.
	code int
	// reported is what the command reported, nil if it came to no report.
	reported *finding.Report
}

func newApp(in io.Reader, out, err io.Writer, lookup func(string) (string, bool)) *app {
	return &app{in: in, out: out, err: err, lookup: lookup, now: time.Now}
}

// getenv gives the variable's value, "" if it is not set.
func (a *app) getenv(name string) string {
	v, _ := a.lookup(name)
	return v
}

// usageError is a mistake in the command line; the message ends with where
// help is to be had.
type usageError struct {
	command string
	err     error
}

func (e *usageError) Error() string {
	return fmt.Sprintf("%v\nRun %q for help.", e.err, e.command+" --help")
}

func (e *usageError) Unwrap() error { return e.err }

// run executes the command line and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.newRootCommand()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		// A closed pipe on standard output (| head) is not worth a message.
		if !errors.Is(err, errBrokenPipe) {
			_, _ = fmt.Fprintf(a.err, "momentolint: %s\n", finding.WithoutCredentials(withoutCredentials(err.Error(), args)))
		}
		return exitFailed
	}
	return a.code
}

// newRootCommand builds the command tree. One constructor, one file each.
func (a *app) newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "momentolint",
		Short: "Find Momento credentials, say what they can do, and get rid of them",
		Long: `momentolint finds Momento credentials wherever they hide, says what they are,
when they expire and what they may do, asks the service whether they are live,
and helps to revoke them. It also lints Go code that creates unsafe keys.`,
		Example: `  momentolint scan                      # this folder
  momentolint scan --history            # everything this repository ever held
  momentolint inspect < key.txt         # what is this key?
  momentolint lint ./...                # Go code`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{cmd.CommandPath(), suggestFlag(cmd, err)}
	})
	for _, build := range []func(*app) *cobra.Command{
		newScanCommand,
		newLintCommand,
		newInspectCommand,
		newAuditCommand,
		newRevokeCommand,
		newHookCommand,
		newFleetCommand,
		newRulesCommand,
		newVersionCommand,
		newGitHubActionCommand,
	} {
		root.AddCommand(build(a))
	}
	addManCommand(root)
	return root
}
