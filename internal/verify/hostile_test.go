package verify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/momentolint/momentolint/analyzers/credential"
	"github.com/momentolint/momentolint/analyzers/credential/credentialtest"
	"github.com/momentolint/momentolint/internal/finding"
	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
)

// hostileEndpoints are what a text could name to have a key sent elsewhere.
var hostileEndpoints = []string{
	// Other people's hosts.
	"evil.example", "collector.evil.example", "notmomentohq.com", "evilmomentohq.com", "momentohq.com.evil.example",
	"momentohq.co", "momentohq.com.br", "momento.com", "gomomento.com", "momentohq-com.evil.example", "com", "localhost",
	"prod.a.momentohq.com.attacker.net", "metadata.google.internal", "kubernetes.default.svc",
	// What a URL parser reads otherwise than a suffix match.
	"https://evil.example", "http://a.momentohq.com", "//evil.example/.momentohq.com", "evil.example/.momentohq.com",
	"evil.example/x.momentohq.com", "evil.example#.momentohq.com", "evil.example?.momentohq.com", `evil.example\.momentohq.com`,
	"a.momentohq.com@evil.example", "evil.example:443@a.momentohq.com", "user:pw@a.momentohq.com", "evil.example;.momentohq.com",
	"evil.example%2f.momentohq.com", "evil.example%00.momentohq.com", "a.momentohq.com/../evil.example", "a.momentohq.com,evil.example",
	"a.momentohq.com|evil.example", "a.momentohq.com&evil.example", "{evil.example}.momentohq.com", "$HOST.momentohq.com",
	"a.momentohq.com evil.example", " a.momentohq.com", "a.momentohq.com ", "a.momentohq.com\n", "a.momentohq.com\r\nHost: evil.example",
	"a.momentohq.com\tx", "evil.example\x00.momentohq.com", "unix:///tmp/x.momentohq.com", "dns:///evil.example", "passthrough:///evil.example",
	// Ports.
	"a.momentohq.com:443", "a.momentohq.com:22", "a.momentohq.com:8080:443", "a.momentohq.com:", "evil.example:443.momentohq.com",
	// Dots and labels.
	".", "..", ".momentohq.com", "a.momentohq.com.", "momentohq.com.", "a..momentohq.com", "-a.momentohq.com", "a-.momentohq.com",
	"a_b.momentohq.com", strings.Repeat("a", 64) + ".momentohq.com", strings.Repeat("a.", 130) + "momentohq.com", "*.momentohq.com",
	// Look-alikes.
	"a.momentohq.соm", "a.mоmentohq.com", "ａ.momentohq.com", "a.momentohq。com", "a。momentohq.com", "a．momentohq.com", "a.momentohq.com\u200b",
	"a.\u202emoc.qhotnemom", "xn--mmentohq-e1h.com", "xn--80ak6aa92e.momentohq.com", "a.MOMENTOHQ.COM\u2024evil.example", "\u212acell.momentohq.com",
	// Addresses.
	"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254",
	"[::1]", "::1", "[::ffff:127.0.0.1]", "::ffff:127.0.0.1", "fe80::1%25eth0", "fd00:ec2::254", "1.2.3.4", "8.8.8.8", "127.0.0.1.nip.io",
}

// trap is a port on loopback that notes everything that arrives. In a test's
// world every name leads there.
type trap struct {
	port uint16
	// sprung is closed when the first connection comes.
	sprung      chan struct{}
	connections atomic.Int32
	mu          sync.Mutex
	bytes       []byte
	asked       []string
	ended       []string
}

func newTrap(t *testing.T) *trap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	tr := &trap{sprung: make(chan struct{}), port: l.Addr().(*net.TCPAddr).AddrPort().Port()}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if tr.connections.Add(1) == 1 {
				close(tr.sprung)
			}
			go func() {
				defer func() {
					_ = conn.Close()
					tr.mu.Lock()
					tr.ended = append(tr.ended, conn.RemoteAddr().String())
					tr.mu.Unlock()
				}()
				buffer := make([]byte, 4096)
				for {
					n, err := conn.Read(buffer)
					tr.mu.Lock()
					tr.bytes = append(tr.bytes, buffer[:n]...)
					tr.mu.Unlock()
					if err != nil {
						return
					}
				}
			}()
		}
	}()
	return tr
}

func (tr *trap) options(trust bool) Options {
	o := fast()
	o.hooks = guard.Hooks{
		Resolver: guardtest.Resolver(func(name string) []netip.Addr {
			tr.mu.Lock()
			defer tr.mu.Unlock()
			tr.asked = append(tr.asked, name)
			return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
		}),
		Port: func(Address) uint16 { return tr.port },
	}
	if trust {
		o.hooks.Trust = func(a netip.Addr) bool { return a.IsLoopback() }
	}
	return o
}

// context ends when something has arrived: the trap never answers.
func (tr *trap) context(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		select {
		case <-tr.sprung:
		case <-ctx.Done():
		}
	}()
	return ctx
}

