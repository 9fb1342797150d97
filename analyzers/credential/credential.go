package credential

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"time"
	"unicode/utf8"
)

// Expiry is what a credential itself says about its end of life.
type Expiry uint8

// The values of Expiry.
const (
	// ExpiryUnknown: only the service knows (v2 keys without exp, opaque tokens).
	ExpiryUnknown Expiry = iota
	// ExpiryNever: the kind puts its expiry in a claim and the claim is absent.
	ExpiryNever
	// ExpiryAt: the credential ends at Credential.ExpiresAt.
	ExpiryAt
)

// String returns unknown, never or at.
func (e Expiry) String() string {
	switch e {
	case ExpiryNever:
		return "never"
	case ExpiryAt:
		return "at"
	}
	return "unknown"
}

// Credential is one Momento credential. The secret cannot be printed, logged or encoded by
// accident: every verb, encoder and logger shows the redacted form, and only Reveal and
// RevealWritten return the secret.
type Credential struct {
	// Kind is the kind of credential; "" marks the zero value.
	Kind Kind
	// Endpoint is the host that the credential names (the v1 envelope's endpoint), as written; ""
	// if it names none. It is untrusted input and must not be used as an address unchecked.
	Endpoint string
	// ControlHost and CacheHost are the gRPC hosts derived from Endpoint, or the claims cp and c of
	// a legacy token; "" if unknown.
	ControlHost, CacheHost string
	// KeyID is the key id (claim jti); "" if absent.
	KeyID string
	// Subject is the claim sub, usually the creator's mail address; "" if absent.
	Subject string
	// IssuedAt is the claim iat; the zero time if absent.
	IssuedAt time.Time
	// Expiry and ExpiresAt (UTC, set only with ExpiryAt) are the end of life.
	Expiry    Expiry
	ExpiresAt time.Time
	// Scope is what the credential may do, as far as its claims say.
	Scope Scope
	// Formerly is the kind that versions up to 0.9 reported this credential as, if it differs:
	// allowlist entries for its rule still apply.
	Formerly Kind
	// Incomplete reports that the credential is truncated: its signature is shorter than its
	// algorithm requires, or its envelope does not end. The service would reject it even if the
	// whole credential works, so it must not be sent there.
	Incomplete bool

	// A closure, not a string: fmt's reflection (%p, or a Credential in an unexported field of
	// another package's struct) and deep dumpers print an address and cannot reach the secret.
	secret *secret
}

type secret struct {
	// reveal returns the part that the service accepts, and the input as written.
	reveal func() (service, written string)
}

func newSecret(service, written string) *secret {
	return &secret{reveal: func() (string, string) { return service, written }}
}

// Reveal returns, unredacted, the part of the credential that the service accepts: the JWT of keys
// and session tokens (even if an envelope surrounds it), and the whole input for refresh tokens. It
// returns "" for the zero value.
func (c Credential) Reveal() string {
	if c.secret == nil {
		return ""
	}
	s, _ := c.secret.reveal()
	return s
}

// RevealWritten returns, unredacted, the credential as written: the whole envelope where Reveal
// returns the JWT inside.
func (c Credential) RevealWritten() string {
	if c.secret == nil {
		return ""
	}
	_, w := c.secret.reveal()
	return w
}

// Fingerprint returns the first 16 hexadecimal digits of the SHA-256 of what Reveal returns: the
// same for a v1 key and its bare JWT. It returns "" for the zero value.
func (c Credential) Fingerprint() string {
	if c.secret == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(c.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// redactedPrefix is the number of characters that redaction keeps. The first six of every
// structured kind encode the same JSON, so they reveal nothing.
const redactedPrefix = 6

// Redacted returns the form for every output: the length of the credential as written, after the
// first six characters of a structured credential, which all of its kind share, and no characters
// of an opaque one.
func (c Credential) Redacted() string {
	if c.secret == nil {
		return "(none)"
	}
	w := c.RevealWritten()
	if c.Kind.Descriptor().Opaque {
		return redact(w, 0)
	}
	return redact(w, redactedPrefix)
}

// Redact shortens a string that may be or contain a credential to a form that is safe to print: its
// length, after its first characters if they look like an encoded JSON object.
func Redact(text string) string {
	if len(text) > 2*redactedPrefix && text[0] == 'e' && text[1] == 'y' {
		return redact(text, redactedPrefix)
	}
	return redact(text, 0)
}

func redact(text string, keep int) string {
	return text[:min(keep, len(text))] + "…(" + strconv.Itoa(utf8.RuneCountInString(text)) + " characters)"
}

// ExpiredAt reports whether the credential's exp claim is at or before now.
func (c Credential) ExpiredAt(now time.Time) bool {
	return c.Expiry == ExpiryAt && !now.Before(c.ExpiresAt)
}

// IsZero reports whether c is the zero value.
func (c Credential) IsZero() bool { return c.Kind == "" }

// String returns the kind and the redacted form.
func (c Credential) String() string {
	if c.IsZero() {
		return "no credential"
	}
	return string(c.Kind) + " " + c.Redacted()
}

// Format writes the redacted form whatever the verb and flags are.
func (c Credential) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", c.String())
		return
	}
	_, _ = f.Write([]byte(c.String()))
}

// GoString returns the redacted form.
func (c Credential) GoString() string { return c.String() }

// LogValue returns the redacted form for structured logs.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the redacted form for text, JSON, XML and YAML encoders.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalBinary returns the redacted form for binary encoders such as gob.
func (c Credential) MarshalBinary() ([]byte, error) { return []byte(c.String()), nil }

// MarshalJSON returns the redacted form as a JSON string.
func (c Credential) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(c.String())), nil }

// MarshalYAML returns the redacted form for YAML encoders.
func (c Credential) MarshalYAML() (any, error) { return c.String(), nil }
