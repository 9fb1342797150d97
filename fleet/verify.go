package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/internal/account"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/report"
	"github.com/momentolint/momentolint/internal/verify"
)

// verifier is the scanner.Verifier of one item. It has each credential checked
// once in the whole fleet.
type verifier struct {
	run     *Run
	worker  string
	own     *verify.Verifier
	account account.Settings
	offline bool
	// waiting is called before the verifier waits for other workers.
	waiting func()
	// err is the first error for which a verdict is missing.
	err error
}

// Verify implements scanner.Verifier.
func (v *verifier) Verify(ctx context.Context, targets []verify.Target) map[string]finding.Verdict {
	if v.offline {
		return v.own.Verify(ctx, targets)
	}
	v.waiting()
	verdicts := map[string]finding.Verdict{}
	leases := map[string]*lease{}
	var mine, theirs []verify.Target
	for _, t := range targets {
		fingerprint := t.Credential.Fingerprint()
		l, other, err := v.run.fleet.acquire(ctx, v.run.claims, v.run.claimKey(t.Credential), v.worker, v.run.fleet.life)
		switch {
		case err != nil:
			v.fail(err)
			verdicts[fingerprint] = unfinished("claiming it failed")
		case l != nil:
			leases[fingerprint] = l
			mine = append(mine, t)
		case other.Verdict != nil:
			verdicts[fingerprint] = *other.Verdict
		default:
			theirs = append(theirs, t)
		}
	}
	// First those for which other workers may be waiting.
	v.check(ctx, mine, leases, verdicts)
	for _, t := range theirs {
		verdict, err := v.await(ctx, t)
		if err != nil {
			v.fail(err)
			verdict = unfinished("no verdict of the worker that checks it")
		}
		verdicts[t.Credential.Fingerprint()] = verdict
	}
	return verdicts
}

func (v *verifier) fail(err error) {
	if v.err == nil {
		v.err = fmt.Errorf("verifying: %w", err)
	}
}

// check verifies the credentials that this worker has claimed.
func (v *verifier) check(ctx context.Context, mine []verify.Target, leases map[string]*lease, verdicts map[string]finding.Verdict) {
	if len(mine) == 0 {
		return
	}
	answers := v.own.Verify(ctx, mine)
	if v.account.Self || !v.account.Management.IsZero() {
		credentials := make([]credential.Credential, len(mine))
		for i, t := range mine {
			credentials[i] = t.Credential
		}
		if err := account.Enrich(ctx, v.account, credentials, answers); err != nil {
			v.fail(err)
		}
	}
	for _, t := range mine {
		fingerprint := t.Credential.Fingerprint()
		l, verdict := leases[fingerprint], answers[fingerprint]
		verdicts[fingerprint] = verdict
		if ctx.Err() != nil || !asked(verdict) {
			// Not checked, for a reason that may not apply elsewhere, such as
			// a missing endpoint.
			l.release(ctx)
			continue
		}
		claimed := owner{}
		_ = json.Unmarshal(l.value, &claimed) // written by this worker
		claimed.Verdict = scrubbed(t.Credential, verdict)
		value, err := json.Marshal(claimed)
		if err != nil {
			v.fail(err)
			l.release(ctx)
			continue
		}
		if _, err := l.settle(ctx, value); err != nil {
			v.fail(err)
		}
	}
}

// scrubbed returns a verdict as it may leave the worker: its strings from the
// service, such as names of caches and descriptions of keys, are untrusted.
func scrubbed(c credential.Credential, v finding.Verdict) *finding.Verdict {
	safe := report.Scrubbed(&finding.Report{Findings: []finding.Finding{{Credential: c, Verdict: v}}})
	return &safe.Findings[0].Verdict
}

// asked reports whether the service was asked for the verdict, successfully or not.
func asked(v finding.Verdict) bool {
	return v.Unfinished || !v.CheckedAt.IsZero()
}

// await waits for another worker's verdict, or checks the credential itself if that
// worker's claim ends without one.
func (v *verifier) await(ctx context.Context, t verify.Target) (finding.Verdict, error) {
	for pause := 20 * time.Millisecond; ; pause = min(pause*3/2, time.Second) {
		l, other, err := v.run.fleet.acquire(ctx, v.run.claims, v.run.claimKey(t.Credential), v.worker, v.run.fleet.life)
		switch {
		case err != nil:
			return finding.Verdict{}, err
		case l != nil:
			one := map[string]finding.Verdict{}
			f := t.Credential.Fingerprint()
			v.check(ctx, []verify.Target{t}, map[string]*lease{f: l}, one)
			return one[f], nil
		case other.Verdict != nil:
			return *other.Verdict, nil
		}
		select {
		case <-ctx.Done():
			return finding.Verdict{}, context.Cause(ctx)
		case <-time.After(pause/2 + rand.N(pause)): // #nosec G404 -- jitter, not a secret
		}
	}
}

func unfinished(reason string) finding.Verdict {
	return finding.Verdict{Status: finding.StatusUnverified, Reason: reason, Unfinished: true}
}
