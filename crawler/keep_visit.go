package crawler

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// isKept says whether p is a requisite, or a document that an article attaches:
// it is nothing that a list lists, and tells nothing of its column.
func (k *crawl) isKept(p archive.Page) (bool, error) {
	if p.Kind != archive.KindAttachment || p.FoundOn == "" {
		return p.Kind == archive.KindRequisite, nil
	}
	from, err := k.c.store.Page(k.wire, p.Site, p.FoundOn)
	if errors.Is(err, archive.ErrNotFound) {
		return false, nil
	}
	return from.Kind == archive.KindArticle, err
}

// visitKept fetches a requisite or attached document that is due by itself. What
// that leads to is due in this run; nobody is waited for.
func (k *crawl) visitKept(p archive.Page) (f finding, err error) {
	e, got, err := k.askKept(p)
	if err != nil {
		return f, err
	}
	k.kept.asked.add(p.URL)
	if got.to != "" {
		got.needs = []extract.Requisite{{URL: got.to}}
	}
	var refused refusals
	for i, next := range got.needs {
		if i >= k.site.Keep.PerPage {
			k.note(fmt.Sprintf("%s needs more than %s: those behind are not kept", p.URL, number(k.site.Keep.PerPage, "requisite")))
			break
		}
		a, err := canonical(next.URL)
		if err != nil {
			refused.add(unusable, "")
			continue
		}
		if !k.kept.met.add(a.url) {
			continue
		}
		if why, _ := k.admitKept(a); why != admitted {
			refused.add(why, a.host)
			continue
		}
		held, err := k.c.store.Page(k.wire, p.Site, a.url)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			held = k.requisite(p, a.url, p.Kind, p.Anchor)
		case err != nil:
			return f, err
		case held.Kind != archive.KindRequisite && held.Kind != archive.KindAttachment, held.Failures > 0, k.isFresh(held):
			continue // a page for itself, due by itself, or known well enough
		}
		held.Due = k.run.Started
		e.Discovered = append(e.Discovered, held)
	}
	k.mu.Lock()
	k.notes.merge(refused)
	k.mu.Unlock()
	return finding{parts: []archive.Entry{e}}, nil
}

// askKept fetches p, a document or requisite, and decides what came of it.
func (k *crawl) askKept(p archive.Page) (e archive.Entry, got kept, err error) {
	a, answer, barred, err := k.ask(p)
	if err != nil {
		return e, got, err
	}
	if barred != nil {
		e = barred.entry
		e.Page.Due = k.keptDue(e, answer)
		got.why = e.Visit.Reason
		return e, got, nil
	}
	at, why := k.dated(p, answer.At)
	answer.At = at
	c := answer.Capture
	r, err := k.readKept(p, c)
	if err != nil {
		return e, got, err
	}
	v := archive.Verdict{}
	if p.Kind == archive.KindRequisite {
		if v = archive.JudgeRequisite(p, c, r); r == nil {
			r = &archive.Reading{Kind: archive.KindRequisite}
		}
	} else {
		v = archive.JudgeDocument(p, c, r)
		if r != nil {
			r.Article.Title = p.Anchor
		}
	}
	if !isThere(v.Outcome) {
		r = nil // of what stands in its place it is not
	}
	target := ""
	if v.Outcome == archive.Moved {
		to, err := resolve(p.URL, c.Location())
		switch {
		case err != nil:
			v.Reason += ": " + err.Error()
		case to.url == p.URL:
			v = archive.Verdict{Outcome: archive.Unreachable, Reason: v.Reason + ": leads back to itself"}
		default:
			target = to.url
		}
	}
	e = archive.Settle(k.run.ID, p, c, r, v)
	e.Page.MovedTo, e.Visit.MovedTo = target, target
	e.Visit.Reason += why
	e.Page.Due = k.keptDue(e, answer)
	if c.Status != http.StatusForbidden || v.Outcome == archive.Challenged {
		k.heed(a.host, answer, v.Outcome) // a picture that must not be shown elsewhere says nothing of pages
	}
	switch got.to = target; {
	case target != "":
	case !isThere(v.Outcome):
		got.why = v.Reason
	default:
		got.digest = e.Page.Payload
		if e.Page.Kind == archive.KindRequisite && extract.IsStyle(p.URL, c.Header) {
			brought := &c
			if c.Status == http.StatusNotModified {
				brought = nil
			}
			got.needs, err = k.needsOf(e.Page, brought)
		}
	}
	return e, got, err
}

// readKept reads what came for p, where there is something to be read: of
// requisites only a page of HTML, which is none.
func (k *crawl) readKept(p archive.Page, c archive.Capture) (*archive.Reading, error) {
	if c.Status == 0 || c.Status >= 300 && c.Status < 400 || c.Truncated != "" || len(c.Payload) == 0 ||
		p.LastDigest != "" && p.LastDigest == archive.DigestOf(c.Payload) || p.Kind == archive.KindRequisite && !isMarkup(c) {
		return nil, nil
	}
	s := k.seat(c)
	s.take()
	defer s.leave()
	page, err := k.readPage(c, nil)
	if err != nil {
		return nil, err
	}
	r := page.Reading()
	return &r, nil
}

// isMarkup says whether an answer is a page of HTML, by its header and by its
// beginning: there are servers that call everything text/html.
func isMarkup(c archive.Capture) bool {
	if !strings.Contains(strings.ToLower(c.Header.Get("Content-Type")), "html") {
		return false
	}
	const head = 64 << 10
	text, _ := extract.DecodeContent(c.Header.Get("Content-Encoding"), c.Payload, head) // the beginning comes with any error
	begin := strings.ToLower(string(text[:min(len(text), 1024)]))
	return strings.Contains(begin, "<html") || strings.Contains(begin, "<!doctype html")
}

// keptDue is when a document or requisite is due by itself after a visit. What
// is too long stays so.
func (k *crawl) keptDue(e archive.Entry, got answer) time.Time {
	if got.Truncated == "length" || e.Page.Kind == archive.KindRequisite && !e.Visit.Outcome.Failed() {
		return time.Time{}
	}
	got.At = e.Visit.At
	return k.dueAgain(e.Page, got)
}

// referer is what a browser would say to a, which page from leads to, of where it
// comes from (Referrer Policy, strict-origin-when-cross-origin): some portals
// give their pictures to nobody else.
func referer(from string, a address) string {
	f, err := canonical(from)
	if err != nil || f.scheme == "https" && a.scheme == "http" {
		return ""
	}
	if f.origin() != a.origin() {
		return f.origin() + "/"
	}
	u, err := url.Parse(f.url)
	if err != nil {
		return ""
	}
	u.Fragment = ""
	return u.String()
}
