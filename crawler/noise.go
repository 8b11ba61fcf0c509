package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// masksName is what a site's masks are learnt under.
const masksName = "masks"

// noise is what a run knows, and learns, of what changes on every fetch.
type noise struct {
	mu    sync.Mutex
	masks archive.Masks
	dirty bool // there is something to keep
}

// KnownMasks returns what crawls learnt of a site's noise, and why that cannot be
// used, where it cannot; nothing known is no error.
func KnownMasks(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, site string) (m archive.Masks, err error) {
	b, err := s.Learnt(ctx, site, masksName)
	if errors.Is(err, archive.ErrNotFound) {
		return m, nil
	}
	if err != nil {
		return m, fmt.Errorf("what changes on every fetch of %s: %w", site, err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return archive.Masks{}, fmt.Errorf("what changes on every fetch of %s: %w", site, &unusableError{err})
	}
	return m, nil
}

// recallMasks takes up what earlier runs learnt. What cannot be used is learnt
// anew, and the run says so.
func (k *crawl) recallMasks(ctx context.Context) error {
	masks, err := KnownMasks(ctx, k.c.store, k.site.Name)
	if unusable := (*unusableError)(nil); errors.As(err, &unusable) {
		k.note(err.Error() + ": it is learnt anew")
		err = nil
	}
	k.noise.masks = masks
	return err
}

// keepMasks makes what was learnt durable.
func (k *crawl) keepMasks(ctx context.Context) error {
	k.noise.mu.Lock()
	defer k.noise.mu.Unlock()
	if !k.noise.dirty {
		return nil
	}
	b, err := json.Marshal(k.noise.masks)
	if err != nil {
		return fmt.Errorf("what changes on every fetch: %w", err)
	}
	if err := k.c.store.Learn(ctx, k.run.ID, k.site.Name, masksName, b); err != nil {
		return err
	}
	k.noise.dirty = false
	return nil
}

// withoutNoise is verdict v, which would cut a version of p for what tells before
// and now apart, unless all of that changes on every fetch.
//
// A line is taken for noise when it was all that differed at four fetches in a
// row, but for its digits or token to the letter the same, and then differs
// again when the page is asked for twice at once, or tells the day of each
// fetch. A sentence never is.
func (k *crawl) withoutNoise(p archive.Page, before, now archive.Article, known *extract.Furniture, s *seat, v archive.Verdict) (archive.Verdict, error) {
	if p.Request != nil {
		return v, nil
	}
	k.noise.mu.Lock()
	hidden, ok := k.noise.masks.Hidden(p.URL, before, now)
	k.noise.mu.Unlock()
	if ok {
		return archive.OnlyNoise(p, hidden), nil
	}
	differs, ok := archive.Noise(before, now)
	if !ok || !p.State.There() || k.importing != nil { // nobody can be asked twice
		return v, nil
	}
	k.noise.mu.Lock()
	due := k.noise.masks.Try(p, differs)
	k.noise.dirty = true
	k.noise.mu.Unlock()
	if !due {
		return v, nil
	}
	masks, proof, err := k.proveNoise(p, differs, before, now, known, s)
	if err != nil {
		return v, err
	}
	k.noise.mu.Lock()
	if masks == nil {
		k.noise.masks.Failed(p.URL)
	} else {
		k.noise.masks.Learn(p.URL, masks, k.c.now(), proof)
	}
	k.noise.dirty = true // whatever was kept of other pages meanwhile
	k.noise.mu.Unlock()
	if masks == nil {
		return v, nil
	}
	return archive.OnlyNoise(p, masks), k.keepMasks(k.wire)
}

// proveNoise says what of the lines that differ is noise, all of them or none, and
// by what.
func (k *crawl) proveNoise(p archive.Page, differs []archive.Mask, before, now archive.Article, known *extract.Furniture, s *seat) (masks []archive.Mask, proof string, err error) {
	zone := k.site.Zone
	if zone == nil {
		zone = time.UTC
		if !now.Published.IsZero() {
			zone = now.Published.Location()
		}
	}
	var open []archive.Mask
	for _, m := range differs {
		if dated, ok := m.Dated(before, now, p.LastChange.In(zone), k.c.now().In(zone)); ok {
			masks, proof = append(masks, dated), "tells the day of each fetch"
		} else {
			open = append(open, m)
		}
	}
	if len(open) == 0 {
		return masks, proof, nil
	}
	twice, err := k.askTwice(p, known, s)
	if err != nil {
		return nil, "", err
	}
	again, ok := archive.Noise(now, twice)
	if !ok {
		return nil, "", nil
	}
	for _, m := range open {
		if !slices.ContainsFunc(again, m.Equal) {
			return nil, "", nil
		}
	}
	return append(masks, open...), "differs when it is asked for twice at once", nil
}

// askTwice reads p once more. An answer that brings no article reads as an empty
// one.
func (k *crawl) askTwice(p archive.Page, known *extract.Furniture, s *seat) (archive.Article, error) {
	var none archive.Article
	a, err := canonical(p.URL)
	if err != nil {
		return none, nil
	}
	e := errand{to: a, known: p.URL, line: k.line, user: k.user, politeness: k.site.Politeness, requests: &k.requests}
	s.leave()
	defer s.take()
	permit, err := k.c.robots.ask(k.wait, k.wire, e)
	if err != nil || permit.unknown != "" || permit.barred != "" {
		return none, err
	}
	e.politeness.Delay = max(e.politeness.Delay, permit.delay)
	got, err := k.c.fetcher.fetch(k.wait, k.wire, e)
	if err != nil || got.Status != 200 || got.Truncated != "" {
		return none, err
	}
	twice := k.seat(got.Capture)
	twice.take()
	defer twice.leave()
	page, err := k.c.read(k.input(got.Capture, known))
	if err != nil {
		return none, fmt.Errorf("read %s a second time: %w", p.URL, err)
	}
	r := page.Reading()
	if r.Trouble != archive.TroubleNone || r.Kind != archive.KindArticle {
		return none, nil
	}
	return r.Article, nil
}
