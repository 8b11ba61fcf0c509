package crawler

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// sentOn is the visit to an article of which the answer says that it is not there,
// and sends its reader on to another page at once: it moved there, unless what is
// there is known for no article, or answers for other pages lead there too. Where it sends its reader back to itself it has not
// said anything. Ok is false for every other answer, and where it leads home, to a
// column or to an error page.
func (k *crawl) sentOn(p archive.Page, a address, got answer, page *extract.Page, r *archive.Reading, s *seat) (f finding, ok bool, err error) {
	switch {
	case !k.expectsArticle(p), len(r.Article.Body) > doorText, got.Truncated != "",
		r.Trouble != archive.TroubleNone && r.Trouble != archive.TroubleSoft404:
		return f, false, nil
	}
	ref, evidence := discover.ForwardOrBack(page, p.URL)
	if ref == "" {
		return f, false, nil
	}
	to, err := resolve(p.URL, ref)
	if err != nil {
		return f, false, nil
	}
	v := archive.Judge(p, got.Capture, r)
	if v.Outcome != archive.Gone {
		return f, false, nil
	}
	how, keep := v.Reason+", and "+evidence, v.Keep
	if to.url == p.URL {
		v = archive.Verdict{Outcome: archive.Unreachable, Reason: how + ", which is the page itself", Keep: keep}
		return k.settledAs(p, a, got, r, v), true, nil
	}
	if u, err := url.Parse(to.url); err != nil || archive.IsHome(u) || archive.LeadsTo404(to.url) || k.columns[to.url] || to.url == p.FoundOn {
		return f, false, nil
	}
	v = archive.Verdict{Outcome: archive.Moved, Reason: how, Keep: true}
	if err := k.sentAway(p, ref, how, s, &v); err != nil || v.Outcome != archive.Moved {
		return f, false, err
	}
	why, err := k.noArticleAt(to.url)
	if err == nil && why == "" {
		why, err = k.noMove(p, to)
	}
	if err != nil {
		return f, false, err
	}
	if why != "" {
		v = archive.Verdict{Outcome: archive.Gone, Reason: how + ", " + why, Keep: keep}
		f = k.settledAs(p, a, got, r, v)
		f.entry.Page.MovedTo, f.entry.Visit.MovedTo = to.url, to.url // which tells of the others that lead there
		return f, true, nil
	}
	return k.settledMove(p, a, got, r, to, v), true, nil
}

// sentOnTo are the pages to which answers of a run that say that something is not
// there send their readers on, each with the first page that led to it.
type sentOnTo struct {
	mu    sync.Mutex
	first map[string]string
}

// maxSentOnTo bounds them: of those beyond the archive tells.
const maxSentOnTo = 10_000

// noMove says why p did not move to the page at to, where its answer, which says that
// it is not there, sends its reader: the site does not tell what is out of its scope,
// and where the answers for two pages lead to one, that is what the portal says of all
// that is not there. "" where it may have moved: as long as it is the only one.
func (k *crawl) noMove(p archive.Page, to address) (why string, err error) {
	if k.importing != nil && k.importing.now.Told != nil {
		return "", nil // noArticleAt went by that
	}
	if why, text := k.scope.admit(to); why != admitted {
		return "which is out of the scope: " + text, nil
	}
	const led = "where the answer for %s leads as well"
	k.sentOnTo.mu.Lock()
	first, known := k.sentOnTo.first[to.url]
	if !known && len(k.sentOnTo.first) < maxSentOnTo {
		k.sentOnTo.first[to.url] = p.URL
	}
	k.sentOnTo.mu.Unlock()
	if known && first != p.URL {
		return fmt.Sprintf(led, first), nil
	}
	for other, err := range k.c.store.Pages(k.wire, archive.Filter{Site: p.Site, MovedTo: to.url}) {
		if err != nil {
			return "", fmt.Errorf("look for what else leads to %s: %w", to.url, err)
		}
		if other.URL == p.URL {
			continue
		}
		if sent, err := k.wasSentOn(other); err != nil || sent {
			return fmt.Sprintf(led, other.URL), err
		}
	}
	return "", nil
}

// wasSentOn says whether p, which leads to another page, does so by an answer that
// says that p is not there, and not by a redirect.
func (k *crawl) wasSentOn(p archive.Page) (bool, error) {
	if p.State.Gone() {
		return true, nil
	}
	if p.State != archive.StateMoved {
		return false, nil
	}
	for v, err := range k.c.store.Visits(k.wire, archive.Filter{Site: p.Site, URL: p.URL, Newest: true, Limit: 1}) {
		if err != nil {
			return false, fmt.Errorf("the last visit to %s: %w", p.URL, err)
		}
		return v.Status == http.StatusNotFound || v.Status == http.StatusGone || strings.HasPrefix(v.Reason, "soft 404: "), nil
	}
	return false, nil
}

// noArticleAt says why the page at url is known for no article; "" where it is one,
// or was not seen yet. An import goes by what its file tells of the visit.
func (k *crawl) noArticleAt(url string) (why string, err error) {
	if k.importing != nil {
		if t := k.importing.now.Told; t != nil {
			if t.Outcome == archive.Gone || t.Outcome == archive.Withdrawn {
				return "where there is no article", nil
			}
			return "", nil
		}
		if err := k.importing.flushFor(url); err != nil {
			return "", err
		}
	}
	q, err := k.c.store.Page(k.wire, k.site.Name, url)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look for %s: %w", url, err)
	case q.State.Gone():
		return "which is gone as well", nil
	case q.State.There() && q.Versions == 0:
		return "where there is no article", nil
	}
	return "", nil
}
