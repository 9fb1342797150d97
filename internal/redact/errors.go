package redact

import (
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
)

// maxError is the most bytes of an error that are shown.
const maxError = 8 << 10

// Error returns the text of an error. It is the only way in which errors are
// shown: they quote file names, configuration, answers of servers and output of
// other programs. Passwords in URLs are masked, and nothing in the text is a
// command to a CI system. Line breaks are kept, each followed by two blanks,
// so that no line begins with foreign text. Error of nil is the empty text.
func Error(err error) Text { return ErrorWithout(err) }

// ErrorWithout is like Error, and also masks the given secrets, such as
// arguments that were typed, wherever the error repeats them.
func ErrorWithout(err error, secrets ...string) Text {
	if err == nil {
		return Text{}
	}
	s := err.Error()
	if len(s) > maxError {
		s = s[:maxError] + "…"
	}
	for _, secret := range secrets {
		s = maskArgument(s, secret)
	}
	lines := strings.Split(strings.TrimRight(masked(s), " \r\n"), "\n")
	for i, l := range lines {
		l = calm(visible(strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", " ")))
		if i > 0 && l != "" && !strings.HasPrefix(l, "Run ") {
			l = "  " + l
		}
		lines[i] = l
	}
	return Text{strings.Join(lines, "\n")}
}

// commandStart is how a command of GitHub Actions begins.
var commandStart = lazy.Regexp(`::([A-Za-z])`)

// calm breaks commands of CI systems and leaves IPv6 addresses as they are.
func calm(s string) string {
	for strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", "# #")
	}
	return commandStart().ReplaceAllString(s, ": :$1")
}
