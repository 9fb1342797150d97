package verify

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
	"github.com/momentolint/momentolint/momentotest"
)

// TestMain has more tests run at once than there are processors, since nearly
// all of them wait for a server. -parallel on the command line takes precedence.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// now is when the tests play.
var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const cell = "cell-4-us-west-2-1.prod.a.momentohq.com"

// start starts a stand-in for the length of a test.
func start(t testing.TB, opts momentotest.Options) *momentotest.Server {
	t.Helper()
	s, err := momentotest.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// startCell starts a stand-in that speaks TLS as every public cell.
func startCell(t testing.TB, opts momentotest.Options) *momentotest.Server {
	t.Helper()
	opts.TLS = true
	for _, c := range []string{cell, PublicCell, "cell-1-eu-west-1-1.prod.a.momentohq.com"} {
		opts.Hosts = append(opts.Hosts, "control."+c, "cache."+c)
	}
	return start(t, opts)
}

// fast neither holds calls back nor gives any of them up on a busy machine.
func fast() Options {
	return Options{
		Timeout: 20 * time.Second, Total: 2 * time.Minute, Rate: 100_000,
		Now: func() time.Time { return now }, Getenv: func(string) string { return "" },
		backoff: time.Millisecond, closing: time.Hour,
	}
}

// at sends everything to the stand-in, without TLS.
func at(s *momentotest.Server) Options {
	o := fast()
	o.LiveTarget = s.Addr()
	return o
}

// world has every name resolve to the stand-in, as if it were the internet.
func world(t testing.TB, s *momentotest.Server) Options {
	t.Helper()
	_, p, _ := strings.Cut(s.Addr(), ":")
	port, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	o := fast()
	o.hooks = guard.Hooks{
		Resolver: guardtest.Loopback(),
		Port:     func(Address) uint16 { return uint16(port) },
		Trust:    func(a netip.Addr) bool { return a.IsLoopback() },
		Roots:    s.Roots(),
	}
	return o
}

func newVerifier(t testing.TB, o Options) *Verifier {
	t.Helper()
	v, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func parse(t testing.TB, text string) credential.Credential {
	t.Helper()
	c, err := credential.Parse([]byte(text))
	if err != nil {
		t.Fatalf("parsing a synthetic credential: %v", err)
	}
	return c
}

// minted is one way to write a kind that the service can be asked about.
type minted struct {
	name string
	kind credential.Kind
	mint func(credentialtest.Options) string
}

// askable are all kinds that the service can be asked about, in every form.
var askable = []minted{
	{"v2 key", credential.APIKeyV2, credentialtest.V2},
	{"v1 key", credential.APIKeyV1, credentialtest.V1},
	{"v1 JWT", credential.V1JWT, credentialtest.V1JWT},
	{"legacy token", credential.Legacy, credentialtest.Legacy},
	{"disposable token by its life", credential.DisposableToken, disposable},
	{"disposable token v1", credential.DisposableToken, disposableBy(credentialtest.DisposableV1)},
	{"disposable token v2", credential.DisposableToken, disposableBy(credentialtest.DisposableV2)},
	{"disposable token v2 in an envelope", credential.DisposableToken, func(o credentialtest.Options) string {
		return credentialtest.Envelope(o, disposableBy(credentialtest.DisposableV2)(o))
	}},
}

// disposable mints a disposable token that lives at now.
func disposable(o credentialtest.Options) string { return disposableBy(credentialtest.Disposable)(o) }

func disposableBy(mint func(credentialtest.Options) string) func(credentialtest.Options) string {
	return func(o credentialtest.Options) string {
		if o.ExpiresAt.IsZero() {
			o.ExpiresAt = now.Add(time.Hour)
		}
		o.IssuedAt = o.ExpiresAt.Add(-2 * time.Hour)
		return mint(o)
	}
}
