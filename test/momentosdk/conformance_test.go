package momentosdk

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
	"github.com/momentolint/momentolint/internal/verify"
	"github.com/momentolint/momentolint/momentotest"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func noEnv(string) string { return "" }

// kinds mints every kind that the service can be asked about.
var kinds = map[string]func(credentialtest.Options) string{
	"api-key-v2": credentialtest.V2,
	"api-key-v1": credentialtest.V1,
	"v1-jwt":     credentialtest.V1JWT,
	"legacy":     credentialtest.Legacy,
	"disposable-token": func(o credentialtest.Options) string {
		o.IssuedAt, o.ExpiresAt = now.Add(-time.Hour), now.Add(time.Hour)
		return credentialtest.Disposable(o)
	},
}

// states are the states of a key, with the truth about it.
var states = map[string]struct {
	key   momentotest.Key
	truth finding.Status
}{
	"live, all rights":      {momentotest.Key{State: momentotest.Live, List: true, Read: []string{"*"}}, finding.StatusLive},
	"live, reads all":       {momentotest.Key{State: momentotest.Live, Read: []string{"*"}}, finding.StatusLive},
	"live, reads one cache": {momentotest.Key{State: momentotest.Live, Read: []string{"orders"}}, finding.StatusLive},
	"live, reads nothing":   {momentotest.Key{State: momentotest.Live}, finding.StatusLive},
	"revoked":               {momentotest.Key{State: momentotest.Revoked}, finding.StatusDead},
	"expired":               {momentotest.Key{State: momentotest.Expired}, finding.StatusDead},
	"never issued":          {momentotest.Key{State: momentotest.Unknown}, finding.StatusDead},
}

func start(t *testing.T, opts momentotest.Options) *momentotest.Server {
	t.Helper()
	opts.Caches = []string{"orders", "users"}
	s, err := momentotest.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// account fills a stand-in with every kind in every state.
func account(t *testing.T, s *momentotest.Server) (targets []verify.Target, name map[string]string, truth map[string]finding.Status) {
	t.Helper()
	name, truth = map[string]string{}, map[string]finding.Status{}
	for kind, mint := range kinds {
		for state, is := range states {
			text := mint(credentialtest.Options{Seed: kind + state})
			c := parse(t, text)
			if is.key.State != momentotest.Unknown {
				key := is.key
				key.Text = text
				if err := s.Add(key); err != nil {
					t.Fatal(err)
				}
			}
			targets = append(targets, verify.Target{Credential: c})
			name[c.Fingerprint()], truth[c.Fingerprint()] = kind+", "+state, is.truth
		}
	}
	return targets, name, truth
}

func parse(t *testing.T, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verdicts asks about the targets, with the SDK or without it.
func verdicts(t *testing.T, s *momentotest.Server, targets []verify.Target, prober verify.Prober) map[string]finding.Verdict {
	t.Helper()
	v, err := verify.New(verify.Options{
		LiveTarget: s.Addr(), Rate: 100_000, Timeout: 2 * time.Second, Now: func() time.Time { return now }, Getenv: noEnv, Prober: prober,
	})
	if err != nil {
		t.Fatal(err)
	}
	return v.Verify(t.Context(), targets)
}

// The SDK and momentolint's own protocol read the same from the service, for
// every kind in every state, whichever plane answers.
func TestTheSDKAgrees(t *testing.T) {
	for name, fault := range map[string]func(momentotest.Call) momentotest.Fault{
		"both planes": nil,
		"the data plane alone": func(c momentotest.Call) momentotest.Fault {
			if c.Method == momentotest.ListCaches {
				return momentotest.Fault{Code: codes.Internal}
			}
			return momentotest.Fault{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, momentotest.Options{})
			targets, names, truth := account(t, s)
			s.SetFault(fault)
			sdk := verdicts(t, s, targets, New(Options{Getenv: noEnv}))
			own := verdicts(t, s, targets, nil)
			if len(sdk) != len(truth) {
				t.Errorf("%d verdicts on %d credentials", len(sdk), len(truth))
			}
			for f, want := range truth {
				if sdk[f].Status != want {
					t.Errorf("%s: %s (%s), want %s", names[f], sdk[f].Status, sdk[f].Reason, want)
				}
				if got, ours := fmt.Sprint(sdk[f]), fmt.Sprint(own[f]); got != ours {
					t.Errorf("%s:\n    SDK %s\n    own %s", names[f], got, ours)
				}
			}
		})
	}
}

// Whatever goes wrong, a verdict through the SDK is the truth or none.
func TestNoFaultMakesAWrongVerdict(t *testing.T) {
	type trouble struct {
		name    string
		prepare func(*momentotest.Server)
	}
	var troubles []trouble
	for code := codes.Canceled; code <= codes.DataLoss; code++ {
		troubles = append(troubles, trouble{code.String(), func(s *momentotest.Server) {
			s.SetFault(func(momentotest.Call) momentotest.Fault { return momentotest.Fault{Code: code} })
		}})
	}
	troubles = append(troubles, trouble{"yes to everything", func(s *momentotest.Server) {
		s.SetFault(func(momentotest.Call) momentotest.Fault { return momentotest.Fault{Accept: true} })
	}})
	for _, w := range momentotest.WireFaults() {
		troubles = append(troubles, trouble{"wire: " + w.String(), func(s *momentotest.Server) { s.SetWire(w) }})
	}
	for _, tr := range troubles {
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, momentotest.Options{})
			targets, names, _ := account(t, s)
			tr.prepare(s)
			v, err := verify.New(verify.Options{
				LiveTarget: s.Addr(), Rate: 100_000, Timeout: 300 * time.Millisecond, Now: func() time.Time { return now }, Getenv: noEnv,
				Prober: New(Options{Getenv: noEnv}),
			})
			if err != nil {
				t.Fatal(err)
			}
			for f, verdict := range v.Verify(t.Context(), targets) {
				if verdict.Status != finding.StatusUnverified || verdict.Reason == "" {
					t.Errorf("%s: %s (%s)", names[f], verdict.Status, verdict.Reason)
				}
			}
		})
	}
}

