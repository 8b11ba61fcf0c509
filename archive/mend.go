package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Mend restores what is damaged in s, by its checksum, from another archive that
// has it sound: pages, runs and what was learnt. It takes what has the sum that s
// keeps of it, or is what s has, where the sum is the damage: so it is what was
// written, and nothing that is sound is written over. tell is called with what was
// restored. What other cannot tell is left as it is.
//
// Pages of a site that is being crawled are left alone.
func Mend(ctx context.Context, s, other Store, tell func(what string)) error {
	m := mender{store: s, other: other, tell: tell}
	for _, step := range []func(context.Context) error{m.pages, m.runs, m.lessons} {
		if err := step(ctx); err != nil && !errors.Is(err, ErrCorrupt) { // verify tells what cannot be read
			return fmt.Errorf("mend: %w", err)
		}
	}
	return nil
}

type mender struct {
	store, other Store
	tell         func(string)
}

// put writes what was found sound.
func (m *mender) put(ctx context.Context, what string, in Import) error {
	err := m.store.Import(ctx, in)
	if err == nil {
		m.tell(what)
	}
	return err
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

// crawled says whether a run of the site is open.
func (m *mender) crawled(ctx context.Context, site string) (bool, error) {
	for _, err := range m.store.Runs(ctx, Filter{Site: site, RunState: RunRunning, Limit: 1}) {
		return true, err
	}
	return false, nil
}

// mended is p with those of its damaged parts that other has as they were written.
func (p Page) mended(other *Page) Page {
	is, theirs := p.sums(), other.sums()
	for _, part := range []struct {
		damage           PageDamage
		is, kept, theirs Sum
		take             func()
	}{
		{DamagedHistory, is.History, p.Kept.History, theirs.History, func() {
			history := *other
			history.Kind, history.Due, history.Damaged, history.Kept = p.Kind, p.Due, p.Damaged, p.Kept
			history.Title, history.Fingerprint, history.ReadAs = p.Title, p.Fingerprint, p.ReadAs
			history.Request, history.Also = p.Request, p.Also
			p = history
		}},
		{DamagedTitle, is.Title, p.Kept.Title, theirs.Title, func() {
			p.Title, p.Fingerprint, p.ReadAs = other.Title, other.Fingerprint, other.ReadAs
		}},
		{DamagedRequest, is.Request, p.Kept.Request, theirs.Request, func() { p.Request = other.Request }},
		{DamagedAlso, is.Also, p.Kept.Also, theirs.Also, func() { p.Also = other.Also }},
	} {
		if p.Damaged&part.damage != 0 && other.Damaged&part.damage == 0 && (part.theirs == part.kept || part.theirs == part.is) {
			part.take()
			p.Damaged &^= part.damage
		}
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
			if err != nil || theirs.Damaged || theirs.State == RunRunning || theirs.sum() != r.Kept && theirs.sum() != r.sum() {
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
		for theirs, err := range m.other.Lessons(ctx) {
			if err != nil && !none(err) {
				return err
			}
			if err != nil || theirs.Site != l.Site || theirs.Name != l.Name || theirs.Damaged || theirs.sum() != l.Kept && theirs.sum() != l.sum() {
				continue
			}
			what := fmt.Sprintf("what was learnt of site %s as %q", l.Site, l.Name)
			if err := m.put(ctx, what, Import{Lessons: []Lesson{theirs}}); err != nil {
				return err
			}
		}
	}
	return nil
}
