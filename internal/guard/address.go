package guard

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Home is the domain that Momento's own hosts are under.
const Home = "momentohq.com"

// TLSPort is the port of every service of Momento's.
const TLSPort = 443

// RefusedError says that a host or address is none that a credential may be
// sent to.
type RefusedError struct {
	// Host is the host as it was given, shortened and quoted where it is not plain.
	Host string
	// Reason says why, e.g. "is not under momentohq.com".
	Reason string
}

func (e *RefusedError) Error() string { return "host " + e.Host + " " + e.Reason }

func refuse(host, reason string) error {
	if len(host) > 80 {
		host = host[:80] + "…"
	}
	if _, err := normalise(host); err != nil || host == "" {
		host = strconv.Quote(host)
	}
	return &RefusedError{Host: host, Reason: reason}
}

// Address is a place that a credential may be sent to. The zero value is none;
// only Rules and Target make others, so whoever holds one holds one that has
// passed.
type Address struct {
	host string
	port uint16
	// plaintext: without TLS; the dialled address has to be loopback.
	plaintext bool
	// named: the user named the host or a domain above it, so it may lie in a
	// private network.
	named bool
}

// Host is the normalised host name, or an IP literal that the user gave.
func (a Address) Host() string { return a.host }

// Plaintext reports whether the connection is without TLS.
func (a Address) Plaintext() bool { return a.plaintext }

// Named reports whether the user named the host (or a domain above it), rather
// than the scanned text.
func (a Address) Named() bool { return a.named }

// IsZero reports whether this is no address.
func (a Address) IsZero() bool { return a.host == "" }

// String returns host:port.
func (a Address) String() string {
	if a.IsZero() {
		return "(no address)"
	}
	return net.JoinHostPort(a.host, strconv.Itoa(int(a.port)))
}

// Rules are the domains that a credential may be sent to: Momento's own and
// those that the user allowed.
type Rules struct {
	allowed []string
}

// NewRules makes the rules from the suffixes of --allow-host. A suffix matches
// itself and everything below it; "*." or "." before it changes nothing.
func NewRules(allow []string) (Rules, error) {
	var r Rules
	for _, given := range allow {
		suffix := strings.TrimPrefix(strings.TrimPrefix(given, "*"), ".")
		host, err := normalise(suffix)
		if err != nil {
			return Rules{}, fmt.Errorf("allowed host %q: %w", given, err)
		}
		r.allowed = append(r.allowed, host)
	}
	return r, nil
}

// Address makes an address of a host that the scanned text named. The text may
// name nothing but a plain DNS name: no port, no user, no path, no literal.
func (r Rules) Address(host string) (Address, error) {
	name, err := normalise(host)
	if err != nil {
		return Address{}, refuse(host, err.Error())
	}
	for _, suffix := range r.allowed {
		if rest, ok := under(name, suffix); ok && !lookalike(rest) {
			return Address{host: name, port: TLSPort, named: true}, nil
		}
	}
	if rest, ok := under(name, Home); ok && !lookalike(rest) {
		return Address{host: name, port: TLSPort}, nil
	}
	return Address{}, refuse(host, "is not under "+Home)
}

// Named makes an address of prefix and a HOST or HOST:PORT that the user named
// (--endpoint), which has to pass the rules all the same. The prefix is that
// of a plane, such as "control.", or empty.
func (r Rules) Named(prefix, hostport string) (Address, error) {
	host, port := hostport, uint16(TLSPort)
	if h, p, ok := strings.Cut(hostport, ":"); ok {
		n, err := parsePort(p)
		if err != nil {
			return Address{}, refuse(hostport, err.Error())
		}
		host, port = h, n
	}
	if _, err := normalise(host); err != nil {
		return Address{}, refuse(hostport, err.Error())
	}
	a, err := r.Address(prefix + host)
	if err != nil {
		return Address{}, err
	}
	a.port, a.named = port, true
	return a, nil
}

