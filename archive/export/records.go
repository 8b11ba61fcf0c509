package export

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

// Store is what an export reads of an archive; archive.Store tells what each
// method promises.
type Store interface {
	Page(ctx context.Context, site, url string) (archive.Page, error)
	Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error]
	Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error]
	Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error]
	Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error]
	Payload(ctx context.Context, d archive.Digest) ([]byte, error)
	Search(ctx context.Context, q string, f archive.Filter) iter.Seq2[archive.Snapshot, error]
	Log(ctx context.Context) (archive.Log, error)
	Nodes(ctx context.Context, nodes []archive.Node) ([]archive.Hash, error)
	Lessons(ctx context.Context) iter.Seq2[archive.Lesson, error]
}

// Records yields what sel asks for, by (site, URL, version), one record in
// memory at a time; of a version that is damaged, that it is. It yields an error at most once, last. A page that was
// found after the export had passed its place is left out.
func Records(ctx context.Context, store Store, sel Selection) iter.Seq2[Record, error] {
	return records(ctx, store, sel, nil)
}

// records is Records without what cur knows already; it notes in cur, where
// there is one, what it has passed.
func records(ctx context.Context, store Store, sel Selection, cur *cursor) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := sel.Validate(false); err != nil {
			yield(Record{}, err)
			return
		}
		if cur == nil && sel.Search == "" {
			for s, err := range stretches(ctx, store, sel) {
				if err != nil {
					yield(Record{}, err)
					return
				}
				for r, err := range s.records(ctx, store, sel) {
					if !yield(r, err) || err != nil {
						return
					}
				}
			}
			return
		}
		m := merge{ctx: ctx, store: store, sel: sel, yield: yield}
		if err := m.single(cur); err != nil {
			yield(Record{}, fmt.Errorf("export: %w", err))
		}
	}
}

// merge walks pages and snapshots side by side.
type merge struct {
	ctx   context.Context
	store Store
	sel   Selection
	yield func(Record, error) bool
	left  bool // the caller wants no more

	page  archive.Page      // the page of held
	prior *archive.Snapshot // the version before held, where it was listed
	held  *archive.Snapshot // a version that may be asked for
	next  *archive.Snapshot // the version after held
	old   mark              // what is known of page already
	last  int               // the highest version that was listed
	lost  []int             // versions of page, asked for and damaged
}

// single goes page by page and asks for the versions of those alone that have
// something to tell.
func (m *merge) single(cur *cursor) error {
	for p, err := range pages(m.ctx, m.store, m.sel) {
		if err != nil {
			return err
		}
		if m.old, err = cur.seek(p); err != nil {
			return err
		}
		if pageFault(p) != "" {
			p.State = ""
		}
		now := m.old
		if m.old.misses(p) {
			// The versions of a page in another state than those asked for wait:
			// it may come to be in one.
			if m.sel.wantsPage(p) || pageFault(p) != "" {
				m.last, m.lost = m.old.Versions, nil
				if err := m.run(archive.Filter{Site: p.Site, URL: p.URL}, []archive.Page{p}); err != nil || m.left {
					return err
				}
				now.Versions, now.Damaged = m.last, m.lost
			}
			now.State = p.State
		}
		if err := cur.put(p, now); err != nil {
			return err
		}
	}
	return nil
}

