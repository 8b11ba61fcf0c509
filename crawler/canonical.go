package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxURL is the longest address that is fetched, in bytes: longer ones are
// traps or forms, and servers refuse them (nginx at 8 KiB, IIS at 2,048).
const maxURL = 2000

// Canonical returns the spelling of raw under which its page is known, so that
// two spellings of one address are one page: scheme and host in lower case,
// the default port, user info and fragment off, an empty path as "/", dot
// segments resolved, percent-encoding as RFC 3986, 6.2.2 wants it, session
// identifiers and parameters that only track readers dropped. Host names
// outside ASCII become punycode. What may name another page stays: the order
// of parameters, "/index.html", "www.", and the fragment that chooses a list
// of a gkmlpt platform.
//
// Addresses that cannot be fetched are an error that says why: another scheme
// than http and https, no usable host or port, more than 2,000 bytes.
func Canonical(raw string) (string, error) {
	a, err := canonical(raw)
	return a.url, err
}

// address is a canonical URL and the parts of it that a crawl asks for.
type address struct {
	url    string
	scheme string
	host   string // host or host:port
	path   string // escaped, without the query
}

// origin names the server, as robots.txt is kept by.
func (a address) origin() string { return a.scheme + "://" + a.host }

var errTooLong = fmt.Errorf("must not be longer than %d bytes", maxURL)

// canonical reads raw by hand: it runs for each link of each page, and takes a
// third of what parsing and printing with net/url does.
func canonical(raw string) (address, error) {
	raw = trimmed(raw)
	if len(raw) > 4*maxURL {
		return address{}, errTooLong
	}
	colon := strings.IndexByte(raw, ':')
	scheme := ""
	if colon > 0 {
		scheme = strings.ToLower(raw[:colon])
	}
	if scheme != "http" && scheme != "https" {
		return address{}, errors.New("scheme must be http or https")
	}
	rest := raw[colon+1:]
	if len(rest) < 2 || !slash(rest[0]) || !slash(rest[1]) {
		return address{}, errors.New("must have a host: http://host/path")
	}
	rest = rest[2:]
	fragment := ""
	if i := strings.IndexByte(rest, '#'); i >= 0 {
		rest, fragment = rest[:i], rest[i+1:]
	}
	end := strings.IndexAny(rest, `/\?`)
	if end < 0 {
		end = len(rest)
	}
	host, err := canonicalHost(scheme, rest[:end])
	if err != nil {
		return address{}, err
	}
	path, query, asked := strings.Cut(rest[end:], "?")

	var space [512]byte
	b := append(space[:0], scheme...)
	b = append(b, "://"...)
	b = append(b, host...)
	start := len(b)
	b = appendPath(b, path)
	stop := len(b)
	if asked {
		b = appendQuery(b, query)
	}
	if fragment != "" && choosesList(b[start:], fragment) {
		b = append(append(b, '#'), fragment...)
	}
	if len(b) > maxURL {
		return address{}, errTooLong
	}
	whole := raw
	if string(b) != raw {
		whole = string(b)
	}
	return address{url: whole, scheme: scheme, host: whole[start-len(host) : start], path: whole[start:stop]}, nil
}

// choosesList says whether a fragment is what tells a page: all lists of a
// gkmlpt platform are one document, /gkmlpt/index, and #505 chooses one.
func choosesList(path []byte, fragment string) bool {
	if len(fragment) > 12 || !bytes.HasSuffix(path, []byte("/gkmlpt/index")) {
		return false
	}
	for i := range len(fragment) {
		if fragment[i] < '0' || fragment[i] > '9' {
			return false
		}
	}
	return true
}

// resolve returns the canonical form of ref as the page base links it.
func resolve(base, ref string) (address, error) {
	from, err := url.Parse(base)
	if err != nil {
		return address{}, err
	}
	to, err := from.Parse(strings.ReplaceAll(trimmed(ref), " ", "%20"))
	if err != nil {
		return address{}, fmt.Errorf("%q is not an address", ref)
	}
	return canonical(to.String())
}

// trimmed drops what browsers drop: blanks around, tabs and line ends within.
func trimmed(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r <= ' ' })
	if strings.ContainsAny(s, "\t\n\r") {
		s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	}
	return s
}

func slash(c byte) bool { return c == '/' || c == '\\' }

// canonicalHost returns the host, with its port unless that is the scheme's.
func canonicalHost(scheme, authority string) (string, error) {
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
	}
	if port != "" {
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil || number == 0 {
			return "", fmt.Errorf("port must be 1 to 65535, not %q", port)
		}
		port = strconv.FormatUint(number, 10)
		if port == "80" && scheme == "http" || port == "443" && scheme == "https" {
			port = ""
		}
	}
	name, err := canonicalName(host)
	if err != nil || port == "" {
		return name, err
	}
	return name + ":" + port, nil
}

// names maps host names outside ASCII as browsers do (UTS 46).
var names = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

func canonicalName(host string) (string, error) {
	if strings.HasPrefix(host, "[") {
		ip, err := netip.ParseAddr(strings.TrimSuffix(host[1:], "]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", fmt.Errorf("host must be a name or an address, not %q", host)
		}
		return "[" + ip.String() + "]", nil
	}
	plain := host
	if strings.IndexByte(host, '%') >= 0 {
		if decoded, err := url.PathUnescape(host); err == nil {
			plain = decoded
		}
	}
	for i := range len(plain) {
		if plain[i] >= 0x80 {
			ascii, err := names.ToASCII(plain)
			if err != nil {
				return "", fmt.Errorf("host must be a name or an address, not %q", host)
			}
			plain = ascii
			break
		}
	}
	plain = strings.TrimSuffix(strings.ToLower(plain), ".")
	if plain == "" {
		return "", errors.New("must have a host: http://host/path")
	}
	if len(plain) > 253 || plain[0] == '.' || strings.HasSuffix(plain, ".") || strings.Contains(plain, "..") {
		return "", fmt.Errorf("host must be a name or an address, not %q", host)
	}
	for i := range len(plain) {
		if c := plain[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_') {
			return "", fmt.Errorf("host must be a name or an address, not %q", host)
		}
	}
	return plain, nil
}
