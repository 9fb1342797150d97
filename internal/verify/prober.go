package verify

import (
	"context"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/guard"
)

// Address is a host and port that has passed the rules for where credentials
// may go; a Prober is given nothing else.
type Address = guard.Address

// Outcome is what one call tells about a credential.
type Outcome uint8

// The outcomes of a call.
const (
	// OutcomeUnknown: the call tells nothing about the credential and asking
	// again would not either; Answer.Reason says why.
	OutcomeUnknown Outcome = iota
	// OutcomeUnavailable: no answer from the service (gRPC's UNAVAILABLE, a
	// connection that failed); asking again may help.
	OutcomeUnavailable
	// OutcomeTimeout: no answer in the time there was.
	OutcomeTimeout
	// OutcomeAccepted: the service knew the credential and did what was asked,
	// or would have if there were such a cache.
	OutcomeAccepted
	// OutcomeForbidden: the service knew the credential, which may not do this
	// (gRPC's PERMISSION_DENIED).
	OutcomeForbidden
	// OutcomeRefused: the service refused the credential itself (gRPC's
	// UNAUTHENTICATED): invalid, expired or revoked.
	OutcomeRefused
)

// definite reports whether the service itself said something about the credential.
func (o Outcome) definite() bool { return o >= OutcomeAccepted }

// live reports whether the service said that the credential works.
func (o Outcome) live() bool { return o == OutcomeAccepted || o == OutcomeForbidden }

// String names the outcome.
func (o Outcome) String() string {
	return [...]string{"unknown", "unavailable", "timeout", "accepted", "forbidden", "refused"}[min(o, OutcomeRefused)]
}

// Answer is what became of one call.
type Answer struct {
	Outcome Outcome
	// Reason says why nothing is known, in a few words that hold nothing the
	// other side sent; "" for definite outcomes.
	Reason string
	// Caches are the names that ListCaches gave; More reports that there are
	// others on further pages.
	Caches []string
	More   bool
	// Date is the service's clock, from the "date" header of its answer; the
	// zero time if there is none.
	Date time.Time
}

// Prober makes the two read-only calls of the live check. A Prober connects to
// the given address and nowhere else, with TLS unless the address says
// plaintext, follows no redirect, and retries nothing. It is safe for use by
// several goroutines.
type Prober interface {
	// ListCaches calls /control_client.ScsControl/ListCaches.
	ListCaches(ctx context.Context, at Address, key credential.Credential) Answer
	// Get calls /cache_client.Scs/Get for an item of the named cache. "No such
	// cache" is OutcomeAccepted.
	Get(ctx context.Context, at Address, key credential.Credential, cache string) Answer
}
