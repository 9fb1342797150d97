package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/redact"
)

// The exit codes of every command.
const (
	exitClean  = cli.ExitClean
	exitFound  = cli.ExitFound
	exitFailed = cli.ExitFailed
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

// run executes the command line and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.newRootCommand()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		if text := cli.ErrorText(err, args); !text.IsEmpty() {
			_ = cli.Print(a.err, redact.Sprintf("momentolint: %s", text))
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
		Example: `  momentolint scan                      # this directory
  momentolint scan --history            # everything this repository ever held
  momentolint inspect < key.txt         # what is this key?
  momentolint lint ./...                # Go code`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cli.UnknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(cli.FlagError)
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
