package guard

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// Hooks replace what a test cannot have: the world's DNS, port 443 and a
// public certificate authority. The zero value replaces nothing.
type Hooks struct {
	// Resolver looks names up; nil = the system's.
	Resolver *net.Resolver
	// Port returns the port to dial for an address; nil = its own.
	Port func(Address) uint16
	// Trust tells of IP addresses to be taken as public; nil = none.
	Trust func(netip.Addr) bool
	// Roots are the certificate authorities; nil = the system's.
	Roots *x509.CertPool
}

// Dialer opens connections to addresses.
type Dialer struct {
	// Timeout is for one connection with everything that belongs to it; 0 = as
	// long as the context allows.
	Timeout time.Duration
	// Getenv reads the standard proxy variables; nil = no proxy.
	Getenv func(string) string
	Hooks  Hooks
}

// Dial connects to a, over the proxy that the environment names for it if it
// names one. The connection is not encrypted yet.
func (d *Dialer) Dial(ctx context.Context, a Address) (net.Conn, error) {
	if a.IsZero() {
		return nil, errors.New("dial without an address")
	}
	if d.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.Timeout)
		defer cancel()
	}
	via, err := d.proxyFor(a)
	if err != nil {
		return nil, err
	}
	if via != nil {
		return d.dialProxy(ctx, via, a)
	}
	if d.Hooks.Port != nil {
		a.port = d.Hooks.Port(a)
	}
	// Control sees the address that is about to be connected to, after the
	// name was resolved and before the first packet leaves.
	direct := net.Dialer{
		Resolver: d.Hooks.Resolver,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("dialled address: %w", err)
			}
			if d.Hooks.Trust != nil && d.Hooks.Trust(at.Addr().Unmap()) {
				return nil
			}
			return a.check(at.Addr())
		},
	}
	conn, err := direct.DialContext(ctx, "tcp", a.String())
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", a, err)
	}
	return conn, nil
}

// Resolve returns host:port for a client that dials by itself: with the IP
// address that a's host has now, after it has passed, so that no second look-up
// can change it; or with the name where a proxy will look it up.
func (d *Dialer) Resolve(ctx context.Context, a Address) (string, error) {
	if a.IsZero() {
		return "", errors.New("resolving without an address")
	}
	via, err := d.proxyFor(a)
	if err != nil {
		return "", err
	}
	if via != nil {
		return a.String(), nil
	}
	if d.Hooks.Port != nil {
		a.port = d.Hooks.Port(a)
	}
	resolver := d.Hooks.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	found, err := resolver.LookupNetIP(ctx, "ip", a.host)
	if err != nil {
		return "", fmt.Errorf("looking %s up: %w", a.host, err)
	}
	for _, ip := range found {
		ip = ip.Unmap()
		if d.Hooks.Trust != nil && d.Hooks.Trust(ip) {
			return netip.AddrPortFrom(ip, a.port).String(), nil
		}
		if err = a.check(ip); err == nil {
			return netip.AddrPortFrom(ip, a.port).String(), nil
		}
	}
	if err == nil {
		err = fmt.Errorf("looking %s up: no addresses", a.host)
	}
	return "", err
}

// ProxyError says why a proxy opened no connection.
type ProxyError struct {
	// Reason is in a few words; it holds nothing of the proxy's URL.
	Reason string
}

func (e *ProxyError) Error() string { return "proxy: " + e.Reason }

// HandshakeError marks an error as one of the TLS handshake.
type HandshakeError struct{ Err error }

func (e *HandshakeError) Error() string { return "TLS handshake: " + e.Err.Error() }

// Unwrap returns the error of the handshake.
func (e *HandshakeError) Unwrap() error { return e.Err }

// TLS is the configuration for encrypted connections to a.
func (d *Dialer) TLS(a Address) *tls.Config {
	return &tls.Config{ServerName: a.host, MinVersion: tls.VersionTLS12, RootCAs: d.Hooks.Roots}
}

// proxyFor returns the proxy that HTTPS_PROXY and NO_PROXY (in either case) name
// for a; nil for none. Loopback is never proxied.
func (d *Dialer) proxyFor(a Address) (*url.URL, error) {
	if d.Getenv == nil || a.plaintext {
		return nil, nil
	}
	either := func(upper, lower string) string {
		if v := d.Getenv(upper); v != "" {
			return v
		}
		return d.Getenv(lower)
	}
	config := httpproxy.Config{
		HTTPSProxy: either("HTTPS_PROXY", "https_proxy"),
		NoProxy:    either("NO_PROXY", "no_proxy"),
	}
	via, err := config.ProxyFunc()(&url.URL{Scheme: "https", Host: a.String()})
	if err != nil {
		// The error repeats the variable's value, which may hold a password.
		return nil, &ProxyError{"the variable HTTPS_PROXY holds no valid URL"}
	}
	return via, nil
}

