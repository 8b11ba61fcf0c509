package mongo

import (
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

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
	versions  int           // committed
	seq       int           // of the last visit committed
	claim     bson.ObjectID // see Store.clear
	column    string
	also      []string // columns besides that list it
}

// plan is what a batch comes to for one page.
type plan struct {
	key    key
	stored *held // nil: unknown
	held         // as it will be

	found   *archive.Page // to be added as found; nil where it is stored
	visited *archive.Page // to be written, as the last visit leaves it; nil: that stays
	dueTo   time.Time     // of a stored page that was found again; zero: its due time stays
	kindTo  archive.Kind  // likewise; "": its kind stays
	alsoTo  []string      // likewise: columns to be added
	askedTo *archive.Request
	wrong   time.Time // with dueTo: visits dated later do not count
}

// committed is what the archive holds, nothing where the page is unknown.
func (p *plan) committed() held {
	if p.stored == nil {
		return held{}
	}
	return *p.stored
}

// known says whether the page is stored, or will be by this batch.
func (p *plan) known() bool { return p.stored != nil || p.found != nil }

// commits says whether the batch adds visits to the page.
func (p *plan) commits() bool { return p.seq > p.committed().seq }

// payload is bytes, and their digest.
type payload struct {
	digest archive.Digest
	bytes  []byte
}

// moment names a visit, edition a snapshot.
type (
	moment struct {
		key
		at int64 // milliseconds
	}
	edition struct {
		key
		version int
	}
)

func momentOf(v archive.Visit) moment { return moment{key{v.Site, v.URL}, v.At.UnixMilli()} }

// batch is what entries come to, each kind of document once.
type batch struct {
	ledger map[moment]bool // of the visits earlier than a page's last: those that are recorded
	plans  map[key]*plan
	order  []*plan // as met

	payloads  []payload
	snapshots []archive.Snapshot
	visits    []visitDoc

	wrong time.Time // visits dated later do not count, a wrong clock dated them; zero: all do

	seen map[any]bool // digests, visits, versions and plans that are in already
}

// newBatch begins a batch over what the archive holds.
func newBatch(stored map[key]held, ledger map[moment]bool) *batch {
	b := &batch{ledger: ledger, plans: make(map[key]*plan, len(stored)), seen: map[any]bool{}}
	for k, h := range stored {
		b.plans[k] = &plan{key: k, stored: &h, held: h}
	}
	return b
}

// plan returns the plan of a page that there is something to write of.
func (b *batch) plan(k key) *plan {
	p := b.plans[k]
	if p == nil {
		p = &plan{key: k}
		b.plans[k] = p
	}
	if b.once(p) {
		b.order = append(b.order, p)
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
	p, m := b.plan(key{e.Visit.Site, e.Visit.URL}), momentOf(e.Visit)
	if last := p.committed().lastVisit; b.ledger[m] || !last.IsZero() && e.Visit.At.Equal(last) || !b.once(m) {
		return // recorded before, in all its parts
	}
	if p.stored == nil && p.found == nil {
		page := unread(e.Page, e.Visit.At)
		page.Also = e.Page.Also
		p.found, p.column, p.also = &page, page.Column, page.Also
	}
	p.seq++
	visit := visitDocOf(e.Visit)
	visit.Seq = p.seq
	if e.Snapshot != nil {
		visit.Cut = e.Snapshot.Version
	}
	leaf := archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot))
	visit.Leaf = leaf[:]
	b.visits = append(b.visits, visit)
	if e.Payload != nil && b.once(e.Visit.Payload) {
		b.payloads = append(b.payloads, payload{e.Visit.Payload, e.Payload})
	}
	if s := e.Snapshot; s != nil && s.Version > p.committed().versions && b.once(edition{p.key, s.Version}) {
		b.snapshots = append(b.snapshots, *s)
	}
	late := e.Visit.At.Before(p.lastVisit) && e.Page.LastVisit.Equal(p.lastVisit) // it tells the page as it is, that visit among the others
	if e.Visit.At.After(p.lastVisit) || late {
		page := e.Page
		p.visited, p.dueTo, p.kindTo, p.askedTo = &page, time.Time{}, "", nil
		p.due, p.kind, p.versions = page.Due, page.Kind, page.Versions
		if !late {
			p.lastVisit = e.Visit.At
		}
	}
	for _, d := range e.Discovered {
		b.discover(d, e.Visit.At)
	}
}

// listed adds a column to those that list the page besides its own.
func (p *plan) listed(column string) {
	if column == "" || column == p.column || len(p.also) >= archive.MaxAlso || slices.Contains(p.also, column) {
		return
	}
	p.also = append(slices.Clip(p.also), column)
	if p.found != nil {
		p.found.Also = p.also
	} else {
		p.alsoTo = append(p.alsoTo, column)
	}
}

// unread is a page as it was before its first visit.
func unread(p archive.Page, due time.Time) archive.Page {
	return archive.Page{
		Site: p.Site, URL: p.URL, Column: p.Column, Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: p.FoundOn, Anchor: p.Anchor, ListedDay: p.ListedDay, Depth: p.Depth, FirstSeen: p.FirstSeen, Due: due, Request: p.Request,
		Item: p.Item,
	}
}

func (b *batch) wrongly(dated time.Time) bool { return !b.wrong.IsZero() && dated.After(b.wrong) }

// discover adds a page that was found by a visit at that time.
func (b *batch) discover(d archive.Page, at time.Time) {
	p := b.plan(keyOf(d))
	if !p.known() {
		if d.Due.IsZero() && d.State != archive.StateAlias {
			d.Due = at
		}
		p.found, p.due, p.kind, p.column, p.also = &d, d.Due, d.Kind, d.Column, d.Also
		return
	}
	p.listed(d.Column)
	if !d.Due.IsZero() && (p.due.IsZero() || d.Due.Before(p.due)) && (p.lastVisit.Before(d.Due) || b.wrongly(p.lastVisit)) {
		p.due = d.Due
		switch {
		case p.visited != nil:
			p.visited.Due = d.Due
		case p.found != nil:
			p.found.Due = d.Due
		default:
			p.dueTo, p.wrong = d.Due, b.wrong
		}
	}
	if d.Request != nil {
		switch {
		case p.visited != nil:
			p.visited.Request = d.Request
		case p.found != nil:
			p.found.Request = d.Request
		default:
			p.askedTo = d.Request
		}
	}
	if p.kind == archive.KindUnread && d.Kind != archive.KindUnread && d.Kind != "" {
		p.kind = d.Kind
		switch {
		case p.visited != nil:
			p.visited.Kind = d.Kind
		case p.found != nil:
			p.found.Kind = d.Kind
		default:
			p.kindTo = d.Kind
		}
	}
}
