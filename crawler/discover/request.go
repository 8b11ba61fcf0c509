package discover

import (
	"net/url"
	"strconv"
	"strings"

	"fangzhi/archive"
)

// get is the request for a page like any other.
func get(u string) archive.Request { return archive.Request{URL: u} }

// Plain says whether r is no more than a GET of its URL, whose answer is read
// like any page.
func Plain(r archive.Request) bool {
	return r.Method == "" && len(r.Header) == 0 && r.Family == "" && r.Body == "" && r.Hint == ""
}

// scripted is a GET as a script of the page makes it: services answer others
// with 403.
func (p *page) scripted(family, u string) archive.Request {
	return archive.Request{URL: u, Family: family, Header: map[string]string{
		"Accept": "application/json, text/javascript, */*; q=0.01", "Referer": p.at.String(), "X-Requested-With": "XMLHttpRequest",
	}}
}

const (
	formType = "application/x-www-form-urlencoded; charset=UTF-8"
	jsonType = "application/json; charset=UTF-8"
)

// posted is a POST of body as a script of the page makes it.
func (p *page) posted(family, u, contentType, body string) archive.Request {
	r := p.scripted(family, u)
	r.Method, r.Body = "POST", body
	r.Header["Content-Type"] = contentType
	return r
}

// again is the request of a, for another address or body.
func (a *Answer) again(u, body string) archive.Request {
	r := *a.Request
	r.URL, r.Body = u, body
	return r
}

// referer is the page whose script made the request of a, "" where it was none.
func (a *Answer) referer() string {
	if a.Request == nil {
		return ""
	}
	return a.Request.Header["Referer"]
}

// parameter is one of a query or form. Their order is kept: it is part of a
// page's identity.
type parameter struct{ name, value string }

// encoded writes parameters as a query or form.
func encoded(parameters []parameter) string {
	var b strings.Builder
	for i, p := range parameters {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value))
	}
	return b.String()
}

// decoded reads a query or form.
func decoded(query string) (parameters []parameter) {
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		parameters = append(parameters, parameter{name, value})
	}
	return parameters
}

// valueOf is the value of the first parameter of that name, "" where there is
// none; the case of names does not count.
func valueOf(parameters []parameter, name string) string {
	for _, p := range parameters {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}

// with returns parameters with the value of name set, in its place or last.
func with(parameters []parameter, name, value string) []parameter {
	out := append([]parameter(nil), parameters...)
	for i := range out {
		if strings.EqualFold(out[i].name, name) {
			out[i].value = value
			return out
		}
	}
	return append(out, parameter{name, value})
}

// withQuery is u with another query, which is encoded, and without a fragment.
func withQuery(u *url.URL, query string) string {
	c := *u
	c.RawQuery, c.Fragment, c.RawFragment = query, "", ""
	return c.String()
}

// beside returns the URL of ref as at links it, "" when there is none.
func beside(at *url.URL, ref string) string {
	u, err := at.Parse(strings.ReplaceAll(strings.TrimSpace(ref), " ", "%20"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// without is a copy of header that lacks name.
func without(header map[string]string, name string) map[string]string {
	c := make(map[string]string, len(header))
	for k, v := range header {
		if k != name {
			c[k] = v
		}
	}
	return c
}

// decimal is n in digits.
func decimal(n int) string { return strconv.Itoa(n) }

// atoi is the number that a run of digits stands for, 0 where s is none.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1e8 {
		return 0
	}
	return n
}
