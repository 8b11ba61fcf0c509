package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Mend restores what is damaged in s from another archive that has it sound:
// entries, by their leaves; and by their checksums pages, runs, what was learnt and
// other readings. It takes what the leaf in s seals, or has the sum that s keeps of
// it, or is what s has, where the sum is the damage: so it is what was written, and
// nothing that is sound is written over. tell is called with what was restored.
// Of a page or a run that was lost before a copy, no sum is known: it is taken from
// an archive that has the same leaf of it. What other cannot tell is left as it is.
//
// What is of a site that is being crawled is left alone, but for runs and lessons,
// and told. What fails keeps nothing else from being restored: it is told, and the
// error joins all that kept a listing from its end.
func Mend(ctx context.Context, s, other Store, o MendOptions) error {
	if o.At.IsZero() {
		o.At = time.Now()
	}
	m := mender{store: s, other: other, options: o, mended: map[[2]string]bool{}, open: map[string]bool{}}
	var failed error
	for _, step := range []func(context.Context) error{m.runs, m.entries, m.readings, m.pages, m.follow, m.lessons} {
		if err := step(ctx); err != nil && !errors.Is(err, ErrCorrupt) { // verify tells what cannot be read
			failed = errors.Join(failed, fmt.Errorf("mend: %w", err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return failed
}

// MendOptions is how Mend goes about.
type MendOptions struct {
	// At is the time: a run whose lease was over by then is nobody's any more. Zero:
	// now.
	At time.Time
	// Restored and Left, where set, are called with what was restored, and with what
	// could have been and was not, and why.
	Restored func(what string)
	Left     func(what string, why error)
}

type mender struct {
	store, other Store
	options      MendOptions
	mended       map[[2]string]bool // site and URL of the pages of entries and readings that were restored
	open         map[string]bool    // sites of which it was told that they are being crawled
}

// done takes down how it went to restore something. An error is the end of ctx.
func (m *mender) done(ctx context.Context, what string, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err == nil && m.options.Restored != nil:
		m.options.Restored(what)
	case err != nil && m.options.Left != nil:
		m.options.Left(what, err)
	}
	return nil
}

// put writes what was found sound.
func (m *mender) put(ctx context.Context, what string, in Import) error {
	return m.done(ctx, what, m.store.Import(ctx, in))
}

// none says whether err tells that the other archive has nothing to give.
func none(err error) bool { return errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) }

func (m *mender) pages(ctx context.Context) error {
	for p, err := range m.store.Pages(ctx, Filter{}) {
		if err != nil {
			return err
		}
		if p.Damaged == 0 {
			continue
		}
		theirs, err := m.other.Page(ctx, p.Site, p.URL)
		if err != nil && !none(err) {
			return err
		}
		if err != nil {
			continue
		}
		q := p.mended(&theirs)
		if p.Damaged&DamagedHistory != 0 && p.Kept.History.unknown(p.sums().History) {
			same, err := m.shares(ctx, Filter{Site: p.Site, URL: p.URL, Limit: 1, Newest: true})
			if err != nil {
				return err
			}
			if same && theirs.Damaged == 0 {
				q = theirs
			}
		}
		if q.Damaged == p.Damaged {
			continue
		}
		if open, err := m.crawled(ctx, p.Site); err != nil {
			return err
		} else if open {
			continue
		}
		v := verifier{store: m.store}
		h, err := v.holding(ctx, p.Site, p.URL)
		if err != nil {
			return err
		}
		// Once it was visited, what it was before is no more what it is.
		before := h.faults()
		h.page = q
		if slices.ContainsFunc(h.faults(), func(f Fault) bool { return !slices.Contains(before, f) }) {
			continue
		}
		if err := m.put(ctx, "page "+p.URL, Import{Pages: []Page{q}}); err != nil {
			return err
		}
	}
	return nil
}

// crawled says whether a run of the site is open, and its process alive.
func (m *mender) crawled(ctx context.Context, site string) (bool, error) {
	for r, err := range m.store.Runs(ctx, Filter{Site: site, RunState: RunRunning, Limit: 1}) {
		if err == nil && r.Lease.Before(m.options.At) {
			return false, nil // its process was killed
		}
		if err == nil {
			err = fmt.Errorf("it is being crawled, by run %s: repair again when that is over", r.ID)
		} else if !errors.Is(err, ErrCorrupt) {
			return true, err
		}
		if !m.open[site] && m.options.Left != nil {
			m.options.Left("what is damaged of site "+site, err)
		}
		m.open[site] = true
		return true, nil
	}
	return false, nil
}

// unknown says whether no sum is known of what has the sum is by now: see unlike.
func (s Sum) unknown(is Sum) bool { return s == ^is }

// shares says whether a visit that f names has the same leaf in both archives.
func (m *mender) shares(ctx context.Context, f Filter) (bool, error) {
	for v, err := range m.store.Visits(ctx, f) {
		var n int64
		if err == nil {
			n, err = m.store.Sealed(ctx, v.Site, v.URL, v.At)
		}
		var leaves [2][]Hash
		for i, store := range []Store{m.store, m.other} {
			if err == nil {
				leaves[i], err = store.Nodes(ctx, []Node{{N: n}})
			}
		}
		if none(err) {
			return false, nil
		}
		return err == nil && leaves[0][0] == leaves[1][0], err
	}
	return false, nil
}

// mended is p with those of its damaged parts that other has as they were written.
func (p Page) mended(other *Page) Page {
	is, theirs := p.sums(), other.sums()
	written := PageDamage(0)
	for _, part := range []struct {
		damage           PageDamage
		is, kept, theirs Sum
	}{
		{DamagedHistory, is.History, p.Kept.History, theirs.History},
		{DamagedTitle, is.Title, p.Kept.Title, theirs.Title},
		{DamagedRequest, is.Request, p.Kept.Request, theirs.Request},
		{DamagedAlso, is.Also, p.Kept.Also, theirs.Also},
	} {
		if part.theirs == part.kept || part.theirs == part.is {
			written |= part.damage
		}
	}
	return p.taking(written&p.Damaged&^other.Damaged, other)
}

// taking is p with these parts as other has them, sound. Kind and Due, which are
// of none, stay.
func (p Page) taking(parts PageDamage, other *Page) Page {
	if parts&DamagedHistory != 0 {
		q := *other
		q.Kind, q.Due, q.Damaged, q.Kept = p.Kind, p.Due, p.Damaged, p.Kept
		q.Title, q.Fingerprint, q.ReadAs, q.Request, q.Also = p.Title, p.Fingerprint, p.ReadAs, p.Request, p.Also
		p = q
	}
	if parts&DamagedTitle != 0 {
		p.Title, p.Fingerprint, p.ReadAs = other.Title, other.Fingerprint, other.ReadAs
	}
	if parts&DamagedRequest != 0 {
		p.Request = other.Request
	}
	if parts&DamagedAlso != 0 {
		p.Also = other.Also
	}
	if p.Damaged &^= parts; p.Damaged == 0 {
		p.Kept = PageSums{}
	}
	return p
}

func (m *mender) runs(ctx context.Context) error {
	for r, err := range m.store.Runs(ctx, Filter{}) {
		if err != nil {
			return err
		}
		if !r.Damaged {
			continue
		}
		for theirs, err := range m.other.Runs(ctx, Filter{Run: r.ID, Limit: 1}) {
			if err != nil && !none(err) {
				return err
			}
			if err != nil || theirs.Damaged || theirs.State == RunRunning {
				continue
			}
			same := theirs.sum() == r.Kept || theirs.sum() == r.sum()
			if r.Kept.unknown(r.sum()) {
				if same, err = m.shares(ctx, Filter{Run: r.ID, Limit: 1}); err != nil {
					return err
				}
			}
			if !same {
				continue
			}
			theirs.Lease = r.Lease
			if err := m.put(ctx, "run "+r.ID, Import{Runs: []Run{theirs}}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *mender) lessons(ctx context.Context) error {
	for l, err := range m.store.Lessons(ctx) {
		if err != nil {
			return err
		}
		if !l.Damaged {
			continue
		}
		theirs, err := lessonOf(ctx, m.other, l.Site, l.Name)
		if err != nil && !none(err) {
			return err
		}
		if err != nil || theirs.Damaged || theirs.sum() != l.Kept && theirs.sum() != l.sum() {
			continue
		}
		what := fmt.Sprintf("what was learnt of site %s as %q", l.Site, l.Name)
		if err := m.put(ctx, what, Import{Lessons: []Lesson{theirs}}); err != nil {
			return err
		}
	}
	return nil
}

// entries restores the visits and versions that are not what the log seals.
func (m *mender) entries(ctx context.Context) error {
	log, err := m.store.Log(ctx)
	if err != nil {
		return err
	}
	for next := int64(0); next < log.Size; {
		to := log.Size // the leaves before it that were not read have no visit
		for l, err := range m.store.Leaves(ctx, next) {
			if errors.Is(err, ErrCorrupt) {
				to = next + 1
				break
			}
			if err != nil {
				return err
			}
			for ; next < min(l.N, log.Size); next++ {
				if err := m.entry(ctx, next); err != nil {
					return err
				}
			}
			if next == log.Size {
				break
			}
			if !l.Sound() {
				if err := m.entry(ctx, l.N); err != nil {
					return err
				}
			}
			next++
		}
		for ; next < to; next++ {
			if err := m.entry(ctx, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// entry restores the visit and the version of leaf n, where the other archive has
// the same leaf sound.
func (m *mender) entry(ctx context.Context, n int64) error {
	hash, err := m.store.Nodes(ctx, []Node{{N: n}})
	if err != nil {
		if none(err) {
			return nil
		}
		return err
	}
	for l, err := range m.other.Leaves(ctx, n) {
		if err != nil {
			if none(err) {
				return nil
			}
			return err
		}
		if l.N != n || l.Hash != hash[0] || !l.Sound() {
			return nil
		}
		if open, err := m.crawled(ctx, l.Visit.Site); err != nil || open {
			return err
		}
		if err := m.referred(ctx, l.Visit); err != nil {
			return err
		}
		err := m.store.Mend(ctx, []Leaf{l}, nil)
		if err == nil {
			m.mended[[2]string{l.Visit.Site, l.Visit.URL}] = true
		}
		return m.done(ctx, fmt.Sprintf("visit of %s at %s", l.Visit.URL, stamp(l.Visit.At)), err)
	}
	return nil
}

// referred restores the page and the run of a visit, where they are not there.
func (m *mender) referred(ctx context.Context, v Visit) error {
	if _, err := m.store.Page(ctx, v.Site, v.URL); errors.Is(err, ErrNotFound) {
		page, err := m.other.Page(ctx, v.Site, v.URL)
		if err == nil && page.Damaged == 0 {
			err = m.put(ctx, "page "+page.URL, Import{Pages: []Page{page}})
		}
		if err != nil && !none(err) {
			return err
		}
	}
	for _, err := range m.store.Runs(ctx, Filter{Run: v.Run, Limit: 1}) {
		if none(err) {
			err = nil // it is there, and cannot be read
		}
		return err
	}
	for run, err := range m.other.Runs(ctx, Filter{Run: v.Run, Limit: 1}) {
		if err == nil && !run.Damaged && run.State != RunRunning {
			err = m.put(ctx, "run "+run.ID, Import{Runs: []Run{run}})
		}
		if err != nil && !none(err) {
			return err
		}
	}
	return nil
}

// follow sets of the pages of what is there again what visits make of a page, where
// that does not agree with their visits and versions, and the other archive has the
// same visits and a page that agrees. How a page was found and is asked for stays.
func (m *mender) follow(ctx context.Context) error {
	for page := range m.mended {
		read, other := verifier{store: m.store}, verifier{store: m.other}
		ours, err := read.holding(ctx, page[0], page[1])
		if err != nil && !none(err) {
			return err
		}
		theirs, err := other.holding(ctx, page[0], page[1])
		if err != nil && !none(err) {
			return err
		}
		if len(ours.faults()) == 0 || len(theirs.faults()) > 0 || ours.page.Damaged != 0 || !sameJSON(ours.visits, theirs.visits) {
			continue
		}
		p, q := ours.page, theirs.page
		q.Column, q.Also, q.FoundOn, q.Anchor, q.ListedDay, q.Depth = p.Column, p.Also, p.FoundOn, p.Anchor, p.ListedDay, p.Depth
		q.Item, q.Request, q.FirstSeen = p.Item, p.Request, p.FirstSeen
		if p.LastVisit.Equal(q.LastVisit) {
			q.Due = p.Due
		}
		if err := m.put(ctx, "page "+page[1], Import{Pages: []Page{q}}); err != nil {
			return err
		}
	}
	return nil
}

// readings restores how versions read, and read before.
func (m *mender) readings(ctx context.Context) error {
	for s, err := range m.store.Snapshots(ctx, Filter{}) {
		if err != nil {
			return err
		}
		if s.ReadAt.IsZero() {
			continue
		}
		all, err := readingsOf(ctx, m.store, s)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(e Earlier) bool { return e.Damaged }) {
			continue
		}
		if open, err := m.crawled(ctx, s.Site); err != nil {
			return err
		} else if open {
			continue
		}
		theirs, err := m.readAs(ctx, s)
		if err != nil && !none(err) {
			return err
		}
		for i, e := range all {
			if !e.Damaged || i >= len(theirs) || theirs[i].Damaged || theirs[i].Sum() != e.Kept && theirs[i].Sum() != e.Sum() {
				continue
			}
			err := m.store.Mend(ctx, nil, theirs[i:i+1])
			if err == nil {
				m.mended[[2]string{s.Site, s.URL}] = true
			}
			what := fmt.Sprintf("version %d of %s: how it was read at %s", s.Version, s.URL, stamp(theirs[i].ReadAt))
			if err := m.done(ctx, what, err); err != nil {
				return err
			}
		}
	}
	return nil
}

// readAs are the readings of a version in the other archive.
func (m *mender) readAs(ctx context.Context, s Snapshot) ([]Earlier, error) {
	for theirs, err := range m.other.Snapshots(ctx, Filter{Site: s.Site, URL: s.URL, Version: s.Version}) {
		if err != nil {
			return nil, err
		}
		return readingsOf(ctx, m.other, theirs)
	}
	return nil, ErrNotFound
}

// readingsOf are all the readings of a version, by their numbers; the last is how
// it reads now.
func readingsOf(ctx context.Context, store Store, s Snapshot) (all []Earlier, err error) {
	for e, err := range store.Earlier(ctx, Filter{Site: s.Site, URL: s.URL, Version: s.Version}) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return append(all, Earlier{
		Site: s.Site, URL: s.URL, Version: s.Version, N: len(all), ReadAt: s.ReadAt, Fingerprint: s.Fingerprint, Rules: s.Rules, Reader: s.Reader,
		Article: s.Article, Damaged: s.Damaged, Kept: s.Kept,
	}), nil
}
