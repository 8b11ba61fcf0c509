package warc

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nlnwa/whatwg-url/url"
)

var www = regexp.MustCompile(`^(https?://)www\d*\.`)

// SURT is the key by which replay tools look up address: the host's names from
// the last to the first, then the path, all in lower case, the parts of the
// query sorted. It is made as warcio and wabac make it, for they are who look;
// an address that is none is its own key.
func SURT(address string) string {
	if !strings.HasPrefix(address, "http:") && !strings.HasPrefix(address, "https:") {
		return address
	}
	address = www.ReplaceAllString(address, "$1")
	u, err := url.Parse(strings.ToLower(address))
	if err != nil {
		return address
	}
	names := strings.Split(u.Hostname(), ".")
	slices.Reverse(names)
	key := strings.Join(names, ",")
	if port := u.Port(); port != "" {
		key += ":" + port
	}
	key += ")" + u.Pathname()
	if query := strings.TrimPrefix(u.Search(), "?"); query != "" {
		parts := strings.Split(query, "&")
		slices.Sort(parts)
		key += "?" + strings.Join(parts, "&")
	}
	return key
}
