// Package export prints momentolint's detection as the configuration of other
// scanners, as far as each of them can express it. docs/other-scanners.md says
// what each can and cannot, with measured figures.
//
// A regular expression sees text, not what is inside: it cannot decode a
// token. But base64 is regular: wherever the claim "t":"g" stands in a JWT,
// one of three fixed strings stands in its text. That is what the printed
// rules look for, so that they find Momento's tokens and no others.
package export

import (
	"fmt"
	"io"
	"strings"

	"github.com/momentolint/momentolint/internal/words"
)

// format is one scanner's configuration.
type format struct {
	name string
	// write prints all rules.
	write func(io.Writer) error
}

func formats() []format {
	return []format{
		{"gitleaks", writeGitleaks},
		{"betterleaks", writeBetterleaks},
		{"trufflehog", writeTruffleHog},
		{"kingfisher", writeKingfisher},
		{"semgrep", writeSemgrep},
		{"github", writeGitHub},
	}
}

// Formats lists the names that Write takes, in the order of the documentation.
func Formats() []string {
	list := formats()
	names := make([]string, len(list))
	for i, f := range list {
		names[i] = f.name
	}
	return names
}

// Write prints the rules as configuration for the named scanner. The same
// version of momentolint prints the same bytes. The error is an unknown name,
// or that of the writer.
func Write(w io.Writer, name string) error {
	names := Formats()
	for _, f := range formats() {
		if f.name == name {
			if err := f.write(w); err != nil {
				return fmt.Errorf("printing rules for %s: %w", name, err)
			}
			return nil
		}
	}
	if near := words.Nearest(name, names); near != "" {
		return fmt.Errorf("unknown scanner %q: did you mean %q?", name, near)
	}
	return fmt.Errorf("unknown scanner %q: want one of %s", name, strings.Join(names, ", "))
}

// docsURL is where the printed files send their readers.
const docsURL = "https://github.com/momentolint/momentolint/blob/main/docs/other-scanners.md"

// header is the comment at the top of a printed file.
func header(usage ...string) string {
	lines := append([]string{
		"Momento credentials, printed by \"momentolint rules\".",
		"What these rules can and cannot find: " + docsURL,
	}, usage...)
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
	return b.String()
}
