package guard

import "net/netip"

// CheckAddr is what the dialer asks at the moment of the dial.
func CheckAddr(a Address, ip netip.Addr) error { return a.check(ip) }
