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
// other archives, and then by fetching them again; from other archives, too, what
// has a leaf or a checksum; and it makes the indexes anew. A payload is taken only
// if its digest is the one that was recorded, and the rest likewise. Nothing is
// taken away. What cannot be done is told, and keeps nothing else from being done;
// indexed says whether the indexes could be made. An error is the end of ctx.
func (a *app) repair(ctx context.Context, store archive.Store, damaged []archive.Digest, from []string) (indexed bool, err error) {
	left := map[archive.Digest]bool{}
	for _, d := range damaged {
		left[d] = true
	}
	failed := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			fmt.Fprintf(a.stdout, "not repaired: %s: %s\n", what, safe(err.Error()))
		}
	}
	for _, spec := range from {
		failed("from "+nameOf(spec), a.repairFrom(ctx, store, left, spec))
	}
	why := "no archive named with --from has it, and it is not served any more"
	if len(left) > 0 {
		if err := a.fetchAgain(ctx, store, left); err != nil {
			failed("from the portals", err)
			why = "no archive named with --from has it, and not every portal could be asked"
		}
	}
	for d := range left {
		fmt.Fprintf(a.stdout, "not restored: payload %s: %s\n", d, why)
	}
	err = store.Rebuild(ctx)
	failed("indexes", err)
	return err == nil, ctx.Err()
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
	failed := archive.Mend(ctx, store, other, archive.MendOptions{
		At: a.now(),
		Restored: func(what string) {
			fmt.Fprintf(a.stdout, "restored: %s: from %s\n", safe(what), nameOf(spec))
		},
		Left: func(what string, why error) {
			fmt.Fprintf(a.stdout, "not restored: %s: from %s: %s\n", safe(what), nameOf(spec), safe(why.Error()))
		},
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for d := range left {
		b, err := other.Payload(ctx, d)
		if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
			continue
		}
		if err == nil {
			err = a.restore(ctx, store, left, b, nameOf(spec))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && failed == nil {
			failed = err
		}
	}
	return failed
}

// fetchAgain asks the portals for what is left, as politely as a crawl.
func (a *app) fetchAgain(ctx context.Context, store archive.Store, left map[archive.Digest]bool) error {
	places := map[archive.Digest][]place{}
	var failed error
	for v, err := range store.Visits(ctx, archive.Filter{Newest: true}) {
		if err != nil {
			failed = err // what was read tells of some of the places
			break
		}
		p := place{v.Site, v.URL}
		if left[v.Payload] && len(places[v.Payload]) < placesAtMost {
			places[v.Payload] = append(places[v.Payload], p)
		}
	}
	c, _, err := a.loadConfig()
	if err != nil {
		return errors.Join(failed, err)
	}
	cr, err := a.newCrawler(store, c, nil)
	if err != nil {
		return errors.Join(failed, err)
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
			if err := a.restore(ctx, store, left, got.Payload, p.url); err != nil && failed == nil {
				failed = err
			}
		}
	}
	return failed
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
