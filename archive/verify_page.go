package archive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// holding is a page with all that the archive holds of it.
type holding struct {
	page      Page
	visits    []Visit
	snapshots []Snapshot
}

// pages walks pages, versions and visits side by side: all come by (Site, URL).
func (v *verifier) pages(ctx context.Context) error {
	snapshots := newAlongside(v.store.Snapshots(ctx, Filter{}), func(s Snapshot) (string, string) { return s.Site, s.URL })
	defer snapshots.stop()
	visits := newAlongside(v.store.Visits(ctx, Filter{ByPage: true}), func(x Visit) (string, string) { return x.Site, x.URL })
	defer visits.stop()
	refs := references{verifier: v}
	for page, err := range v.store.Pages(ctx, Filter{}) {
		if err != nil {
			return err
		}
		h := holding{page: page}
		strays := func(site, url string) error { return v.stray(ctx, site, url) }
		if h.snapshots, err = snapshots.of(page, strays); err != nil {
			return err
		}
		if h.visits, err = visits.of(page, strays); err != nil {
			return err
		}
		v.report.Pages++
		v.report.Snapshots += len(h.snapshots)
		v.report.Visits += len(h.visits)
		if err := v.page(ctx, h); err != nil {
			return err
		}
		if err := refs.add(ctx, h); err != nil {
			return err
		}
		v.observe()
	}
	strays := func(site, url string) error { return v.stray(ctx, site, url) }
	if err := errors.Join(snapshots.rest(strays), visits.rest(strays)); err != nil {
		return err
	}
	return refs.check(ctx)
}

// stray tells of a version or a visit that has no page, unless the page came
// meanwhile.
func (v *verifier) stray(ctx context.Context, site, url string) error {
	if name := [2]string{site, url}; name == v.strayed {
		return nil // it was told of
	} else {
		v.strayed = name
	}
	_, err := v.store.Page(ctx, site, url)
	if errors.Is(err, ErrNotFound) {
		v.fault(Fault{Object: "page " + url, Text: "is not there, though it has versions or visits", Site: site, URL: url})
		return nil
	}
	return err
}

// page checks a page. What looks wrong may have been read while an entry was
// recorded, or a version read again: then it is read again, until nothing came in between.
func (v *verifier) page(ctx context.Context, h holding) error {
	if len(h.faults()) == 0 {
		return nil
	}
	for range 20 {
		again, err := v.holding(ctx, h.page.Site, h.page.URL)
		if errors.Is(err, ErrNotFound) { // its site or its URL is damaged
			for _, f := range h.faults() {
				v.fault(f)
			}
			return nil
		}
		if err != nil {
			return err
		}
		after, err := v.store.Page(ctx, h.page.Site, h.page.URL)
		if err != nil {
			return err
		}
		if after.Visits != again.page.Visits || !after.LastVisit.Equal(again.page.LastVisit) || after.Fingerprint != again.page.Fingerprint {
			continue // visited, or read again
		}
		for _, f := range again.faults() {
			v.fault(f)
		}
		return nil
	}
	return fmt.Errorf("page %s of site %s: it is written again and again: it could not be checked", h.page.URL, h.page.Site)
}

func (v *verifier) holding(ctx context.Context, site, url string) (h holding, err error) {
	if h.page, err = v.store.Page(ctx, site, url); err != nil {
		return h, err
	}
	for s, err := range v.store.Snapshots(ctx, Filter{Site: site, URL: url}) {
		if err != nil {
			return h, err
		}
		h.snapshots = append(h.snapshots, s)
	}
	for visit, err := range v.store.Visits(ctx, Filter{Site: site, URL: url}) {
		if err != nil {
			return h, err
		}
		h.visits = append(h.visits, visit)
	}
	return h, nil
}

