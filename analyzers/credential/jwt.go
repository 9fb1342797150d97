package credential

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// minVariety is how many different characters a token needs that is not a
// row of x or a word: 20 random characters of base64 have 14 at the least,
// but for one case in a million.
const minVariety = 8

// minVaried is the length from which a signature must have minVariety.
const minVaried = 20

// algorithms lists how many base64url characters a signature has (RFC 7518,
// RFC 8037). RSA's depends on the key: 2048, 4096 or 1024 bits.
var algorithms = [...]struct {
	name    string
	lengths [3]int
}{
	{"HS256", [3]int{43}},
	{"HS384", [3]int{64}},
	{"HS512", [3]int{86}},
	{"ES256", [3]int{86}},
	{"ES384", [3]int{128}},
	{"ES512", [3]int{176}},
	{"EdDSA", [3]int{86}},
	{"RS256", rsaLengths},
	{"RS384", rsaLengths},
	{"RS512", rsaLengths},
	{"PS256", rsaLengths},
	{"PS384", rsaLengths},
	{"PS512", rsaLengths},
}

var rsaLengths = [3]int{342, 683, 512}

// SignatureLengths returns how many base64url characters a whole signature of
// the algorithm may have, the most common length first and zeros at the end;
// all zeros if the algorithm is not known.
func SignatureLengths(algorithm []byte) [3]int {
	for i := range algorithms {
		if string(algorithm) == algorithms[i].name {
			return algorithms[i].lengths
		}
	}
	return [3]int{}
}

// wholeSignature reports whether a signature of n characters can be all of one
// by the algorithm. If that is not known, anything of a plausible length can.
func wholeSignature(algorithm []byte, n int) bool {
	lengths := SignatureLengths(algorithm)
	if lengths[0] == 0 {
		return n >= minVaried
	}
	return n > 0 && slices.Contains(lengths[:], n)
}

// checkSignature refuses signatures that are placeholders or masks.
func checkSignature(signature []byte) error {
	switch n := len(signature); {
	case n >= minVaried && !varied(signature), n > 2 && bytes.Count(signature, signature[:1]) == n:
		return ErrSignature
	case n < minVaried && (bytes.EqualFold(signature, signatureWord) || bytes.EqualFold(signature, redactedWord)):
		return ErrSignature
	}
	return nil
}

var signatureWord, redactedWord = []byte("signature"), []byte("redacted")

// token is a JWT, cut in its parts and decoded, before it is known whose it is.
// All slices point into the text or into the decoder's buffer.
type token struct {
	// Claims as written in the JSON, nil where absent; strings without quotes.
	t, jti, p, sub, cp, c, iss []byte
	// Numbers as written, nil where absent.
	ver, iat, exp []byte
	// cut reports that the signature is not whole.
	cut bool
}

// parseToken checks that text is a signed JWT and picks out the claims that
// matter. Its signature may be cut. buf must have room for len(text) bytes;
// header and claims, as decoded, lie in it.
func parseToken(text, buf []byte) (tok token, header, body []byte, err error) {
	head, rest, ok := bytes.Cut(text, dot)
	if !ok {
		return tok, nil, nil, ErrShape
	}
	claims, signature, ok := bytes.Cut(rest, dot)
	if !ok {
		return tok, nil, nil, ErrShape
	}
	// Compact serialisation has no padding, but SDKs that decode leniently
	// take it.
	head, claims, signature = bytes.TrimRight(head, "="), bytes.TrimRight(claims, "="), bytes.TrimRight(signature, "=")
	if !isBase64URL(head) || !isBase64URL(claims) || len(signature) > 0 && !isBase64URL(signature) {
		return tok, nil, nil, ErrShape
	}
	if header, ok = decodeBase64(buf, head); !ok {
		return tok, nil, nil, ErrEncoding
	}
	algorithm, err := checkHeader(header)
	if err != nil {
		return tok, nil, nil, err
	}
	if body, ok = decodeBase64(buf[len(header):], claims); !ok {
		return tok, nil, nil, ErrEncoding
	}
	if err := checkSignature(signature); err != nil {
		return tok, nil, nil, err
	}
	m := objectMembers(body)
	for m.next() {
		tok = tok.with(m.key(), m.value(), m.text)
	}
	if m.bad {
		return tok, nil, nil, ErrJSON
	}
	tok.cut = !wholeSignature(algorithm, len(signature))
	return tok, header, body, nil
}

var dot = []byte{'.'}

