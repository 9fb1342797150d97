package credential

import "bytes"

// MaxLength is the longest text, in bytes, that Parse looks at. A v1 key with
// a super-user permission has some 350 bytes; one with a hundred explicit
// permissions about 12,000.
const MaxLength = 64 << 10

// Parse tells what credential the text is: a key or token as the console,
// the SDKs or the service give it, with white space or one pair of quotes
// around it, or a document whose opaque tokens are Momento's by their neighbours
// (the console's JSON, the command line's credentials file): of several
// credentials in a document it gives the first; see ParseAll.
// The error is always a Reason. Refusing allocates nothing for texts of usual
// length, so Parse may be asked about everything that looks remotely right.
func Parse(text []byte) (Credential, error) {
	text = trim(text)
	switch {
	case len(text) == 0:
		return Credential{}, ErrEmpty
	case len(text) > MaxLength:
		return Credential{}, ErrTooLong
	case text[0] == '{' || text[0] == '[':
		return parseDocument(text)
	}
	// Decoding happens on the stack for every text of usual length.
	var stack [4096]byte
	buf := stack[:]
	if bytes.IndexByte(text, '.') >= 0 {
		if len(text) > len(buf) {
			buf = make([]byte, len(text))
		}
		return parseJWT(text, buf)
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

func parseJWT(text, buf []byte) (Credential, error) {
	tok, header, body, err := parseToken(text, buf)
	if err != nil {
		return Credential{}, err
	}
	who := tok.owner()
	if who == foreign {
		return Credential{}, ErrForeign
	}
	if !validJSON(header, body) {
		return Credential{}, ErrJSON
	}
	c := newToken(&tok, who)
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}

// newToken makes the credential of a JWT that stands alone.
func newToken(tok *token, who owner) Credential {
	var c Credential
	tok.fill(&c)
	switch who {
	case ownerV2:
		c.Kind = APIKeyV2
		c.Scope = Scope{Level: ScopeRole}
		if c.Expiry == ExpiryNever {
			// A v2 key need not carry its expiry; only the service knows.
			c.Expiry = ExpiryUnknown
		}
	case ownerLegacy:
		c.Kind = Legacy
		c.ControlHost, c.CacheHost = string(jsonString(tok.cp)), string(jsonString(tok.c))
		c.Scope = Scope{Level: ScopeSuperUser}
	default:
		c.Kind = V1JWT
	}
	return c
}

// maxDisposable is the longest life of a disposable token, in hours: 24 by the
// service's rule, and an hour of grace.
const maxDisposable = 25

func parseEnvelope(text, stack []byte) (Credential, error) {
	if !envelopeStart(text) {
		return Credential{}, ErrShape
	}
	buf := stack
	if len(text) > len(buf) {
		buf = make([]byte, len(text))
	}
	// One character more than whole groups is no text in base64, but what a cut
	// leaves of one.
	body := bytes.TrimRight(text, "=")
	odd := len(body)%4 == 1
	if odd {
		body = body[:len(body)-1]
	}
	object, ok := decodeBase64(buf, body)
	if !ok {
		return Credential{}, ErrEncoding
	}
	var endpoint, key []byte
	m := objectMembers(object)
	for m.next() {
		switch {
		case !m.text:
		case string(m.key()) == "endpoint":
			endpoint = m.value()
		case string(m.key()) == "api_key":
			key = m.value()
		}
	}
	cut := m.cut()
	switch {
	case m.bad && !cut:
		return Credential{}, ErrJSON
	case odd && !cut:
		return Credential{}, ErrEncoding
	case cut && len(key) == 0:
		if key = m.openString("api_key"); len(key) == 0 {
			return Credential{}, ErrJSON
		}
	case !cut && (len(endpoint) == 0 || len(key) == 0):
		return Credential{}, ErrEnvelope
	}
	key = jsonString(key)
	var inner [4096]byte
	buf = inner[:]
	if len(key) > len(buf) {
		buf = make([]byte, len(key))
	}
	tok, header, claims, err := parseToken(key, buf)
	if err != nil {
		return Credential{}, err
	}
	who := tok.owner()
	host := string(jsonString(endpoint))
	if who == foreign && !underMomento(host) {
		return Credential{}, ErrForeign
	}
	if !cut && !validJSON(object) || !validJSON(header, claims) {
		return Credential{}, ErrJSON
	}
	c := newToken(&tok, who)
	c.Incomplete = c.Incomplete || cut
	if host != "" {
		c.Endpoint = host
		c.ControlHost, c.CacheHost = "control."+host, "cache."+host
	}
	if c.Kind == V1JWT {
		c.Kind = APIKeyV1
		if life := c.ExpiresAt.Sub(c.IssuedAt); c.Expiry == ExpiryAt && !c.IssuedAt.IsZero() && life.Hours() <= maxDisposable {
			c.Kind = DisposableToken
		}
	}
	service := string(key)
	if c.Incomplete {
		// There is nothing that the service would take.
		service = string(text)
	}
	c.secret = newSecret(service, string(text))
	return c, nil
}

// envelopeStart tells, from the first few bytes, whether the text can be
// base64 of an object that begins with one of the envelope's two fields. It
// keeps source maps and other long base64 from being decoded at all.
func envelopeStart(text []byte) bool {
	var plain [24]byte
	head := text[:min(len(text), 32)]
	if len(head) < 32 {
		return false
	}
	b, ok := decodeBase64(plain[:], head)
	if !ok {
		return false
	}
	b = trimJSONSpace(b)
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	b = trimJSONSpace(b[1:])
	return bytes.HasPrefix(b, []byte(`"endpoint"`)) || bytes.HasPrefix(b, []byte(`"api_key"`))
}
