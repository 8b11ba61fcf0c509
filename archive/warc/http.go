package warc

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// ResponseHead is the status line and header of an answer as a block has them.
// An answer over HTTP/2 has the status line of HTTP/1.1, as is the custom. The
// payload is without transfer coding, so the header names none.
func ResponseHead(protocol string, status int, h http.Header) []byte {
	b := []byte(version(protocol) + " " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
	return appendHeader(b, h, "Transfer-Encoding")
}

// RequestHead is the request line and header by which target was asked for.
func RequestHead(method, protocol string, target *url.URL, h http.Header) []byte {
	b := []byte(method + " " + target.RequestURI() + " " + version(protocol) + "\r\n")
	host := target.Host
	if v := h.Get("Host"); v != "" {
		host = v
	}
	b = append(b, "Host: "+oneLine(host)+"\r\n"...)
	return appendHeader(b, h, "Host")
}

func version(protocol string) string {
	if protocol == "HTTP/1.0" {
		return protocol
	}
	return "HTTP/1.1"
}

// appendHeader appends h, sorted by name but for the one left out, and the line
// that ends a header.
func appendHeader(b []byte, h http.Header, but string) []byte {
	names := make([]string, 0, len(h))
	for name := range h {
		if name != but && httpguts.ValidHeaderFieldName(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range h[name] {
			b = append(b, name...)
			b = append(b, ": "...)
			b = append(b, strings.TrimSpace(oneLine(v))...)
			b = append(b, "\r\n"...)
		}
	}
	return append(b, "\r\n"...)
}
