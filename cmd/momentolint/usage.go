package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/words"
)

// errBrokenPipe is what writing to a closed standard output comes to.
var errBrokenPipe = syscall.EPIPE

// unknownCommand refuses arguments of the root command: they are misspelt commands.
func unknownCommand(cmd *cobra.Command, args []string) error {
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
	return &usageError{cmd.CommandPath(), err}
}

// withoutCredentials shortens the credentials that were typed as arguments, or
// in their place, in a message that repeats them.
func withoutCredentials(message string, args []string) string {
	for _, arg := range args {
		for _, c := range credential.ParseAll([]byte(arg)) {
			for _, secret := range []string{c.RevealWritten(), c.Reveal()} {
				message = strings.ReplaceAll(message, secret, c.Redacted())
			}
		}
	}
	return message
}

// suggestFlag adds "did you mean" to the error for an unknown flag.
func suggestFlag(cmd *cobra.Command, err error) error {
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
