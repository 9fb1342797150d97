package guard_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/momentolint/momentolint/internal/guard"
	"github.com/momentolint/momentolint/internal/testing/guardtest"
)

func rules(t *testing.T, allow ...string) guard.Rules {
	t.Helper()
	r, err := guard.NewRules(allow)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHostsUnderMomentoPass(t *testing.T) {
	for in, want := range map[string]string{
		"cell-4-us-west-2-1.prod.a.momentohq.com": "cell-4-us-west-2-1.prod.a.momentohq.com:443",
		"Control.Cell-1.PROD.a.MomentoHQ.com":     "control.cell-1.prod.a.momentohq.com:443",
		"momentohq.com":                           "momentohq.com:443",
	} {
		a, err := rules(t).Address(in)
		if err != nil || a.String() != want || a.Plaintext() || a.Named() {
			t.Errorf("%q: %v, %v; want %s, encrypted", in, a, err, want)
		}
	}
}

func TestAllowedSuffixesMatchWholeLabels(t *testing.T) {
	r := rules(t, "*.example.com", ".corp.internal", "Exact.Example.ORG")
	for host, want := range map[string]bool{
		"example.com":              true,
		"a.b.example.com":          true,
		"x.corp.internal":          true,
		"exact.example.org":        true,
		"notexample.com":           false,
		"example.com.evil.test":    false,
		"corp.internal.evil":       false,
		"example.org":              false,
		"xn--e1afmkfd.example.com": false,
	} {
		if a, err := r.Address(host); (err == nil) != want || want && !a.Named() {
			t.Errorf("%q: %v, %v; want passed = %t", host, a, err, want)
		}
	}
	for _, bad := range []string{"", "com", "https://example.com", "10.0.0.1", "a..b", "example.com:443"} {
		if _, err := guard.NewRules([]string{bad}); err == nil {
			t.Errorf("--allow-host %q was taken", bad)
		}
	}
}

func TestEndpointMayHaveAPortAndNothingElse(t *testing.T) {
	r := rules(t)
	a, err := r.Named("control.", "cell-1.prod.a.momentohq.com:8443")
	if err != nil || a.String() != "control.cell-1.prod.a.momentohq.com:8443" || !a.Named() {
		t.Errorf("%v, %v", a, err)
	}
	for _, bad := range []string{
		"", ":443", "momentohq.com:", "momentohq.com:0", "momentohq.com:99999", "momentohq.com:+443", "momentohq.com:0443",
		"momentohq.com:443:443", "https://momentohq.com", "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "evil.example:443",
		"a.momentohq.com:443@evil.example", "a.momentohq.com/x", ".momentohq.com",
	} {
		if a, err := r.Named("control.", bad); err == nil {
			t.Errorf("--endpoint %q became %v", bad, a)
		}
	}
}

func TestTargetIsPlaintextExactlyOnLoopback(t *testing.T) {
	for in, plaintext := range map[string]bool{
		"127.0.0.1:8080":       true,
		"127.1.2.3:8080":       true,
		"[::1]:8080":           true,
		"localhost:8080":       true,
		"LOCALHOST:8080":       true,
		"10.0.0.1:8080":        false,
		"[fe80::1]:8080":       false,
		"momento.example:443":  false,
		"localhost.evil.com:1": false,
	} {
		a, err := guard.Target(in)
		if err != nil || a.Plaintext() != plaintext {
			t.Errorf("%q: %v plaintext=%t, %v; want plaintext=%t", in, a, a.Plaintext(), err, plaintext)
		}
	}
	for _, bad := range []string{"", "127.0.0.1", "http://127.0.0.1:8080", "127.0.0.1:8080/x", "user@host.example:443", "[fe80::1%eth0]:80", "host:80", "127.1:80", "0x7f.1:80"} {
		if a, err := guard.Target(bad); err == nil {
			t.Errorf("--live-target %q became %v", bad, a)
		}
	}
}

func TestBaseURLs(t *testing.T) {
	for in, want := range map[string]string{
		"https://mga.registry.prod.a.momentohq.com": "mga.registry.prod.a.momentohq.com:443 false ",
		"https://proxy.example:8443/momento/":       "proxy.example:8443 false /momento",
		"http://127.0.0.1:9000":                     "127.0.0.1:9000 true ",
		"https://127.0.0.1:9000":                    "127.0.0.1:9000 false ",
		"http://localhost":                          "localhost:80 true ",
		"http://[::1]:9000/x":                       "[::1]:9000 true /x",
	} {
		a, path, err := guard.Base(in)
		if got := fmt.Sprintf("%v %t %s", a, a.Plaintext(), path); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "mga.registry.prod.a.momentohq.com", "http://mga.registry.prod.a.momentohq.com", "http://10.0.0.1", "ftp://127.0.0.1",
		"https://user:pw@host.example", "https://host.example?x=1", "https://host.example#x", "https://", "https:host.example", "https://a b.example",
		"https://host.example:0", "http://localhost.evil.example",
	} {
		if a, _, err := guard.Base(bad); err == nil {
			t.Errorf("%q became %v", bad, a)
		}
	}
}

// listen counts what arrives on a loopback port. Connections are accepted in
// their order, so when one of arrived's own has been counted, all before it have.
func listen(t *testing.T) (port uint16, arrived func() int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	accepted := make(chan string, 1000)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c.RemoteAddr().String()
			_ = c.Close()
		}
	}()
	arrived = func() int32 {
		last, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = last.Close() }()
		for n := int32(0); ; n++ {
			if <-accepted == last.LocalAddr().String() {
				return n
			}
		}
	}
	return l.Addr().(*net.TCPAddr).AddrPort().Port(), arrived
}

