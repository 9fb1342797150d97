package cli

import (
	"io"
	"os"
	"runtime/debug"

	"golang.org/x/term"
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

// Color tells whether to write colours to w: only to a terminal, and not where
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

// IsTerminal tells whether a stream is one.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// LiveLine tells whether a line that moves may be drawn on a stream: only on a
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

// Fit cuts a line so that it stays one in a terminal of that many columns; 0 =
// no terminal.
func Fit(line string, columns int) string {
	if runes := []rune(line); columns > 1 && len(runes) >= columns {
		return string(runes[:columns-1])
	}
	return line
}
