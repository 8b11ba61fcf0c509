package crawler

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
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
	return c.ask(ctx, site, archive.Request{URL: rawURL}, nil)
}

// LookList fetches a page of a list as a run of site would, and reads it: a
// column's page, or a request that such a page led to. Redirects are followed,
// errors as with Look. What was fetched may be no list, which has no rows and
// leads nowhere; the page is nil where it was data.
func (c *Crawler) LookList(ctx context.Context, site Site, r archive.Request) (archive.Capture, *extract.Page, discover.List, error) {
	return c.lookList(ctx, site, r, nil)
}

func (c *Crawler) lookList(ctx context.Context, site Site, r archive.Request, b *budget) (archive.Capture, *extract.Page, discover.List, error) {
	got, page, err := c.ask(ctx, site, r, b)
	if err != nil {
		return got, page, discover.List{}, err
	}
	a := discover.Answer{URL: got.URL, Page: page, Zone: site.Zone, Family: site.Preset}
	if !discover.Plain(r) {
		a.Request = &r
	}
	if a.Text, _, _, err = decoded(got.URL, got); err != nil {
		a.Text = ""
	}
	if page == nil || discover.IsData(a.Text) || a.Request != nil && !discover.IsPage(a.Text) {
		a.Page = nil
	}
	return got, a.Page, discover.Read(a), nil
}

// budget is how many requests may be sent, and how many were.
type budget struct {
	most int64
	sent atomic.Int64
}

var errSpent = errors.New("no more requests are to be sent")

// ask fetches what r asks for, within b where there is one.
func (c *Crawler) ask(ctx context.Context, site Site, r archive.Request, b *budget) (archive.Capture, *extract.Page, error) {
	fail := func(err error) (archive.Capture, *extract.Page, error) {
		return archive.Capture{}, nil, fmt.Errorf("look at %q: %w", r.URL, err)
	}
	scope, err := newScope(site.Scope, site.Columns)
	if err != nil {
		return fail(err)
	}
	line, err := c.fetcher.wire.lineOf(&site)
	if err != nil {
		return fail(err)
	}
	to, err := canonical(r.URL)
	if err != nil {
		return fail(err)
	}
	u := &user{}
	defer c.fetcher.pace.leave(u)
	if b == nil {
		b = &budget{most: math.MaxInt64}
	}
	var request *archive.Request
	known := ""
	if !discover.Plain(r) {
		request = &r
		if known, err = pageOf(r); err != nil {
			return fail(err)
		}
	}
	for hop := 0; ; hop++ {
		if why, text := scope.admit(to); why != admitted {
			return fail(fmt.Errorf("out of the scope: %s", text))
		}
		e := errand{to: to, known: known, request: request, line: line, user: u, politeness: site.Politeness, requests: &b.sent}
		if b.sent.Load() >= b.most {
			return fail(errSpent)
		}
		if c.store != nil {
			if _, err := c.recallHold(ctx, to.host); err != nil {
				return fail(err)
			}
		}
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
		if b.sent.Load() >= b.most { // for robots.txt
			return fail(errSpent)
		}
		got, err := c.fetcher.fetch(ctx, ctx, e)
		if err != nil {
			return fail(err)
		}
		next, err := resolve(to.url, got.Location())
		if got.Location() != "" && err == nil && hop < maxHops {
			if why, _ := scope.admit(next); why == admitted {
				to, request, known = next, nil, ""
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
