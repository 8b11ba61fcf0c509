package crawler

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"golang.org/x/net/http/httpguts"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// finding is what one visit brought: what to record, and the pages it led to.
type finding struct {
	entry  archive.Entry
	parts  []archive.Entry // visits to the further pages of the article; in a finding without an entry, to what is kept besides pages
	lesson extract.Lesson  // what a first version teaches of the site's furniture
	fresh  []archive.Page  // not pages of the site yet, as far as could be told
	again  []archive.Page  // pages of the site, to be due once more or listed by one column more
	also   []archive.Page  // pages of the site, or of fresh, that one column more lists by an alias

	was  archive.Page // the page before the visit
	list bool         // the page was read as a list
	rows int          // of it

	requisites []extract.Requisite // of the page, where its bytes are new to the archive

	canonical string // the URL that an article names as its own, read for the first time

	flushed chan<- struct{} // no finding, but a wish to know that those before it are recorded
}

// visit fetches one page and decides what that means. The error is that of the
// contexts, a *restingError, or the archive's; the page is not visited then.
func (k *crawl) visit(p archive.Page) (finding, error) {
	if besides, err := k.isKept(p); err != nil || besides {
		if err != nil {
			return finding{}, err
		}
		return k.visitKept(p)
	}
	a, got, barred, err := k.ask(p)
	if err != nil {
		return finding{}, err
	}
	if barred != nil {
		return *barred, nil
	}
	f, err := k.judged(p, a, got)
	if err == nil {
		if err = k.keep(p, &f); err != nil {
			for i := range f.parts {
				k.frontier.release(f.parts[i].Page.URL)
			}
		}
	}
	return f, err
}

// isEmpty says whether f has no entry of its own: what is kept besides pages
// tells nothing of the site.
func (f *finding) isEmpty() bool { return f.entry.Visit.URL == "" }

// add adds the further pages of an article that was settled.
func (f *finding) add(w *whole) {
	for i := range w.parts {
		if e := w.parts[i].entry; e != nil {
			f.parts = append(f.parts, *e)
		}
	}
	if isThere(f.entry.Visit.Outcome) {
		f.entry.Page.Parts = len(w.parts)
	}
	if f.entry.Snapshot != nil {
		f.entry.Snapshot.Parts = w.list()
	}
}

// ask fetches p; barred is the visit where p was not to be asked for.
func (k *crawl) ask(p archive.Page) (a address, got answer, barred *finding, err error) {
	no := func(o archive.Outcome, reason string) (address, answer, *finding, error) {
		f := k.unasked(p, o, reason)
		return a, answer{}, &f, nil
	}
	if a, err = addressOf(p); err != nil {
		return no(archive.Refused, err.Error())
	}
	admit := k.scope.admit
	besides := p.Kind == archive.KindRequisite || p.Kind == archive.KindAttachment
	if p.Kind == archive.KindRequisite && k.site.Keep.Requisites || p.Kind == archive.KindAttachment && k.site.Keep.Attachments {
		admit = k.admitKept
	}
	if why, text := admit(a); why != admitted {
		_, _, f, _ := no(archive.Refused, "out of the scope: "+text)
		f.entry.Page.Due = time.Time{}
		return a, answer{}, f, nil
	}
	if p.LastVisit.IsZero() && p.Kind == archive.KindUnread && p.Depth > 0 {
		if reason, yes := k.shapes.barren(a, p.ListedDay != ""); yes {
			_, _, f, _ := no(archive.Refused, reason)
			f.entry.Page.Due = time.Time{}
			k.note(reason)
			return a, answer{}, f, nil
		}
	}
	e := errand{
		to: a, known: p.URL, request: p.Request, line: k.line, user: k.user,
		politeness: k.site.Politeness, requests: &k.requests, run: k.run.ID, robotsSince: k.robotsSince,
	}
	if err := k.recallHold(a.host); err != nil {
		return a, answer{}, nil, err
	}
	permit, err := k.c.robots.ask(k.wait, k.wire, e)
	switch {
	case err != nil:
		return a, answer{}, nil, err
	case permit.unknown != "":
		k.rest(a.host, permit.unknown)
		return no(archive.Unreachable, permit.unknown)
	case permit.barred != "":
		return no(archive.Refused, permit.barred)
	}
	e.politeness.Delay = max(e.politeness.Delay, permit.delay)
	if !k.rereads(p) && p.Parts == 0 { // of several pages any may have changed
		e.conditions = conditions(p)
	}
	if besides {
		e.size, e.whole = k.site.Keep.Size, true
		if from := referer(p.FoundOn, a); from != "" {
			if e.conditions == nil {
				e.conditions = http.Header{}
			}
			e.conditions["Referer"] = []string{from}
		}
	}
	got, err = k.c.fetcher.fetch(k.wait, k.wire, e)
	if address := (*AddressError)(nil); errors.As(got.fault, &address) && !besides {
		k.rest(a.host, address.Error()) // where its robots.txt did not have to be asked for
	}
	return a, got, nil, err
}

