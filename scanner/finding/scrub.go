package finding

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// minToken is the length from which a word that begins like the encoding of a
// JSON object is taken for a credential; the shortest one is longer.
const minToken = 60

// starts is how every structured credential begins: the base64 of `{"`.
const starts = "eyJ"

// WithoutCredentials takes what has the shape of a credential, or is the base64
// or hex of one, out of a text that should hold none: a file's name, an author,
// a message, the name of a cache. It is the last line of defence before an
// output, not the redaction of what was found.
func WithoutCredentials(text string) string {
	if len(text) < minToken {
		return text
	}
	var b strings.Builder
	kept := 0
	for at := 0; at < len(text); {
		from := at
		for at < len(text) && isTokenByte(text[at]) {
			at++
		}
		if word := text[from:at]; len(word) >= minToken {
			if cut := secretFrom(word); cut >= 0 {
				b.WriteString(text[kept : from+cut])
				b.WriteString(credential.Redact(word[cut:]))
				kept = at
			}
		}
		if at == from {
			at++
		}
	}
	if kept == 0 {
		return text
	}
	b.WriteString(text[kept:])
	return b.String()
}

// secretFrom gives where in a word a credential begins, -1 if there is none.
func secretFrom(word string) int {
	if at := strings.Index(word, starts); at >= 0 && len(word)-at >= minToken {
		return at
	}
	if encodes(word, 2) {
		return 0
	}
	return -1
}

// encodes tells whether a word is base64 or hex around a credential.
func encodes(word string, layers int) bool {
	holds := func(decoded []byte) bool {
		text := string(decoded)
		if at := strings.Index(text, starts); at >= 0 && len(text)-at >= minToken {
			return true
		}
		return layers > 1 && len(text) >= minToken && encodes(text, layers-1)
	}
	standard := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(word)
	for from := range min(4, len(standard)) {
		// The end may belong to something else.
		part := standard[from:]
		decoded := make([]byte, base64.RawStdEncoding.DecodedLen(len(part)))
		n, _ := base64.RawStdEncoding.Decode(decoded, []byte(part))
		if holds(decoded[:n]) {
			return true
		}
	}
	for _, digits := range strings.FieldsFunc(word, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }) {
		// It may begin in the middle of a byte.
		for from := range min(2, len(digits)/minToken) {
			decoded := make([]byte, len(digits)/2)
			n, _ := hex.Decode(decoded, []byte(digits[from:]))
			if holds(decoded[:n]) {
				return true
			}
		}
	}
	return false
}

func isTokenByte(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("+/=-_.", c) >= 0
}
