package credential

import (
	"bytes"
	"strings"
	"time"
)

// Neighbours are what stands beside an opaque token in the same object. They
// decide whether it is Momento's.
type Neighbours struct {
	// APIKey is the value of apiKey or api_key beside it.
	APIKey []byte
	// Endpoint is the value of endpoint beside it.
	Endpoint string
	// ValidUntil tells whether validUntil or valid_until stands beside it.
	ValidUntil bool
	// File is the name of the file, without folders.
	File string
}

// momentoFiles are names that the console gives its downloads
// (momento_token.info.json, momento_key_info.json).
const momentoFiles = "momento"

// sayMomento tells whether the neighbours prove that a refresh token is
// Momento's: OAuth has fields of the same name. The key beside it counts only
// if it parses.
func (n Neighbours) sayMomento() (key Credential, ok bool) {
	if len(n.APIKey) > 0 {
		if c, err := Parse(n.APIKey); err == nil {
			return c, true
		}
	}
	momento := underMomento(n.Endpoint) || strings.Contains(strings.ToLower(n.File), momentoFiles)
	return Credential{}, n.ValidUntil && momento
}

// ParseRefreshToken takes an opaque text for a refresh token if its neighbours
// say Momento. The credential has the endpoint of the key beside it.
func ParseRefreshToken(text []byte, n Neighbours) (Credential, error) {
	text = trim(text)
	if err := checkOpaque(text); err != nil {
		return Credential{}, err
	}
	key, ok := n.sayMomento()
	if !ok {
		return Credential{}, ErrContext
	}
	c := Credential{Kind: RefreshToken, Endpoint: n.Endpoint, Scope: Scope{Level: ScopeUnknown}}
	if !key.IsZero() {
		if key.Endpoint != "" {
			c.Endpoint = key.Endpoint
		}
		// It mints keys like the one it came with.
		c.Scope = key.Scope
	}
	if c.Endpoint != "" {
		c.ControlHost, c.CacheHost = "control."+c.Endpoint, "cache."+c.Endpoint
	}
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}

// checkOpaque refuses what cannot be an opaque token.
func checkOpaque(text []byte) error {
	switch {
	case len(text) == 0:
		return ErrEmpty
	case len(text) > MaxLength:
		return ErrTooLong
	case len(text) < 16 || !varied(text):
		return ErrPlaceholder
	}
	for _, b := range text {
		if b <= ' ' || b > '~' || b == '<' || b == '>' || b == '{' || b == '}' || b == '$' || b == '*' {
			return ErrPlaceholder
		}
	}
	lower := bytes.ToLower(text)
	for _, word := range []string{"your_", "your-", "refresh_token", "refreshtoken", "refresh-token", "example", "placeholder", "redacted", "xxxx", "..."} {
		if bytes.Contains(lower, []byte(word)) {
			return ErrPlaceholder
		}
	}
	return nil
}

// ParseSessionToken takes the token of a section [.momento_session] of the
// command line's credentials file. validUntil is the section's valid_until in
// seconds since 1970; 0 if it has none.
func ParseSessionToken(text []byte, validUntil int64) (Credential, error) {
	text = trim(text)
	switch {
	case len(text) == 0:
		return Credential{}, ErrEmpty
	case len(text) > MaxLength:
		return Credential{}, ErrTooLong
	}
	tok, header, body, err := parseToken(text, make([]byte, len(text)))
	if err != nil {
		return Credential{}, err
	}
	if !validJSON(header, body) {
		return Credential{}, ErrJSON
	}
	var c Credential
	tok.fill(&c)
	c.Kind = SessionToken
	c.Scope = Scope{Level: ScopeUnknown}
	if c.Expiry == ExpiryNever {
		c.Expiry = ExpiryUnknown
	}
	if validUntil > 0 {
		c.Expiry, c.ExpiresAt = ExpiryAt, time.Unix(min(validUntil, maxEpoch), 0).UTC()
	}
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}
