package verify

import (
	"fmt"
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

// condition is a state that a key can be in, with the truth about it.
type condition struct {
	name  string
	key   momentotest.Key
	truth finding.Status
}

var conditions = []condition{
	{"live, all rights", momentotest.Key{State: momentotest.Live, List: true, Read: []string{"*"}}, finding.StatusLive},
	{"live, reads all caches", momentotest.Key{State: momentotest.Live, Read: []string{"*"}}, finding.StatusLive},
	{"live, reads one cache", momentotest.Key{State: momentotest.Live, Read: []string{"orders"}}, finding.StatusLive},
	{"live, reads nothing", momentotest.Key{State: momentotest.Live}, finding.StatusLive},
	{"revoked", momentotest.Key{State: momentotest.Revoked}, finding.StatusDead},
	{"expired for the service", momentotest.Key{State: momentotest.Expired}, finding.StatusDead},
	{"never issued", momentotest.Key{State: momentotest.Unknown}, finding.StatusDead},
}

// trouble is what can go wrong between us and the truth.
type trouble struct {
	name string
	// prepare puts it in force. The server has Certificate set already.
	prepare     func(*momentotest.Server)
	certificate momentotest.CertificateFault
	// through: the truth comes out all the same.
	through bool
	// slow: the truth takes as long as the first plane may.
	slow bool
	// hangs: there may never be an answer to wait for.
	hangs bool
}

func troubles() []trouble {
	list := []trouble{{name: "none", through: true}}
	on := func(method string, f momentotest.Fault) func(*momentotest.Server) {
		return func(s *momentotest.Server) {
			s.SetFault(func(c momentotest.Call) momentotest.Fault {
				if method == "" || c.Method == method {
					return f
				}
				return momentotest.Fault{}
			})
		}
	}
	from := func(forbids func(n int) bool) func(*momentotest.Server) {
		return func(s *momentotest.Server) {
			var calls atomic.Int32
			s.SetFault(func(momentotest.Call) momentotest.Fault {
				if forbids(int(calls.Add(1)) - 1) {
					return momentotest.Fault{Code: codes.PermissionDenied}
				}
				return momentotest.Fault{}
			})
		}
	}
	for code := codes.Canceled; code <= codes.DataLoss; code++ {
		// What the service itself says of a key is no fault of a call.
		if code == codes.PermissionDenied {
			continue
		}
		f := momentotest.Fault{Code: code, Err: "operations_rate_limit_exceeded"}
		list = append(list,
			trouble{name: fmt.Sprintf("%s to everything", code), prepare: on("", f)},
			trouble{name: fmt.Sprintf("%s on the control plane", code), prepare: on(momentotest.ListCaches, f), through: true},
			trouble{name: fmt.Sprintf("%s on the data plane", code), prepare: on(momentotest.Get, f), through: true},
		)
	}
	list = append(list,
		trouble{name: "yes to everything", prepare: on("", momentotest.Fault{Accept: true})},
		trouble{name: "forbidden to everything", prepare: on("", momentotest.Fault{Code: codes.PermissionDenied})},
		trouble{name: "yes to everything on the control plane", prepare: on(momentotest.ListCaches, momentotest.Fault{Accept: true})},
		// In front of the service: what forbids from some call on, or one server of
		// several behind a name.
		trouble{name: "forbidden to everything after the first call", prepare: from(func(n int) bool { return n > 0 })},
		trouble{name: "forbidden to everything in the end", prepare: from(func(n int) bool { return n >= 40 })},
		trouble{name: "forbidden to every other call", prepare: from(func(n int) bool { return n%2 == 1 })},
		trouble{name: "forbidden to every third call", prepare: from(func(n int) bool { return n%3 == 1 })},
		trouble{name: "late", prepare: on("", momentotest.Fault{Latency: time.Minute}), hangs: true},
		trouble{name: "late on the control plane", prepare: on(momentotest.ListCaches, momentotest.Fault{Latency: time.Minute}), through: true, slow: true},
		trouble{name: "a little late", prepare: on("", momentotest.Fault{Latency: 20 * time.Millisecond}), through: true},
		trouble{name: "reset in the call", prepare: on("", momentotest.Fault{Reset: true})},
		trouble{name: "gone", prepare: func(s *momentotest.Server) { s.Die() }},
	)
	for _, w := range momentotest.WireFaults() {
		list = append(list, trouble{name: "wire: " + w.String(), prepare: func(s *momentotest.Server) { s.SetWire(w) }, hangs: true})
	}
	for _, c := range momentotest.CertificateFaults() {
		list = append(list, trouble{name: "TLS: " + c.String(), certificate: c, hangs: true})
	}
	return list
}

// Whatever the state of a key and whatever goes wrong, a verdict is the truth
// or none: never live for a dead key, never dead for a live one. Every call
// goes over TLS to the host that belongs to the credential.
func TestVerdictMatrix(t *testing.T) {
	t.Parallel()
	for _, tr := range troubles() {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			s := startCell(t, momentotest.Options{Caches: []string{"orders", "users"}, Certificate: tr.certificate})
			opts := world(t, s)
			opts.Endpoint = cell
			switch {
			case tr.slow:
				// What one plane uses up, and all that the other gets.
				opts.Timeout = 2 * time.Second
			case tr.hangs:
				opts.Timeout = 250 * time.Millisecond
			}
			var targets []Target
			truth := map[string]string{}
			want := map[string]finding.Status{}
			for _, kind := range askable {
				for _, cond := range conditions {
					text := kind.mint(credentialtest.Options{Endpoint: cell, Seed: kind.name + cond.name})
					c := parse(t, text)
					if c.Kind != kind.kind {
						t.Fatalf("minted a %s, not a %s", c.Kind, kind.kind)
					}
					key := cond.key
					key.Text = text
					if key.State != momentotest.Unknown {
						if err := s.Add(key); err != nil {
							t.Fatal(err)
						}
					}
					targets = append(targets, Target{Credential: c})
					truth[c.Fingerprint()] = kind.name + ", " + cond.name
					want[c.Fingerprint()] = cond.truth
				}
			}
			if tr.prepare != nil {
				tr.prepare(s)
			}
			verdicts := newVerifier(t, opts).Verify(t.Context(), targets)
			if len(verdicts) != len(want) {
				t.Errorf("%d verdicts on %d credentials", len(verdicts), len(want))
			}
			for f, v := range verdicts {
				switch {
				case v.Status == want[f]:
					if v.CheckedAt.IsZero() {
						t.Errorf("%s: %s, but not said when", truth[f], v.Status)
					}
					if !tr.through {
						t.Errorf("%s: %s (%s) where nothing can be known", truth[f], v.Status, v.Reason)
					}
				case v.Status != finding.StatusUnverified:
					t.Errorf("%s: WRONG %s (%s)", truth[f], v.Status, v.Reason)
				case tr.through:
					t.Errorf("%s: unverified (%s) where the truth was to be had", truth[f], v.Reason)
				}
				if v.Reason == "" {
					t.Errorf("%s: no reason given", truth[f])
				}
				if v.Unfinished != (v.Status == finding.StatusUnverified) {
					t.Errorf("%s: %s (%s), unfinished = %t", truth[f], v.Status, v.Reason, v.Unfinished)
				}
			}
		})
	}
}