func TestNamesThatResolveOffTheInternetAreNotDialled(t *testing.T) {
	port, arrived := listen(t)
	for _, ip := range []string{
		"127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.1.1",
		"100.64.0.1", "100.100.100.200", "0.0.0.0", "0.1.2.3", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
		"2001:db8::1", "2002:7f00:1::", "2001::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "::ffff:10.0.0.1", "4000::1",
	} {
		d := guard.Dialer{Hooks: guard.Hooks{
			Resolver: guardtest.Resolver(func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(ip)} }),
			Port:     func(guard.Address) uint16 { return port },
		}}
		a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
		if err != nil {
			t.Fatal(err)
		}
		conn, err := d.Dial(t.Context(), a)
		if err == nil {
			_ = conn.Close()
			t.Errorf("%s was dialled", ip)
			continue
		}
		var refused *guard.RefusedError
		var dns *net.DNSError
		if !errors.As(err, &refused) && !errors.As(err, &dns) {
			t.Errorf("%s: not refused but failed: %v", ip, err)
		}
	}
	if n := arrived(); n != 0 {
		t.Errorf("%d connections arrived", n)
	}
}

func TestAPrivateAddressIsDialledWhereTheUserNamedTheHost(t *testing.T) {
	port, arrived := listen(t)
	resolver := guardtest.Loopback()
	d := guard.Dialer{Hooks: guard.Hooks{Resolver: resolver, Port: func(guard.Address) uint16 { return port }}}
	a, err := rules(t, "cell-1.prod.a.momentohq.com").Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := d.Dial(t.Context(), a)
	if err != nil {
		t.Fatalf("an allowed host in a private network: %v", err)
	}
	_ = conn.Close()
	if arrived() == 0 {
		t.Error("nothing arrived")
	}
	// Even then a name cannot mean the cloud's metadata service.
	d.Hooks.Resolver = guardtest.Resolver(func(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr("169.254.169.254")} })
	var refused *guard.RefusedError
	if _, err := d.Dial(t.Context(), a); !errors.As(err, &refused) {
		t.Errorf("the metadata address: %v", err)
	}
}

func TestResolveGivesAnAddressThatHasPassed(t *testing.T) {
	a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	resolve := func(ips ...string) (string, error) {
		var list []netip.Addr
		for _, ip := range ips {
			list = append(list, netip.MustParseAddr(ip))
		}
		d := guard.Dialer{Hooks: guard.Hooks{Resolver: guardtest.Resolver(func(string) []netip.Addr { return list })}}
		return d.Resolve(t.Context(), a)
	}
	if got, err := resolve("10.0.0.1", "93.184.215.14"); err != nil || got != "93.184.215.14:443" {
		t.Errorf("%q, %v", got, err)
	}
	var refused *guard.RefusedError
	if got, err := resolve("10.0.0.1", "127.0.0.1"); !errors.As(err, &refused) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := resolve(); guard.Explain(err) != "no such host" {
		t.Errorf("%q, %v", got, err)
	}
	d := guard.Dialer{Getenv: env("HTTPS_PROXY", "http://proxy.example:3128")}
	if got, err := d.Resolve(t.Context(), a); err != nil || got != a.String() {
		t.Errorf("with a proxy: %q, %v", got, err)
	}
}

func TestPlaintextNeverLeavesTheMachine(t *testing.T) {
	a, err := guard.Target("localhost:8080")
	if err != nil {
		t.Fatal(err)
	}
	d := guard.Dialer{Hooks: guard.Hooks{Resolver: guardtest.Resolver(func(string) []netip.Addr {
		return []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	})}}
	if conn, err := d.Dial(t.Context(), a); err == nil {
		// A hosts file may know localhost better than DNS.
		if !conn.RemoteAddr().(*net.TCPAddr).IP.IsLoopback() {
			t.Errorf("dialled %v without TLS", conn.RemoteAddr())
		}
		_ = conn.Close()
	}
	if err := guard.CheckAddr(a, netip.MustParseAddr("192.0.2.1")); err == nil {
		t.Error("a host named localhost elsewhere passed")
	}
}

