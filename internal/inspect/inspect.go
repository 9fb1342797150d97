// Package inspect describes credentials and API keys, as text and as JSON: one
// credential, all keys of an account with their problems, and keys that are
// about to be revoked.
package inspect

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/lazy"
	"github.com/momentolint/momentolint/internal/verify"
)

// Inspection is what is known about one credential.
type Inspection struct {
	credential credential.Credential
	verdict    finding.Verdict
	// others are the other credentials in the same input.
	others []credential.Credential
	// nearby is the endpoint that occurs next to the credential, "" if none.
	nearby string
	// now is the time of the inspection, and warning how long before its
	// end a credential is reported to expire soon.
	now     time.Time
	warning time.Duration
}

// New returns the inspection of the credential in text: text itself, or the
// first in a document. It is not verified yet. An expiry within warning from now
// is reported as near.
func New(text []byte, now time.Time, warning time.Duration) (*Inspection, error) {
	first, others, err := oneCredential(text)
	if err != nil {
		return nil, err
	}
	return &Inspection{credential: first, others: others, nearby: nearbyEndpoint(text), now: now, warning: warning}, nil
}

// oneCredential returns the credential in text, which is text itself or the
// first in a document, and the others.
func oneCredential(text []byte) (first credential.Credential, others []credential.Credential, err error) {
	// The user says that it is Momento's. Without that, a v1 token that has no
	// permission set is indistinguishable from other tokens.
	momento := credential.Context{Momento: true}
	all := credential.ParseAllIn(text, momento)
	if len(all) == 0 {
		all = credential.ParseAllIn(decoded(text), momento)
	}
	if len(all) == 0 {
		// base64 wraps its lines.
		all = credential.ParseAllIn(decoded(bytes.Join(bytes.Fields(text), nil)), momento)
	}
	if len(all) == 0 {
		if _, err = credential.ParseIn(text, momento); err == nil {
			err = credential.ErrShape
		}
		return credential.Credential{}, nil, err
	}
	return all[0], all[1:], nil
}

// encodedValue matches what may be a credential in base64 once more, as the values
// of a Kubernetes Secret are.
var encodedValue = lazy.Regexp(`[A-Za-z0-9+/]{40,}`)

// decoded returns what the base64 values in text hold, one a line.
func decoded(text []byte) []byte {
	var lines []byte
	for _, value := range encodedValue().FindAll(text, -1) {
		if line, err := base64.RawStdEncoding.AppendDecode(nil, value); err == nil {
			lines = append(append(lines, line...), '\n')
		}
	}
	return lines
}

// endpointMember matches an endpoint in a JSON document, an INI file or an
// environment file.
var endpointMember = lazy.Regexp(`(?i)endpoint["']?\s*[:=]\s*["']?([a-z0-9][a-z0-9.-]{3,252})`)

// nearbyEndpoint returns the endpoint next to the credential in a document, ""
// if there is none.
func nearbyEndpoint(text []byte) string {
	if m := endpointMember().FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// Verify asks the service, and the account if s is not nil. The error is about
// the account.
func (in *Inspection) Verify(ctx context.Context, v *verify.Verifier, s *account.Settings) error {
	verdicts := v.Verify(ctx, []verify.Target{{Credential: in.credential, NearbyEndpoint: in.nearby}})
	var err error
	if s != nil {
		err = account.Enrich(ctx, *s, []credential.Credential{in.credential}, verdicts)
	}
	in.verdict = verdicts[in.credential.Fingerprint()]
	if err != nil {
		return fmt.Errorf("looking the key up in its account: %w", err)
	}
	return nil
}

// facts is what a credential claims, corrected by what its account knows.
type facts struct {
	expiry    credential.Expiry
	expiresAt time.Time
	issuedAt  time.Time
	scope     credential.Scope
}

func (in *Inspection) facts() facts {
	c := in.credential
	k := facts{c.Expiry, c.ExpiresAt, c.IssuedAt, c.Scope}
	if info := in.verdict.Account; info != nil {
		k.expiry, k.expiresAt, k.scope = info.Expiry, info.ExpiresAt, info.Scope
		if !info.IssuedAt.IsZero() {
			k.issuedAt = info.IssuedAt
		}
	}
	return k
}

// stamp formats a time for text output.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// regionName matches the region in the name of a cell.
var regionName = lazy.Regexp(`^cell-(?:[0-9]+-)?([a-z]{2}-[a-z]+-[0-9])-[0-9]+\.`)

// region returns the AWS region in the name of a cell's host, "" if none.
func region(host string) string {
	if m := regionName().FindStringSubmatch(host); m != nil {
		return m[1]
	}
	return ""
}

// endpoint returns the host that the credential belongs to: the one that it
// names, or the endpoint of Momento's next to it.
func (in *Inspection) endpoint() string {
	c := in.credential
	switch {
	case c.Endpoint != "":
		return c.Endpoint
	case c.CacheHost != "":
		return c.CacheHost
	case strings.HasSuffix(in.nearby, ".momentohq.com"):
		return in.nearby
	}
	return ""
}