// dialProxy asks a proxy for a connection to a. The proxy resolves the name,
// so only the rules for names protect it; its own address is the user's choice.
func (d *Dialer) dialProxy(ctx context.Context, via *url.URL, a Address) (net.Conn, error) {
	plain := &net.Dialer{Resolver: d.Hooks.Resolver}
	var conn net.Conn
	var err error
	switch via.Scheme {
	case "socks5", "socks5h":
		var auth *proxy.Auth
		if via.User != nil {
			password, _ := via.User.Password()
			auth = &proxy.Auth{User: via.User.Username(), Password: password}
		}
		socks, err := proxy.SOCKS5("tcp", withPort(via, 1080), auth, plain)
		if err != nil {
			return nil, fmt.Errorf("proxy: %w", err)
		}
		dialer, ok := socks.(proxy.ContextDialer)
		if !ok {
			return nil, errors.New("proxy: the SOCKS dialer takes no context")
		}
		conn, err = dialer.DialContext(ctx, "tcp", a.String())
		if err != nil {
			return nil, fmt.Errorf("connecting to %s over the SOCKS proxy: %w", a, err)
		}
		return conn, nil
	case "http":
		conn, err = plain.DialContext(ctx, "tcp", withPort(via, 80))
	case "https":
		encrypted := &tls.Dialer{NetDialer: plain, Config: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.Hooks.Roots, ServerName: via.Hostname()}}
		conn, err = encrypted.DialContext(ctx, "tcp", withPort(via, TLSPort))
	default:
		return nil, &ProxyError{"the scheme that HTTPS_PROXY names is none of http, https, socks5"}
	}
	if err != nil {
		return nil, fmt.Errorf("connecting to the proxy: %w", err)
	}
	tunnel, err := connectThrough(ctx, conn, via, a)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return tunnel, nil
}

func withPort(u *url.URL, port int) string {
	if p := u.Port(); p != "" {
		return net.JoinHostPort(u.Hostname(), p)
	}
	return net.JoinHostPort(u.Hostname(), strconv.Itoa(port))
}

// connectThrough has an HTTP proxy open a tunnel.
func connectThrough(ctx context.Context, conn net.Conn, via *url.URL, a Address) (net.Conn, error) {
	request := &http.Request{
		Method: http.MethodConnect,
		URL:    &url.URL{Opaque: a.String()},
		Host:   a.String(),
		Header: http.Header{"User-Agent": {"momentolint"}},
	}
	if via.User != nil {
		password, _ := via.User.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(via.User.Username() + ":" + password))
		request.Header.Set("Proxy-Authorization", "Basic "+basic)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := request.Write(conn); err != nil {
		return nil, fmt.Errorf("asking the proxy for a connection: %w", cause(ctx, err))
	}
	// The reader may hold the first bytes of what comes through the tunnel.
	buffered := bufio.NewReader(&limited{conn: conn, left: 64 << 10})
	response, err := http.ReadResponse(buffered, request)
	if err != nil {
		return nil, fmt.Errorf("reading the proxy's answer: %w", cause(ctx, err))
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, &ProxyError{fmt.Sprintf("it answered %d %s", response.StatusCode, http.StatusText(response.StatusCode))}
	}
	if !stop() {
		return nil, fmt.Errorf("reading the proxy's answer: %w", context.Cause(ctx))
	}
	ahead := make([]byte, buffered.Buffered())
	if _, err := buffered.Read(ahead); err != nil && len(ahead) > 0 {
		return nil, fmt.Errorf("reading the proxy's answer: %w", err)
	}
	return &tunnel{Conn: conn, ahead: ahead}, nil
}

func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// limited keeps a proxy from sending an endless header.
type limited struct {
	conn net.Conn
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errors.New("header too long")
	}
	n, err := l.conn.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// tunnel returns back first what was read ahead.
type tunnel struct {
	net.Conn
	ahead []byte
}

func (t *tunnel) Read(p []byte) (int, error) {
	if len(t.ahead) > 0 {
		n := copy(p, t.ahead)
		t.ahead = t.ahead[n:]
		return n, nil
	}
	return t.Conn.Read(p)
}
