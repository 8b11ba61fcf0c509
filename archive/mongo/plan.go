package mongo

import (
	"time"

	"fangzhi/archive"
)

// key is the identity of a page.
type key struct{ site, url string }

func keyOf(p archive.Page) key { return key{p.Site, p.URL} }

// held is what the archive holds of a page, as far as a batch has to know it.
type held struct {
	lastVisit time.Time
	due       time.Time
	kind      archive.Kind
	versions  int
}

// plan is what a batch comes to for one page.
type plan struct {
	key    key
	stored *held // nil: unknown
	held         // as it will be

	page    *archive.Page // to be written, by a visit or as discovered; nil: at most dueTo and kindTo
	visited bool          // page was visited, so that it is a commit
	dueTo   time.Time     // of a stored page that was found again; zero: its due time stays
	kindTo  archive.Kind  // likewise; "": its kind stays
}

// known says whether the page is stored, or will be by this batch.
func (p *plan) known() bool { return p.stored != nil || p.page != nil }

// committed is what the archive holds, nothing where the page is unknown.
func (p *plan) committed() held {
	if p.stored == nil {
		return held{}
	}
	return *p.stored
}

// reported says whether the archive had committed a visit at that time, or a
// later one, before this batch.
func (p *plan) reported(at time.Time) bool {
	last := p.committed().lastVisit
	return !last.IsZero() && !at.After(last)
}

// payload is bytes, and their digest.
type payload struct {
	digest archive.Digest
	bytes  []byte
}

// batch is what entries come to, each kind of document once.
type batch struct {
	plans     map[key]*plan
	order     []*plan // as met
	visits    []archive.Visit
	snapshots []archive.Snapshot
	payloads  []payload

	seen map[any]bool // digests, visits and versions that are in already
}

// newBatch begins a batch over what the archive holds.
func newBatch(stored map[key]held) *batch {
	b := &batch{plans: make(map[key]*plan, len(stored)), seen: map[any]bool{}}
	for k, h := range stored {
		b.plans[k] = &plan{key: k, stored: &h, held: h}
	}
	return b
}

func (b *batch) plan(k key) *plan {
	p := b.plans[k]
	if p == nil {
		p = &plan{key: k}
		b.plans[k] = p
	}
	return p
}

// once says whether id is met for the first time.
func (b *batch) once(id any) bool {
	if b.seen[id] {
		return false
	}
	b.seen[id] = true
	return true
}

// add adds an entry as if it were recorded after those before it.
func (b *batch) add(e archive.Entry) {
	k := key{e.Visit.Site, e.Visit.URL}
	p, at := b.plan(k), e.Visit.At
	if p.known() && at.Equal(p.lastVisit) {
		return // recorded before, in all its parts
	}
	type visit struct {
		key
		at int64
	}
	if b.once(visit{k, at.UnixMilli()}) {
		b.visits = append(b.visits, e.Visit)
	}
	if e.Payload != nil && b.once(e.Visit.Payload) {
		b.payloads = append(b.payloads, payload{e.Visit.Payload, e.Payload})
	}
	type version struct {
		key
		n int
	}
	if s := e.Snapshot; s != nil && b.once(version{k, s.Version}) {
		b.snapshots = append(b.snapshots, *s)
	}
	if at.After(p.lastVisit) {
		page := e.Page
		p.page, p.visited, p.dueTo, p.kindTo = &page, true, time.Time{}, ""
		p.lastVisit, p.due, p.kind, p.versions = at, page.Due, page.Kind, page.Versions
		b.meet(p)
	}
	for _, d := range e.Discovered {
		b.discover(d, at)
	}
}

// discover adds a page that was found by a visit at that time.
func (b *batch) discover(d archive.Page, at time.Time) {
	p := b.plan(keyOf(d))
	if !p.known() {
		if d.Due.IsZero() {
			d.Due = at
		}
		p.page, p.held = &d, held{due: d.Due, kind: d.Kind}
		b.meet(p)
		return
	}
	if !d.Due.IsZero() && (p.due.IsZero() || d.Due.Before(p.due)) && p.lastVisit.Before(d.Due) {
		p.due = d.Due
		if p.page != nil {
			p.page.Due = d.Due
		} else {
			p.dueTo = d.Due
			b.meet(p)
		}
	}
	if p.kind == archive.KindUnread && d.Kind != archive.KindUnread && d.Kind != "" {
		p.kind = d.Kind
		if p.page != nil {
			p.page.Kind = d.Kind
		} else {
			p.kindTo = d.Kind
			b.meet(p)
		}
	}
}

// meet notes that there is something to write of p.
func (b *batch) meet(p *plan) {
	if b.once(p) {
		b.order = append(b.order, p)
	}
}
