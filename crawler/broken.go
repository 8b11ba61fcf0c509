package crawler

import (
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// brokenPatience is how many visits in a row have to bring the same page without its
// end before it is taken for the page, and brokenSpan how long after the first of them
// the last has to be: templates lose their end, too, and a line that breaks is mended.
// The beginning of the version before is never taken.
const (
	brokenPatience = 3
	brokenSpan     = 20 * time.Hour // a day, less what pages are due early
	brokenLook     = 20             // visits that are looked at
)

// unlessBrokenOff is v, which cuts a version of p by page now, unless that is only a
// part of a page: it ends in the middle, where what came before, nil for a first
// version, had its end. A server that announced too few bytes sends it, or one that
// announces none over a line that breaks.
func (k *crawl) unlessBrokenOff(p archive.Page, at time.Time, now, before *extract.Page, known *extract.Furniture, v archive.Verdict) (archive.Verdict, error) {
	where, begins := "a tag", false
	beside := ""
	if before != nil {
		if where, begins = now.BreaksOff(before); where == "" {
			return v, nil
		}
		beside = fmt.Sprintf(", which version %d does not", p.Versions)
	}
	if begins {
		reason := fmt.Sprintf("ends within %s, and is no more than the beginning of version %d", where, p.Versions)
		return archive.Verdict{Outcome: archive.Truncated, Reason: reason, Keep: true}, nil
	}
	same, since, err := k.endedSo(p, now.Reading().Article, known)
	if err != nil {
		return v, err
	}
	if same+1 >= brokenPatience && at.Sub(since) >= brokenSpan {
		v.Reason += fmt.Sprintf("; ends within %s%s, as at the %d visits before", where, beside, same)
		return v, nil
	}
	reason := fmt.Sprintf("ends within %s%s: taken for the page once %d visits in a row bring the same, over a day, of which this is number %d",
		where, beside, brokenPatience, same+1)
	return archive.Verdict{Outcome: archive.Truncated, Reason: reason, Keep: true}, nil
}

// endedSo is how many of the visits to p right before this one brought a, and were
// taken for a part of the page, and when the first of them was.
func (k *crawl) endedSo(p archive.Page, a archive.Article, known *extract.Furniture) (visits int, since time.Time, err error) {
	if p.Failures == 0 {
		return 0, since, nil
	}
	if k.importing != nil {
		if err := k.importing.flushFor(p.URL); err != nil {
			return 0, since, err
		}
	}
	said := archive.FingerprintOf(a)
	f := archive.Filter{Site: p.Site, URL: p.URL, Newest: true, Limit: brokenLook}
	for v, err := range k.c.store.Visits(k.wire, f) {
		if err != nil {
			return 0, since, fmt.Errorf("earlier visits to %s: %w", p.URL, err)
		}
		if v.Outcome != archive.Truncated || v.Truncated != "" || v.Payload == "" {
			break
		}
		before, err := k.recallArticle(p.Site, p.URL, v.Payload, known)
		if gone(err) {
			break
		}
		if err != nil {
			return 0, since, err
		}
		if archive.FingerprintOf(before) != said {
			break
		}
		visits, since = visits+1, v.At
	}
	return visits, since, nil
}

// cutLook is how many visits unlessCutAlways looks at: of a page that is gone, years.
const cutLook = 100

// unlessCutAlways is v on p, unless that is truncated for half an answer that says that
// p is not there, and came often enough: a server that announces a false length cuts
// each one, and is in no trouble. Bytes that are those of the visit before are not kept
// again. Page is nil where the answer was not read; one that sends its reader on says
// more than that.
func (k *crawl) unlessCutAlways(p archive.Page, c archive.Capture, page *extract.Page, r *archive.Reading, v archive.Verdict) (archive.Verdict, error) {
	if v.Outcome != archive.Truncated || c.Truncated == "" {
		return v, nil
	}
	whole := c
	whole.Truncated = ""
	says := archive.Judge(p, whole, r)
	if says.Outcome != archive.Gone {
		return v, nil
	}
	same, since, err := k.cutSo(p, archive.DigestOf(c.Payload))
	if err != nil || same == 0 {
		return v, err
	}
	v.Keep = false
	if page != nil {
		if ref, _ := discover.ForwardOrBack(page, p.URL); ref != "" {
			return v, nil
		}
	}
	if same+1 >= brokenPatience && c.At.Sub(since) >= brokenSpan {
		return archive.Verdict{Outcome: archive.Gone, Reason: fmt.Sprintf("%s, as at the %d visits before", v.Reason, same)}, nil
	}
	v.Reason += fmt.Sprintf(": taken for what it says once %d visits in a row bring the same, over a day, of which this is number %d", brokenPatience, same+1)
	return v, nil
}

// cutSo is how many of the visits to p right before this one brought half an answer
// with these bytes, and when the first of them was. What was not kept had the bytes of
// the visit before it.
func (k *crawl) cutSo(p archive.Page, bytes archive.Digest) (visits int, since time.Time, err error) {
	if k.importing != nil {
		if err := k.importing.flushFor(p.URL); err != nil {
			return 0, since, err
		}
	}
	met := 0
	f := archive.Filter{Site: p.Site, URL: p.URL, Newest: true, Limit: cutLook}
	for v, err := range k.c.store.Visits(k.wire, f) {
		if err != nil {
			return 0, since, fmt.Errorf("earlier visits to %s: %w", p.URL, err)
		}
		told := v.Outcome == archive.Truncated || v.Outcome == archive.Gone || v.Outcome == archive.Withdrawn
		if !told || v.Truncated == "" || v.Payload != "" && v.Payload != bytes {
			break
		}
		if met++; v.Payload == bytes {
			visits, since = met, v.At
		}
	}
	return visits, since, nil
}
