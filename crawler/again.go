package crawler

import (
	"errors"
	"fmt"

	"fangzhi/archive"
	"fangzhi/extract"
)

// reconsidered is verdict v on page p, which reads as now. Where it would cut a
// further version, the payload of the latest one is read as this one was: by
// the rules, the furniture and the reader of today. A version whose bytes cannot
// be had any more has no say.
func (k *crawl) reconsidered(p archive.Page, now archive.Reading, known *extract.Furniture, v archive.Verdict) (archive.Verdict, error) {
	if !v.Cut || p.Versions == 0 || p.Payload == "" || now.Kind != archive.KindArticle {
		return v, nil
	}
	before, err := archive.Recall(k.wire, k.c.store, p.Site, p.URL, p.Payload)
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
		v.Reason += fmt.Sprintf("; version %d could not be read again: %v", p.Versions, err)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	page, err := k.c.read(k.input(before, known))
	if err != nil {
		return v, fmt.Errorf("read %s again: %w", p.URL, err)
	}
	return v.Reconsider(p, now, page.Reading()), nil
}

// input is a capture as the site's pages are read.
func (k *crawl) input(c archive.Capture, known *extract.Furniture) extract.Input {
	return extract.Input{
		URL: c.URL, Status: c.Status, Header: c.Header, Payload: c.Payload,
		Zone: k.site.Zone, Rules: k.site.Rules, Known: known,
	}
}
