package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/finding"
)

// errTotal is why a run is over before everything has been asked.
var errTotal = errors.New("the time for all checks ran out")

// Verify returns a verdict for every credential among the targets, by its
// fingerprint. Each is asked about once, however often it is among them. When
// the context is cancelled or the time for all is over, it returns at once and
// what has not been answered is unverified with that reason.
func (v *Verifier) Verify(ctx context.Context, targets []Target) map[string]finding.Verdict {
	verdicts := map[string]finding.Verdict{}
	now := v.opts.At
	if now.IsZero() {
		now = v.opts.Now()
	}
	jobs := v.plan(targets, verdicts, now)
	if len(jobs) == 0 {
		return verdicts
	}
	prober := v.opts.Prober
	if prober == nil {
		own := newGRPCProber(&v.dialer, v.opts.Version)
		defer own.Close()
		prober = own
	}
	ctx, cancel := context.WithTimeoutCause(ctx, v.opts.Total, errTotal)
	defer cancel()
	r := &run{v: v, prober: prober, verdicts: verdicts, judge: map[string]*service{}}
	r.verifyAll(ctx, jobs)
	// By the service's clock, some may not have expired yet.
	if skew := r.skew.Load(); skew != nil && *skew < 0 {
		again := map[string]finding.Verdict{}
		jobs := v.plan(slices.DeleteFunc(slices.Clone(targets), func(t Target) bool {
			return verdicts[t.Credential.Fingerprint()].Status != finding.StatusExpired
		}), again, now.Add(*skew))
		maps.Copy(verdicts, again)
		r.verifyAll(ctx, jobs)
	}
	r.close(ctx)
	apart := map[string]bool{}
	for _, t := range targets {
		apart[t.Credential.Fingerprint()] = apart[t.Credential.Fingerprint()] || !t.Joined
	}
	for _, t := range targets {
		f := t.Credential.Fingerprint()
		if !apart[f] && verdicts[f].Status == finding.StatusDead {
			verdicts[f] = unverified("rejected, but the text goes on after it without a break, so that it may not be what was meant")
		}
	}
	return verdicts
}

// verifyAll asks about several credentials at a time.
func (r *run) verifyAll(ctx context.Context, jobs []*job) {
	var group errgroup.Group
	group.SetLimit(r.v.opts.Concurrency)
	for _, j := range jobs {
		group.Go(func() error {
			verdict, by := r.verify(ctx, j)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.verdicts[j.fingerprint] = verdict
			r.judge[j.fingerprint] = by
			return nil
		})
	}
	_ = group.Wait() // the functions return no errors
}

// run is one call of Verify.
type run struct {
	v      *Verifier
	prober Prober

	mu       sync.Mutex
	services []*service
	verdicts map[string]finding.Verdict
	// judge is the service that a verdict came from.
	judge map[string]*service

	// skew is how far the service's clock is ahead of ours; nil = not known.
	skew atomic.Pointer[time.Duration]
}

// verify asks about one credential, at one place after the other until one
// knows it.
func (r *run) verify(ctx context.Context, j *job) (finding.Verdict, *service) {
	var refused, open *finding.Verdict
	var by *service
	for _, rt := range j.routes {
		if ended(ctx) {
			break
		}
		verdict, s := r.at(ctx, j.credential, rt)
		switch {
		case verdict.Status == finding.StatusLive:
			return verdict, s
		case verdict.Status == finding.StatusDead && j.credential.Kind.Descriptor().Global:
			// Valid in every region or in none.
			if rt.origin == byDefault {
				verdict.Reason += " (a public cell: the key names none, and is valid in all or none)"
			}
			return verdict, s
		case verdict.Status == finding.StatusDead && rt.origin == byNeighbour:
			// A v1 key works in its own region alone, and that this is it was
			// only a guess.
			open = new(unverified(verdict.Reason + ", but its endpoint is a guess from the surrounding text; set it with --endpoint HOST"))
		case verdict.Status == finding.StatusDead:
			refused, by = &verdict, s
		case open == nil:
			open = &verdict
		}
	}
	switch {
	case open != nil:
		return *open, nil
	case refused != nil:
		return *refused, by
	}
	return unfinished(r.stopped(ctx)), nil
}

// at asks about one credential at one place.
func (r *run) at(ctx context.Context, c credential.Credential, rt route) (finding.Verdict, *service) {
	b := &budget{left: r.v.opts.Timeout}
	control := r.service(rt.control, controlPlane)
	// The data plane gets what the control plane leaves of the time, and
	// something is left.
	a := r.call(ctx, control, b, b.left*3/5, c)
	if !a.Outcome.definite() && !a.final && !r.over(ctx, a) {
		data := r.service(rt.cache, dataPlane)
		second := r.call(ctx, data, b, b.left, c)
		if second.Outcome.definite() {
			return r.verdict(second.Answer, data), data
		}
	}
	if !a.Outcome.definite() && r.over(ctx, a) {
		return unfinished(r.stopped(ctx)), nil
	}
	return r.verdict(a.Answer, control), control
}