// unasked is a visit that was decided without a request.
func (k *crawl) unasked(p archive.Page, o archive.Outcome, reason string) finding {
	at, why := k.dated(p, k.c.now())
	c := archive.Capture{URL: p.URL, At: at}
	e := archive.Settle(k.run.ID, p, c, nil, archive.Verdict{Outcome: o, Reason: reason + why})
	e.Page.Due = k.dueAgain(e.Page, answer{Capture: c})
	return finding{entry: e}
}

// since is t, but not before the run's start, even if the clock was set back: a
// page's last visit tells that it had its turn.
func (k *crawl) since(t time.Time) time.Time {
	if k.importing != nil {
		return t // long ago
	}
	if t.Before(k.run.Started) {
		t = k.run.Started
	}
	k.mu.Lock()
	if t.After(k.latest) {
		k.latest = t
	}
	k.mu.Unlock()
	return t
}

// Every tenth visit asks without conditions, to catch servers that answer 304
// whatever happens.
const unconditional = 10

// minRevisit is the least from one visit to the next by a revisit policy.
const minRevisit = time.Minute / 2

// conditions asks the server for the page only if it changed.
func conditions(p archive.Page) http.Header {
	if !p.State.There() || (p.Visits+1)%unconditional == 0 {
		return nil
	}
	h := http.Header{}
	if p.ETag != "" && httpguts.ValidHeaderFieldValue(p.ETag) {
		h["If-None-Match"] = []string{p.ETag}
	}
	if p.LastModified != "" && httpguts.ValidHeaderFieldValue(p.LastModified) {
		h["If-Modified-Since"] = []string{p.LastModified}
	}
	return h
}

// judged decides what an answer means. A panic on the way, which only a fault
// of ours can be, makes the page unreadable and no more.
func (k *crawl) judged(p archive.Page, a address, got answer) (f finding, err error) {
	var why string
	if got.At, why = k.dated(p, got.At); why != "" {
		defer func() { f.entry.Visit.Reason += why }()
	}
	var w whole
	defer func() {
		if fault := recover(); fault != nil {
			k.frontier.release(w.urls()...)
			k.c.options.Log.Error("panic while reading a page", "site", k.site.Name, "url", p.URL, "panic", fault, "stack", string(debug.Stack()))
			r := &archive.Reading{Trouble: archive.TroubleUnreadable, Signature: fmt.Sprintf("panic while reading: %v", fault)}
			f, err = k.settled(p, a, got, r), nil
		}
	}()
	if !toBeRead(p, got.Capture) && !((k.rereads(p) || p.Parts > 0) && got.Status == http.StatusOK && got.Truncated == "") {
		s := k.seat(got.Capture)
		defer s.leave()
		v, err := k.unlessCutAlways(p, got.Capture, nil, nil, archive.Judge(p, got.Capture, nil))
		if err != nil {
			return f, err
		}
		how := fmt.Sprintf("status %d", got.Status)
		if err := k.sentAway(p, got.Location(), how, s, &v); err != nil {
			return f, err
		}
		if err := k.unlessTrouble(p, got.Location(), s, &v); err != nil {
			return f, err
		}
		f = k.settledAs(p, a, got, nil, v)
		k.feedAgain(&f)
		if p.Request != nil && !isThere(f.entry.Visit.Outcome) {
			return f, k.follow(&f, p, nil, k.listOf(p, nil, ""))
		}
		return f, k.followMove(&f, p)
	}
	s := k.seat(got.Capture)
	s.take()
	defer s.leave()
	w.seat = s
	if f, ok, err := k.judgedData(p, a, got); ok || err != nil {
		return f, err
	}
	known := k.furniture.known.Load()
	page, err := k.readPage(got.Capture, known)
	if err != nil {
		return f, fmt.Errorf("read %s: %w", p.URL, err)
	}
	r := page.Reading()
	if f, ok, err := k.forwarded(p, a, got, page, &r, s); ok || err != nil {
		if err != nil {
			return f, err
		}
		return f, k.followMove(&f, p)
	}
	var l *discover.List
	sign := k.asList(p, page, &r, &l)
	if sign == "" && p.Kind == archive.KindList && p.Versions == 0 && (isHomeURL(p.URL) || k.standIns.wasLookedAt(p.URL)) {
		sign = "a home page that was a list" // whatever introduces the place
	}
	if sign != "" && r.Kind == archive.KindArticle && r.Trouble == archive.TroubleNone {
		r = archive.Reading{
			Kind: archive.KindList, Signature: sign, Rules: r.Rules,
			Article: archive.Article{Title: r.Article.Title}, Charset: r.Charset, Damaged: r.Damaged,
		}
	}
	if k.site.Everything && p.Column == "" && r.Kind == archive.KindArticle {
		p.Column = columnName(page)
	}
	if r.Kind == archive.KindArticle && r.Trouble == archive.TroubleNone && got.Status == http.StatusOK {
		if todo := discover.Parts(page, p.URL); len(todo) > 0 {
			large := len(page.HTML()) > smallPage
			if large {
				page = nil // it is read anew: many may wait
			}
			if w, err = k.gatherParts(p, todo, r, known, s); err == nil && large {
				page, err = k.c.read(k.input(got.Capture, known))
			}
			if err != nil {
				k.frontier.release(w.urls()...)
				return f, err
			}
		}
	}
	v, err := k.judgedWhole(p, got.Capture, page, &r, &w, known)
	if err == nil {
		v, err = k.unlessCutAlways(p, got.Capture, page, &r, v)
	}
	if err == nil {
		err = k.standsIn(p, got, page, &r, &v, s)
	}
	if err == nil && page != nil && v.Outcome == archive.Gone {
		err = k.unlessTrouble(p, page.SendsAway(), s, &v)
	}
	if err != nil {
		k.frontier.release(w.urls()...)
		return f, err
	}
	f = k.settledAs(p, a, got, &r, v)
	f.add(&w)
	f.requisites = w.requisites
	if len(f.entry.Visit.Header) > 0 && f.entry.Visit.Payload != "" && isThere(v.Outcome) {
		f.requisites = append(f.requisites, k.requisitesOf(p, page)...)
	}
	if cutsFirst(&f) {
		f.lesson = page.Lesson()
		f.canonical = k.canonicalOf(page, p.URL)
	}
	switch {
	case p.Request != nil && !isThere(f.entry.Visit.Outcome):
		err = k.follow(&f, p, nil, k.listOf(p, nil, ""))
	case r.Trouble == archive.TroubleNone && got.Status < 300:
		err = k.follow(&f, p, page, l)
	}
	return f, err
}

