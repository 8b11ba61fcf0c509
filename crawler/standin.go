package crawler

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// standIns are the pages that a portal answers with for what is not there, under a
// status of 200: its home page, and its lists. They are looked at only where a page
// comes that is not what a list called it.
type standIns struct {
	mu     sync.Mutex
	known  map[archive.Digest]extract.Imprint // of lists, by what the archive has of them
	homes  map[string]string                  // by origin: the URL of its home page, once it was looked for
	looked map[string]bool                    // pages that were looked at as a home page
}

type standIn struct {
	digest  archive.Digest
	imprint extract.Imprint
}

func newStandIns() *standIns {
	return &standIns{known: map[archive.Digest]extract.Imprint{}, homes: map[string]string{}, looked: map[string]bool{}}
}

const (
	// maxImprints bounds the imprints that are remembered, and maxStandIns the
	// lists that one page is compared with.
	maxImprints = 64
	maxStandIns = 20
)

// standsIn says whether page, which came for p, reads as r and is to be judged by
// v, is the site's home page or a list of it in the place of an article, or what the
// site says in the place of all of them; r and v say so then.
func (k *crawl) standsIn(p archive.Page, got answer, page *extract.Page, r *archive.Reading, v *archive.Verdict, s *seat) error {
	if !v.Cut && r.Kind != archive.KindList || r.Trouble != archive.TroubleNone || got.Status != 200 || !k.expectsArticle(p) {
		return nil
	}
	if p.Versions > 0 && page.Bears(p.Title) || page.Bears(p.Anchor) {
		return nil
	}
	told, mine := archive.DigestOf(got.Payload), page.Imprint()
	is := func(url string, home bool) (bool, error) {
		sign, err := k.isPage(url, home, told, mine, r.Kind)
		if sign == "" || err != nil {
			return false, err
		}
		r.Trouble, r.Signature = archive.TroubleSoft404, "status 200, but the page is "+sign
		*v = archive.Judge(p, got.Capture, r)
		return true, nil
	}
	lists := []string{p.FoundOn}
	for _, c := range k.site.Columns[:min(len(k.site.Columns), maxStandIns)] {
		if a, err := canonical(c.URL); err == nil && a.url != p.FoundOn {
			lists = append(lists, a.url)
		}
	}
	for _, list := range lists {
		if found, err := is(list, isHomeURL(list)); found || err != nil {
			return err
		}
	}
	home, err := k.homeOf(p, p.URL, s)
	if err != nil {
		return err
	}
	if home != p.URL {
		if found, err := is(home, true); found || err != nil {
			return err
		}
	}
	k.saidToAll(p, got, page, r, v)
	return nil
}

// expectsArticle says whether p is a page that had an article, or of which a list
// says so.
func (k *crawl) expectsArticle(p archive.Page) bool {
	if p.Request != nil || k.columns[p.URL] || p.Kind != archive.KindArticle && p.Kind != archive.KindUnread || isHomeURL(p.URL) || k.standIns.wasLookedAt(p.URL) {
		return false
	}
	return p.Versions > 0 || p.FoundOn != "" && p.Depth > 0 && (!k.site.Everything || p.ListedDay != "")
}

func isHomeURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && archive.IsHome(u)
}

// isPage says which page of the site, at url, came in the place of another, with
// these bytes and this imprint, and reads as kind; "" where it did not. A home page
// may read as an article, and lie where the portal's first page leads.
func (k *crawl) isPage(url string, home bool, told archive.Digest, mine extract.Imprint, kind archive.Kind) (sign string, err error) {
	other, ok, err := k.standInAt(url, home)
	if !ok || err != nil {
		return "", err
	}
	what, by := "the list "+url, "by its text"
	if home {
		what = "the site's home page " + url
	}
	switch {
	case mine.Same(other.imprint):
		if told == other.digest {
			by = "by its bytes"
		}
	case home && kind == archive.KindList && mine.Resembles(other.imprint):
		by = "by its name and much of its text"
	default:
		return "", nil
	}
	return what + ", " + by, nil
}

