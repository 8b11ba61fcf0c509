package crawler

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// AddressError says that a host was not asked because of where its address
// leads: a portal's name may point, by mistake or by malice, into the network
// that the crawler runs in.
type AddressError struct {
	Address string
	Why     string
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("address %s: %s; allow_private: true, or --allow-private, lets such addresses be asked", e.Address, e.Why)
}

// What IANA's registries of special-purpose addresses keep out of the public
// network, as far as netip has no word for it.
var special = []struct {
	prefix netip.Prefix
	why    string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared by carriers and clouds"},
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved"},
	{netip.MustParsePrefix("192.0.2.0/24"), "for documentation"},
	{netip.MustParsePrefix("192.88.99.0/24"), "a tunnel"},
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"},
	{netip.MustParsePrefix("198.51.100.0/24"), "for documentation"},
	{netip.MustParsePrefix("203.0.113.0/24"), "for documentation"},
	{netip.MustParsePrefix("255.255.255.255/32"), "broadcast"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a local translation to IPv4"},
	{netip.MustParsePrefix("100::/64"), "discarded"},
	{netip.MustParsePrefix("2001::/32"), "a tunnel"},
	{netip.MustParsePrefix("2001::/23"), "reserved"},
	{netip.MustParsePrefix("2001:db8::/32"), "for documentation"},
	{netip.MustParsePrefix("3fff::/20"), "for documentation"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
}

var (
	// global is the one part of IPv6 that is given out for public hosts.
	global = netip.MustParsePrefix("2000::/3")
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
)

// Prefixes whose addresses hold an IPv4 address, from the byte given on.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{nat64, 12},
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4, RFC 3056
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible, RFC 4291
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated, RFC 2765
}

// private says why ip is not a public address, "" where it is one.
func private(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid():
		return "not an IP address"
	case ip.IsUnspecified():
		return "unspecified"
	case ip.IsLoopback():
		return "loopback"
	case ip.IsPrivate():
		return "private"
	case ip.IsLinkLocalUnicast():
		return "link-local"
	case ip.IsMulticast():
		return "multicast"
	}
	for _, s := range special {
		if s.prefix.Contains(ip) {
			return s.why
		}
	}
	for _, e := range embedding {
		if e.prefix.Contains(ip) {
			if why := embedded(ip, e.at); why != "" {
				return why
			}
		}
	}
	switch {
	case ip.Is4():
		return ""
	case !global.Contains(ip) && !nat64.Contains(ip):
		return "not a public address"
	}
	// ISATAP (RFC 5214, 6.1): the IPv4 address in the last bytes of any prefix.
	if b := ip.As16(); b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe {
		return embedded(ip, 12)
	}
	return ""
}

// embedded says why the IPv4 address at byte at of ip is not public.
func embedded(ip netip.Addr, at int) string {
	b := ip.As16()
	if why := private(netip.AddrFrom4([4]byte(b[at:]))); why != "" {
		return why + ", by way of IPv6"
	}
	return ""
}

// guard is which addresses may be dialled.
type guard struct {
	all     bool           // private ones too
	allowed []netip.Prefix // although they are not public
}

// judge returns an *AddressError where ip may not be dialled.
func (g guard) judge(ip netip.Addr) error {
	ip = ip.Unmap().WithZone("")
	allowed := func(p netip.Prefix) bool { return p.Contains(ip) }
	if g.all || slices.ContainsFunc(g.allowed, allowed) {
		return nil
	}
	if why := private(ip); why != "" {
		return &AddressError{Address: ip.String(), Why: why}
	}
	return nil
}

// control is a dialer's hook. It judges addresses after they are resolved, so
// that a name which resolves differently from one moment to the next does not
// pass.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &AddressError{Address: address, Why: "not an IP address"}
	}
	return g.judge(at.Addr())
}

// judgeName is for hosts that a proxy resolves: it judges what their name says.
func (g guard) judgeName(host string) error {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(name); err == nil {
		return g.judge(ip)
	}
	if !g.all && (name == "localhost" || strings.HasSuffix(name, ".localhost")) {
		return &AddressError{Address: name, Why: "loopback"}
	}
	return nil
}
