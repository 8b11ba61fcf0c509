package crawler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"fangzhi/archive"
)

// hops are the pages to which a portal sends those who ask for what is not there, a
// home page or one named 404, as this run found them: where one of them is in
// trouble the server is, and tells nothing of what was asked for.
type hops struct {
	mu    sync.Mutex
	known map[string]*hop // by URL, without its query, which names what was asked for
}

// hop is one of them; its fields are set once it is done.
type hop struct {
	done chan struct{}
	why  string // it is in trouble; "": not as far as is known
	err  error
}

// maxHopPages bounds how many of them are asked for in a run.
const maxHopPages = 20

func newHops() *hops { return &hops{known: map[string]*hop{}} }

// sentToTrouble says what is wrong with the page to which the answer for p sends its
// reader in place of p; "" where nothing is, or that cannot be told. Each is asked
// for once a run: one that is a page of the site has its turn then. No seat is kept
// meanwhile.
//
// Workers do not wait for each other in a ring here: who waits for another to ask says
// so of his own page, as lookAt has it, and who asks waits for none of these.
func (k *crawl) sentToTrouble(p archive.Page, ref string, s *seat) (why string, err error) {
	to, err := resolve(p.URL, ref)
	if err != nil || to.url == p.URL || k.columns[to.url] || k.importing != nil || k.standIns.wasLookedAt(p.URL) {
		return "", nil
	}
	name, _, _ := strings.Cut(to.url, "?")
	k.hops.mu.Lock()
	h, known := k.hops.known[name]
	if !known {
		if len(k.hops.known) == maxHopPages {
			k.hops.mu.Unlock()
			return "", nil
		}
		h = &hop{done: make(chan struct{})}
		k.hops.known[name] = h
	}
	k.hops.mu.Unlock()
	s.leave()
	defer s.take()
	if !known {
		defer close(h.done)
		h.why, h.err = k.askHop(p, to)
		return h.why, h.err
	}
	defer k.frontier.waits(p.URL)()
	select {
	case <-h.done:
		return h.why, h.err
	case <-k.wait.Done():
		return "", context.Cause(k.wait)
	}
}

// askHop is sentToTrouble for the page at to. Its redirects are gone after.
func (k *crawl) askHop(p archive.Page, to address) (why string, err error) {
	for range maxHomeHops {
		v, location, err := k.foundNow(p, to)
		if err != nil {
			return "", err
		}
		switch v.Outcome {
		case archive.Unreachable, archive.Challenged, archive.Truncated:
			return fmt.Sprintf("%s is in trouble: %s", to.url, v.Reason), nil
		case archive.Refused:
			if v.Status != 0 { // robots.txt may keep crawlers from it, which is no trouble
				return fmt.Sprintf("%s is in trouble: %s", to.url, v.Reason), nil
			}
		}
		if location == "" {
			return "", nil
		}
		if to, err = resolve(to.url, location); err != nil {
			return "", nil
		}
	}
	return "", nil
}

// foundNow is how the page at to is found in this run, and where it redirects; the
// visit is empty where it cannot be asked for.
func (k *crawl) foundNow(p archive.Page, to address) (v archive.Visit, location string, err error) {
	if v, err = k.seenNow(to.url); err != nil || v.URL != "" {
		return v, v.MovedTo, err
	}
	switch _, err := k.c.store.Page(k.wire, k.site.Name, to.url); {
	case err == nil:
		if _, err = k.lookAt(p, to.url); err == nil {
			v, err = k.seenNow(to.url)
		}
		return v, v.MovedTo, err
	case !errors.Is(err, archive.ErrNotFound):
		return v, "", err
	}
	if !k.mayLookAt(to.url) {
		return v, "", nil
	}
	return k.glance(to)
}

// seenNow is the visit of this run to the page at url, which the archive has; it has
// no URL where there was none.
func (k *crawl) seenNow(url string) (archive.Visit, error) {
	f := archive.Filter{Site: k.site.Name, URL: url, Since: k.run.Started, Newest: true, Limit: 1}
	for v, err := range k.c.store.Visits(k.wire, f) {
		if err != nil {
			return archive.Visit{}, fmt.Errorf("look for a visit to %s: %w", url, err)
		}
		if v.Run == k.run.ID {
			return v, nil
		}
	}
	return archive.Visit{}, nil
}

// glance asks for a page and records nothing: all that is wanted of it is whether its
// server is well. Location is where it redirects.
func (k *crawl) glance(to address) (v archive.Visit, location string, err error) {
	p := archive.Page{Site: k.site.Name, URL: to.url, Kind: archive.KindList, State: archive.StateDiscovered}
	a, got, barred, err := k.ask(p)
	switch resting := (*restingError)(nil); {
	case errors.As(err, &resting):
		return v, "", nil // which settling what is gone takes for a doubt
	case err != nil:
		return v, "", err
	case barred != nil:
		return barred.entry.Visit, "", nil
	}
	s := k.seat(got.Capture)
	defer s.leave()
	var r *archive.Reading
	if toBeRead(p, got.Capture) && len(got.Payload) > 0 {
		s.take()
		page, err := k.readPage(got.Capture, nil)
		if err != nil {
			return v, "", fmt.Errorf("read %s: %w", to.url, err)
		}
		reading := page.Reading()
		r = &reading
	}
	verdict := archive.Judge(p, got.Capture, r)
	k.heed(a.host, got, verdict.Outcome)
	return archive.Visit{URL: p.URL, Outcome: verdict.Outcome, Reason: verdict.Reason, Status: got.Status}, got.Location(), nil
}

// unlessTrouble is v, which finds p gone since its answer leads to ref, unless what
// is there is in trouble.
func (k *crawl) unlessTrouble(p archive.Page, ref string, s *seat, v *archive.Verdict) error {
	if v.Outcome != archive.Gone || ref == "" {
		return nil
	}
	why, err := k.sentToTrouble(p, ref, s)
	if why != "" {
		*v = archive.Verdict{Outcome: archive.Unreachable, Reason: v.Reason + "; " + why, Keep: v.Keep}
	}
	return err
}