// connectProxy is an HTTP proxy that tunnels every CONNECT to one port.
func connectProxy(t *testing.T, status int, toPort uint16) (address string, asked *atomic.Value) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	asked = new(atomic.Value)
	asked.Store("")
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				asked.Store(r.Method + " " + r.Host + " " + r.Header.Get("Proxy-Authorization"))
				if status != http.StatusOK {
					_, _ = fmt.Fprintf(c, "HTTP/1.1 %d no\r\nContent-Length: 0\r\n\r\n", status)
					return
				}
				up, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", toPort))
				if err != nil {
					return
				}
				defer func() { _ = up.Close() }()
				// The first bytes of the tunnel come together with the answer.
				_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\nearly ")
				go func() { _, _ = io.Copy(up, c) }()
				_, _ = io.Copy(c, up)
			}()
		}
	}()
	return l.Addr().String(), asked
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestProxiesComeFromTheEnvironmentOnly(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "and late")
			_ = c.Close()
		}
	}()
	address, asked := connectProxy(t, http.StatusOK, l.Addr().(*net.TCPAddr).AddrPort().Port())
	a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
		d := guard.Dialer{Getenv: env(name, "http://user:p%40ss@"+address)}
		conn, err := d.Dial(t.Context(), a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, _ := io.ReadAll(conn)
		_ = conn.Close()
		if string(got) != "early and late" {
			t.Errorf("through the tunnel came %q", got)
		}
		if want := "CONNECT control.cell-1.prod.a.momentohq.com:443 Basic dXNlcjpwQHNz"; asked.Load() != want {
			t.Errorf("the proxy was asked %q, want %q", asked.Load(), want)
		}
	}
	asked.Store("")
	// NO_PROXY, HTTP_PROXY and ALL_PROXY do not lead there.
	offline := guard.Hooks{Resolver: guardtest.Resolver(func(string) []netip.Addr { return nil })}
	for _, e := range [][]string{
		{"HTTPS_PROXY", "http://" + address, "NO_PROXY", "momentohq.com"},
		{"HTTP_PROXY", "http://" + address},
		{"ALL_PROXY", "http://" + address},
	} {
		d := guard.Dialer{Getenv: env(e...), Hooks: offline}
		if conn, err := d.Dial(t.Context(), a); err == nil {
			_ = conn.Close()
			t.Errorf("%v: connected", e)
		}
		if asked.Load() != "" {
			t.Errorf("%v: the proxy was asked %q", e, asked.Load())
		}
	}
}

func TestAProxyThatRefusesIsSaidAndItsPasswordIsNot(t *testing.T) {
	address, _ := connectProxy(t, http.StatusProxyAuthRequired, 0)
	a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string]string{
		"http://user:hunter2@" + address: "proxy: it answered 407 Proxy Authentication Required",
		"ftp://user:hunter2@" + address:  "proxy: the scheme that HTTPS_PROXY names is none of http, https, socks5",
	} {
		d := guard.Dialer{Getenv: env("HTTPS_PROXY", value)}
		_, err := d.Dial(t.Context(), a)
		if got := guard.Explain(err); got != want {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	// A proxy that never answers.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	d := guard.Dialer{Getenv: env("HTTPS_PROXY", "http://"+l.Addr().String())}
	if _, err := d.Dial(ctx, a); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a silent proxy: %v", err)
	}
	if _, err := d.Dial(t.Context(), guard.Address{}); err == nil {
		t.Error("the zero address was dialled")
	}
}

func TestExplainKnowsCommonFailures(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	target, err := guard.Target(closed)
	if err != nil {
		t.Fatal(err)
	}
	var d guard.Dialer
	_, err = d.Dial(t.Context(), target)
	if got := guard.Explain(err); !strings.Contains(got, "refused") {
		t.Errorf("nobody listens: %q", got)
	}
	a, err := rules(t).Address("control.cell-1.prod.a.momentohq.com")
	if err != nil {
		t.Fatal(err)
	}
	d.Hooks.Resolver = guardtest.Resolver(func(string) []netip.Addr { return nil })
	_, err = d.Dial(t.Context(), a)
	if got := guard.Explain(err); got != "no such host" {
		t.Errorf("a name that does not exist: %q", got)
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"momentohq.com", "a.momentohq.com", "momentohq.com.", "evil.com#.momentohq.com", "ａ.momentohq.com", "a_b.momentohq.com"} {
		f.Add(s)
	}
	r, err := guard.NewRules(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host string) {
		a, err := r.Address(host)
		if err != nil {
			return
		}
		if h := a.Host(); h != guard.Home && !strings.HasSuffix(h, "."+guard.Home) || strings.ContainsAny(h, ":/@?#\\% ") {
			t.Errorf("%q passed as %q", host, h)
		}
	})
}
