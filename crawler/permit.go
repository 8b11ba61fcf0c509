package crawler

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Admits says whether a crawl of s may enter rawURL: its canonical form, and
// "" or the reason why not. The error is that of a URL, or a scope, that is none.
func (s *Site) Admits(rawURL string) (url, reason string, err error) {
	scope, err := newScope(s.Scope, s.Columns)
	if err != nil {
		return "", "", err
	}
	a, err := canonical(rawURL)
	if err != nil {
		return "", "", err
	}
	if why, text := scope.admit(a); why != admitted {
		return a.url, text, nil
	}
	return a.url, "", nil
}

// Hosts are those that a crawl of s may ask, in order.
func (s *Site) Hosts() []string {
	scope, err := newScope(s.Scope, s.Columns)
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(scope.hosts))
}

// Permission is what a host's robots.txt says of one URL.
type Permission struct {
	Allowed bool          `json:"allowed"`
	Reason  string        `json:"reason"`             // the rule, or why none can be known
	Delay   time.Duration `json:"delay_ns,omitempty"` // the least from one request to the next
}

// Kept is Permission as far as the archive tells, by the robots.txt that a run
// fetched last; ok is false where it has none. Nobody is asked.
func (c *Crawler) Kept(ctx context.Context, site Site, rawURL string) (p Permission, file archive.RobotsFile, ok bool, err error) {
	line, err := c.fetcher.wire.lineOf(&site)
	if err != nil {
		return p, file, false, fmt.Errorf("robots.txt for %q: %w", rawURL, err)
	}
	to, err := canonical(rawURL)
	if err != nil {
		return p, file, false, fmt.Errorf("robots.txt for %q: %w", rawURL, err)
	}
	file, err = archive.RobotsOf(ctx, c.store, to.origin(), line.way)
	if errors.Is(err, archive.ErrNotFound) {
		return p, file, false, nil
	}
	if err != nil {
		return p, file, false, err
	}
	return c.robots.judge(parseRobots(file.Body, c.robots.token), to).permission(), file, true, nil
}

// Permission asks the host of rawURL for its robots.txt, as a run of site would,
// and records nothing.
func (c *Crawler) Permission(ctx context.Context, site Site, rawURL string) (Permission, error) {
	line, err := c.fetcher.wire.lineOf(&site)
	if err != nil {
		return Permission{}, fmt.Errorf("robots.txt for %q: %w", rawURL, err)
	}
	to, err := canonical(rawURL)
	if err != nil {
		return Permission{}, fmt.Errorf("robots.txt for %q: %w", rawURL, err)
	}
	u := &user{}
	defer c.fetcher.pace.leave(u)
	var requests atomic.Int64
	p, err := c.robots.ask(ctx, ctx, errand{to: to, line: line, user: u, politeness: site.Politeness, requests: &requests, robotsSince: c.now()})
	if err != nil {
		return Permission{}, fmt.Errorf("robots.txt for %q: %w", rawURL, err)
	}
	return p.permission(), nil
}

// permission is p for people.
func (p permit) permission() Permission {
	switch {
	case p.unknown != "":
		return Permission{Reason: p.unknown}
	case p.barred != "":
		return Permission{Reason: p.barred, Delay: p.delay}
	case p.allowed != "":
		return Permission{Allowed: true, Reason: p.allowed, Delay: p.delay}
	}
	return Permission{Allowed: true, Reason: "robots.txt: no rule matches", Delay: p.delay}
}

// ListedBy returns the links of a list, as it was served, in canonical form.
func ListedBy(site Site, list archive.Capture) ([]string, error) {
	page, err := extract.Open(extract.Input{
		URL: list.URL, Status: list.Status, Header: list.Header, Payload: list.Payload, Zone: site.Zone, Rules: site.Rules,
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", list.URL, err)
	}
	return addresses(page), nil
}