// Target makes an address of the HOST:PORT that the user wants every call to
// go to (--live-target). It may be any host; without TLS exactly where it is
// loopback.
func Target(hostport string) (Address, error) {
	host, p, err := net.SplitHostPort(hostport)
	if err != nil {
		return Address{}, refuse(hostport, "is not of the form HOST:PORT")
	}
	port, err := parsePort(p)
	if err != nil {
		return Address{}, refuse(hostport, err.Error())
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		return Address{host: ip.String(), port: port, plaintext: ip.Unmap().IsLoopback(), named: true}, nil
	}
	if strings.EqualFold(host, "localhost") {
		return Address{host: "localhost", port: port, plaintext: true, named: true}, nil
	}
	name, err := normalise(host)
	if err != nil {
		return Address{}, refuse(hostport, err.Error())
	}
	return Address{host: name, port: port, named: true}, nil
}

// Base makes an address of the base URL of an HTTP API that the user named, and
// gives the URL's path without a slash at its end. It may be any host, over
// https, or over http exactly where the host is loopback.
func Base(raw string) (a Address, path string, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return Address{}, "", errors.New("not a URL of the form https://HOST")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Address{}, "", errors.New("the URL may hold no user, query or fragment")
	}
	port := u.Port()
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return Address{}, "", errors.New("the URL's scheme is not https")
	case port == "" && u.Scheme == "https":
		port = strconv.Itoa(TLSPort)
	case port == "":
		port = "80"
	}
	if a, err = Target(net.JoinHostPort(u.Hostname(), port)); err != nil {
		return Address{}, "", err
	}
	if u.Scheme == "http" && !a.plaintext {
		return Address{}, "", refuse(u.Hostname(), "is not loopback, so the URL has to be https")
	}
	a.plaintext = u.Scheme == "http"
	return a, strings.TrimRight(u.EscapedPath(), "/"), nil
}

// under reports whether name is domain or below it, and returns what is below.
func under(name, domain string) (rest string, ok bool) {
	if name == domain {
		return "", true
	}
	return strings.CutSuffix(name, "."+domain)
}

// lookalike reports whether a name has a label in punycode, which shows other
// letters than it has.
func lookalike(name string) bool {
	return strings.HasPrefix(name, "xn--") || strings.Contains(name, ".xn--")
}

// What normalise refuses. None repeats what was given.
var (
	errEmptyHost = errors.New("is empty")
	errLongHost  = errors.New("is longer than a DNS name can be")
	errBadHost   = errors.New("is not a plain DNS name")
	errLiteral   = errors.New("is an IP address")
	errOneLabel  = errors.New("has no domain")
	errPort      = errors.New("has a port that is not a number from 1 to 65535")
)

// normalise returns a DNS name in lower case if it is written plainly: two or
// more labels of ASCII letters, digits and hyphens. Everything that a URL
// parser, a resolver or a reader might understand in another way is refused
// rather than repaired.
func normalise(host string) (string, error) {
	if host == "" {
		return "", errEmptyHost
	}
	if len(host) > 253 {
		return "", errLongHost
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return "", errLiteral
	}
	host = lowerASCII(host)
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return "", errBadHost
		}
	}
	// A last label that is a number, decimal, octal or hexadecimal, makes the
	// whole an IPv4 address to many resolvers (127.1, 0x7f.1).
	last := labels[len(labels)-1]
	if '0' <= last[0] && last[0] <= '9' {
		return "", errLiteral
	}
	if len(labels) < 2 {
		return "", errOneLabel
	}
	return host, nil
}

func isLabel(label string) bool {
	n := len(label)
	if n == 0 || n > 63 || label[0] == '-' || label[n-1] == '-' {
		return false
	}
	for i := range n {
		if c := label[i]; ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// lowerASCII leaves everything but A to Z as it is: strings.ToLower would turn
// a Kelvin sign into a k.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func parsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || s[0] == '0' {
		return 0, errPort
	}
	return uint16(n), nil
}
