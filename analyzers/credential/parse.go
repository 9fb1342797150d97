package credential

import (
	"bytes"
	"time"
)

// MaxLength is the longest text, in bytes, that Parse looks at. A v1 key with
// a super-user permission has some 350 bytes; one with a hundred explicit
// permissions about 12,000.
const MaxLength = 64 << 10

// Context is what the surroundings of a text say about it. Some kinds are told
// from other people's secrets by their surroundings only.
type Context struct {
	// Momento reports that the surroundings name Momento: a host, a package, a
	// variable, the user's own word.
	Momento bool
	// Endpoint is the value of endpoint in the same object.
	Endpoint string
	// APIKey is the value of apiKey or api_key in the same object.
	APIKey []byte
	// ValidUntil reports whether the object has validUntil or valid_until.
	ValidUntil bool
	// ExpiresAt is the value of expires_at in the same object, or of valid_until
	// in the same section; the zero time if there is none.
	ExpiresAt time.Time
	// File is the name of the file, without its directory.
	File string
}

// Parse returns the credential that the text is: a key or token as the console,
// the SDKs or the service write it, with white space or one pair of quotes
// around it, or a document that holds credentials (an envelope in the clear, the
// console's JSON, the command line's credentials file): of several
// credentials in a document it returns the first; see ParseAll.
// The error is always a Reason. Refusing allocates nothing for texts of usual
// length, so Parse may be asked about everything that looks remotely right.
func Parse(text []byte) (Credential, error) { return ParseIn(text, Context{}) }

// ParseIn is like Parse for a text whose surroundings are known.
func ParseIn(text []byte, ctx Context) (Credential, error) {
	text = trim(text)
	switch {
	case len(text) == 0:
		return Credential{}, ErrEmpty
	case len(text) > MaxLength:
		return Credential{}, ErrTooLong
	case text[0] == '{' || text[0] == '[':
		return parseDocument(text, ctx)
	}
	// Decoding happens on the stack for every text of usual length.
	var stack [4096]byte
	buf := stack[:]
	if bytes.IndexByte(text, '.') >= 0 {
		if len(text) > len(buf) {
			buf = make([]byte, len(text))
		}
		return parseJWT(text, buf, ctx.Momento)
	}
	return parseEnvelope(text, buf)
}

// trim takes off white space and one pair of quotes.
func trim(text []byte) []byte {
	text = bytes.TrimSpace(text)
	if n := len(text); n >= 2 && text[0] == text[n-1] && (text[0] == '"' || text[0] == '\'' || text[0] == '`') {
		text = bytes.TrimSpace(text[1 : n-1])
	}
	return text
}

// parseJWT parses a JWT on its own; momento reports whether its
// surroundings name Momento.
func parseJWT(text, buf []byte, momento bool) (Credential, error) {
	tok, header, body, err := parseToken(text, buf)
	if err != nil {
		return Credential{}, err
	}
	g := tok.generation()
	switch {
	case g == key1Bare && !momento:
		return Credential{}, ErrContext
	case g == foreign, g == novel, g == key1Odd:
		return Credential{}, ErrForeign
	}
	if !validJSON(header, body) {
		return Credential{}, ErrJSON
	}
	c := tok.credential(g)
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}
