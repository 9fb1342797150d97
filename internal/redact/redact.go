// Package redact turns untrusted text into text that may be shown. It is the
// only package that does: what a program prints, and every field of a report,
// has one of its types, which no other package can make from a string except by
// the functions here. Forgetting to redact does not compile.
//
// Untrusted are file names, authors, messages, source lines, configuration,
// answers of servers, and every error that quotes one of them. No text that
// comes out of this package contains a credential in full, a control character,
// a character that changes the direction of writing, or invalid UTF-8.
//
//   - Text is one line for a person. Its methods encode it further for a log of
//     a CI system, Markdown, a spreadsheet, XML or a workflow command.
//   - Exact is a JSON string whose value is the text itself, with credentials
//     masked.
//   - Line is a source line on which every value is masked.
package redact

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is text that may be shown. The zero value is the empty text. Only this
// package makes others.
type Text struct{ s string }

// literal is the type of constants: no variable of another package has it, so
// that only constant strings can be passed for it.
type literal string

// Of returns untrusted text on one line, with credentials masked, and with
// everything that is not printable spelled out (\x1b, \u202e).
func Of(untrusted string) Text { return Text{visible(masked(untrusted))} }

// Literal returns a constant of the program as it is.
func Literal(s literal) Text { return Text{string(s)} }

// Secret returns a credential in full, for users who asked for it with
// --show-secrets. Everything that is not printable is spelled out.
func Secret(credential string) Text { return Text{visible(credential)} }

// Sprintf formats according to a constant format. Texts are used as they are,
// numbers as fmt formats them; every other argument is untrusted.
func Sprintf(format literal, args ...any) Text {
	safe := make([]any, len(args))
	for i, arg := range args {
		safe[i] = argument(arg)
	}
	return Text{fmt.Sprintf(string(format), safe...)}
}

func argument(arg any) any {
	switch arg := arg.(type) {
	case Text:
		return arg.s
	case Line:
		return arg.Text().s
	case string:
		return Of(arg).s
	case error:
		return Error(arg).s
	}
	switch reflect.ValueOf(arg).Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		if _, ok := arg.(fmt.Stringer); !ok {
			return arg
		}
	}
	return Of(fmt.Sprint(arg)).s
}

// Join joins the texts that are not empty.
func Join(separator literal, parts ...Text) Text {
	var b strings.Builder
	for _, p := range parts {
		if p.s == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(string(separator))
		}
		b.WriteString(p.s)
	}
	return Text{b.String()}
}

// Concat returns the texts as one.
func Concat(parts ...Text) Text { return Join("", parts...) }

// Lines returns a text of several lines. It is the only one that has line
// breaks.
func Lines(lines ...Text) Text {
	parts := make([]string, len(lines))
	for i, l := range lines {
		parts[i] = l.s
	}
	return Text{strings.Join(parts, "\n")}
}

// OfLines is like Of, but keeps line breaks, as of the help of a command.
func OfLines(untrusted string) Text {
	lines := strings.Split(masked(untrusted), "\n")
	for i, l := range lines {
		lines[i] = visible(strings.ReplaceAll(strings.TrimSuffix(l, "\r"), "\t", "    "))
	}
	return Text{strings.Join(lines, "\n")}
}

// String returns the text, for a terminal or for any sink that neither
// interprets it nor obeys it.
func (t Text) String() string { return t.s }

// IsEmpty reports whether the text is empty.
func (t Text) IsEmpty() bool { return t.s == "" }

// UpperFirst returns the text with its first letter as a capital.
func (t Text) UpperFirst() Text {
	if t.s != "" && 'a' <= t.s[0] && t.s[0] <= 'z' {
		return Text{string(t.s[0]-'a'+'A') + t.s[1:]}
	}
	return t
}

// CutBytes returns the text cut to at most n bytes, at a character.
func (t Text) CutBytes(n int) Text {
	if len(t.s) <= n {
		return t
	}
	return Text{strings.ToValidUTF8(t.s[:max(0, n-len("…"))], "") + "…"}
}

// Name returns a name of foreign origin (a cache's, a role's) for the middle of
// a sentence: cut to 64 characters, and quoted where it is empty or has blanks,
// quotes or characters that are not printable.
func Name(untrusted string) string {
	s := masked(untrusted)
	plain := s != "" && utf8.ValidString(s)
	count := 0
	for i, r := range s {
		if count == maxName {
			s = s[:i] + "…"
			break
		}
		count++
		if !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == '"' || r == '\\' {
			plain = false
		}
	}
	if plain {
		return s
	}
	return fmt.Sprintf("%q", s)
}

// maxName is the most characters of a foreign name that are shown.
const maxName = 64

// visible spells out what is not printable: control characters and the escape
// sequences that they start, line breaks, bidirectional overrides, zero-width
// characters, invalid UTF-8.
func visible(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, w := utf8.DecodeRuneInString(s)
		b.WriteString(visibleRune(r, s[:w]))
		s = s[w:]
	}
	return b.String()
}

// isASCII reports whether all bytes are printable ASCII.
func isASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// visibleRune returns the printable form of one character, raw being its bytes.
func visibleRune(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case unicode.IsPrint(r):
		return raw
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}
