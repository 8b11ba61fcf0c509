package main

import (
	"context"
	"errors"
	"fmt"

	"fangzhi/archive"
	"fangzhi/configs"
	"fangzhi/crawler"
)

// placesAtMost is from how many pages a payload is asked for again.
const placesAtMost = 3

// place is where a payload was served.
type place struct{ site, url string }

// repair restores what can be of the payloads that are damaged or missing: from
// other archives, and then by fetching them again; and it makes the indexes anew.
// A payload is taken only if its digest is the one that was recorded. Nothing is
// taken away.
func (a *app) repair(ctx context.Context, store archive.Store, damaged []archive.Digest, from []string) error {
	left := map[archive.Digest]bool{}
	for _, d := range damaged {
		left[d] = true
	}
	for _, spec := range from {
		if err := a.repairFrom(ctx, store, left, spec); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		if err := a.fetchAgain(ctx, store, left); err != nil {
			return err
		}
	}
	for d := range left {
		fmt.Fprintf(a.stdout, "not restored: payload %s: no archive named with --from has it, and it is not served any more\n", d)
	}
	return store.Rebuild(ctx)
}

// restore puts b into its place where it is one of left.
func (a *app) restore(ctx context.Context, store archive.Store, left map[archive.Digest]bool, b []byte, whence string) error {
	d := archive.DigestOf(b)
	if !left[d] {
		return nil
	}
	if err := store.Import(ctx, archive.Import{Payloads: [][]byte{b}}); err != nil {
		return err
	}
	delete(left, d)
	_, err := fmt.Fprintf(a.stdout, "restored: payload %s: from %s\n", d, safe(whence))
	return err
}

func (a *app) repairFrom(ctx context.Context, store archive.Store, left map[archive.Digest]bool, spec string) error {
	other, err := a.openAt(ctx, spec, read)
	if err != nil {
		return err
	}
	defer other.Close()
	for d := range left {
		b, err := other.Payload(ctx, d)
		if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
			continue
		}
		if err == nil {
			err = a.restore(ctx, store, left, b, spec)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchAgain asks the portals for what is left, as politely as a crawl.
func (a *app) fetchAgain(ctx context.Context, store archive.Store, left map[archive.Digest]bool) error {
	places := map[archive.Digest][]place{}
	for v, err := range store.Visits(ctx, archive.Filter{Newest: true}) {
		if err != nil {
			return err
		}
		p := place{v.Site, v.URL}
		if left[v.Payload] && len(places[v.Payload]) < placesAtMost {
			places[v.Payload] = append(places[v.Payload], p)
		}
	}
	c, _, err := a.loadConfig()
	if err != nil {
		return err
	}
	cr, err := a.newCrawler(store, c, nil)
	if err != nil {
		return err
	}
	defer cr.Close()
	asked := map[place]bool{}
	for d, all := range places {
		for _, p := range all {
			if !left[d] || asked[p] {
				continue
			}
			asked[p] = true
			site, err := siteOf(c, p)
			if err != nil {
				continue
			}
			got, _, err := cr.Look(ctx, site, p.url)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil || got.Truncated != "" {
				continue
			}
			if err := a.restore(ctx, store, left, got.Payload, p.url); err != nil {
				return err
			}
		}
	}
	return nil
}

// siteOf is the site of a page, as the configuration has it or else ad hoc.
func siteOf(c configs.Config, p place) (crawler.Site, error) {
	for _, s := range c.Sites {
		if s.Name == p.site {
			return s.Site, nil
		}
	}
	return crawler.AdHoc(p.url)
}