// run yields what is asked for of pages, whose versions at names.
func (m *merge) run(at archive.Filter, pages []archive.Page) error {
	none := &archive.Snapshot{}
	before, known := none, false
	listed := 0 // the highest version of pages[0]
	pass := func() error {
		p := pages[0]
		pages = pages[1:]
		err := m.missing(p, listed)
		listed = 0
		return err
	}
	for s, err := range m.store.Snapshots(m.ctx, m.sel.filter(at)) {
		if err != nil {
			return err
		}
		if s.Site != before.Site || s.URL != before.URL {
			if err := m.flush(); err != nil || m.left {
				return err
			}
			for len(pages) > 0 && compare(pages[0], s) < 0 {
				if err := pass(); err != nil || m.left {
					return err
				}
			}
			if known = len(pages) > 0 && compare(pages[0], s) == 0; known {
				if m.page, err = m.doubted(pages[0]); err != nil || m.left {
					return err
				}
				known = m.sel.wantsPage(m.page) && !m.page.Misnamed()
			}
			before = none
		}
		if len(pages) > 0 && compare(pages[0], s) == 0 {
			listed = max(listed, s.Version)
		}
		prior := before
		before = &s
		m.last = max(m.last, s.Version)
		if m.held != nil && m.next == nil && s.Version == m.held.Version+1 {
			m.next = &s
		}
		if !known || !m.sel.during(s.TakenAt) || !m.old.lacks(m.page, s.Version) {
			continue
		}
		if !m.sel.single() {
			if err := m.flush(); err != nil || m.left {
				return err
			}
		}
		m.held, m.next, m.prior = &s, nil, nil
		if s.Version > 1 && prior.Version == s.Version-1 {
			m.prior = prior
		}
	}
	err := m.flush()
	for err == nil && !m.left && len(pages) > 0 {
		err = pass()
	}
	return err
}

const misnamed = "its address is not what was written, by its checksums: what was found there is left out"

// pageFault says in what way what is kept of p itself is not what was written, "" where
// it is, as far as can be told.
func pageFault(p archive.Page) string {
	switch {
	case p.Misnamed():
		return misnamed
	case p.Damaged&(archive.DamagedHistory|archive.DamagedAlso) != 0:
		return "what is kept of it is not what was written, by its checksum"
	case !slices.Contains(archive.Kinds, p.Kind):
		return fmt.Sprintf("is of the kind %q, which there is not", p.Kind)
	}
	return ""
}

// doubted is page p as its records may tell of it. Where it is damaged that is told,
// and where it stands and was last seen is left empty: its versions prove themselves.
func (m *merge) doubted(p archive.Page) (archive.Page, error) {
	fault := pageFault(p)
	if fault == "" {
		return p, nil
	}
	m.tell(p, 0, fault)
	p.State, p.LastSeen, p.MovedTo = "", time.Time{}, ""
	for s, err := range m.store.Snapshots(m.ctx, archive.Filter{Site: p.Site, URL: p.URL, Latest: true}) {
		if err != nil {
			return p, err
		}
		p.Versions = s.Version
	}
	return p, nil
}

// missing tells where the archive has lost the latest version of p, of which it
// listed those up to a number.
func (m *merge) missing(p archive.Page, listed int) error {
	if fault := pageFault(p); fault != "" {
		// Of what has versions it was told; and some pages never have any.
		if listed == 0 && p.Kind != archive.KindList && p.Kind != archive.KindPart && p.Kind != archive.KindRequisite {
			m.tell(p, 0, fault)
		}
		return nil
	}
	if p.Versions <= listed || !m.sel.Since.IsZero() {
		return nil
	}
	s := archive.Snapshot{Version: p.Versions, Kind: p.Kind, Column: p.Column}
	if s.Kind == archive.KindUnread { // by now
		s.Kind = archive.KindArticle
	}
	if !m.sel.wantsPage(p) || !m.old.lacks(p, p.Versions) || !m.sel.wants(p, s) {
		return nil
	}
	for s, err := range m.store.Snapshots(m.ctx, archive.Filter{Site: p.Site, URL: p.URL, Version: p.Versions}) {
		if err != nil || s.Version == p.Versions {
			return err
		}
	}
	m.tell(p, p.Versions, "is not there, though its page counts it")
	return nil
}

// tell tells of a version that is damaged, of the page itself where it is 0, once.
func (m *merge) tell(p archive.Page, version int, fault string) {
	m.lost = append(m.lost, version)
	if !slices.Contains(m.old.Damaged, version) {
		m.left = !m.yield(Record{Site: p.Site, URL: p.URL, Version: version, Damaged: fault}, nil)
	}
}

