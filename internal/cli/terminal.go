package cli

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"

	"golang.org/x/term"

	"github.com/momentolint/momentolint/internal/redact"
)

// Version is the program's: the linker's where there is one, else the
// module's, else "dev".
func Version(linked string) string {
	if linked != "" {
		return linked
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

// Color reports whether to write colours to w: only to a terminal, and not where
// https://no-color.org or the terminal says no, or off does (--no-color).
func Color(getenv func(string) string, w io.Writer, off bool) bool {
	if off || getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		return false
	}
	if v := getenv("CLICOLOR_FORCE"); v != "" && v != "0" {
		return true
	}
	return IsTerminal(w)
}

// IsTerminal reports whether a stream is one.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// LiveLine reports whether a line that moves may be drawn on a stream: only on a
// terminal with a person before it.
func LiveLine(getenv func(string) string, w io.Writer) bool {
	return IsTerminal(w) && getenv("CI") == "" && getenv("TERM") != "dumb"
}

// Width is the terminal's width in columns, 0 if w is none.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// Print writes lines. It is the only function with which the programs write to
// standard output and standard error, but for reports.
func Print(w io.Writer, lines ...redact.Text) error {
	for _, line := range lines {
		if _, err := io.WriteString(w, line.String()+"\n"); err != nil {
			return fmt.Errorf("writing the output: %w", err)
		}
	}
	return nil
}

// Prompt writes a question, after which the answer is typed.
func Prompt(w io.Writer, question redact.Text) { _, _ = io.WriteString(w, question.String()) }

// Draw replaces the line that moves. A program goes on where it fails.
func Draw(w io.Writer, line redact.Text) {
	_, _ = io.WriteString(w, "\r\x1b[K"+line.String())
}

// Fit cuts a line so that it stays one in a terminal of that many columns; 0 =
// no terminal.
func Fit(line redact.Text, columns int) redact.Text {
	if columns > 1 && line.Width() >= columns {
		return line.Truncate(columns - 1)
	}
	return line
}

// Plural returns n with a noun: "1 key", "2 keys".
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
