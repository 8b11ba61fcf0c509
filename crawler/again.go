package crawler

import (
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// reconsidered is verdict v on p, which was page now at that time, reads as r and has the
// further pages w. Where it would cut another version, the payloads of the latest one
// are read as the new ones were: by the rules, the furniture and the reader of
// today, and without the pages that are missing now. A version whose bytes
// cannot be had any more has no say.
func (k *crawl) reconsidered(p archive.Page, at time.Time, now *extract.Page, r archive.Reading, w *whole, known *extract.Furniture, v archive.Verdict) (archive.Verdict, error) {
	if v.Cut && p.Versions == 0 && r.Kind == archive.KindArticle && now.EndsInTag() {
		return k.unlessBrokenOff(p, at, now, nil, known, v)
	}
	if !v.Cut || p.Versions == 0 || p.Payload == "" || r.Kind != archive.KindArticle {
		return v, nil
	}
	first, before, lacking, err := k.readAgain(p, w, known)
	if gone(err) {
		v.Reason += fmt.Sprintf("; version %d could not be read again: %v", p.Versions, err)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v = v.Reconsider(p, r, before)
	if v.Cut {
		if v, err = k.unlessBrokenOff(p, at, now, first, known, v); err != nil {
			return v, err
		}
	}
	if v.Cut && p.Parts == 0 && len(w.parts) == 0 {
		return k.withoutNoise(p, before.Article, r.Article, known, w.seat, v)
	}
	if v.Cut && lacking > 0 {
		v.Reason += fmt.Sprintf("; version %d lacks %d of its pages", p.Versions, lacking)
	}
	return v, nil
}

// readAgain reads the latest version of p again, of which page is the first, and says
// how many of its pages it lacks.
func (k *crawl) readAgain(p archive.Page, w *whole, known *extract.Furniture) (page *extract.Page, r archive.Reading, lacking int, err error) {
	first, err := archive.Recall(k.wire, k.c.store, p.Site, p.URL, p.Payload)
	if err != nil {
		return nil, r, 0, err
	}
	page, err = k.c.read(k.input(first, known))
	if err != nil {
		return nil, r, 0, fmt.Errorf("read %s again: %w", p.URL, err)
	}
	r = page.Reading()
	if p.Parts == 0 {
		return page, r, 0, nil
	}
	missing := map[string]bool{}
	for _, m := range w.missing() {
		missing[m.URL] = true
	}
	all := []archive.Article{r.Article}
	for s, err := range k.c.store.Snapshots(k.wire, archive.Filter{Site: p.Site, URL: p.URL, Version: p.Versions}) {
		if err != nil {
			return nil, r, 0, err
		}
		for _, part := range s.Parts {
			switch {
			case missing[part.URL]:
			case part.Missing != "":
				lacking++
			default:
				a, err := k.recallArticle(p.Site, part.URL, part.Payload, known)
				if err != nil {
					return nil, r, 0, err
				}
				all = append(all, a)
			}
		}
	}
	r.Article = extract.Join(all...)
	return page, r, lacking, nil
}

// input is a capture as the site's pages are read.
func (k *crawl) input(c archive.Capture, known *extract.Furniture) extract.Input {
	return extract.Input{
		URL: c.URL, Status: c.Status, Header: c.Header, Payload: c.Payload,
		Zone: k.site.Zone, Rules: k.site.Rules, Known: known,
	}
}
