package redact

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/lazy"
)

// minToken is the length from which a word that begins like the encoding of a
// JSON object is taken for a credential; the shortest one is longer.
const minToken = 60

// starts is how every structured credential begins: the base64 of `{"`.
const starts = "eyJ"

// Credentials masks what has the shape of a credential, or is the base64 or hex
// of one, in data that should hold none but is kept or sent: the name of a file
// in a baseline, an item of a queue. Unlike Of it leaves everything else as it
// is.
func Credentials(text string) string {
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

// maskArgument masks the credentials that an argument holds where text repeats
// them.
func maskArgument(text, argument string) string {
	for _, c := range credential.ParseAll([]byte(argument)) {
		for _, secret := range []string{c.RevealWritten(), c.Reveal()} {
			text = strings.ReplaceAll(text, secret, c.Redacted())
		}
	}
	return text
}

var (
	userInfo   = lazy.Regexp(`([A-Za-z][A-Za-z0-9+.-]+:/{1,3})[^\s/?#"'<>@]+@`)
	privateKey = lazy.Regexp(`-----BEGIN[A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[A-Z ]*PRIVATE KEY-----|$)`)
	otherToken = lazy.Regexp(`\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}|glpat-[0-9A-Za-z_-]{16,}|xox[abeoprs]-[0-9A-Za-z-]{10,}|[rs]k_live_[0-9A-Za-z]{10,}|npm_[0-9A-Za-z]{30,}|AIza[0-9A-Za-z_-]{30,})`)
)

// masked masks credentials and the secrets of other services.
func masked(text string) string { return Credentials(maskKnown(text)) }

// maskKnown masks passwords in URLs, private keys, and tokens of other services
// that are recognised by their beginning alone.
func maskKnown(text string) string {
	if strings.Contains(text, ":/") && strings.Contains(text, "@") {
		text = userInfo().ReplaceAllString(text, "${1}…@")
	}
	if strings.Contains(text, "-----BEGIN") {
		text = privateKey().ReplaceAllString(text, "-----BEGIN PRIVATE KEY-----…")
	}
	for _, hint := range []string{"AKIA", "ASIA", "gh", "glpat-", "xox", "k_live_", "npm_", "AIza"} {
		if strings.Contains(text, hint) {
			return otherToken().ReplaceAllStringFunc(text, func(token string) string { return token[:4] + "…" })
		}
	}
	return text
}

// secretFrom returns where in a word a credential begins, -1 if there is none.
func secretFrom(word string) int {
	if at := strings.Index(word, starts); at >= 0 && len(word)-at >= minToken {
		return at
	}
	if encodes(word, 2) {
		return 0
	}
	return -1
}

// encodes reports whether a word is base64 or hex around a credential.
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

func isTokenByte(c byte) bool { return isAlnum(c) || strings.IndexByte("+/=-_.", c) >= 0 }

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// Prose masks whatever looks like a token of any service in a short text from a
// stranger, such as the first line of a message, and replaces control
// characters. It is for data; Of makes it a text to show.
func Prose(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && isTokenByte(text[end]) {
			end++
		}
		if end-i >= 20 && secretive(text[i:end]) {
			b.WriteString(credential.Redact(text[i:end]))
			i = end
			continue
		}
		end = max(end, i+1)
		b.WriteString(text[i:end])
		i = end
	}
	return Printable(Credentials(b.String()), len(text)+maxError)
}

// secretive reports whether a long word looks random rather than written: part
// of a token, perhaps without its beginning.
func secretive(word string) bool {
	if strings.Contains(word, starts) {
		return true
	}
	var upper, lower, digit, changes int
	var before byte
	for i := range len(word) {
		var now byte
		switch c := word[i]; {
		case 'A' <= c && c <= 'Z':
			upper, now = upper+1, 'A'
		case 'a' <= c && c <= 'z':
			lower, now = lower+1, 'a'
		case '0' <= c && c <= '9':
			digit, now = digit+1, '0'
		default:
			now = '.'
		}
		if now != before {
			changes++
		}
		before = now
	}
	return upper > 2 && lower > 2 && digit > 1 && changes*5 > len(word)*2
}
