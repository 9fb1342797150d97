package verify

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/momentotest"
)

// gateway is something between us and the service that answers calls itself.
type gateway struct {
	name string
	// fault returns what it makes of the call with that number, from 0; the zero
	// Fault has the service answer.
	fault func(n int, c momentotest.Call) momentotest.Fault
}

var (
	forbidden = momentotest.Fault{Code: codes.PermissionDenied}
	refused   = momentotest.Fault{Code: codes.Unauthenticated}
	accepted  = momentotest.Fault{Accept: true}
)

// gateways answer in ways in which a credential that nobody issued can look
// live. None of them looks at what the service would say.
func gateways() []gateway {
	var list []gateway
	for _, yes := range []struct {
		word  string
		fault momentotest.Fault
	}{{"forbids", forbidden}, {"accepts", accepted}} {
		for first := range 6 {
			list = append(list, gateway{fmt.Sprintf("refuses %d, then %s", first, yes.word), func(n int, _ momentotest.Call) momentotest.Fault {
				if n < first {
					return refused
				}
				return yes.fault
			}})
		}
		// A round robin of up to three servers, in every order of good and bad.
		for period := 1; period <= 3; period++ {
			for bits := range 1 << period {
				list = append(list, gateway{fmt.Sprintf("%s in the rhythm %0*b", yes.word, period, bits), func(n int, _ momentotest.Call) momentotest.Fault {
					if bits>>(n%period)&1 == 1 {
						return yes.fault
					}
					return refused
				}})
			}
		}
		// A rate limit lets calls through at regular intervals.
		for _, rate := range []float64{0.2, 0.35, 0.5, 0.65, 0.8, 0.9} {
			list = append(list, gateway{fmt.Sprintf("%s what exceeds a rate of %v", yes.word, rate), func(n int, _ momentotest.Call) momentotest.Fault {
				if int(float64(n)*rate) == int(float64(n-1)*rate) && n > 0 {
					return yes.fault
				}
				return refused
			}})
		}
		// One that takes the form of a credential for a fault, but never that of
		// the made-up one: the first it sees.
		list = append(list, gateway{yes.word + " all but one form", nil})
	}
	return list
}

// A credential that nobody issued is never live, whatever stands in between and
// however many are asked about.
func TestNothingIsLiveBehindAGateway(t *testing.T) {
	t.Parallel()
	for _, g := range gateways() {
		for _, credentials := range []int{1, 2, 3, 7} {
			s := start(t, momentotest.Options{})
			var calls atomic.Int32
			v := newVerifier(t, serially(at(s)))
			s.SetFault(func(c momentotest.Call) momentotest.Fault {
				n := int(calls.Add(1)) - 1
				if g.fault != nil {
					return g.fault(n, c)
				}
				if c.Fingerprint == v.madeUp.Fingerprint() {
					return refused
				}
				if strings.HasPrefix(g.name, "forbids") {
					return forbidden
				}
				return accepted
			})
			var targets []Target
			for i := range credentials {
				kind := askable[i%len(askable)]
				targets = append(targets, Target{Credential: parse(t, kind.mint(credentialtest.Options{Seed: fmt.Sprint(g.name, i)}))})
			}
			for _, got := range v.Verify(t.Context(), targets) {
				if got.Status == finding.StatusLive {
					t.Errorf("a gateway that %s: %d credentials: %s (%s)", g.name, credentials, got.Status, got.Reason)
				}
			}
		}
	}
}

// script answers each call with the next of a list of answers, without looking
// at the credential.
type script struct {
	next func() bool
}

func (s *script) answer() Answer {
	if s.next() {
		return Answer{Outcome: OutcomeForbidden}
	}
	return Answer{Outcome: OutcomeRefused}
}

func (s *script) ListCaches(context.Context, Address, credential.Credential) Answer {
	return s.answer()
}

func (s *script) Get(context.Context, Address, credential.Credential, string) Answer {
	return s.answer()
}

