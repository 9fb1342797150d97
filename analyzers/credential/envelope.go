package credential

import "bytes"

// maxDisposable is the longest life of a disposable token in hours: 24 by the service's rule, and
// an hour of grace.
const maxDisposable = 25

// parseEnvelope parses a base64-encoded envelope.
func parseEnvelope(text, stack []byte) (Credential, error) {
	if !envelopeStart(text) {
		return Credential{}, ErrShape
	}
	buf := stack
	if len(text) > len(buf) {
		buf = make([]byte, len(text))
	}
	// A base64 group of one character is invalid, so the input is truncated.
	body := bytes.TrimRight(text, "=")
	odd := len(body)%4 == 1
	if odd {
		body = body[:len(body)-1]
	}
	object, ok := decodeBase64(buf, body)
	if !ok {
		return Credential{}, ErrEncoding
	}
	c, err := parseObject(object, text)
	if err == nil && odd && !c.Incomplete {
		return Credential{}, ErrEncoding
	}
	return c, err
}

// parseObject parses an unencoded envelope, which may be truncated: a JSON object with api_key and
// usually endpoint. written is the input it was decoded from.
func parseObject(object, written []byte) (Credential, error) {
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
	case cut && len(key) == 0:
		if key = m.openString("api_key"); len(key) == 0 {
			return Credential{}, ErrJSON
		}
	case len(key) == 0:
		return Credential{}, ErrEnvelope
	}
	c, err := parseEnclosed(jsonString(key), string(jsonString(endpoint)), written, cut)
	if err == nil && !cut && !validJSON(object) {
		return Credential{}, ErrJSON
	}
	return c, err
}

// ParseEnclosed returns the credential of a token found as the api_key of an unencoded object.
// endpoint is the object's endpoint, or "".
func ParseEnclosed(token []byte, endpoint string) (Credential, error) {
	switch {
	case len(token) == 0:
		return Credential{}, ErrEmpty
	case len(token) > MaxLength:
		return Credential{}, ErrTooLong
	}
	c, err := parseEnclosed(token, endpoint, token, false)
	if err == nil && c.Kind == APIKeyV1 {
		c.Formerly = V1JWT
	}
	return c, err
}

func parseEnclosed(token []byte, endpoint string, written []byte, cut bool) (Credential, error) {
	var stack [4096]byte
	buf := stack[:]
	if len(token) > len(buf) {
		buf = make([]byte, len(token))
	}
	tok, header, claims, err := parseToken(token, buf)
	if err != nil {
		return Credential{}, err
	}
	g := tok.generation()
	if g == foreign || g == novel || g == key1Bare || g == key1Odd {
		// Only the endpoint proves that it is Momento's.
		if endpoint == "" || !underMomento(endpoint) {
			return Credential{}, ErrForeign
		}
	}
	if !validJSON(header, claims) {
		return Credential{}, ErrJSON
	}
	c := tok.credential(g)
	c.Incomplete = c.Incomplete || cut
	c.enclose(endpoint)
	service := string(token)
	if c.Incomplete {
		// No part of it is acceptable to the service.
		service = string(written)
	}
	c.secret = newSecret(service, string(written))
	return c, nil
}

// enclose turns the credential of a JWT into that of the envelope around it.
func (c *Credential) enclose(endpoint string) {
	c.at(endpoint)
	switch c.Kind {
	case APIKeyV2, Legacy:
		return
	case V1JWT:
		c.Kind = APIKeyV1
	default:
		// Older versions reported any envelope as a v1 key.
		c.Formerly = APIKeyV1
		if c.Kind == DisposableToken && c.shortLived() {
			c.Formerly = ""
		}
		return
	}
	if c.shortLived() {
		c.Kind = DisposableToken
	}
}

// shortLived reports whether the credential lives no longer than a disposable token.
func (c *Credential) shortLived() bool {
	life := c.ExpiresAt.Sub(c.IssuedAt)
	return c.Expiry == ExpiryAt && !c.IssuedAt.IsZero() && life.Hours() <= maxDisposable
}

// at sets the endpoint and the hosts derived from it, unless the credential names hosts itself.
func (c *Credential) at(endpoint string) {
	if endpoint == "" || c.Kind == Legacy {
		return
	}
	c.Endpoint = endpoint
	c.ControlHost, c.CacheHost = "control."+endpoint, "cache."+endpoint
}

// envelopeStart reports, from the first few bytes, whether text can be base64 of an object that
// begins with one of the envelope's two fields. It avoids decoding source maps and other long
// base64.
func envelopeStart(text []byte) bool {
	// Pretty-printed envelopes may have more white space before the first name.
	var plain [48]byte
	head := text[:min(len(text), 64)]
	if len(head) < 32 {
		return false
	}
	head = head[:len(head)&^3]
	b, ok := decodeBase64(plain[:], head)
	if !ok {
		return false
	}
	b = trimJSONSpace(b)
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	b = trimJSONSpace(b[1:])
	if len(b) == 0 {
		return true
	}
	return bytes.HasPrefix(b, []byte(`"endpoint"`)) || bytes.HasPrefix(b, []byte(`"api_key"`)) || len(b) < len(`"endpoint"`) && b[0] == '"'
}
