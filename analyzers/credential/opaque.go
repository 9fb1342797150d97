package credential

import (
	"bytes"
	"strings"
	"time"
)

// momentoFiles are names that the console gives its downloads
// (momento_token.info.json, momento_key_info.json).
const momentoFiles = "momento"

// refreshContext reports whether the surroundings prove that an opaque refresh
// token is Momento's: OAuth has fields of the same name. The key next to it
// counts only if it parses.
func (ctx *Context) refreshContext() (key Credential, ok bool) {
	if len(ctx.APIKey) > 0 {
		if c, err := ParseIn(ctx.APIKey, Context{Momento: ctx.namesMomento()}); err == nil {
			return c, true
		}
	}
	return Credential{}, ctx.ValidUntil && ctx.namesMomento()
}

// namesMomento reports whether the surroundings name Momento at all.
func (ctx *Context) namesMomento() bool {
	return ctx.Momento || underMomento(ctx.Endpoint) || strings.Contains(strings.ToLower(ctx.File), momentoFiles)
}

// ParseRefreshToken takes a text that is called a refresh token for one of
// Momento's: a JWT if its claims say so, an opaque text if its surroundings do.
// The credential has the endpoint of the key next to it.
func ParseRefreshToken(text []byte, ctx Context) (Credential, error) {
	text = trim(text)
	c, err := ParseIn(text, Context{Momento: ctx.namesMomento()})
	isJWT := err == nil
	if !isJWT {
		if err := checkOpaque(text); err != nil {
			return Credential{}, err
		}
	}
	key, ok := ctx.refreshContext()
	switch {
	case isJWT:
	case !ok:
		return Credential{}, ErrContext
	default:
		c = Credential{Kind: RefreshToken, Scope: Scope{Level: ScopeUnknown}}
		s := string(text)
		c.secret = newSecret(s, s)
	}
	if c.Kind != RefreshToken {
		return c, nil
	}
	switch {
	case key.Endpoint != "":
		c.at(key.Endpoint)
	case ok || underMomento(ctx.Endpoint):
		c.at(ctx.Endpoint)
	}
	if !key.IsZero() {
		// It mints keys like the one it came with.
		c.Scope = key.Scope
	}
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
	for _, word := range []string{
		"your_", "your-", "refresh_token", "refreshtoken", "refresh-token", "signing_secret", "signingsecret",
		"signing-secret", "example", "placeholder", "redacted", "xxxx", "...",
	} {
		if bytes.Contains(lower, []byte(word)) {
			return ErrPlaceholder
		}
	}
	return nil
}

// ParseSessionToken takes the token of a section [.momento_session] of the
// command line's credentials file: a JWT, whatever its claims say, or an opaque
// text. ctx.ExpiresAt is the section's valid_until.
func ParseSessionToken(text []byte, ctx Context) (Credential, error) {
	text = trim(text)
	switch {
	case len(text) == 0:
		return Credential{}, ErrEmpty
	case len(text) > MaxLength:
		return Credential{}, ErrTooLong
	}
	c := Credential{Kind: SessionToken, Scope: Scope{Level: ScopeUnknown}}
	tok, header, body, err := parseToken(text, make([]byte, len(text)))
	switch {
	case err == nil && !validJSON(header, body):
		return Credential{}, ErrJSON
	case err == nil:
		c = tok.credential(login)
	case bytes.HasPrefix(text, []byte("eyJ")) && bytes.IndexByte(text, '.') >= 0:
		// A placeholder, or a JWT that is masked or broken.
		return Credential{}, err
	default:
		if err := checkOpaque(text); err != nil {
			return Credential{}, err
		}
	}
	c.endsAt(ctx.ExpiresAt)
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}

// endsAt sets the end of life that the surroundings tell, if they do.
func (c *Credential) endsAt(at time.Time) {
	if !at.IsZero() {
		c.Expiry, c.ExpiresAt = ExpiryAt, time.Unix(min(max(at.Unix(), 0), maxEpoch), 0).UTC()
	}
}

// ParseWebhookSecret takes a text that is called a signing secret for the one
// of a webhook, if its surroundings name Momento's webhooks: other services
// have secrets of the same name.
func ParseWebhookSecret(text []byte, ctx Context) (Credential, error) {
	text = trim(text)
	if err := checkOpaque(text); err != nil {
		return Credential{}, err
	}
	if !ctx.Momento {
		return Credential{}, ErrContext
	}
	c := Credential{Kind: WebhookSecret, Scope: Scope{Level: ScopeUnknown}}
	s := string(text)
	c.secret = newSecret(s, s)
	return c, nil
}

// ParseAs takes a text for a credential of a kind that only its surroundings tell,
// when those have been examined already. ok is false for other kinds.
func ParseAs(kind Kind, text []byte) (c Credential, ok bool, err error) {
	ctx := Context{ValidUntil: true, Momento: true, File: momentoFiles}
	switch kind {
	case RefreshToken:
		c, err = ParseRefreshToken(text, ctx)
	case SessionToken:
		c, err = ParseSessionToken(text, ctx)
	case SigningKey:
		c, err = ParseSigningKey(text, ctx)
	case WebhookSecret:
		c, err = ParseWebhookSecret(text, ctx)
	default:
		return Credential{}, false, nil
	}
	return c, true, err
}
