package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// unconfigured tells of a URL for the sites of the archive that no configuration
// names: an ad-hoc one of its host, and those whose lists link to it.
func (x *explainer) unconfigured(ctx context.Context, url string) (all []account, err error) {
	var told map[string]bool
	for run, err := range x.store.Runs(ctx, archive.Filter{Site: x.site, Newest: true, Limit: 200}) {
		if err != nil {
			return nil, err
		}
		if told[run.Site] || slices.ContainsFunc(x.config.Sites, func(s scheduler.Site) bool { return s.Name == run.Site }) {
			continue
		}
		if told == nil {
			told = map[string]bool{}
		}
		told[run.Site] = true
		s, known := x.siteOf(run.Site, url)
		one, err := x.unarchived(ctx, s, url)
		if err != nil {
			return nil, err
		}
		if !known {
			one.Scope = nil
		}
		if known || len(one.LinkedBy) > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// unarchived tells of a URL that a site has no page of.
func (x *explainer) unarchived(ctx context.Context, s scheduler.Site, url string) (account, error) {
	told := account{URL: url, Site: s.Name, now: x.now()}
	if err := x.surroundings(ctx, &told, s); err != nil || x.store == nil || told.LastRun == nil {
		return told, err
	}
	told.Next.Reason = "not known: it is asked for once a list of the site leads to it"
	if !told.Scope.Allowed {
		told.Next.Reason = "never: it is out of the scope"
	}
	f := archive.Filter{Run: told.LastRun.ID, Kind: archive.KindList, Limit: 200}
	for v, err := range x.store.Visits(ctx, f) {
		if err != nil {
			return told, err
		}
		if links, err := x.links(ctx, s, v.URL, url); err != nil {
			return told, err
		} else if links {
			told.LinkedBy = append(told.LinkedBy, v.URL)
		}
	}
	return told, nil
}

// links says whether a list, as it was read last, links to url.
func (x *explainer) links(ctx context.Context, s scheduler.Site, list, url string) (bool, error) {
	p, err := x.store.Page(ctx, s.Name, list)
	if errors.Is(err, archive.ErrNotFound) || err == nil && p.Payload == "" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c, err := archive.Recall(ctx, x.store, s.Name, list, p.Payload)
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	urls, err := crawler.ListedBy(s.Site, c)
	return slices.Contains(urls, url), err
}

// surroundings tells what does not depend on a page: the scope, robots.txt, the
// last run and the next.
func (x *explainer) surroundings(ctx context.Context, told *account, s scheduler.Site) error {
	_, reason, err := s.Admits(told.URL)
	if err != nil {
		reason = err.Error()
	}
	told.Scope = &ruling{Allowed: reason == "", Reason: reason}
	if p := told.Page; p != nil && p.Kind == archive.KindRequisite && reason != "" && !strings.Contains(reason, "is excluded by") {
		told.Scope = &ruling{Allowed: true, Reason: "a requisite, which may lie anywhere that scope.exclude does not name: " + reason}
	}
	if x.live {
		p, err := x.crawler.Permission(ctx, s.Site, told.URL)
		if err != nil {
			return err
		}
		told.Robots = &ruling{Allowed: p.Allowed, Reason: p.Reason, At: x.now()}
	} else if x.store != nil {
		p, file, ok, err := x.crawler.Kept(ctx, s.Site, told.URL)
		if err != nil {
			return err
		}
		if ok {
			told.Robots = &ruling{Allowed: p.Allowed, Reason: p.Reason, At: file.Fetched, Of: file.Origin}
		}
	}
	told.Next.Run = s.Schedule.Next(x.now())
	if x.store == nil {
		return nil
	}
	held, err := holdsOf(ctx, x.store, []string{hostOf(told.URL)}, x.now())
	if err != nil {
		return err
	}
	if len(held) > 0 {
		told.Hold = &held[0]
	}
	runs, err := collect(x.store.Runs(ctx, archive.Filter{Site: s.Name, Newest: true, Limit: 1}))
	if len(runs) == 1 {
		told.LastRun = &runs[0]
	}
	return err
}

func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Host
}
