package credential

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// token is a JWT, split and decoded, before its issuer is known. All slices point into the input or
// into the decoder's buffer.
type token struct {
	// Members of the header, nil if absent.
	alg, kid []byte
	// Claims as written in the JSON, nil if absent; strings without quotes.
	t, jti, akid, p, sub, email, cp, c, iss, cache, key []byte
	// The claim method: a list, as written.
	method []byte
	// Numbers as written, nil if absent.
	ver, iat, exp []byte
	// cut reports that the signature is truncated.
	cut bool
}

// parseToken checks that text is a signed JWT, possibly with a truncated signature, and picks out
// the claims that matter. buf must have room for len(text) bytes; the decoded header and claims are
// stored in it.
func parseToken(text, buf []byte) (tok token, header, body []byte, err error) {
	head, rest, ok := bytes.Cut(text, dot)
	if !ok {
		return tok, nil, nil, ErrShape
	}
	claims, signature, ok := bytes.Cut(rest, dot)
	if !ok {
		return tok, nil, nil, ErrShape
	}
	// Compact serialization has no padding, but lenient SDKs accept it.
	head, claims, signature = bytes.TrimRight(head, "="), bytes.TrimRight(claims, "="), bytes.TrimRight(signature, "=")
	if !isBase64URL(head) || !isBase64URL(claims) || len(signature) > 0 && !isBase64URL(signature) {
		return tok, nil, nil, ErrShape
	}
	if header, ok = decodeBase64(buf, head); !ok {
		return tok, nil, nil, ErrEncoding
	}
	m := objectMembers(header)
	for m.next() {
		switch {
		case !m.text:
		case string(m.key()) == "alg":
			tok.alg = m.value()
		case string(m.key()) == "kid":
			tok.kid = m.value()
		}
	}
	switch {
	case m.bad:
		return tok, nil, nil, ErrJSON
	case len(tok.alg) == 0 || bytes.EqualFold(tok.alg, none):
		return tok, nil, nil, ErrAlgorithm
	}
	if body, ok = decodeBase64(buf[len(header):], claims); !ok {
		return tok, nil, nil, ErrEncoding
	}
	if err := checkSignature(signature); err != nil {
		return tok, nil, nil, err
	}
	m = objectMembers(body)
	for m.next() {
		tok = tok.with(m.key(), m.value(), m.text)
	}
	if m.bad {
		return tok, nil, nil, ErrJSON
	}
	tok.cut = !wholeSignature(tok.alg, len(signature))
	return tok, header, body, nil
}

var (
	dot  = []byte{'.'}
	none = []byte("none")
)