// A gateway that changes its answer up to twice, after any numbers of calls, or
// repeats any pattern of up to five answers, never makes a made-up credential
// live, and makes none dead once it has contradicted itself.
func TestGatewaysThatChangeTheirAnswers(t *testing.T) {
	t.Parallel()
	type generated struct {
		name   string
		accept func(n int) bool
	}
	var all []generated
	for first := range 14 {
		for second := first; second <= 14; second++ {
			all = append(all, generated{fmt.Sprintf("accepts calls %d to %d", first, second-1), func(n int) bool { return first <= n && n < second }})
			all = append(all, generated{fmt.Sprintf("refuses calls %d to %d", first, second-1), func(n int) bool { return n < first || second <= n }})
		}
		all = append(all, generated{fmt.Sprintf("accepts from call %d on", first), func(n int) bool { return n >= first }})
	}
	for period := 1; period <= 5; period++ {
		for bits := range 1 << period {
			all = append(all, generated{fmt.Sprintf("repeats %0*b", period, bits), func(n int) bool { return bits>>(n%period)&1 == 1 }})
		}
	}
	var targets []Target
	for i := range 5 {
		targets = append(targets, Target{Credential: parse(t, credentialtest.V2(credentialtest.Options{Seed: fmt.Sprint("made up ", i)}))})
	}
	for _, g := range all {
		for n := 1; n <= len(targets); n++ {
			var calls int
			var answers []bool
			o := serially(fast())
			o.LiveTarget = "127.0.0.1:1"
			o.Prober = &script{func() bool {
				answers = append(answers, g.accept(calls))
				calls++
				return answers[len(answers)-1]
			}}
			verdicts := newVerifier(t, o).Verify(t.Context(), targets[:n])
			for _, got := range verdicts {
				if got.Status == finding.StatusLive {
					t.Errorf("a gateway that %s, %d credentials: %s (%s) after %v", g.name, n, got.Status, got.Reason, answers)
				}
				if got.Status == finding.StatusDead && slices.Contains(answers, true) {
					t.Errorf("a gateway that %s, %d credentials: %s after it accepted a made-up one: %v", g.name, n, got.Status, answers)
				}
			}
			if len(verdicts) != n {
				t.Errorf("%d verdicts on %d credentials", len(verdicts), n)
			}
		}
	}
}

// The closing controls of a service with live credentials do not cost them
// their verdicts, and are two calls, however many credentials there are.
func TestTheClosingControlsTakeTwoCalls(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	const n = 5
	var targets []Target
	for i := range n {
		text := credentialtest.V2(credentialtest.Options{Seed: fmt.Sprint(i)})
		if err := s.Add(momentotest.Key{Text: text, State: momentotest.Live, List: true}); err != nil {
			t.Fatal(err)
		}
		targets = append(targets, Target{Credential: parse(t, text)})
	}
	for _, got := range newVerifier(t, serially(at(s))).Verify(t.Context(), targets) {
		if got.Status != finding.StatusLive {
			t.Errorf("%s (%s)", got.Status, got.Reason)
		}
	}
	if got, want := len(s.Calls()), 1+4*n+2; got != want {
		t.Errorf("%d calls, want %d", got, want)
	}
}

func serially(o Options) Options {
	o.Concurrency = 1
	return o
}

// What such a gateway said before it was found out is withdrawn, and no further
// credential is shown to it.
func TestVerdictsOfAGatewayAreWithdrawn(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	var calls atomic.Int32
	s.SetFault(func(momentotest.Call) momentotest.Fault {
		// The opening control and three dead credentials, and from then on no.
		if calls.Add(1) <= 4 {
			return refused
		}
		return forbidden
	})
	var targets []Target
	for i := range 8 {
		targets = append(targets, Target{Credential: parse(t, credentialtest.V2(credentialtest.Options{Seed: fmt.Sprint(i)}))})
	}
	verdicts := newVerifier(t, serially(at(s))).Verify(t.Context(), targets)
	for f, got := range verdicts {
		if got.Status != finding.StatusUnverified || !got.Unfinished || !strings.Contains(got.Reason, "random credential") {
			t.Errorf("%s: %s (%s), unfinished %t", f, got.Status, got.Reason, got.Unfinished)
		}
	}
	shown := map[string]bool{}
	for _, c := range s.Calls() {
		shown[c.Fingerprint] = true
	}
	for i, target := range targets {
		if got, want := shown[target.Credential.Fingerprint()], i < 4; got != want {
			t.Errorf("credential %d: shown %t, want %t", i, got, want)
		}
	}
	if len(verdicts) != len(targets) {
		t.Errorf("%d verdicts on %d credentials", len(verdicts), len(targets))
	}
}

