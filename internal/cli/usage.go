// Package cli is what momentolint's programs have in common: how they complain
// about their command lines, the flags that mean the same everywhere, the exit
// codes, and the writing of reports.
package cli

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/internal/redact"
	"github.com/momentolint/momentolint/internal/words"
)

// UsageError is a mistake in the command line; the message ends with where
// help is to be had.
type UsageError struct {
	// Command is the command's path ("momentolint scan").
	Command string
	Err     error
}

// Wrong makes an error a mistake in the command's command line.
func Wrong(cmd *cobra.Command, err error) *UsageError {
	return &UsageError{Command: cmd.CommandPath(), Err: err}
}

func (e *UsageError) Error() string {
	return fmt.Sprintf("%v\nRun %q for help.", e.Err, e.Command+" --help")
}

func (e *UsageError) Unwrap() error { return e.Err }

// ErrorText is what a program prints about the error that ends it: without the
// credentials that were typed as arguments or that the error quotes. It is
// empty for a closed pipe on standard output (| head), which is not worth a
// message.
func ErrorText(err error, args []string) redact.Text {
	if errors.Is(err, syscall.EPIPE) {
		return redact.Text{}
	}
	return redact.ErrorWithout(err, args...)
}

// UnknownCommand refuses arguments of a command that has subcommands: they are
// misspelt commands. It is a cobra.PositionalArgs.
func UnknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	var names []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	if near := words.Nearest(args[0], names); near != "" {
		err = fmt.Errorf("%w: did you mean %q?", err, near)
	}
	return Wrong(cmd, err)
}

// FlagError is for cobra's SetFlagErrorFunc: a mistake in the command line,
// with "did you mean" for an unknown flag.
func FlagError(cmd *cobra.Command, err error) error { return Wrong(cmd, SuggestFlag(cmd, err)) }

// SuggestFlag adds "did you mean" to the error for an unknown flag.
func SuggestFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	best := words.Nearest(unknown.GetSpecifiedName(), names)
	if best == "" {
		return err
	}
	return fmt.Errorf("%w: did you mean --%s?", err, best)
}