// An authority that everybody trusts and that says UNAUTHENTICATED to every
// key is by definition a service at which every key is dead: that is what the
// matrix leaves out. But it has to be gRPC that says so, in its trailers.
func TestOnlyTheServiceItselfMakesDead(t *testing.T) {
	t.Parallel()
	key := credentialtest.V1(credentialtest.Options{Endpoint: cell})
	for _, w := range []momentotest.WireFault{momentotest.WirePage401, momentotest.WireStatus401, momentotest.WirePageClaims, momentotest.WireTrickle} {
		s := startCell(t, momentotest.Options{})
		s.SetWire(w)
		opts := world(t, s)
		opts.Timeout = 250 * time.Millisecond
		v := newVerifier(t, opts).Verify(t.Context(), []Target{{Credential: parse(t, key)}})
		for _, got := range v {
			if got.Status != finding.StatusUnverified {
				t.Errorf("%s: %s (%s)", w, got.Status, got.Reason)
			}
		}
	}
}

func TestWhatNobodyNeedBeAskedAbout(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{})
	past := now.Add(-24 * time.Hour)
	session := credential.ParseAll([]byte(credentialtest.CredentialsFile(credentialtest.Options{ExpiresAt: now.Add(time.Hour)})))[0]
	oldSession := credential.ParseAll([]byte(credentialtest.CredentialsFile(credentialtest.Options{ExpiresAt: past})))[0]
	console := credential.ParseAll([]byte(credentialtest.ConsoleJSON(credentialtest.Options{})))
	refresh := console[len(console)-1]
	if session.Kind != credential.SessionToken || refresh.Kind != credential.RefreshToken {
		t.Fatalf("minted %s and %s", session.Kind, refresh.Kind)
	}
	for _, c := range []struct {
		name    string
		c       credential.Credential
		offline bool
		want    finding.Status
		reason  string
	}{
		{"expired v1 key", parse(t, credentialtest.V1(credentialtest.Options{ExpiresAt: past})), false, finding.StatusExpired, "2026-11-22T12:00:00Z"},
		{"expired v2 key", parse(t, credentialtest.V2(credentialtest.Options{ExpiresAt: past})), false, finding.StatusExpired, "2026-11-22"},
		{"expired bare JWT", parse(t, credentialtest.V1JWT(credentialtest.Options{ExpiresAt: past})), false, finding.StatusExpired, "2026-11-22"},
		{"expired legacy token", parse(t, credentialtest.Legacy(credentialtest.Options{ExpiresAt: past})), false, finding.StatusExpired, "2026-11-22"},
		{"expired disposable token", parse(t, disposable(credentialtest.Options{ExpiresAt: past})), false, finding.StatusExpired, "2026-11-22"},
		{"expired to the second, with the leeway", parse(t, credentialtest.V1(credentialtest.Options{ExpiresAt: now.Add(-finding.ExpiryLeeway)})), false, finding.StatusExpired, "2026-11-23T11:55:00Z"},
		{"expired, offline", parse(t, credentialtest.V1(credentialtest.Options{ExpiresAt: past})), true, finding.StatusExpired, "2026-11-22"},
		{"expired session", oldSession, false, finding.StatusExpired, "2026-11-22"},
		{"session", session, false, finding.StatusUnverified, "no read-only check"},
		{"refresh token", refresh, false, finding.StatusUnverified, "no read-only check"},
		{"live, offline", parse(t, credentialtest.V1(credentialtest.Options{})), true, finding.StatusUnverified, "offline"},
	} {
		opts := at(s)
		opts.Offline = c.offline
		v := newVerifier(t, opts).Verify(t.Context(), []Target{{Credential: c.c}})[c.c.Fingerprint()]
		if v.Status != c.want || !strings.Contains(v.Reason, c.reason) {
			t.Errorf("%s: %s (%s), want %s (… %s …)", c.name, v.Status, v.Reason, c.want, c.reason)
		}
		if v.Unfinished {
			t.Errorf("%s: unfinished, though nobody was to be asked", c.name)
		}
		if !v.CheckedAt.IsZero() {
			t.Errorf("%s: a time of asking, though nobody was asked", c.name)
		}
	}
	if n := s.Connections(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestLiveSaysWhatTheKeyMaySee(t *testing.T) {
	t.Parallel()
	s := start(t, momentotest.Options{Caches: []string{"orders", "users"}})
	all := credentialtest.V1(credentialtest.Options{Seed: "all"})
	scoped := credentialtest.V1(credentialtest.Options{Seed: "scoped"})
	for _, k := range []momentotest.Key{{Text: all, State: momentotest.Live, List: true}, {Text: scoped, State: momentotest.Live}} {
		if err := s.Add(k); err != nil {
			t.Fatal(err)
		}
	}
	verdicts := newVerifier(t, at(s)).Verify(t.Context(), []Target{{Credential: parse(t, all)}, {Credential: parse(t, scoped)}})
	v := verdicts[parse(t, all).Fingerprint()]
	if !v.CachesKnown || strings.Join(v.Caches, " ") != "orders users" || v.Reason != "accepted by 127.0.0.1; it may list the account's caches (2)" {
		t.Errorf("all rights: %+v", v)
	}
	v = verdicts[parse(t, scoped).Fingerprint()]
	if v.CachesKnown || v.Caches != nil || v.Reason != "accepted by 127.0.0.1; it may not list caches" {
		t.Errorf("scoped: %+v", v)
	}
}