// A live credential whose confirmation gets no answer is not known to be live.
func TestWhatCannotBeConfirmedIsUnverified(t *testing.T) {
	t.Parallel()
	for _, code := range []codes.Code{codes.ResourceExhausted, codes.Unavailable, codes.Internal, codes.DeadlineExceeded} {
		// The opening control and the first answer pass; then one of the three
		// calls of the confirmation fails, on both planes.
		for failing := 2; failing <= 4; failing++ {
			text := credentialtest.V2(credentialtest.Options{})
			s := start(t, momentotest.Options{Keys: []momentotest.Key{{Text: text, State: momentotest.Live, List: true, Read: []string{"*"}}}})
			perPlane := map[string]int{}
			var calls atomic.Int32
			s.SetFault(func(c momentotest.Call) momentotest.Fault {
				_ = calls.Add(1)
				n := perPlane[c.Method]
				perPlane[c.Method]++
				if n >= failing {
					return momentotest.Fault{Code: code}
				}
				return momentotest.Fault{}
			})
			c := parse(t, text)
			got := newVerifier(t, serially(at(s))).Verify(t.Context(), []Target{{Credential: c}})[c.Fingerprint()]
			if got.Status != finding.StatusUnverified || !strings.Contains(got.Reason, "not confirmed") || !got.Unfinished {
				t.Errorf("%s from call %d on: %s (%s), unfinished %t", code, failing, got.Status, got.Reason, got.Unfinished)
			}
			if n := len(perPlane); n != 2 {
				t.Errorf("%s from call %d on: %d planes were asked", code, failing, n)
			}
		}
	}
}

// The counterfeits are right in every detail but the signature.
func TestCounterfeitsDifferInTheSignatureOnly(t *testing.T) {
	t.Parallel()
	for _, kind := range askable {
		key := parse(t, kind.mint(credentialtest.Options{Seed: "real"}))
		seen := map[string]bool{key.Reveal(): true}
		for range 3 {
			forged, err := key.Counterfeit()
			if err != nil {
				t.Fatal(err)
			}
			want, got := strings.Split(key.Reveal(), "."), strings.Split(forged.Reveal(), ".")
			if !slices.Equal(want[:2], got[:2]) || len(want[2]) != len(got[2]) || seen[forged.Reveal()] {
				t.Errorf("%s: a counterfeit has parts of %d, %d, %d characters or is no new one", kind.name, len(got[0]), len(got[1]), len(got[2]))
			}
			seen[forged.Reveal()] = true
		}
	}
	if _, err := (credential.Credential{}).Counterfeit(); err == nil {
		t.Error("nothing has a counterfeit")
	}
}

// Clocks differ: what has expired by this computer's clock alone is checked.
func TestTheLeewayOfAnExpiry(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	for _, c := range []struct {
		name string
		// ends is when the key ends, from now on; skew is how far the service's clock
		// is ahead of ours, where it states one.
		ends, skew time.Duration
		clock      bool
		offline    bool
		live       bool
		want       finding.Status
	}{
		{name: "not yet", ends: time.Second, live: true, want: finding.StatusLive},
		{name: "now", ends: 0, live: true, want: finding.StatusLive},
		{name: "a second ago", ends: -time.Second, live: true, want: finding.StatusLive},
		{name: "a second ago, refused", ends: -time.Second, want: finding.StatusDead},
		{name: "a second ago, offline", ends: -time.Second, offline: true, want: finding.StatusUnverified},
		{name: "within the leeway", ends: time.Second - finding.ExpiryLeeway, live: true, want: finding.StatusLive},
		{name: "at its end", ends: -finding.ExpiryLeeway, live: true, want: finding.StatusExpired},
		{name: "beyond it", ends: -hour, live: true, want: finding.StatusExpired},
		{name: "beyond it, offline", ends: -hour, offline: true, want: finding.StatusExpired},
		{name: "beyond it, our clock fast", ends: -hour, skew: -2 * hour, clock: true, live: true, want: finding.StatusLive},
		{name: "beyond it, our clock fast, refused", ends: -hour, skew: -2 * hour, clock: true, want: finding.StatusDead},
		{name: "beyond it, our clock a little fast", ends: -hour, skew: -hour + finding.ExpiryLeeway + time.Second, clock: true, live: true, want: finding.StatusExpired},
		{name: "beyond it, within the leeway by the service's clock", ends: -hour, skew: -hour + finding.ExpiryLeeway - 2*time.Second, clock: true, live: true, want: finding.StatusLive},
		{name: "beyond it, our clock slow", ends: -hour, skew: hour, clock: true, live: true, want: finding.StatusExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			opts := momentotest.Options{}
			if c.clock {
				opts.Clock = func() time.Time { return now.Add(c.skew) }
			}
			s := start(t, opts)
			text := credentialtest.V1(credentialtest.Options{ExpiresAt: now.Add(c.ends)})
			other := credentialtest.V2(credentialtest.Options{Seed: "another, which has the service asked"})
			if err := s.Add(momentotest.Key{Text: text, State: map[bool]momentotest.State{true: momentotest.Live, false: momentotest.Revoked}[c.live], List: true}); err != nil {
				t.Fatal(err)
			}
			o := at(s)
			o.Offline = c.offline
			key := parse(t, text)
			got := newVerifier(t, o).Verify(t.Context(), []Target{{Credential: parse(t, other)}, {Credential: key}})[key.Fingerprint()]
			if got.Status != c.want {
				t.Errorf("%s (%s), want %s", got.Status, got.Reason, c.want)
			}
			asked := slices.ContainsFunc(s.Calls(), func(call momentotest.Call) bool { return call.Fingerprint == key.Fingerprint() })
			if want := c.want == finding.StatusLive || c.want == finding.StatusDead; asked != want {
				t.Errorf("asked: %t, want %t", asked, want)
			}
		})
	}
}