// trust makes the stand-in's authority one of the system's for this process.
func trust(t *testing.T, s *momentotest.Server) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(file, s.AuthorityPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
}

// hooks have every name resolve to the stand-in.
func hooks(t *testing.T, s *momentotest.Server, trusted bool) guard.Hooks {
	t.Helper()
	_, p, _ := strings.Cut(s.Addr(), ":")
	port, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	h := guard.Hooks{Resolver: guardtest.Loopback(), Port: func(guard.Address) uint16 { return uint16(port) }}
	if trusted {
		h.Trust = func(a netip.Addr) bool { return a.IsLoopback() }
	}
	return h
}

// The system's authorities are read once in a process, so one test does all
// that needs TLS.
func TestTheSDKShowsNoKeyWithoutSoundTLSAndASoundAddress(t *testing.T) {
	const host = "control.cell-1.prod.a.momentohq.com"
	rules, err := guard.NewRules(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := rules.Address(host)
	if err != nil {
		t.Fatal(err)
	}
	key := credentialtest.V1(credentialtest.Options{})
	c := parse(t, key)
	ask := func(s *momentotest.Server, trusted bool) verify.Answer {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return New(Options{Getenv: noEnv, hooks: hooks(t, s, trusted)}).ListCaches(ctx, at, c)
	}
	sound := start(t, momentotest.Options{TLS: true, Hosts: []string{host}, Keys: []momentotest.Key{{Text: key, State: momentotest.Live, List: true}}})
	trust(t, sound)
	if a := ask(sound, true); a.Outcome != verify.OutcomeAccepted || len(a.Caches) != 2 {
		t.Errorf("sound TLS: %s (%s)", a.Outcome, a.Reason)
	}
	sound.Forget()
	if a := ask(sound, false); a.Outcome != verify.OutcomeUnknown || !strings.Contains(a.Reason, "not on the public internet") {
		t.Errorf("an inside address: %s (%s)", a.Outcome, a.Reason)
	}
	if n := len(sound.Calls()); n != 0 {
		t.Errorf("%d calls arrived at an inside address", n)
	}
	for _, fault := range momentotest.CertificateFaults() {
		s := start(t, momentotest.Options{TLS: true, Hosts: []string{host}, Certificate: fault, Authority: sound})
		if a := ask(s, true); a.Outcome == verify.OutcomeAccepted || a.Outcome == verify.OutcomeForbidden || a.Outcome == verify.OutcomeRefused {
			t.Errorf("%s: %s", fault, a.Outcome)
		}
		if n := len(s.Calls()); n != 0 {
			t.Errorf("%s: %d calls arrived", fault, n)
		}
	}
}

func TestTheProviderHidesTheKey(t *testing.T) {
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	p := &provider{key: c}
	for _, verb := range []string{"%v", "%+v", "%s", "%#v", "%q"} {
		if strings.Contains(fmt.Sprintf(verb, p), c.Reveal()) {
			t.Errorf("%s shows the key", verb)
		}
	}
}
