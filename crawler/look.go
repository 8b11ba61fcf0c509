package crawler

import (
	"context"
	"fmt"
	"sync/atomic"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Look fetches one page as a run of site would, with all politeness, and
// records nothing. Redirects within the scope are followed, five at most; the
// capture is that of the last answer. The page is nil where the answer has no
// content that can be read.
//
// An error says why the page was not asked for: its URL, the scope, robots.txt,
// a host that wants a pause.
func (c *Crawler) Look(ctx context.Context, site Site, rawURL string) (archive.Capture, *extract.Page, error) {
	fail := func(err error) (archive.Capture, *extract.Page, error) {
		return archive.Capture{}, nil, fmt.Errorf("look at %q: %w", rawURL, err)
	}
	scope, err := newScope(site.Scope, site.Columns)
	if err != nil {
		return fail(err)
	}
	line, err := c.fetcher.wire.lineOf(&site)
	if err != nil {
		return fail(err)
	}
	to, err := canonical(rawURL)
	if err != nil {
		return fail(err)
	}
	u := &user{}
	defer c.fetcher.pace.leave(u)
	var requests atomic.Int64
	for hop := 0; ; hop++ {
		if why, text := scope.admit(to); why != admitted {
			return fail(fmt.Errorf("out of the scope: %s", text))
		}
		e := errand{to: to, line: line, user: u, politeness: site.Politeness, requests: &requests}
		permit, err := c.robots.ask(ctx, ctx, e)
		switch {
		case err != nil:
			return fail(err)
		case permit.unknown != "":
			return fail(fmt.Errorf("%s", permit.unknown))
		case permit.barred != "":
			return fail(fmt.Errorf("%s", permit.barred))
		}
		e.politeness.Delay = max(e.politeness.Delay, permit.delay)
		got, err := c.fetcher.fetch(ctx, ctx, e)
		if err != nil {
			return fail(err)
		}
		next, err := resolve(to.url, got.Location())
		if got.Location() != "" && err == nil && hop < maxHops {
			if why, _ := scope.admit(next); why == admitted {
				to = next
				continue
			}
		}
		if len(got.Payload) == 0 {
			return got.Capture, nil, nil
		}
		page, err := c.read(extract.Input{
			URL: to.url, Status: got.Status, Header: got.Header, Payload: got.Payload, Zone: site.Zone, Rules: site.Rules,
		})
		if err != nil {
			return fail(err)
		}
		return got.Capture, page, nil
	}
}