// reply is an answer, with what became of the call.
type reply struct {
	Answer
	// final: there is no use in asking anybody else.
	final bool
	// unasked: there was no time left to ask.
	unasked bool
}

// over reports whether the run has ended before or during a call.
func (r *run) over(ctx context.Context, a reply) bool { return a.unasked || ended(ctx) }

// ended reports whether the time for all is over, by the clock: on a busy machine
// the service tells of a call's end before the context has noticed its own.
func ended(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// call asks one service about one credential, after the service has proven
// that it can tell credentials apart.
func (r *run) call(ctx context.Context, s *service, b *budget, share time.Duration, c credential.Credential) reply {
	if instead, ok := r.trusted(ctx, s, &budget{left: b.left}); !ok {
		return instead
	}
	a, asked := r.attempts(ctx, b, share, func(ctx context.Context) Answer { return r.ask(ctx, s, c) })
	if asked && !ended(ctx) {
		s.record(a)
	}
	if a.Outcome.live() {
		return r.confirm(ctx, s, c, a)
	}
	return reply{Answer: a, unasked: !asked}
}

// ask makes one call.
func (r *run) ask(ctx context.Context, s *service, c credential.Credential) Answer {
	var a Answer
	if s.plane == dataPlane {
		a = r.prober.Get(ctx, s.at, c, r.v.nothing)
	} else {
		a = r.prober.ListCaches(ctx, s.at, c)
	}
	if a.Outcome.definite() && !a.Date.IsZero() {
		r.skew.Store(new(a.Date.Sub(r.v.opts.Now())))
	}
	return a
}

// budget is the time left for asking about one credential. Waiting for the
// rate costs nothing.
type budget struct{ left time.Duration }

// maxAttempts is how often a call is made while its answer is UNAVAILABLE.
const maxAttempts = 3

// attempts makes a call within its share of the budget, again after a pause
// while the service is unavailable.
//
// asked is false where the run was over before the first call.
func (r *run) attempts(ctx context.Context, b *budget, share time.Duration, call func(context.Context) Answer) (a Answer, asked bool) {
	pause := r.v.opts.backoff
	share = min(share, b.left)
	for attempt := 1; ; attempt++ {
		// It also fails at once where the wait would last longer than the run.
		if r.v.limiter.Wait(ctx) != nil {
			return a, asked
		}
		asked = true
		start := time.Now()
		limited, cancel := context.WithTimeout(ctx, share)
		a = call(limited)
		cancel()
		spent := time.Since(start)
		b.left -= spent
		share -= spent
		if a.Outcome != OutcomeUnavailable || attempt == maxAttempts || share <= 2*pause {
			return a, asked
		}
		wait := pause/2 + rand.N(pause) // #nosec G404 -- jitter, not a secret
		pause *= 2
		b.left -= wait
		share -= wait
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return a, asked
		}
	}
}

// verdict puts an answer in words.
func (r *run) verdict(a Answer, s *service) finding.Verdict {
	host := s.at.Host()
	v := finding.Verdict{Status: finding.StatusLive, CheckedAt: r.v.opts.Now().UTC()}
	switch a.Outcome {
	case OutcomeAccepted:
		v.Reason = "accepted by " + host
		if s.plane == controlPlane {
			v.Caches, v.CachesKnown = a.Caches, true
			v.Reason += "; it may list the account's caches (" + count(len(a.Caches), a.More) + ")"
		}
	case OutcomeForbidden:
		v.Reason = "accepted by " + host
		if s.plane == controlPlane {
			v.Reason += "; it may not list caches"
		} else {
			v.Reason += "; it may not read just any cache"
		}
	case OutcomeRefused:
		v.Status = finding.StatusDead
		v.Reason = "refused by " + host + " as invalid, expired or revoked"
	default:
		return unfinished(host + ": " + a.Reason)
	}
	return v
}

func count(n int, more bool) string {
	if more {
		return fmt.Sprintf("%d or more", n)
	}
	return fmt.Sprint(n)
}

// stopped says why the run is over.
func (r *run) stopped(ctx context.Context) string {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errTotal) {
		return "interrupted"
	}
	return "the " + r.v.opts.Total.String() + " for all checks ran out (--verify-timeout allows more)"
}