// toBeRead says whether an answer's content has a say. The bytes that were read
// last time need no reading.
func toBeRead(p archive.Page, c archive.Capture) bool {
	switch {
	case c.Status >= 400:
		return true // a challenge, perhaps: of some the status tells
	case c.Status < 200, c.Status >= 300, c.Truncated != "":
		return false
	}
	return p.LastDigest == "" || p.LastDigest != archive.DigestOf(c.Payload)
}

// settled is the entry of a visit, with all that the archive leaves to us but
// the pages it leads to.
func (k *crawl) settled(p archive.Page, a address, got answer, r *archive.Reading) finding {
	return k.settledAs(p, a, got, r, archive.Judge(p, got.Capture, r))
}

// settledAs is settled where v is the verdict.
func (k *crawl) settledAs(p archive.Page, a address, got answer, r *archive.Reading, v archive.Verdict) finding {
	target := ""
	if v.Outcome == archive.Moved {
		target, v = k.moved(p, got.Capture, v)
	}
	e := archive.Settle(k.run.ID, p, got.Capture, r, v)
	e.Page.MovedTo, e.Visit.MovedTo = target, target
	if p.State.Gone() && v.Outcome.Failed() {
		e.Page.MovedTo = p.MovedTo // as it is gone still
	}
	e.Page.Due = k.dueAgain(e.Page, got)
	k.heed(a.host, got, v.Outcome)
	return finding{entry: e, was: p}
}

// dueAgain is when a page is due after a visit: later than the visit itself,
// so that no page has two turns in one run. Where a wrong clock has it that the
// visit is still to come, it is due by the clock as it is.
func (k *crawl) dueAgain(p archive.Page, got answer) time.Time {
	if now := k.c.now(); got.At.Sub(now) > archive.MaxAhead {
		if due := k.site.Revisit(p, now); due.IsZero() || due.After(now.Add(minRevisit)) {
			return due.UTC().Truncate(time.Millisecond)
		}
		return got.At.Add(time.Millisecond) // the next run makes it due
	}
	due := k.site.Revisit(p, got.At)
	if !got.after.IsZero() {
		due = got.after
	}
	if !due.IsZero() && !due.After(got.At) {
		due = got.At.Add(time.Millisecond)
	}
	return due.UTC().Truncate(time.Millisecond)
}
