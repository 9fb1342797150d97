package verify

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
)

// madeUp makes the credential of the negative control, right in every detail
// but that nobody ever issued it, and the name of a cache that nobody has.
// Both are random, so that nothing in between can know them.
func madeUp() (credential.Credential, string, error) {
	random := make([]byte, 64+16+16)
	if _, err := rand.Read(random); err != nil {
		return credential.Credential{}, "", fmt.Errorf("making up a credential: %w", err)
	}
	enc := base64.RawURLEncoding
	claims := fmt.Sprintf(`{"t":"g","jti":%q}`, hex.EncodeToString(random[64:80]))
	text := enc.EncodeToString([]byte(`{"alg":"HS512"}`)) + "." + enc.EncodeToString([]byte(claims)) + "." + enc.EncodeToString(random[:64])
	c, err := credential.Parse([]byte(text))
	if err != nil {
		return credential.Credential{}, "", fmt.Errorf("making up a credential: %w", err)
	}
	return c, "momentolint-no-such-cache-" + hex.EncodeToString(random[80:]), nil
}

// plane is which of the two services of an address is asked.
type plane uint8

const (
	controlPlane plane = iota
	dataPlane
)

// service is one plane at one address, and what is known of it.
type service struct {
	at    Address
	plane plane

	mu sync.Mutex
	// proven: it has refused the made-up credential, at provenAt.
	proven   bool
	provenAt time.Time
	// lies: it has accepted the made-up credential.
	lies bool
	// failures counts the calls without a use since the last answer, and
	// lastFailure is the reason of the last.
	failures    int
	lastFailure string
}

// maxFailures is how many calls in a row, each with its retries, a service may
// leave without an answer before it is left alone for the rest of the run.
const maxFailures = 3

// service gives the state of a service, made when first needed.
func (r *run) service(at Address, p plane) *service {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.services {
		if s.at == at && s.plane == p {
			return s
		}
	}
	s := &service{at: at, plane: p}
	r.services = append(r.services, s)
	return s
}

// record counts answers about credentials, and their absence.
func (s *service) record(a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.Outcome == OutcomeUnavailable || a.Outcome == OutcomeTimeout {
		s.fail(a)
		return
	}
	s.failures = 0
}

func (s *service) fail(a Answer) {
	s.failures++
	s.lastFailure = a.Reason
}

// trusted has the service refuse the made-up credential, once for the run,
// before anything it says is believed. What says yes to everything is no judge
// of credentials, and no credential is shown to it. If it may not be asked the
// reply says why.
func (r *run) trusted(ctx context.Context, s *service, b *budget) (instead reply, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.lies:
		return reply{Answer: Answer{Reason: liar}, final: true}, false
	case s.failures >= maxFailures:
		return reply{Answer: Answer{Outcome: OutcomeUnavailable, Reason: s.lastFailure}}, false
	case s.proven:
		return reply{}, true
	}
	a, asked := r.attempts(ctx, b, b.left, func(ctx context.Context) Answer { return r.ask(ctx, s, r.v.madeUp) })
	instead = reply{Answer: Answer{Outcome: OutcomeUnknown, Reason: a.Reason}, unasked: !asked}
	switch {
	case !asked || ended(ctx):
	case a.Outcome == OutcomeRefused:
		s.proven, s.provenAt, s.failures = true, time.Now(), 0
		return reply{}, true
	case a.Outcome.definite():
		s.lies = true
		instead = reply{Answer: Answer{Reason: liar}, final: true}
	default:
		// It may be throttled or restarting: the next credential has it tried again.
		s.fail(a)
	}
	return instead, false
}

// liar is why nothing is believed.
const liar = "it accepted a made-up credential as well, so its answers mean nothing (a proxy or portal in between?)"

// close repeats the negative control at the end of a longer run and takes back
// what a service said that no longer passes: networks change under a scan (a
// laptop that joins a portal's Wi-Fi).
func (r *run) close(ctx context.Context) {
	for _, s := range r.services {
		if !s.proven || time.Since(s.provenAt) < r.v.opts.closing || ended(ctx) {
			continue
		}
		a, _ := r.attempts(ctx, &budget{left: r.v.opts.Timeout}, r.v.opts.Timeout, func(ctx context.Context) Answer { return r.ask(ctx, s, r.v.madeUp) })
		if !a.Outcome.definite() || a.Outcome == OutcomeRefused {
			continue
		}
		for fingerprint, by := range r.judge {
			if by == s {
				r.verdicts[fingerprint] = unfinished(s.at.Host() + ": at the end of the run " + liar)
			}
		}
	}
}
