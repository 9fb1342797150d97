package golint

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/momentolint/momentolint/internal/lazy"
)

// placed is a line with a position: "file:line:column: text" or
// "file:line: text".
var placed = lazy.Regexp(`^(.+?):(\d+)(?::(\d+))?: (.*)$`)

// newerGo is the go command's refusal of a module for a newer release.
var newerGo = lazy.Regexp(`requires go >= (\S+) \(running go ([^\s;)]+)`)

// notShown replaces an error that may quote a file other than the package's.
const notShown = "an error that is not shown here, as it may quote another file; go vet prints it"

// complaints reads the go command's standard error. Below a line "# package"
// it is about that package. Errors quote what they are about, and an #include,
// a //line comment or a symbolic link decides which file that is, so the only
// ones shown are the go command's own about loading, and the compiler's about
// regular Go files in the known directories. Both are shown without the constants that they quote.
func complaints(stderr, dir string, known map[string]bool) []Problem {
	var (
		found  []Problem
		pkg    string
		hidden = make(map[string]bool)
		tail   *Problem // the last one, while lines may continue it
	)
	hide := func(p Problem) {
		tail = nil
		if p.Text = notShown; !hidden[pkg] {
			hidden[pkg] = true
			found = append(found, p)
		}
	}
	for line := range strings.Lines(stderr) {
		line = strings.TrimRight(line, "\r\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			// "# [package]" repeats the name for a test's variant.
			if !strings.HasPrefix(name, "[") {
				pkg, _, _ = strings.Cut(name, " ")
			}
			tail = nil
			continue
		}
		if line == "" || strings.HasPrefix(line, "go: downloading ") || strings.HasPrefix(line, "go: finding ") {
			continue
		}
		line = strings.TrimPrefix(line, "vet: ")
		if strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " ") {
			if tail != nil && line[0] == '\t' {
				tail.Text += " " + quotesNothing(strings.TrimSpace(line))
			}
			continue
		}
		p := Problem{Package: pkg}
		if m := newerGo().FindStringSubmatch(line); m != nil {
			p.Text = "it needs Go " + m[1] + ", and this is Go " + m[2] +
				"; lint downloads no toolchain: install that release, or set GOTOOLCHAIN=go" + m[1]
			found = append(found, p)
			tail = nil
			continue
		}
		m := placed().FindStringSubmatch(line)
		switch {
		case len(m) > 1 && strings.HasSuffix(m[1], ".go"):
			file := filepath.FromSlash(m[1])
			if !filepath.IsAbs(file) {
				file = filepath.Join(dir, file)
			}
			file = filepath.Clean(file)
			if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() || !known[filepath.Dir(file)] {
				hide(p)
				continue
			}
			p.File, p.Text = file, quotesNothing(m[4])
			p.Line, _ = strconv.Atoi(m[2])   // the expression has digits only
			p.Column, _ = strconv.Atoi(m[3]) // 0 without one
		case m != nil, pkg != "":
			hide(p)
			continue
		default:
			p.Text = quotesNothing(line)
		}
		found = append(found, p)
		tail = &found[len(found)-1]
	}
	return found
}

var (
	quoted    = lazy.Regexp("\"(?:[^\"\\\\]|\\\\.)*\"?( imported (?:as \\S+ )?and not used)?|`[^`]*`?")
	longWords = lazy.Regexp(`[0-9A-Za-z_+=-]{40,}`)
)

// quotesNothing returns an error without the constants and the long words that
// it quotes from the source.
func quotesNothing(text string) string {
	text = quoted().ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasSuffix(s, " and not used") {
			return s
		}
		return `"…"`
	})
	return longWords().ReplaceAllString(text, "…")
}
