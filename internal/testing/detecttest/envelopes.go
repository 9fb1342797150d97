package detecttest

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
)

// objects are the ways to write the JSON object of an envelope: with its endpoint
// (1) and its token (2).
var objects = []struct{ name, format string }{
	{"compact", `{"endpoint":"%[1]s","api_key":"%[2]s"}`},
	{"blanks", `{ "endpoint" : "%[1]s" , "api_key" : "%[2]s" }`},
	{"pretty", "{\n  \"endpoint\": \"%[1]s\",\n  \"api_key\": \"%[2]s\"\n}\n"},
	{"pretty-tabs", "{\r\n\t\"api_key\": \"%[2]s\",\r\n\t\"endpoint\": \"%[1]s\"\r\n}\r\n"},
	{"much-space", "{ \t\r\n\n   \"endpoint\"\n:\n\"%[1]s\"\n,\n\n\"api_key\"\n:\n\"%[2]s\"\n\n}\n"},
	{"space-first-1", " {\"endpoint\":\"%[1]s\",\"api_key\":\"%[2]s\"}"},
	{"space-first-2", "\r\n{\"api_key\":\"%[2]s\",\"endpoint\":\"%[1]s\"}"},
	{"space-first-3", "\n\n\n{\n\"api_key\":\"%[2]s\",\n\"endpoint\":\"%[1]s\"\n}\n"},
	{"space-first-5", "  \t \n{ \"endpoint\": \"%[1]s\", \"api_key\": \"%[2]s\" }\n"},
}

const formEndpoint = "cell-1-eu-west-1-1.prod.a.momentohq.com"

// unlike reports whether a shape says nothing about an envelope in base64 that has
// white space.
//
// White space before the brace, which only people's own encoders write, moves the
// alignment of everything after it. Then the start is recognised by the member
// api_key further in, so where that is cut, or is not base64 itself, the token is
// found alone. Where the object's last group is white space, mail's soft line
// ends look like its padding: the end is a few characters too early. Base64 of
// UTF-16 and hex of base64 are recognised for the service's own
// envelopes only.
func unlike(shape, object string) bool {
	spaced := object != "compact"
	early := strings.HasPrefix(object, "space-first")
	for _, prefix := range []string{"hex-of-base64", "utf16-base64-env", "quoted-printable", "base64-quoted-printable"} {
		if spaced && strings.HasPrefix(shape, prefix) {
			return true
		}
	}
	for _, prefix := range []string{
		"wrapped", "yaml-folded", "yaml-literal", "yaml-continued", "mail-", "hash-", "slash-comment", "block-", "json-escaped-lines", "html-", "zero-width",
		"unicode-escape", "braced-", "hex-", "octal-", "percent-all", "percent-twice-all", "buffer", "base64-of-hex", "base64-twice", "base64-wrapped",
	} {
		if early && strings.HasPrefix(shape, prefix) {
			return true
		}
	}
	return false
}

// Envelopes returns every form of an envelope in every shape that it can have:
// in base64 with each alphabet as a value, and in the clear as a document.
func Envelopes() []Case {
	var all []Case
	for _, o := range objects {
		options := credentialtest.Options{Seed: "envelope " + o.name, Endpoint: formEndpoint}
		inner := credentialtest.V1JWT(options)
		object := fmt.Sprintf(o.format, formEndpoint, inner)
		for _, s := range valueShapes() {
			if s.few || unlike(s.name, o.name) {
				continue
			}
			for alphabet, enc := range map[string]*base64.Encoding{"": base64.StdEncoding, "-url": base64.URLEncoding, "-raw": base64.RawStdEncoding} {
				t := token{credential.APIKeyV1, "", enc.EncodeToString([]byte(object)), inner}
				all = append(all, newCase(s.name+"/"+o.name+alphabet, s.name, t.kind, s.file, s.make(t)))
			}
		}
		plain := mark(object, token{credential.APIKeyV1, "", inner, inner})
		for _, s := range documentShapes() {
			if strings.HasPrefix(s.name, "document-base64") {
				// That is an envelope in base64.
				continue
			}
			all = append(all, newCase(s.name+"/"+o.name, s.name, credential.APIKeyV1, s.file, s.make(plain)))
		}
		for _, s := range escapings() {
			all = append(all, newCase(s.name+"/"+o.name, s.name, credential.APIKeyV1, s.file, s.make(plain)))
		}
	}
	return all
}

// escapings are the ways to write a whole document inside of a string.
func escapings() []documentShape {
	var all []documentShape
	escaping := func(name, before, after string, layers ...layer) {
		all = append(all, documentShape{name, "data.txt", func(t text) text {
			for _, l := range layers {
				t = t.under(l)
			}
			return t.between(before, after)
		}})
	}
	jsonValue := func(name string, write func(c byte) string) layer { return each(name, write) }
	escaping("json-unicode", "{\"v\":\"", "\"}\n", escapeAll(`\u%04x`))
	escaping("json-unicode-twice", "{\"v\":\"{\\\"w\\\":\\\"", "\\\"}\"}\n", escapeAll(`\\u%04x`))
	escaping("json-unicode-quotes", "{\"v\":\"", "\"}\n", jsonValue("escape", func(c byte) string {
		switch c {
		case '"', '<', '>', '&':
			return fmt.Sprintf(`\u%04x`, c)
		case '\n', '\r', '\t':
			return map[byte]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[c]
		}
		return string(c)
	}))
	escaping("json-three-times", `{"v":"`, "\"}\n", quoted(), quoted(), quoted())
	escaping("hex-escapes", "v = '", "'\n", escapeAll(`\x%02x`))
	escaping("percent-all", "v=", "&x=1\n", percentAll("%%%02X"))
	escaping("percent-twice", "url=", "&x=1\n", each("percent", func(c byte) string {
		if isToken(c) {
			return string(c)
		}
		return fmt.Sprintf("%%25%02X", c)
	}))
	escaping("html-references", "<pre>", "</pre>\n", htmlAll("&#%d;"))
	escaping("html-names", "<pre>", "</pre>\n", each("html", func(c byte) string {
		if c == '"' {
			return "&quot;"
		}
		return string(c)
	}))
	escaping("decimal", "[", "]\n", decimalLayer(","))
	escaping("json-base64", "{\"v\":\"", "\"}\n", quoted(), base64Layer(base64.StdEncoding))
	return all
}
