// Package find looks for credentials inside the values of constants and in
// embedded files: standing alone, inside a URL, a header, JSON or INI, and in
// base64 of any of these.
package find

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// minText is the shortest text that is examined: a token of three parts with
// the shortest header, claims and signature that parse has more.
const minText = 40

// maxLayers is how often base64 is taken off.
const maxLayers = 2

// tokenStart is how every structured credential begins: base64 of `{"`.
var tokenStart = []byte("eyJ")

// wrappedStarts are the characters that base64 of a text with tokenStart in it
// has for sure, one for each way it can lie to the groups of three bytes; the
// last is that of the first once more.
var wrappedStarts = [...][]byte{[]byte("ZXlK"), []byte("V5S"), []byte("leU"), []byte("WlhsS")}

// opaqueNames are what documents with opaque tokens hold: the console's JSON
// and the command line's file.
var opaqueNames = [...][]byte{[]byte("efreshToken"), []byte("efresh_token"), []byte("momento_session")}

// Text returns the credentials in text, each once, in the order they stand there.
func Text(text []byte) []credential.Credential {
	if len(text) < minText {
		return nil
	}
	var f finder
	f.text(text, maxLayers)
	return f.found
}

// String is Text for strings.
func String(text string) []credential.Credential {
	if len(text) < minText {
		return nil
	}
	return Text([]byte(text))
}

type finder struct{ found []credential.Credential }

func (f *finder) add(c credential.Credential) {
	if !slices.ContainsFunc(f.found, func(o credential.Credential) bool { return o.Fingerprint() == c.Fingerprint() }) {
		f.found = append(f.found, c)
	}
}

func (f *finder) text(text []byte, layers int) {
	start := bytes.Contains(text, tokenStart)
	if start {
		f.tokens(text)
		if bytes.IndexByte(text, '%') >= 0 {
			if plain, err := url.QueryUnescape(string(text)); err == nil {
				f.tokens([]byte(plain))
			}
		}
	}
	if containsAny(text, opaqueNames[:]) {
		for _, c := range credential.ParseAll(text) {
			if !c.Incomplete {
				f.add(c)
			}
		}
	}
	if layers > 0 && containsAny(text, wrappedStarts[:]) {
		f.wrapped(text, layers-1)
	}
}

func containsAny(text []byte, needles [][]byte) bool {
	return slices.ContainsFunc(needles, func(n []byte) bool { return bytes.Contains(text, n) })
}

// tokens tries what is at every start of a token.
func (f *finder) tokens(text []byte) {
	for from := 0; ; {
		i := bytes.Index(text[from:], tokenStart)
		if i < 0 {
			return
		}
		i += from
		from = i + len(tokenStart)
		if i > 0 && (isBase64(text[i-1]) || text[i-1] == '.') {
			continue // inside of something longer
		}
		end := i + tokenLength(text[i:])
		// A cut credential in source works for nothing; the scan reports it.
		if c, err := credential.Parse(text[i:end]); err == nil && !c.Incomplete {
			f.add(c)
			from = end
		}
	}
}

// tokenLength is how far a JWT, or base64 with its padding, goes.
func tokenLength(text []byte) int {
	dots := 0
	for i, b := range text {
		switch {
		case isBase64(b):
		case b == '.' && dots < 2 && i+1 < len(text) && isBase64(text[i+1]):
			dots++
		case b == '=':
			for n := 0; n < 2 && i < len(text) && text[i] == '='; n++ {
				i++
			}
			return i
		default:
			return i
		}
	}
	return len(text)
}

func isBase64(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '+' || b == '/' || b == '-' || b == '_'
}

// wrapped takes base64 off: off every run of its characters, and off the whole
// text where it is nothing but base64 broken into lines.
func (f *finder) wrapped(text []byte, layers int) {
	if lines := bytes.Fields(text); len(lines) > 1 && !slices.ContainsFunc(lines, func(l []byte) bool { return base64Length(l) != len(l) }) {
		f.decode(bytes.Join(lines, nil), layers)
		return
	}
	for i := 0; i < len(text); {
		if !isBase64(text[i]) {
			i++
			continue
		}
		n := base64Length(text[i:])
		if run := text[i : i+n]; n >= minText && containsAny(run, wrappedStarts[:]) {
			f.decode(run, layers)
		}
		i += n
	}
}

// base64Length is how far base64 with its padding goes.
func base64Length(text []byte) int {
	n := 0
	for n < len(text) && isBase64(text[n]) {
		n++
	}
	for pad := 0; pad < 2 && n < len(text) && text[n] == '='; pad++ {
		n++
	}
	return n
}

func (f *finder) decode(run []byte, layers int) {
	run = bytes.TrimRight(run, "=")
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(run, "-_") {
		encoding = base64.RawURLEncoding
	}
	plain := make([]byte, encoding.DecodedLen(len(run)))
	n, err := encoding.Decode(plain, run)
	if err == nil && n >= minText {
		f.text(plain[:n], layers)
	}
}