// standInAt is the list at url, or the home page, as it was seen last; ok is false
// where it was not, or is none.
func (k *crawl) standInAt(url string, home bool) (s standIn, ok bool, err error) {
	if url == "" {
		return s, false, nil
	}
	if k.importing != nil {
		if err := k.importing.flushFor(url); err != nil {
			return s, false, err
		}
	}
	p, err := k.c.store.Page(k.wire, k.site.Name, url)
	if errors.Is(err, archive.ErrNotFound) || err == nil && (p.Payload == "" || p.Request != nil || p.Kind != archive.KindList && !home) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	s.digest = p.Payload
	k.standIns.mu.Lock()
	s.imprint, ok = k.standIns.known[p.Payload]
	k.standIns.mu.Unlock()
	if ok {
		return s, true, nil
	}
	c, err := archive.Recall(k.wire, k.c.store, k.site.Name, url, p.Payload)
	if gone(err) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	page, err := k.c.read(k.input(c, nil))
	if err != nil {
		return s, false, fmt.Errorf("read %s again: %w", url, err)
	}
	s.imprint = page.Imprint()
	k.standIns.mu.Lock()
	defer k.standIns.mu.Unlock()
	if len(k.standIns.known) >= maxImprints {
		clear(k.standIns.known)
	}
	k.standIns.known[p.Payload] = s.imprint
	return s, true, nil
}

// maxHomeHops is how many redirects of a home page are gone after.
const maxHomeHops = 3

// wasLookedAt says whether url was looked at as a home page: in its own place
// nothing stands.
func (s *standIns) wasLookedAt(url string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looked[url]
}

// homeOf is the URL of the home page of the host of at, which the archive has as this
// run saw it, as far as it can be had: where the run did not ask for it yet, it does
// now, for p. Where it leads to p, that is p. Imports have what the archive has.
func (k *crawl) homeOf(p archive.Page, at string, s *seat) (home string, err error) {
	a, err := canonical(at)
	if err != nil {
		return "", nil
	}
	k.standIns.mu.Lock()
	home, done := k.standIns.homes[a.origin()]
	k.standIns.mu.Unlock()
	if done {
		return home, nil
	}
	s.leave()
	defer s.take()
	home = a.origin() + "/"
	for range maxHomeHops {
		at, err := k.lookAt(p, home)
		if err != nil {
			return "", err
		}
		if at.MovedTo == "" {
			break
		}
		if home = at.MovedTo; home == p.URL {
			break
		}
	}
	k.standIns.mu.Lock()
	defer k.standIns.mu.Unlock()
	k.standIns.homes[a.origin()] = home
	return home, nil
}

// lookAt returns the page at url, a home page, as this run saw it. One that the
// site did not know is asked for on such occasions only.
//
// Workers do not wait for each other in a ring here. Who waits for a page says so
// of its own page, beside, and nobody waits for that meanwhile: he takes the page
// as the archive has it. Who visits the page at url waits for nobody: a page that
// is looked at as a home page looks for none. No lock is held at either, and the
// end of the run ends both.
func (k *crawl) lookAt(beside archive.Page, url string) (archive.Page, error) {
	page := func() (archive.Page, error) {
		at, err := k.c.store.Page(k.wire, k.site.Name, url)
		if errors.Is(err, archive.ErrNotFound) {
			return archive.Page{
				Site: beside.Site, URL: url, Kind: archive.KindList, State: archive.StateDiscovered,
				FoundOn: beside.URL, Depth: max(beside.Depth, 1), FirstSeen: k.since(k.c.now()),
			}, nil
		}
		return at, err
	}
	switch {
	case k.importing != nil:
		return page()
	case !k.frontier.claim(url): // somebody is at it
		defer k.frontier.waits(beside.URL)()
		if err := k.frontier.await(k.wait, url); err != nil {
			return archive.Page{}, err
		}
		return page()
	}
	at, err := page()
	if err != nil || !at.LastVisit.Before(k.run.Started) || !k.mayLookAt(url) {
		k.frontier.release(url)
		return at, err
	}
	k.standIns.mu.Lock()
	k.standIns.looked[url] = true
	k.standIns.mu.Unlock()
	f, err := k.visit(at)
	if err != nil {
		k.frontier.release(url)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			return at, nil
		}
		return at, err
	}
	if at.Due.IsZero() {
		f.entry.Page.Due = time.Time{}
	}
	k.done(at, f)
	k.recorder.flush()
	return page()
}

// mayLookAt says whether the run may ask for one page more, this one.
func (k *crawl) mayLookAt(url string) bool {
	a, err := canonical(url)
	if err != nil {
		return false
	}
	why, _ := k.scope.admit(a)
	return why == admitted && !k.frontier.restsNow(url) && k.frontier.allows()
}