// faults holds a page against its visits and its versions. It is pure.
func (h holding) faults() (all []Fault) {
	slices.SortFunc(h.visits, func(a, b Visit) int { return a.At.Compare(b.At) })
	p := h.page
	fault := func(f Fault, format string, args ...any) {
		f.Site, f.URL, f.Text = p.Site, p.URL, fmt.Sprintf(format, args...)
		all = append(all, f)
	}
	page := Fault{Object: "page " + p.URL}

	cuts := map[int]int{} // version: visits that cut it
	var last, seen Visit
	failures := 0
	for i, visit := range h.visits {
		object := Fault{Object: fmt.Sprintf("visit of %s at %s", p.URL, stamp(visit.At)), At: visit.At}
		if i > 0 && visit.At.Equal(last.At) {
			fault(object, "is there twice")
		}
		if visit.Version < 0 || visit.Version > p.Versions {
			fault(object, "names version %d of %d", visit.Version, p.Versions)
		}
		if !slices.Contains(Outcomes, visit.Outcome) {
			fault(object, "ended as %q, which there is not", visit.Outcome)
		}
		if visit.Cuts() {
			cuts[visit.Version]++
		}
		if stateAfter(Page{}, visit.Outcome).There() {
			seen = visit
		}
		if failures++; !visit.Outcome.Failed() {
			failures = 0
		}
		last = visit
	}
	if len(h.visits) != p.Visits {
		fault(page, "counts %d visits, the ledger has %d", p.Visits, len(h.visits))
	} else if len(h.visits) > 0 {
		if !p.LastVisit.Equal(last.At) {
			fault(page, "says its last visit was at %s, the ledger says at %s", stamp(p.LastVisit), stamp(last.At))
		}
		if p.State != StateAlias && !p.LastSeen.Equal(seen.At) {
			fault(page, "says it was last seen at %s, the ledger says at %s", stamp(p.LastSeen), stamp(seen.At))
		}
		if p.Failures != failures {
			fault(page, "counts %d failures in a row, the ledger has %d", p.Failures, failures)
		}
	}
	for _, part := range []struct {
		damage PageDamage
		what   string
	}{
		{DamagedHistory, "how it was found and what its visits left"}, {DamagedTitle, "its title, or how its latest version reads"},
		{DamagedRequest, "how it is asked for"}, {DamagedAlso, "the further columns that list it"},
	} {
		if p.Damaged&part.damage != 0 {
			fault(page, "what is kept of it is not what was written, by its checksum: %s", part.what)
		}
	}
	if !slices.Contains(Kinds, p.Kind) {
		fault(page, "is of the kind %q, which there is not", p.Kind)
	}
	if !h.stateAllowed(last) {
		fault(page, "is in the state %q, which does not follow from its last visit's outcome %q", p.State, last.Outcome)
	}

	var before Snapshot
	for _, s := range h.snapshots {
		object := Fault{Object: fmt.Sprintf("version %d of %s", s.Version, p.URL), Version: s.Version}
		if s.Version != before.Version+1 {
			fault(object, "comes after version %d", before.Version)
		}
		if s.TakenAt.Before(before.TakenAt) {
			fault(object, "was taken at %s, before version %d", stamp(s.TakenAt), before.Version)
		}
		if s.Payload == "" {
			fault(object, "names no payload")
		}
		if text := s.Fault(); text != "" {
			fault(object, "%s", text)
		}
		if n := cuts[s.Version]; n != 1 {
			fault(object, "was cut by %d visits of the ledger", n)
		}
		delete(cuts, s.Version)
		before = s
	}
	for version := range cuts {
		fault(Fault{Object: fmt.Sprintf("version %d of %s", version, p.URL), Version: version}, "is not there, though a visit cut it")
	}
	if before.Version != p.Versions {
		fault(page, "counts %d versions, the archive holds %d", p.Versions, before.Version)
	} else if before.Version > 0 {
		if text := before.Against(p); text != "" {
			fault(Fault{Object: fmt.Sprintf("version %d of %s", before.Version, p.URL), Version: before.Version}, "%s", text)
		}
	} else if p.Fingerprint != "" {
		fault(page, "has a fingerprint, and no version")
	}
	return all
}

