package guard

import (
	"net/netip"
)

// check reports whether a credential for a may go to ip, which is what a's host
// has turned out to be at the moment of the dial.
func (a Address) check(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	switch {
	case a.plaintext:
		if !ip.IsLoopback() {
			return refuse(a.host, "is not loopback, so the connection would have to be encrypted")
		}
		return nil
	case a.host == ip.String():
		// The user gave this very address.
		return nil
	case never(ip):
		return refuse(a.host, "resolves to "+ip.String()+", a link-local, metadata or broadcast address")
	case a.named || public(ip):
		return nil
	}
	return refuse(a.host, "resolves to "+ip.String()+", which is not on the public internet (--allow-host names hosts that may be elsewhere)")
}

// Addresses that answer for a machine's own cloud or link whatever the name
// was, so that no name the user gave can mean them: besides link-local those
// of the clouds' metadata services.
var metadata = [...]netip.Addr{
	netip.MustParseAddr("169.254.169.254"), // AWS, GCP, Azure: link-local as well
	netip.MustParseAddr("fd00:ec2::254"),   // AWS over IPv6
	netip.MustParseAddr("fd20:ce::254"),    // GCP over IPv6
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure's platform address
	netip.MustParseAddr("192.0.0.192"),     // Oracle
}

func never(ip netip.Addr) bool {
	if ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return true
	}
	for _, m := range metadata {
		if ip == m {
			return true
		}
	}
	if v4, ok := embedded(ip); ok {
		return never(v4)
	}
	return false
}

// special are the blocks that are not public addresses, from the IANA
// special-purpose registries
// (https://www.iana.org/assignments/iana-ipv4-special-registry,
// https://www.iana.org/assignments/iana-ipv6-special-registry).
var special = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// globalIPv6 is what IANA gives out; everything outside is special.
var globalIPv6 = netip.MustParsePrefix("2000::/3")

// nat64 carries an IPv4 address in its last four bytes (RFC 6052): how an
// IPv6-only network reaches public IPv4 hosts.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func public(ip netip.Addr) bool {
	if v4, ok := embedded(ip); ok {
		return public(v4)
	}
	if ip.Is6() && !globalIPv6.Contains(ip) {
		return false
	}
	for i := range special {
		if special[i].Contains(ip) {
			return false
		}
	}
	return true
}

func embedded(ip netip.Addr) (netip.Addr, bool) {
	if !nat64.Contains(ip) {
		return netip.Addr{}, false
	}
	b := ip.As16()
	return netip.AddrFrom4([4]byte(b[12:])), true
}
