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

// madeUp returns the credential of the opening negative control, well formed
// but never issued, and the name of a cache that does not exist. Both are
// random, so that nothing in between can know them.
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
	// distrust is why its answers are not used: it failed a control.
	distrust string
	// witness is the credential that it was last confirmed to accept; the zero
	// Credential if there is none.
	witness credential.Credential
	// failures counts the calls without a use since the last answer, and
	// lastFailure is the reason of the last.
	failures    int
	lastFailure string
}

// maxFailures is how many calls in a row, each with its retries, a service may
// leave without an answer before it is left alone for the rest of the run.
const maxFailures = 3

// service returns the state of a service, made when first needed.
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
// before it is shown a real one. If it may not be asked, the reply says why.
func (r *run) trusted(ctx context.Context, s *service, b *budget) (instead reply, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.distrust != "":
		return reply{Answer: Answer{Reason: s.distrust}, final: true}, false
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
		s.distrust = acceptsAll
		instead = reply{Answer: Answer{Reason: s.distrust}, final: true}
	default:
		// It may be throttled or restarting: the next credential has it tried again.
		s.fail(a)
	}
	return instead, false
}

// Why the answers of a service are not used.
const (
	acceptsAll   = "it also accepted a random credential, so its answers cannot be trusted (intercepting proxy or captive portal?)"
	inconsistent = "it accepted and refused the same credential, so its answers cannot be trusted (intercepting proxy or captive portal?)"
)

// confirm repeats what made a credential look live: the service has to accept
// it once more, and then to refuse two counterfeits of it, which differ from it
// in nothing but the signature. A gateway that forbids everything from its
// second call on, every other call, what comes too fast, or what has the form
// of this credential, fails. So do several servers behind one name of which one
// accepts everything: consecutive calls reach different ones.
func (r *run) confirm(ctx context.Context, s *service, c credential.Credential, first Answer) reply {
	b := &budget{left: r.v.opts.Timeout}
	ask := func(c credential.Credential) (reply, bool) {
		a, asked := r.attempts(ctx, b, b.left, func(ctx context.Context) Answer { return r.ask(ctx, s, c) })
		if asked && a.Outcome.definite() {
			return reply{Answer: a}, true
		}
		return reply{Answer: Answer{Outcome: OutcomeUnknown, Reason: "accepted once, but not confirmed: " + a.Reason}, unasked: !asked}, false
	}
	if again, ok := ask(c); !ok {
		return again
	} else if again.Outcome == OutcomeRefused {
		return r.doubt(s, inconsistent)
	}
	for range 2 {
		counterfeit, err := c.Counterfeit()
		if err != nil {
			return reply{Answer: Answer{Reason: err.Error()}, final: true}
		}
		if control, ok := ask(counterfeit); !ok {
			return control
		} else if control.Outcome != OutcomeRefused {
			return r.doubt(s, acceptsAll)
		}
	}
	s.mu.Lock()
	s.witness = c
	s.mu.Unlock()
	return reply{Answer: first}
}

// doubt discards the answers of a service for the rest of the run.
func (r *run) doubt(s *service, why string) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.distrust == "" {
		s.distrust = why
	}
	return reply{Answer: Answer{Reason: s.distrust}, final: true}
}

// close repeats the controls at the end of the run, and withdraws every verdict
// of a service that failed a control, the earlier ones as well.
func (r *run) close(ctx context.Context) {
	for _, s := range r.services {
		if s.distrust == "" && s.proven {
			s.distrust = r.closingControls(ctx, s)
		}
		if s.distrust == "" {
			continue
		}
		for fingerprint, by := range r.judge {
			if by == s {
				r.verdicts[fingerprint] = unfinished(s.at.Host() + ": " + s.distrust)
			}
		}
	}
}

// closingControls returns why the answers of a service are not used, or "".
// Where a credential is live, the service has to accept the last one of them
// again and to refuse a counterfeit of it: a gateway whose answers merely
// happened to fit the confirmation then has to fit these as well. Otherwise
// the negative control is repeated after a longer run, since networks change
// under a scan (a laptop that joins a captive portal's Wi-Fi).
func (r *run) closingControls(ctx context.Context, s *service) string {
	ask := func(c credential.Credential) Answer {
		if ended(ctx) {
			return Answer{}
		}
		a, _ := r.attempts(ctx, &budget{left: r.v.opts.Timeout}, r.v.opts.Timeout, func(ctx context.Context) Answer { return r.ask(ctx, s, c) })
		return a
	}
	control := r.v.madeUp
	switch {
	case !s.witness.IsZero():
		if ask(s.witness).Outcome == OutcomeRefused {
			return "at the end of the run " + inconsistent
		}
		counterfeit, err := s.witness.Counterfeit()
		if err != nil {
			return err.Error()
		}
		control = counterfeit
	case time.Since(s.provenAt) < r.v.opts.closing:
		return ""
	}
	if a := ask(control); a.Outcome.definite() && a.Outcome != OutcomeRefused {
		return "at the end of the run " + acceptsAll
	}
	return ""
}
