package momentohardcoded

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// Describe says what a credential is, in words without the credential:
// "API key (v1), super-user, never expires (fingerprint 0123456789abcdef)".
func Describe(c credential.Credential, now time.Time) string {
	return c.Kind.Title() + ", " + scope(c.Scope) + ", " + expiry(c, now) + " (fingerprint " + c.Fingerprint() + ")"
}

func scope(s credential.Scope) string {
	switch s.Level {
	case credential.ScopeSuperUser:
		return "super-user"
	case credential.ScopeRole:
		return "rights by its role"
	case credential.ScopeExplicit:
		switch n := len(s.Permissions); n {
		case 0:
			return "no permissions"
		case 1:
			return permission(s.Permissions[0])
		default:
			return permission(s.Permissions[0]) + " and " + strconv.Itoa(n-1) + " more permissions"
		}
	}
	return "rights unknown"
}

func permission(p credential.Permission) string {
	text := p.Role + " on "
	switch {
	case p.Topic != "":
		text += named("topic", p.Topic) + " of "
	case p.Function != "":
		text += named("function", p.Function) + " of "
	case p.Item != "" && p.Item != "*":
		text += "some items of "
	}
	return text + named("cache", p.Cache)
}

// named says which one; the name may come from the credential and is quoted.
func named(what, selector string) string {
	if selector == "*" {
		return "every " + what
	}
	return what + " " + strconv.QuoteToASCII(selector)
}

func expiry(c credential.Credential, now time.Time) string {
	switch c.Expiry {
	case credential.ExpiryNever:
		return "never expires"
	case credential.ExpiryAt:
		day := c.ExpiresAt.Format(time.DateOnly)
		if c.ExpiredAt(now) {
			return "expired " + day
		}
		return "expires " + day
	}
	return "expiry unknown"
}

// opaque says what a text is that does not decode, in words without the text.
func opaque(text string) string {
	sum := sha256.Sum256([]byte(Name + "\x00" + text))
	return "constant of " + strconv.Itoa(len(text)) + " bytes (fingerprint " + hex.EncodeToString(sum[:8]) + ")"
}
