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

// Expiry says what a credential itself tells about its end of life.
type Expiry uint8

// What a credential tells about its end of life.
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

// Credential is one Momento credential. The secret itself is out of reach of
// printing, logging and encoding: every verb, encoder and logger shows the
// redacted form, and only Reveal returns the text.
type Credential struct {
	// Kind is the kind of credential; "" marks the zero value.
	Kind Kind
	// Endpoint is the host the credential names (the v1 envelope's endpoint),
	// as written in it; "" where it names none. It is data of whoever wrote
	// the credential and must not be trusted as an address.
	Endpoint string
	// ControlHost and CacheHost are the gRPC hosts that follow from Endpoint,
	// or the claims cp and c of a legacy token; "" where unknown.
	ControlHost, CacheHost string
	// KeyID is the key id (claim jti); "" where there is none.
	KeyID string
	// Subject is the claim sub, usually the creator's mail address; "" if absent.
	Subject string
	// IssuedAt is the claim iat; the zero time where absent.
	IssuedAt time.Time
	// Expiry and ExpiresAt (UTC, set only with ExpiryAt) tell the end of life.
	Expiry    Expiry
	ExpiresAt time.Time
	// Scope is what the credential may do, as far as it says itself.
	Scope Scope
	// Formerly is the kind as which versions up to 0.9 reported this credential, if
	// that is another one: what users allowed under its rule stays allowed.
	Formerly Kind
	// Incomplete reports that the credential is cut: its signature does not have
	// the length that its algorithm requires, or its envelope does not end. The
	// service would reject it whatever the whole credential is worth, so it must
	// not be sent there.
	Incomplete bool

	// A closure, not a string: fmt's reflection (%p of the value, a struct of
	// another package's that holds a Credential in an unexported field) and deep
	// dumpers print an address and have no way to the text.
	secret *secret
}

type secret struct {
	// reveal returns the part that the service takes, and the text as written.
	reveal func() (service, written string)
}

func newSecret(service, written string) *secret {
	return &secret{reveal: func() (string, string) { return service, written }}
}

// Reveal returns, in full, the part of the credential that the service takes:
// the JWT for keys and session tokens (also where the text is an envelope
// around it), the text itself for refresh tokens. It is the only way to the
// secret; "" for the zero value.
func (c Credential) Reveal() string {
	if c.secret == nil {
		return ""
	}
	s, _ := c.secret.reveal()
	return s
}

// RevealWritten returns, in full, the credential as it was written: the whole
// envelope where Reveal returns the JWT inside.
func (c Credential) RevealWritten() string {
	if c.secret == nil {
		return ""
	}
	_, w := c.secret.reveal()
	return w
}

// Fingerprint is the first 16 hexadecimal digits of the SHA-256 of what Reveal
// gives: the same for a v1 key and for its bare JWT. "" for the zero value.
func (c Credential) Fingerprint() string {
	if c.secret == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(c.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// redactedPrefix is how many characters of a credential redaction keeps. The
// first six of every structured kind are the encoded beginning of a fixed
// JSON text, so they tell nothing.
const redactedPrefix = 6

// Redacted is the form for every output: the first six characters of a
// structured credential (which are the same for all of its kind; none of an
// opaque one) and the length of the text as written.
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

// Redact shortens any text that may be a credential, or hold one, to a form
// that is safe to print: its first characters, only where it looks like the
// encoded beginning of a JSON object, and its length.
func Redact(text string) string {
	if len(text) > 2*redactedPrefix && text[0] == 'e' && text[1] == 'y' {
		return redact(text, redactedPrefix)
	}
	return redact(text, 0)
}

func redact(text string, keep int) string {
	return text[:min(keep, len(text))] + "…(" + strconv.Itoa(utf8.RuneCountInString(text)) + " characters)"
}

// ExpiredAt reports whether the credential's own claim says that it is no longer
// valid at the given time.
func (c Credential) ExpiredAt(now time.Time) bool {
	return c.Expiry == ExpiryAt && !now.Before(c.ExpiresAt)
}

// IsZero reports whether this is no credential at all.
func (c Credential) IsZero() bool { return c.Kind == "" }

// String returns kind and redacted form.
func (c Credential) String() string {
	if c.IsZero() {
		return "no credential"
	}
	return string(c.Kind) + " " + c.Redacted()
}

// Format shows the redacted form whatever the verb and flags are.
func (c Credential) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		_, _ = fmt.Fprintf(f, "%q", c.String())
		return
	}
	_, _ = f.Write([]byte(c.String()))
}

// GoString shows the redacted form.
func (c Credential) GoString() string { return c.String() }

// LogValue shows the redacted form in structured logs.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the redacted form to text, JSON, XML and YAML encoders.
func (c Credential) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalBinary returns the redacted form to binary encoders such as gob.
func (c Credential) MarshalBinary() ([]byte, error) { return []byte(c.String()), nil }

// MarshalJSON returns the redacted form as a JSON string.
func (c Credential) MarshalJSON() ([]byte, error) { return []byte(strconv.Quote(c.String())), nil }

// MarshalYAML returns the redacted form to YAML encoders.
func (c Credential) MarshalYAML() (any, error) { return c.String(), nil }