// settle waits until everything that has been sent here is counted:
// connections are accepted in their order, and the last is settle's own.
func (tr *trap) settle(t *testing.T) (connections int32) {
	t.Helper()
	last, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", tr.port))
	if err != nil {
		t.Fatal(err)
	}
	mine := last.LocalAddr().String()
	_ = last.Close()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		tr.mu.Lock()
		seen := slices.Contains(tr.ended, mine)
		open := int(tr.connections.Load()) - len(tr.ended)
		tr.mu.Unlock()
		if seen && open == 0 {
			return tr.connections.Load() - 1
		}
		if time.Now().After(deadline) {
			t.Fatal("the trap does not answer")
		}
	}
}

// nothing wants that neither a connection nor a byte nor a look-up came.
func (tr *trap) nothing(t *testing.T) {
	t.Helper()
	n := tr.settle(t)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if n != 0 || len(tr.bytes) != 0 {
		t.Errorf("%d connections and %d bytes arrived", n, len(tr.bytes))
	}
	if len(tr.asked) != 0 {
		t.Errorf("names were looked up: %q", tr.asked)
	}
}

// withEndpoint mints a v1 key that names a host which the minting package
// would not write.
func withEndpoint(t *testing.T, endpoint string) (credential.Credential, bool) {
	t.Helper()
	text := credentialtest.V1(credentialtest.Options{Endpoint: endpoint, Seed: endpoint})
	c, err := credential.Parse([]byte(text))
	return c, err == nil
}

func TestNothingIsSentToHostileEndpoints(t *testing.T) {
	t.Parallel()
	if len(hostileEndpoints) < 40 {
		t.Fatal("not enough of them")
	}
	tr := newTrap(t)
	// Every name resolves to the trap and the trap's address counts as public:
	// only the rules for names stand before it.
	v := newVerifier(t, tr.options(true))
	parsed := 0
	for _, endpoint := range hostileEndpoints {
		var targets []Target
		if c, ok := withEndpoint(t, endpoint); ok {
			parsed++
			targets = append(targets, Target{Credential: c})
		}
		if c, err := credential.Parse([]byte(credentialtest.Legacy(credentialtest.Options{Endpoint: endpoint, Seed: endpoint}))); err == nil {
			targets = append(targets, Target{Credential: c})
		}
		targets = append(targets, Target{
			Credential:     parse(t, credentialtest.V1JWT(credentialtest.Options{Seed: "near " + endpoint})),
			NearbyEndpoint: endpoint,
		})
		for fingerprint, verdict := range v.Verify(t.Context(), targets) {
			if verdict.Status != finding.StatusUnverified || verdict.Reason == "" {
				t.Errorf("%q: %s %s (%q)", endpoint, fingerprint, verdict.Status, verdict.Reason)
			}
			if strings.ContainsAny(verdict.Reason, "\n\r\t\x00\u202e") {
				t.Errorf("%q: the reason is not safe to print: %q", endpoint, verdict.Reason)
			}
		}
	}
	tr.nothing(t)
	if parsed < 40 {
		t.Errorf("only %d of %d hostile endpoints made it into a key", parsed, len(hostileEndpoints))
	}
}

// The same trap, an honest name: something does arrive, so the test above can
// fail.
func TestTheTrapWorks(t *testing.T) {
	t.Parallel()
	tr := newTrap(t)
	c, _ := withEndpoint(t, cell)
	newVerifier(t, tr.options(true)).Verify(tr.context(t), []Target{{Credential: c}})
	if tr.settle(t) == 0 {
		t.Error("nothing arrived for a host under momentohq.com")
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if strings.Contains(string(tr.bytes), c.Reveal()) {
		t.Error("the credential arrived at something that has shown no certificate")
	}
}

// DNS that answers for Momento's hosts with an address inside (rebinding).
func TestNothingIsSentToAnInsideAddress(t *testing.T) {
	t.Parallel()
	tr := newTrap(t)
	for _, kind := range askable {
		c := parse(t, kind.mint(credentialtest.Options{Endpoint: cell, Seed: "inside"}))
		verdict := newVerifier(t, tr.options(false)).Verify(t.Context(), []Target{{Credential: c, NearbyEndpoint: cell}})[c.Fingerprint()]
		if verdict.Status != finding.StatusUnverified || !strings.Contains(verdict.Reason, "127.0.0.1") {
			t.Errorf("%s: %s (%s)", kind.name, verdict.Status, verdict.Reason)
		}
	}
	n := tr.settle(t)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if n != 0 || len(tr.bytes) != 0 {
		t.Errorf("%d connections and %d bytes arrived", n, len(tr.bytes))
	}
}

// A hostile endpoint next to a v2 key does not keep it from being asked about
// where it is valid anyhow, and gets nothing.
func TestAHostileNeighbourIsPassedOver(t *testing.T) {
	t.Parallel()
	tr := newTrap(t)
	c := parse(t, credentialtest.V2(credentialtest.Options{}))
	newVerifier(t, tr.options(true)).Verify(tr.context(t), []Target{{Credential: c, NearbyEndpoint: "evil.example"}})
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, name := range tr.asked {
		if !strings.HasSuffix(name, "."+PublicCell) {
			t.Errorf("looked up %q", name)
		}
	}
	if len(tr.asked) == 0 {
		t.Error("the public cell was not asked")
	}
}
