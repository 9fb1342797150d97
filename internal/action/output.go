package action

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
)

// Output is one output of the step, for the steps that follow.
type Output struct{ Name, Value string }

// WriteOutputs appends the step's outputs to the file GITHUB_OUTPUT. The
// delimiter is random, so that no value can end itself and begin another.
func WriteOutputs(file string, outputs []Output) error {
	var b strings.Builder
	for _, o := range outputs {
		delimiter := "end-" + rand.Text()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", o.Name, delimiter, o.Value, delimiter)
	}
	return appendTo(file, b.String())
}

// AppendSummary adds to what the step shows on the page of the run (the file
// GITHUB_STEP_SUMMARY).
func AppendSummary(file, markdown string) error { return appendTo(file, markdown) }

// appendTo adds text to a file that the runner has made.
func appendTo(file, text string) (err error) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("opening the runner's file: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the runner's file: %w", err)
	}
	return nil
}

// Lines splits an input of the action that holds one value on each line.
// Blank lines and blanks around a value do not count.
func Lines(input string) []string {
	var list []string
	for line := range strings.Lines(input) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// flag is the form of a value that is a flag by itself.
var flag = lazy.Regexp(`^--[a-z][a-z-]*(=.*)?$`)

// Flags splits the input "args": one flag on each line, its value after "=".
// Anything else is refused, so that no value becomes a path or a command.
func Flags(input string) ([]string, error) {
	list := Lines(input)
	for _, word := range list {
		if !flag().MatchString(word) {
			return nil, fmt.Errorf("the input args takes one --flag or --flag=value on each line, not %q", word)
		}
	}
	return list, nil
}

// Bool reads an input that is true or false; "" is the given default.
func Bool(name, input string, unset bool) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(input)) {
	case "":
		return unset, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("the input %s is true or false, not %q", name, input)
}