// flush yields the version held, if it is asked for.
func (m *merge) flush() error {
	held, next, prior := m.held, m.next, m.prior
	m.held, m.next = nil, nil
	if held == nil || !m.sel.wants(m.page, *held) {
		return nil
	}
	if told, err := m.toldElsewhere(); err != nil || told {
		return err
	}
	fault, err := m.fault(*held)
	if err != nil {
		return err
	}
	if fault != "" {
		m.tell(m.page, held.Version, fault)
		return nil
	}
	if m.sel.single() && m.sel.Until.IsZero() && m.sel.Since.IsZero() && held.Version < m.page.Versions {
		return nil // it is not the latest, which is missing
	}
	seen, err := m.lastSeen(*held, next)
	if err != nil {
		return err
	}
	r := newRecord(m.page, *held, seen)
	changes, err := m.changes(prior, *held)
	if err != nil {
		return err
	}
	r.Changes = append(r.Changes, changes...)
	m.left = !m.yield(r, nil)
	return nil
}

// fault says in what way a version of m.page is not what was recorded, as it tells by
// itself and, of the latest, as its page tells. The page may have changed since it was
// listed: it is asked for again.
func (m *merge) fault(s archive.Snapshot) (string, error) {
	if fault := s.Fault(); fault != "" {
		return fault, nil
	}
	if s.Version != m.page.Versions || pageFault(m.page) != "" || s.Against(m.page) == "" {
		return "", nil
	}
	p, err := m.store.Page(m.ctx, s.Site, s.URL)
	if err != nil || p.Versions != s.Version {
		return "", err
	}
	for again, err := range m.store.Snapshots(m.ctx, archive.Filter{Site: s.Site, URL: s.URL, Version: s.Version}) {
		if err != nil {
			return "", err
		}
		return again.Against(p), nil
	}
	return "", nil
}

// changes are the classes of what version s says otherwise than the one before
// it, each as it reads now; none where that is damaged.
func (m *merge) changes(prior *archive.Snapshot, s archive.Snapshot) ([]diff.Class, error) {
	if s.Version > 1 && prior == nil {
		f := archive.Filter{Site: s.Site, URL: s.URL, Version: s.Version - 1}
		for before, err := range m.store.Snapshots(m.ctx, f) {
			if err != nil {
				return nil, err
			}
			prior = &before
		}
	}
	if prior == nil || prior.Fault() != "" {
		return nil, nil
	}
	return diff.Between(prior.Article, s.Article), nil
}

// toldElsewhere says whether the latest of a page that moved is left to the page
// at its new URL, which has the same title or says the same: one article is one
// record. Where the cursor has told the page it is told that it moved, too.
func (m *merge) toldElsewhere() (bool, error) {
	if !m.sel.single() || !m.sel.Until.IsZero() || m.page.State != archive.StateMoved || m.page.MovedTo == "" || m.old.Versions > 0 {
		return false, nil
	}
	for p, err := range m.store.Pages(m.ctx, archive.Filter{Site: m.page.Site, URL: m.page.MovedTo}) {
		return p.Versions > 0 && (p.Title == m.page.Title || p.Fingerprint == m.page.Fingerprint), err
	}
	return false, nil
}

// lastSeen is when version s was last found there: the version that follows it
// says, for the latest one the page. The listing need not hold the following
// version, when the clock was set back or the page changed meanwhile; then the
// store is asked for it.
func (m *merge) lastSeen(s archive.Snapshot, next *archive.Snapshot) (time.Time, error) {
	if next != nil {
		return next.PriorSeen, nil
	}
	if s.Version >= m.page.Versions {
		return m.page.LastSeen, nil
	}
	f := archive.Filter{Site: s.Site, URL: s.URL, Version: s.Version + 1}
	for following, err := range m.store.Snapshots(m.ctx, f) {
		return following.PriorSeen, err
	}
	return s.TakenAt, nil
}

func compare(p archive.Page, s archive.Snapshot) int {
	return cmp.Or(cmp.Compare(p.Site, s.Site), cmp.Compare(p.URL, s.URL))
}