// with returns the token with one more claim, if the claim is known and of the right type. Tokens
// are passed by value so that the caller's buffer stays on the stack; see members.
func (tok token) with(key, value []byte, text bool) token {
	if text {
		switch string(key) {
		case "t":
			tok.t = value
		case "jti":
			tok.jti = value
		case "akid":
			tok.akid = value
		case "p":
			tok.p = value
		case "sub":
			tok.sub = value
		case "email":
			tok.email = value
		case "cp":
			tok.cp = value
		case "c":
			tok.c = value
		case "iss":
			tok.iss = value
		case "cache":
			tok.cache = value
		case "key":
			tok.key = value
		}
		return tok
	}
	switch c := value[0]; {
	case c == '[':
		if string(key) == "method" {
			tok.method = value
		}
		return tok
	case c != '-' && (c < '0' || c > '9'):
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

// The issuers that Momento's tokens name.
const (
	refreshIssuer = "gomomento.com/refresh"
	loginIssuer   = "https://login.gomomento.com/"
	preprodIssuer = "https://login-preprod.gomomento.com/"
)

// generation classifies a JWT by its claims.
type generation uint8

const (
	// foreign: not Momento's, as far as the claims show.
	foreign generation = iota
	// novel: an unknown type or version; it is reported only if an envelope proves that the token
	// is Momento's.
	novel
	disposable1
	disposable2
	globalKey
	globalRefresh
	refresh1
	key1
	// key1Bare is key1 with so few claims that tokens of other issuers have them too.
	key1Bare
	// key1Odd is key1 with an unreadable permission set.
	key1Odd
	legacy
	login
	customerSigned
)

// generation checks the claims in the order of Momento's own decoder. A token that names an issuer
// other than Momento is foreign whatever else it claims.
func (tok *token) generation() generation {
	issuer := tok.iss != nil
	version := string(tok.ver)
	switch {
	case tok.t != nil && issuer && !bytes.Contains(tok.iss, []byte("momento")):
		return foreign
	case string(tok.t) == "disposable" && version == "1":
		return disposable1
	case string(tok.t) == "disposable" && version == "2":
		return disposable2
	case string(tok.t) == "g" && len(tok.jti) > 0:
		return globalKey
	case string(tok.t) == "gr" && len(tok.jti)+len(tok.akid) > 0:
		return globalRefresh
	case len(tok.t) > 0:
		return novel
	case string(tok.iss) == refreshIssuer:
		return refresh1
	case string(tok.iss) == loginIssuer, string(tok.iss) == preprodIssuer:
		return login
	case issuer:
		return foreign
	case version == "1":
		return tok.first()
	case isHost(tok.cp) && (isHost(tok.c) || underMomento(string(tok.cp))):
		return legacy
	case tok.ver != nil:
		return novel
	case tok.signsItem():
		return customerSigned
	}
	return foreign
}

// first distinguishes v1 tokens from foreign ones by the claim ver.
func (tok *token) first() generation {
	if len(tok.p) == 0 {
		return key1Bare
	}
	// The wire format is proof enough: an unrelated claim named p does not decode as a permission
	// set.
	p := jsonString(tok.p)
	var stack [512]byte
	buf := stack[:]
	if len(p) > len(buf) {
		buf = make([]byte, len(p))
	}
	if wire, ok := decodeBase64(buf, p); ok && isPermissions(wire) {
		return key1
	}
	return key1Odd
}

// signsItem reports whether the token has the claims of a customer-signed token: methods on one
// item of one cache, an expiry, and a key id.
func (tok *token) signsItem() bool {
	if len(tok.kid) == 0 || len(tok.alg) < 2 || tok.cache == nil || tok.key == nil || tok.exp == nil {
		return false
	}
	switch string(tok.alg[:2]) {
	case "RS", "ES", "PS":
	default:
		return false
	}
	read, write := tok.methods()
	return read || write
}

// methods reads the claim method. Both results are false if it holds anything but get and set.
func (tok *token) methods() (read, write bool) {
	if len(tok.method) < 2 {
		return false, false
	}
	list := tok.method[1 : len(tok.method)-1]
	for len(list) > 0 {
		var one []byte
		one, list, _ = bytes.Cut(list, []byte{','})
		switch string(bytes.TrimSpace(one)) {
		case `"get"`:
			read = true
		case `"set"`:
			write = true
		default:
			return false, false
		}
	}
	return read, write
}

// credential returns the credential of a token without an envelope.
func (tok *token) credential(g generation) Credential {
	c := Credential{
		KeyID: string(jsonString(tok.jti)), Subject: string(jsonString(tok.sub)),
		Scope: Scope{Level: ScopeUnknown}, Incomplete: tok.cut,
	}
	c.IssuedAt, _ = epoch(tok.iat)
	if at, ok := epoch(tok.exp); ok {
		c.Expiry, c.ExpiresAt = ExpiryAt, at
	}
	// forever marks the kinds that without an exp claim never expire.
	forever := false
	switch g {
	case globalKey:
		c.Kind, c.Scope.Level = APIKeyV2, ScopeRole
	case globalRefresh:
		c.Kind, c.KeyID = RefreshToken, string(jsonString(tok.akid))
	case refresh1:
		// Its jti is not a key id.
		c.Kind, c.KeyID = RefreshToken, ""
	case key1, key1Bare, key1Odd:
		c.Kind, c.Scope, forever = V1JWT, tok.permissions(), true
	case disposable1:
		c.Kind = DisposableToken
		if tok.p != nil {
			c.Scope = tok.permissions()
		}
	case disposable2:
		c.Kind, c.Scope = DisposableToken, tok.permissionSet()
	case legacy:
		c.Kind, c.Scope.Level, forever = Legacy, ScopeSuperUser, true
		c.ControlHost, c.CacheHost = string(jsonString(tok.cp)), string(jsonString(tok.c))
	case login:
		c.Kind = SessionToken
		if tok.email != nil {
			c.Subject = string(jsonString(tok.email))
		}
	case customerSigned:
		c.Kind, c.KeyID, c.Scope = SignedToken, string(jsonString(tok.kid)), tok.item()
	case novel, foreign:
		c.Kind = UnknownCredential
	}
	if forever && tok.exp == nil {
		c.Expiry = ExpiryNever
	}
	if c.Kind != V1JWT && g != globalKey && g != legacy && tok.iss == nil && (tok.ver != nil || tok.exp != nil) && tok.holdsPermissions() {
		c.Formerly = V1JWT
	}
	return c
}

// holdsPermissions reports whether claim p is a first-generation message. Older versions read it
// that way for every token.
func (tok *token) holdsPermissions() bool {
	p := jsonString(tok.p)
	wire, ok := decodeBase64(make([]byte, len(p)), p)
	return ok && isPermissions(wire)
}

// permissions reads a first-generation claim p; an empty or missing one allows everything.
func (tok *token) permissions() Scope {
	if len(tok.p) == 0 {
		return Scope{Level: ScopeSuperUser}
	}
	return tok.scope(decodePermissions)
}

// permissionSet reads a second-generation claim p; an empty or missing one allows nothing.
func (tok *token) permissionSet() Scope {
	if len(tok.p) == 0 {
		return Scope{Level: ScopeExplicit}
	}
	return tok.scope(decodePermissionSet)
}

func (tok *token) scope(decode func([]byte) Scope) Scope {
	raw := jsonString(tok.p)
	wire, ok := decodeBase64(make([]byte, len(raw)), raw)
	if !ok {
		return Scope{Level: ScopeUnknown, Permissions: []Permission{unknownPermission}}
	}
	return decode(wire)
}

// item returns the scope of a token that a customer signed.
func (tok *token) item() Scope {
	p := Permission{
		Resource: "cache", Role: "read-write",
		Cache: displayName(jsonString(tok.cache)), Item: displayName(jsonString(tok.key)),
	}
	switch read, write := tok.methods(); {
	case !write:
		p.Role = "read-only"
	case !read:
		p.Role = "write-only"
	}
	return Scope{Level: ScopeExplicit, Permissions: []Permission{p}}
}

// isHost reports whether b could be a host name with at least two labels.
func isHost(b []byte) bool {
	if len(b) == 0 || len(b) > 253 || b[len(b)-1] == '.' {
		return false
	}
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
	return dots > 0
}

// maxEpoch is the last second of the year 9999, the last that RFC 3339 can express.
const maxEpoch = 253402300799

// epoch reads a JSON number as seconds since 1970, clamped to times that have a date.
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

// underMomento reports whether a host is momentohq.com or below it.
func underMomento(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == momentoDomain || strings.HasSuffix(host, "."+momentoDomain)
}

const momentoDomain = "momentohq.com"

// validJSON finally checks objects that members accepted.
func validJSON(objects ...[]byte) bool {
	for _, b := range objects {
		// Cloned because the compiler (Go 1.27) assumes that Valid retains its argument, which
		// would move all decoding buffers to the heap, even those of refused input.
		if !json.Valid(bytes.Clone(b)) {
			return false
		}
	}
	return true
}