// checkHeader wants a JSON object that names an algorithm, and returns that.
func checkHeader(header []byte) (algorithm []byte, err error) {
	m := objectMembers(header)
	for m.next() {
		if string(m.key()) == "alg" && m.text {
			algorithm = m.value()
		}
	}
	switch {
	case m.bad:
		return nil, ErrJSON
	case len(algorithm) == 0 || bytes.EqualFold(algorithm, none):
		return nil, ErrAlgorithm
	}
	return algorithm, nil
}

var none = []byte("none")

// with gives the token with one more claim, if it is one of ours and of the
// right type. By value, for the same reason as members keeps offsets.
func (tok token) with(key, value []byte, text bool) token {
	if text {
		switch string(key) {
		case "t":
			tok.t = value
		case "jti":
			tok.jti = value
		case "p":
			tok.p = value
		case "sub":
			tok.sub = value
		case "cp":
			tok.cp = value
		case "c":
			tok.c = value
		case "iss":
			tok.iss = value
		}
		return tok
	}
	if c := value[0]; c != '-' && (c < '0' || c > '9') {
		return tok
	}
	switch string(key) {
	case "ver":
		tok.ver = value
	case "iat":
		tok.iat = value
	case "exp":
		tok.exp = value
	}
	return tok
}

// owner is whose token it is, judged by its claims alone.
type owner uint8

const (
	foreign owner = iota
	ownerV2
	ownerV1
	ownerLegacy
)

// owner tells which of Momento's tokens this is. A token that names an issuer
// other than Momento is foreign whatever else it claims: Momento's own keys
// carry no iss.
func (tok *token) owner() owner {
	if tok.iss != nil && !bytes.Contains(tok.iss, []byte("momento")) {
		return foreign
	}
	switch {
	case string(tok.t) == "g" && len(tok.jti) > 0:
		return ownerV2
	case tok.cp != nil && tok.c != nil && isHost(tok.cp) && isHost(tok.c):
		return ownerLegacy
	case tok.p != nil && (tok.ver != nil || tok.exp != nil):
		// The wire format is its own proof: a text that happens to be in a
		// claim named p does not decode as a permission set.
		var stack [512]byte
		buf := stack[:]
		if len(tok.p) > len(buf) {
			buf = make([]byte, len(tok.p))
		}
		wire, ok := decodeBase64(buf, tok.p)
		if ok && isPermissions(wire) {
			return ownerV1
		}
	}
	return foreign
}

// isHost tells whether b could be a host name with at least two labels.
func isHost(b []byte) bool {
	dots := 0
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_':
		case c == '.' && i > 0 && b[i-1] != '.':
			dots++
		default:
			return false
		}
	}
	return dots > 0 && len(b) <= 253 && b[len(b)-1] != '.'
}

// fill copies what the token tells of itself into the credential.
func (tok *token) fill(c *Credential) {
	c.Incomplete = tok.cut
	c.KeyID = string(jsonString(tok.jti))
	c.Subject = string(jsonString(tok.sub))
	c.IssuedAt, _ = epoch(tok.iat)
	if at, ok := epoch(tok.exp); ok {
		c.Expiry, c.ExpiresAt = ExpiryAt, at
	} else if tok.exp == nil {
		c.Expiry = ExpiryNever
	}
	c.Scope = Scope{Level: ScopeUnknown}
	if tok.p != nil {
		raw := jsonString(tok.p)
		if wire, ok := decodeBase64(make([]byte, len(raw)), raw); ok {
			c.Scope = decodePermissions(wire)
		}
	}
}

// maxEpoch is the last second of the year 9999, the last that RFC 3339 can write.
const maxEpoch = 253402300799

// epoch reads a JSON number as seconds since 1970. What lies outside of what a
// date can be written for is taken as its limit.
func epoch(number []byte) (time.Time, bool) {
	if number == nil {
		return time.Time{}, false
	}
	f, err := strconv.ParseFloat(string(number), 64)
	if math.IsNaN(f) || err != nil && !math.IsInf(f, 0) {
		return time.Time{}, false
	}
	return time.Unix(int64(min(max(f, 0), maxEpoch)), 0).UTC(), true
}

// varied tells whether the text has enough different characters to be a token.
func varied(b []byte) bool {
	var seen [256]bool
	n := 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			if n++; n >= minVariety {
				return true
			}
		}
	}
	return false
}

// underMomento tells whether a host is momentohq.com or below it.
func underMomento(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "momentohq.com" || strings.HasSuffix(host, ".momentohq.com")
}

// validJSON is the last check of what members has let pass.
func validJSON(objects ...[]byte) bool {
	for _, b := range objects {
		// A copy, as the compiler takes what Valid is given for kept (Go 1.27): all
		// buffers for decoding, of what is refused too, would be on the heap.
		if !json.Valid(bytes.Clone(b)) {
			return false
		}
	}
	return true
}
