package crawler

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
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
	return fmt.Sprintf("address %s: %s, and the site does not allow private addresses", e.Address, e.Why)
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
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "a local translation to IPv4"},
	{netip.MustParsePrefix("100::/64"), "discarded"},
	{netip.MustParsePrefix("2001::/32"), "a tunnel"},
	{netip.MustParsePrefix("fec0::/10"), "site-local"},
}

// Prefixes whose addresses hold an IPv4 address, from the byte given on.
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12}, // NAT64, RFC 6052
	{netip.MustParsePrefix("2002::/16"), 2},     // 6to4, RFC 3056
	{netip.MustParsePrefix("::/96"), 12},        // IPv4-compatible, RFC 4291
}

// private says why ip is not a public address, "" where it is one.
func private(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	switch {
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
			bytes := ip.As16()
			if why := private(netip.AddrFrom4([4]byte(bytes[e.at:]))); why != "" {
				return why + ", by way of IPv6"
			}
		}
	}
	return ""
}

// guarded is a dialer's hook that keeps connections out of private networks. It
// judges addresses after they are resolved, so that a name which resolves
// differently from one moment to the next does not pass.
func guarded(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return &AddressError{Address: address, Why: "not an IP address"}
	}
	if why := private(at.Addr()); why != "" {
		return &AddressError{Address: at.Addr().String(), Why: why}
	}
	return nil
}

// publicProxy is the environment's choice of a proxy for a request that may
// leave for public addresses only. A proxy resolves names itself, so that of a
// target behind it only what its name says can be judged.
func publicProxy(r *http.Request) (*url.URL, error) {
	via, err := http.ProxyFromEnvironment(r)
	if err != nil || via == nil {
		return nil, err
	}
	name := strings.ToLower(strings.TrimSuffix(r.URL.Hostname(), "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return nil, &AddressError{Address: name, Why: "loopback"}
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		if why := private(ip); why != "" {
			return nil, &AddressError{Address: name, Why: why}
		}
	}
	return via, nil
}

func proxyAddress(u *url.URL) string {
	return net.JoinHostPort(strings.ToLower(u.Hostname()), portOf(u))
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch u.Scheme {
	case "https":
		return "443"
	case "socks5", "socks5h":
		return "1080"
	}
	return "80"
}
