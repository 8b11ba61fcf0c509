package crawler

import (
	"errors"
	"fmt"
	"net/url"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// sentOn is the visit to an article of which the answer says that it is not there,
// and sends its reader on to another page at once: it moved there, unless what is
// there is known for no article. Where it sends its reader back to itself it has not
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
	if err != nil {
		return f, false, err
	}
	if why != "" {
		v = archive.Verdict{Outcome: archive.Gone, Reason: how + ", " + why, Keep: keep}
		return k.settledAs(p, a, got, r, v), true, nil
	}
	return k.settledMove(p, a, got, r, to, v), true, nil
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