// stateAllowed says whether the page may be in its state after its last visit.
func (h holding) stateAllowed(last Visit) bool {
	switch state := h.page.State; {
	case len(h.visits) == 0:
		return state == StateDiscovered || state == StateAlias
	case state == stateAfter(Page{RestoredAt: h.page.RestoredAt}, last.Outcome):
		return true
	case state == StateLive:
		return last.Outcome == Restored // so an older fangzhi said
	case state == StateAlias:
		return last.Outcome == Moved
	case state == StateGone, state == StateWithdrawn:
		// A server in trouble tells nothing: what was gone stays so.
		return (last.Outcome.Failed() || last.Outcome == Gone) && slices.ContainsFunc(h.visits, func(v Visit) bool {
			return v.Outcome == Gone || v.Outcome == Withdrawn
		})
	}
	return false
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "no time"
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// alongside reads a listing that is ordered by pages beside the pages.
type alongside[T any] struct {
	next  func() (T, error, bool)
	stop  func()
	page  func(T) (site, url string)
	ahead T
	err   error
	more  bool
}

func newAlongside[T any](listing iter.Seq2[T, error], page func(T) (string, string)) *alongside[T] {
	a := &alongside[T]{page: page}
	a.next, a.stop = iter.Pull2(listing)
	a.ahead, a.err, a.more = a.next()
	return a
}

// of returns what belongs to page p; what comes before it belongs to none.
func (a *alongside[T]) of(p Page, stray func(site, url string) error) (all []T, err error) {
	for a.more && a.err == nil {
		site, url := a.page(a.ahead)
		switch {
		case site == p.Site && url == p.URL:
			all = append(all, a.ahead)
		case site > p.Site || site == p.Site && url > p.URL:
			return all, nil
		default:
			if err := stray(site, url); err != nil {
				return nil, err
			}
		}
		a.ahead, a.err, a.more = a.next()
	}
	return all, a.err
}

// rest tells of what comes after the last page.
func (a *alongside[T]) rest(stray func(site, url string) error) error {
	for ; a.more && a.err == nil; a.ahead, a.err, a.more = a.next() {
		if err := stray(a.page(a.ahead)); err != nil {
			return err
		}
	}
	return a.err
}

// references are payloads and runs that something refers to, some hundred at a
// time. What is referred to was there before what refers to it, so that it may
// be written meanwhile does not matter.
type references struct {
	*verifier
	payloads []Digest
	from     []Fault
	runs     map[string]Fault
}

const referencesAtOnce = 500

func (r *references) add(ctx context.Context, h holding) error {
	refer := func(d Digest, f Fault) {
		if d != "" {
			f.Site, f.URL, f.Payload = h.page.Site, h.page.URL, d
			f.Text = fmt.Sprintf("refers to payload %s, which is not there", d)
			r.payloads, r.from = append(r.payloads, d), append(r.from, f)
		}
	}
	refer(h.page.Payload, Fault{Object: "page " + h.page.URL})
	for _, s := range h.snapshots {
		object := Fault{Object: fmt.Sprintf("version %d of %s", s.Version, s.URL), Version: s.Version}
		refer(s.Payload, object)
		for _, part := range s.Parts {
			refer(part.Payload, object)
		}
		for _, document := range s.Article.Attachments {
			refer(document.Digest, object)
		}
	}
	for _, visit := range h.visits {
		object := Fault{Object: fmt.Sprintf("visit of %s at %s", visit.URL, stamp(visit.At)), At: visit.At}
		refer(visit.Payload, object)
		if !r.runIDs[visit.Run] {
			object.Site, object.URL = visit.Site, visit.URL
			object.Text = fmt.Sprintf("refers to run %q, which is not there", visit.Run)
			if r.runs == nil {
				r.runs = map[string]Fault{}
			}
			r.runs[visit.Run] = object
		}
	}
	if len(r.payloads) < referencesAtOnce && len(r.runs) < referencesAtOnce {
		return nil
	}
	return r.check(ctx)
}

func (r *references) check(ctx context.Context) error {
	held, err := r.store.Holds(ctx, r.payloads)
	if err != nil {
		return err
	}
	told := map[Digest]bool{}
	for i, d := range r.payloads {
		if !held[d] && !told[d] {
			told[d] = true
			r.fault(r.from[i])
		}
	}
	r.payloads, r.from = r.payloads[:0], r.from[:0]
	for id, object := range r.runs {
		found := false
		for _, err := range r.store.Runs(ctx, Filter{Run: id, Limit: 1}) {
			if err != nil {
				return err
			}
			found = true
		}
		if !found {
			r.fault(object)
			continue
		}
		if len(r.runIDs) >= referencesAtOnce || r.runIDs == nil {
			r.runIDs = map[string]bool{}
		}
		r.runIDs[id] = true
	}
	clear(r.runs)
	return nil
}
