package credential

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// minPrivate is the fewest base64url characters that the private part of a key
// has: 32 bytes for the smallest curve.
const minPrivate = 40

// ParseSigningKey takes a private JWK for one that signs tokens for Momento, if
// its surroundings name Momento: anybody may have a private JWK. The text may
// also be the object in which the command line and the service hand it out, with
// key_id, key, expires_at and endpoint.
func ParseSigningKey(text []byte, ctx Context) (Credential, error) {
	text = trim(text)
	switch {
	case len(text) == 0:
		return Credential{}, ErrEmpty
	case len(text) > MaxLength:
		return Credential{}, ErrTooLong
	}
	var keyType, id, private, inner, outerID, expires, endpoint []byte
	m := objectMembers(text)
	for m.next() {
		if !m.text {
			continue
		}
		switch string(m.key()) {
		case "kty":
			keyType = m.value()
		case "kid":
			id = m.value()
		case "d":
			private = m.value()
		case "key":
			inner = m.value()
		case "key_id":
			outerID = m.value()
		case "expires_at":
			expires = m.value()
		case "endpoint":
			endpoint = m.value()
		}
	}
	if m.bad {
		return Credential{}, ErrJSON
	}
	if keyType == nil && inner != nil && outerID != nil {
		if endpoint != nil {
			ctx.Endpoint = string(jsonString(endpoint))
		}
		if at, err := time.Parse(time.RFC3339, string(expires)); err == nil {
			ctx.ExpiresAt = at
		}
		c, err := ParseSigningKey(jsonString(inner), ctx)
		if err == nil {
			c.KeyID = string(jsonString(outerID))
		}
		return c, err
	}
	switch {
	case string(keyType) != "RSA" && string(keyType) != "EC" || len(id) == 0:
		return Credential{}, ErrShape
	case len(private) < minPrivate || !isBase64URL(bytes.TrimRight(private, "=")) || !varied(private):
		return Credential{}, ErrPlaceholder
	case !ctx.namesMomento() && !strings.Contains(strings.ToLower(string(id)), momentoFiles):
		return Credential{}, ErrContext
	case !json.Valid(bytes.Clone(text)):
		return Credential{}, ErrJSON
	}
	c := Credential{Kind: SigningKey, KeyID: string(jsonString(id)), Scope: signingScope()}
	c.at(ctx.Endpoint)
	c.endsAt(ctx.ExpiresAt)
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}

// signingScope is what tokens may do that a signing key signs: anything with
// any item.
func signingScope() Scope {
	return Scope{Level: ScopeExplicit, Permissions: []Permission{{Resource: "cache", Role: "read-write", Cache: "*", Item: "*"}}}
}
