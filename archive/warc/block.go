package warc

import (
	"bytes"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Answer is what the block of a response, or of a revisit with one, holds.
type Answer struct {
	Protocol string // HTTP/1.1, HTTP/2.0
	Status   int
	Header   http.Header // without Transfer-Encoding
	Payload  []byte      // entity body, transfer coding removed; part of the block
	Raw      []byte      // the body as it stands in the block
	Cut      bool        // the transfer coding says that there was more
}

// Asked is what the block of a request holds.
type Asked struct {
	Method string
	Target string // as in the request line
	Header http.Header
	Body   []byte
}

// ParseAnswer reads an HTTP answer as a crawler saved it.
func ParseAnswer(block []byte) (a Answer, err error) {
	line, header, body, err := parseMessage(block)
	if err != nil {
		return a, err
	}
	protocol, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if a.Status, err = strconv.Atoi(code); err != nil || len(code) != 3 || a.Status < 100 || !strings.HasPrefix(protocol, "HTTP/") {
		return a, fmt.Errorf("begins with %q: no status line of HTTP", clip([]byte(line)))
	}
	a.Protocol, a.Header, a.Payload, a.Raw = Protocol(protocol), header, body, body
	if codings := header.Get("Transfer-Encoding"); strings.Contains(strings.ToLower(codings), "chunked") {
		a.Payload, a.Cut = dechunk(body)
	}
	header.Del("Transfer-Encoding")
	return a, nil
}

// ParseAsked reads an HTTP request as a crawler saved it.
func ParseAsked(block []byte) (a Asked, err error) {
	line, header, body, err := parseMessage(block)
	if err != nil {
		return a, err
	}
	parts := strings.Split(line, " ")
	if len(parts) < 3 || !httpguts.ValidHeaderFieldName(parts[0]) || !strings.HasPrefix(parts[len(parts)-1], "HTTP/") {
		return a, fmt.Errorf("begins with %q: no request line of HTTP", clip([]byte(line)))
	}
	a = Asked{Method: parts[0], Target: strings.Join(parts[1:len(parts)-1], " "), Header: header, Body: body}
	if strings.Contains(strings.ToLower(header.Get("Transfer-Encoding")), "chunked") {
		a.Body, _ = dechunk(body)
	}
	return a, nil
}

// Protocol is a version of HTTP as Go writes it; s is as a status line or
// WARC-Protocol has it.
func Protocol(s string) string {
	switch strings.ToLower(s) {
	case "h2", "http/2", "http/2.0":
		return "HTTP/2.0"
	case "h3", "http/3", "http/3.0":
		return "HTTP/3.0"
	case "http/1.0":
		return "HTTP/1.0"
	}
	return "HTTP/1.1"
}

// parseMessage parts a message into its first line, header and body. Servers end
// lines in LF alone, and write lines that are no fields: these are passed over.
func parseMessage(block []byte) (line string, h http.Header, body []byte, err error) {
	h = http.Header{}
	last := ""
	rest := block
	for n := 0; ; n++ {
		raw, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok && n == 0 {
			return "", nil, nil, fmt.Errorf("begins with %q: no message of HTTP", clip(raw))
		}
		rest = after
		text := string(bytes.TrimSuffix(raw, []byte("\r")))
		switch {
		case n == 0:
			line = text
			continue
		case text == "":
			return line, h, rest, nil
		case n > maxFields || len(block)-len(rest) > MaxHeader:
			return "", nil, nil, fmt.Errorf("has an HTTP header of more than %d lines, or %d bytes", maxFields, MaxHeader)
		case (text[0] == ' ' || text[0] == '\t') && last != "":
			values := h[last]
			values[len(values)-1] += " " + clean(text)
		default:
			name, value, found := strings.Cut(text, ":")
			if found && httpguts.ValidHeaderFieldName(name) {
				last = textproto.CanonicalMIMEHeaderKey(name)
				h[last] = append(h[last], clean(value))
			}
		}
		if !ok {
			return line, h, nil, nil // a header without an end has no body
		}
	}
}

// clean is a field's value without what would begin another field.
func clean(s string) string { return strings.TrimSpace(oneLine(s)) }

// dechunk removes the chunked coding. Many tools remove it and leave the header:
// a body that is not of chunks is as it should be. Cut says that it begins with
// whole chunks and ends before the last.
func dechunk(body []byte) (payload []byte, cut bool) {
	payload = make([]byte, 0, len(body))
	for rest, whole := body, 0; ; whole++ {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		digits, _, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\r")), []byte(";"))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(digits[:min(len(digits), 20)])), 16, 31)
		if ok && err == nil && n == 0 {
			return payload, false // trailers tell nothing that is kept
		}
		good := ok && err == nil && n <= uint64(len(after))
		if good {
			end := after[n:]
			switch {
			case bytes.HasPrefix(end, []byte("\r\n")):
				rest = end[2:]
			case bytes.HasPrefix(end, []byte("\n")):
				rest = end[1:]
			default:
				good = len(end) == 0 && whole > 0
				rest = nil
			}
		}
		switch {
		case good:
			payload = append(payload, after[:n]...)
		case whole == 0:
			return body, false
		default:
			if ok && err == nil && n > uint64(len(after)) {
				payload = append(payload, after...)
			}
			return payload, true
		}
	}
}
