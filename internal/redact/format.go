package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Log returns the text with everything broken up that a CI system would take
// for a command: for programs whose output GitHub Actions or Azure Pipelines
// reads.
func (t Text) Log() Text { return Text{neutral(t.s)} }

// neutral breaks what a runner would take for a command of its own: "##["
// anywhere in a line, "::" at its beginning
// (actions/runner, ActionCommand.cs; Azure Pipelines knows "##vso[" too).
func neutral(s string) string {
	// Of three signs in a row the first pass leaves two next to each other.
	for strings.Contains(s, "##") || strings.Contains(s, "::") {
		s = neutralizer.Replace(s)
	}
	return s
}

var neutralizer = strings.NewReplacer("##", "# #", "::", ": :")

// CommandProperty is one "key=value" of a workflow command.
type CommandProperty struct {
	key   string
	value Text
}

// Property returns a property of a workflow command.
func Property(key literal, value Text) CommandProperty { return CommandProperty{string(key), value} }

// AnnotateError returns the workflow command of GitHub Actions that shows an
// error on the page of the run, and at a line where file and line are among the
// properties.
func AnnotateError(message Text, properties ...CommandProperty) Text {
	return command("error", message, properties)
}

// AnnotateWarning is like AnnotateError for a warning.
func AnnotateWarning(message Text, properties ...CommandProperty) Text {
	return command("warning", message, properties)
}

// AnnotateNotice is like AnnotateError for a notice.
func AnnotateNotice(message Text, properties ...CommandProperty) Text {
	return command("notice", message, properties)
}

// command builds a workflow command. Values are escaped as the runner's
// ActionCommand reads them back.
func command(name string, message Text, properties []CommandProperty) Text {
	var b strings.Builder
	b.WriteString("::" + name)
	for i, p := range properties {
		b.WriteString([]string{" ", ","}[min(i, 1)] + p.key + "=" + propertyEscaper.Replace(neutral(p.value.s)))
	}
	b.WriteString("::" + messageEscaper.Replace(neutral(message.s)))
	return Text{b.String()}
}

var (
	messageEscaper  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// Cell returns the text as a cell of a spreadsheet: with an apostrophe before
// what a spreadsheet would take for a formula
// (https://owasp.org/www-community/attacks/CSV_Injection). Fullwidth signs
// count too: some programs take them for the same.
func (t Text) Cell() string {
	s := inert(t.s)
	first, n := utf8.DecodeRuneInString(strings.TrimLeft(s, " '\""))
	if n > 0 && strings.ContainsRune("=+-@|%＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// inert breaks the commands of CI systems that count anywhere in a line, for
// formats in which no line begins with text.
func inert(s string) string { return inertReplacer.Replace(s) }

var inertReplacer = strings.NewReplacer("##[", "# #[", "##vso[", "# #vso[")

// XML is text for an XML document.
type XML struct{ s string }

// XML returns the text for an XML document: without what XML 1.0 cannot
// express.
func (t Text) XML() XML {
	return XML{strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, inert(t.s))}
}

// MarshalText returns the text for encoding/xml, which escapes it.
func (x XML) MarshalText() ([]byte, error) { return []byte(x.s), nil }

// Markdown is text for a document in GitHub's Markdown.
type Markdown struct{ s string }

// Markdown returns the text so that GitHub shows it as it is, whatever in it
// could be markup, HTML, mathematics or a link.
func (t Text) Markdown() Markdown { return Markdown{markdownEscaper.Replace(t.s)} }

// MarkdownCode is like Markdown, in a fixed-width font.
func (t Text) MarkdownCode() Markdown {
	return Markdown{"<code>" + markdownEscaper.Replace(t.s) + "</code>"}
}

var markdownEscaper = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`, "|", `\|`, "!", `\!`, "#", `\#`, "$", `\$`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "://", ":&#47;/", "www.", "www&#46;", "WWW.", "WWW&#46;",
)

// Markup returns Markdown of the program's own: format is used as it is,
// Markdown among the arguments too, and everything else is escaped.
func Markup(format literal, args ...any) Markdown {
	safe := make([]any, len(args))
	for i, arg := range args {
		if m, ok := arg.(Markdown); ok {
			safe[i] = m.s
			continue
		}
		safe[i] = argument(arg)
		if s, ok := safe[i].(string); ok {
			safe[i] = markdownEscaper.Replace(s)
		}
	}
	return Markdown{fmt.Sprintf(string(format), safe...)}
}

// Link returns a link of the program's own.
func Link(text Text, url string) Markdown {
	return Markdown{"[" + text.s + "](" + visible(url) + ")"}
}

// String returns the Markdown.
func (m Markdown) String() string { return m.s }

// Len returns the length in bytes.
func (m Markdown) Len() int { return len(m.s) }

// Fence returns a text as a block of code in Markdown, which nothing in it can
// end.
func (t Text) Fence() Markdown {
	return Markdown{"```text\n" + strings.ReplaceAll(t.s, "```", "'''") + "\n```\n"}
}

// SARIF returns the text so that it is not taken for one with embedded links
// (SARIF 2.1.0, 3.11.6).
func (t Text) SARIF() Text {
	return Text{strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(t.s)}
}

// MarshalJSON returns the text as a JSON string.
func (t Text) MarshalJSON() ([]byte, error) { return quoteJSON(t.s), nil }

// Exact is a string of a JSON document whose value is exactly the given one,
// with credentials masked: a file name is to be found by it. Everything that is
// not printable is escaped as JSON does, so that the document may be shown on a
// terminal. Invalid UTF-8 becomes U+FFFD, since JSON has no other bytes.
type Exact struct{ s string }

// ExactOf returns untrusted text for a JSON document.
func ExactOf(untrusted string) Exact { return Exact{masked(untrusted)} }

// ExactSecret returns a credential in full for a JSON document, for users who
// asked for it with --show-secrets.
func ExactSecret(credential string) Exact { return Exact{credential} }

// MarshalJSON returns the string.
func (e Exact) MarshalJSON() ([]byte, error) { return quoteJSON(e.s), nil }

// IsZero reports whether the string is empty, for the option omitzero.
func (e Exact) IsZero() bool { return e.s == "" }

// IsZero reports whether the text is empty, for the option omitzero.
func (t Text) IsZero() bool { return t.s == "" }

// JSON returns a JSON document that another package wrote, with credentials
// masked in it, and with everything escaped that is not printable.
func JSON(document []byte) []byte {
	return escapeJSON([]byte(Credentials(string(document))))
}

func quoteJSON(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(strings.ToValidUTF8(s, "\ufffd")); err != nil {
		return []byte(`""`) // a string is always encoded
	}
	return escapeJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// escapeJSON escapes what is not printable in a JSON document, where it can
// only be within strings, and the second sign of "##", with which commands of
// CI systems begin.
func escapeJSON(document []byte) []byte {
	out := make([]byte, 0, len(document))
	for i := 0; i < len(document); {
		r, n := utf8.DecodeRune(document[i:])
		switch {
		case r == '#' && i > 0 && document[i-1] == '#':
			out = append(out, `\u0023`...)
		case r < utf8.RuneSelf && r != 0x7f, unicode.IsPrint(r) && (r != utf8.RuneError || n > 1):
			out = append(out, document[i:i+n]...)
		case r >= 0x10000:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}
