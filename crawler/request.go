package crawler

import (
	"net/http"
	"strings"

	"fangzhi/archive"
)

// addressOf is where p is asked for: the address that scope and robots.txt are
// asked about. The archive knows the page by its own URL, which for a request
// with a body stands for it.
func addressOf(p archive.Page) (address, error) {
	if p.Request == nil {
		return canonical(p.URL)
	}
	return canonical(p.Request.URL)
}

// pageOf is the URL of the page that r asks for.
func pageOf(r archive.Request) (string, error) {
	a, err := canonical(r.ReplayURL())
	return a.url, err
}

// asking are the method, target and body of an errand, and its headers added to
// header. A service of a page's script is told that a browser could be asking,
// and who does: some answer no one who does not say Mozilla.
func (e errand) asking(header http.Header) (method, target, body string) {
	r := e.request
	if r == nil {
		return http.MethodGet, e.to.url, ""
	}
	for name, value := range r.Header {
		header.Set(name, value)
	}
	if header.Get("X-Requested-With") != "" && !strings.HasPrefix(header.Get("User-Agent"), "Mozilla/") {
		agent := header.Get("User-Agent")
		header.Set("User-Agent", "Mozilla/5.0 (compatible; "+strings.NewReplacer(" (", "; ", ")", "").Replace(agent)+")")
	}
	target, _, _ = strings.Cut(r.URL, "#")
	return r.Verb(), target, r.Body
}

// page is the URL by which the archive knows what is fetched.
func (e errand) page() string {
	if e.known != "" {
		return e.known
	}
	return e.to.url
}
