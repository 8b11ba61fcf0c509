package crawler

import (
	"errors"
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// keepOne captures a document or requisite of from, following redirects.
func (k *crawl) keepOne(from archive.Page, url string, kind archive.Kind, name string, fill *filling) (got kept, err error) {
	for range maxHops + 1 {
		a, err := canonical(url)
		if err != nil {
			return kept{why: err.Error()}, nil
		}
		if why, text := k.admitKept(a); why != admitted {
			return kept{why: "out of the scope: " + text}, nil
		}
		v, err, _ := k.kept.flights.Do(a.url, func() (any, error) { return k.keepNow(from, a, kind, name, fill) })
		if err != nil {
			return kept{}, err
		}
		if got = v.(kept); got.to == "" {
			return got, nil
		}
		url = got.to
	}
	return kept{why: fmt.Sprintf("redirected more than %d times in a row", maxHops)}, nil
}

// keepNow captures what is at a, unless the archive knows how it stands there.
func (k *crawl) keepNow(from archive.Page, a address, kind archive.Kind, name string, fill *filling) (kept, error) {
	p, err := k.c.store.Page(k.wire, k.site.Name, a.url)
	if (errors.Is(err, archive.ErrNotFound) || err == nil && (p.LastVisit.Before(k.run.Started) || k.datedWrongly(p))) && k.kept.asked.remembers(a.url) {
		k.recorder.flush()
		p, err = k.c.store.Page(k.wire, k.site.Name, a.url)
	}
	known := err == nil && p.Kind != archive.KindUnread
	switch {
	case errors.Is(err, archive.ErrNotFound):
		p = k.requisite(from, a.url, kind, name)
	case err != nil:
		return kept{}, err
	case p.Kind == archive.KindUnread && p.Versions == 0:
		p.Kind = kind
	case p.Kind != archive.KindAttachment && p.Kind != archive.KindRequisite:
		return kept{why: fmt.Sprintf("is a page for itself, of kind %s", p.Kind)}, nil
	}
	standing := k.kept.asked.remembers(a.url) || !p.LastVisit.Before(k.run.Started) && !k.datedWrongly(p) || // it had its turn
		p.Failures > 0 && p.Due.After(k.c.now()) ||
		p.Failures == 0 && p.Kind == archive.KindRequisite && k.isFresh(p)
	if standing || fill != nil && !fill.lacks(p) {
		return k.standing(p)
	}
	if fill != nil {
		if why := k.barsFilling(fill, a); why != "" {
			return kept{why: why}, nil
		}
	}
	if k.frontier.leaves(a.url) {
		p.Due = k.run.Started
		return kept{why: a.host + " is left alone for the rest of the run", later: &p}, nil
	}
	if n := k.kept.begun.Add(1); n > int64(k.site.Keep.PerRun) {
		k.kept.capped.Do(func() {
			k.note(fmt.Sprintf("attachments and requisites beyond the %d of one run are due a day later", k.site.Keep.PerRun))
		})
		p.Due = k.run.Started.Add(24 * time.Hour)
		return kept{why: fmt.Sprintf("beyond the %d that one run asks for", k.site.Keep.PerRun), later: &p}, nil
	}
	if !k.frontier.claim(a.url) {
		// Somebody visits it for itself, and is not awaited while he waits himself, so
		// that there is no ring of those who wait; of one that was never read it is not
		// known what it is.
		if !known || p.Kind != archive.KindAttachment {
			return kept{why: "it is being visited for itself"}, nil
		}
		if err := k.frontier.await(k.wait, a.url); err != nil {
			return kept{}, err
		}
		if p, err = k.c.store.Page(k.wire, k.site.Name, a.url); err != nil {
			return kept{}, err
		}
		return k.standing(p)
	}
	e, got, err := k.askKept(p)
	if err != nil {
		k.frontier.release(a.url)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			k.rest(a.host, resting.Error())
			p.Due = k.run.Started
			if fill != nil {
				fill.of.left.Add(1)
			}
			return kept{why: resting.Error(), later: &p}, nil
		}
		return kept{}, err
	}
	k.kept.asked.add(a.url)
	if fill != nil {
		fill.asked++
	}
	k.recorder.add(finding{parts: []archive.Entry{e}})
	return got, nil
}

// isFresh says whether a page that needs the requisite p does without asking for
// it again.
func (k *crawl) isFresh(p archive.Page) bool {
	return !p.LastVisit.IsZero() && !k.datedWrongly(p) && k.c.now().Sub(p.LastVisit) < keptRest(p, k.site.Keep.Revisit)
}

// maxKeptRest bounds how long a requisite is not asked for that never changes.
const maxKeptRest = 30 * 24 * time.Hour

// keptRest is how long the requisite p is not asked for after its last visit: the
// least or, where it is longer, a quarter of the time for which it has been seen
// as it is. A portal's styles stay for years, and every page needs them.
func keptRest(p archive.Page, least time.Duration) time.Duration {
	since := p.LastChange
	if p.State.Gone() {
		since = p.GoneSince
	}
	if since.IsZero() {
		return least
	}
	return max(least, min(p.LastVisit.Sub(since)/4, maxKeptRest))
}

// datedWrongly says whether a clock that ran ahead dated the last visit to p.
func (k *crawl) datedWrongly(p archive.Page) bool {
	return p.LastVisit.Sub(k.c.now()) > archive.MaxAhead
}

// standing is how it stands with p, which is not asked for.
func (k *crawl) standing(p archive.Page) (got kept, err error) {
	if p.Visits > 0 {
		got.known = &p
	}
	switch {
	case p.State == archive.StateMoved && p.MovedTo != "":
		got.to = p.MovedTo
	case !p.State.There():
		got.why = fmt.Sprintf("%s at its last visit", p.State)
	default:
		got.digest = p.Payload
		if p.Kind == archive.KindRequisite && extract.IsStyle(p.URL, nil) {
			// What it needs may not have been had: a run was stopped, or a host down.
			got.needs, err = k.needsOf(p, nil)
		}
	}
	return got, err
}

// needsOf reads what a stylesheet needs: the one that c brought or, where c is
// nil, the one that the archive holds. What cannot be read needs nothing.
func (k *crawl) needsOf(p archive.Page, c *archive.Capture) ([]extract.Requisite, error) {
	if c == nil {
		held, err := archive.Recall(k.wire, k.c.store, p.Site, p.URL, p.Payload)
		if gone(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c = &held
	}
	text, err := extract.DecodeContent(c.Header.Get("Content-Encoding"), c.Payload, 0)
	if err != nil {
		return nil, nil
	}
	all, whole := extract.StyleRequisites(p.URL, string(text))
	if !whole {
		k.note(p.URL + notWhole)
	}
	return all, nil
}