// The service's date is found in the header of an answer and in the only header
// list of one that has no other; what is no date is none.
func TestTheDateOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, state := range []momentotest.State{momentotest.Live, momentotest.Revoked} {
		text := credentialtest.V2(credentialtest.Options{})
		s := start(t, momentotest.Options{
			Clock: func() time.Time { return now.Add(time.Hour) },
			Keys:  []momentotest.Key{{Text: text, State: state, List: true}},
		})
		v := newVerifier(t, at(s))
		prober := newGRPCProber(&v.dialer, "")
		defer prober.Close()
		if a := prober.ListCaches(t.Context(), v.target, parse(t, text)); !a.Date.Equal(now.Add(time.Hour)) {
			t.Errorf("%s: %s at %v", state, a.Outcome, a.Date)
		}
	}
	if got := date(map[string][]string{"date": {"yesterday", now.Format(http.TimeFormat)}}); !got.Equal(now) {
		t.Errorf("%v", got)
	}
}

// Whatever the table says is not checked is never sent, wherever it would go:
// using a refresh token mints a key.
func TestKindsWithoutACheckAreNeverSent(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	o := credentialtest.Options{Endpoint: cell, ExpiresAt: now.Add(time.Hour)}
	webhook, err := credential.ParseWebhookSecret([]byte(credentialtest.WebhookSecret("never sent")), credential.Context{Momento: true})
	if err != nil {
		t.Fatal(err)
	}
	all := []credential.Credential{webhook}
	for _, text := range []string{
		credentialtest.RefreshV1(o), credentialtest.RefreshV2(o), credentialtest.ConsoleJSON(o), credentialtest.CredentialsFile(o),
		credentialtest.Login(o), credentialtest.Session(o), credentialtest.SigningKeyJSON(o), credentialtest.Signed(o), credentialtest.Unknown(o),
	} {
		all = append(all, credential.ParseAll([]byte(text))...)
	}
	seen := map[credential.Kind]bool{}
	for _, c := range all {
		reason := c.Kind.Descriptor().Unchecked
		if reason == "" {
			continue
		}
		seen[c.Kind] = true
		got := newVerifier(t, at(s)).Verify(t.Context(), []Target{{Credential: c, NearbyEndpoint: cell}})[c.Fingerprint()]
		if got.Status != finding.StatusUnverified || got.Reason != reason || got.Unfinished {
			t.Errorf("%s: %s (%s), unfinished %t", c.Kind, got.Status, got.Reason, got.Unfinished)
		}
	}
	for _, kind := range credential.Kinds() {
		if asked := slices.ContainsFunc(askable, func(m minted) bool { return m.kind == kind }); asked == seen[kind] {
			t.Errorf("%s: asked about %t, never sent %t", kind, asked, seen[kind])
		}
	}
	if n := s.Connections(); n != 0 {
		t.Errorf("%d connections", n)
	}
}
