package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/cli"
	"github.com/momentolint/momentolint/internal/config"
	"github.com/momentolint/momentolint/internal/inspect"
	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/verify"
)

// inspectFlags are the flags of "inspect".
type inspectFlags struct {
	env, format, expiryWarning string
	noColor, verbose           bool
	live                       liveFlags
}

func newInspectCommand(a *app) *cobra.Command {
	var f inspectFlags
	cmd := &cobra.Command{
		Use:   "inspect",
		Short: "Say what one credential is, when it expires, what it may do and whether it is live",
		Long: `inspect reads one Momento credential from standard input, or from the environment
variable that --env names, and says what it is, when it expires, what it may do
and, unless --offline is given, whether the service accepts it. It also takes the
JSON file that the console offers for download, the CLI's credentials file, and a
Kubernetes Secret or one value of it.

It takes no credential as an argument: arguments end up in the shell's history
and are visible to every user of the machine in the process list.

Exit code: 0 it is a credential, 2 it is none or something could not be done.`,
		Example: `  momentolint inspect < key.txt
  momentolint inspect --env MOMENTO_API_KEY
  pbpaste | momentolint inspect --offline
  momentolint inspect --format json < key.txt | jq .status`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return cli.Wrong(cmd, errors.New("inspect takes no arguments: a credential in the command line stays in the shell's history "+
				"and shows in the list of processes; give it on standard input, or name a variable with --env. "+
				"If this was a live key, revoke it"))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return a.inspect(cmd, &f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.env, "env", "", "read the credential from the environment variable `NAME`")
	fs.StringVar(&f.format, "format", "text", "print as `FORMAT`: text or json")
	fs.StringVar(&f.expiryWarning, "expiry-warning", "30d", "say that the end is near within this `TIME` before it")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVar(&f.verbose, "verbose", false, "also name the caches that the credential may list")
	f.live.add(fs)
	return cmd
}

// inspect is the command.
func (a *app) inspect(cmd *cobra.Command, f *inspectFlags) error {
	wrong := func(err error) error { return cli.Wrong(cmd, err) }
	if f.format != "text" && f.format != "json" {
		return wrong(fmt.Errorf("--format %q: want text or json", f.format))
	}
	warning, err := config.ParseDuration(f.expiryWarning)
	if err != nil {
		return wrong(fmt.Errorf("--expiry-warning: %w", err))
	}
	// The flags are checked before the user pastes a key.
	options, err := f.live.options(a)
	if err != nil {
		return wrong(err)
	}
	if cmd.Flags().Changed("env") && f.env == "" {
		return wrong(errors.New("--env is empty"))
	}
	now := a.now()
	options.At = now
	verifier, err := verify.New(options)
	if err != nil {
		return fmt.Errorf("preparing the live check: %w", err)
	}
	settings, err := f.live.Account(a.env())
	if err != nil {
		return err
	}
	text, from, err := a.credentialText(f.env)
	if err != nil {
		return err
	}
	in, err := inspect.New(text, now, warning)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	asked := &settings
	if f.live.Offline {
		asked = nil
	}
	// A failure is reported after what is known.
	failed := in.Verify(cmd.Context(), verifier, asked)
	switch f.format {
	case "json":
		err = in.JSON(a.out)
	default:
		err = in.Text(a.out, inspect.Look{Color: cli.Color(a.getenv, a.out, f.noColor), Width: cli.Width(a.out), Verbose: f.verbose})
	}
	return errors.Join(err, failed)
}

// maxInput is the most that inspect reads: a document with some hundred of the
// largest keys.
const maxInput = 16 * credential.MaxLength

// credentialText reads the text that contains the credential, and returns the
// name of its source.
func (a *app) credentialText(env string) (text []byte, from string, err error) {
	if env != "" {
		value, ok := a.lookup(env)
		name := redact.Name(env)
		switch {
		case !ok:
			return nil, "", fmt.Errorf("the environment variable %s is not set", name)
		case value == "":
			return nil, "", fmt.Errorf("the environment variable %s is empty", name)
		}
		return []byte(value), "environment variable " + name, nil
	}
	if in, ok := a.in.(*os.File); ok && cli.IsTerminal(in) {
		cli.Prompt(a.err, redact.Literal("Paste the credential, then Enter (it is not shown): "))
		text, err = term.ReadPassword(int(in.Fd()))
		_ = cli.Print(a.err, redact.Text{})
	} else {
		text, err = io.ReadAll(io.LimitReader(a.in, maxInput+1))
	}
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("reading standard input: %w", err)
	case len(text) > maxInput:
		return nil, "", fmt.Errorf("standard input is longer than %d bytes: inspect reads one credential, scan searches files", maxInput)
	case len(text) == 0:
		return nil, "", errors.New("standard input is empty: pipe a credential to it, or name a variable with --env")
	}
	return text, "standard input", nil
}
