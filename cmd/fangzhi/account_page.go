package main

import (
	"context"
	"slices"
	"strings"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// archived tells of a page.
func (x *explainer) archived(ctx context.Context, p archive.Page) (account, error) {
	told := account{URL: p.URL, Site: p.Site, Archived: true, Page: &p, now: x.now()}
	site, known := x.siteOf(p.Site, p.URL)
	if err := x.surroundings(ctx, &told, site); err != nil {
		return told, err
	}
	if !known {
		told.Scope = nil
	}
	history, err := archive.History(ctx, x.store, p)
	if err != nil {
		return told, err
	}
	told.History = slices.DeleteFunc(history, func(o archive.Page) bool { return o.URL == p.URL })
	for v, err := range x.store.Visits(ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return told, err
		}
		v.Header, v.Request = nil, nil
		told.Visits = append(told.Visits, logged{Visit: v})
	}
	if told.Robots == nil {
		told.Robots = robotsOf(told.Visits)
	}
	var last *archive.Snapshot
	for s, err := range x.store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.URL}) {
		if err != nil {
			return told, err
		}
		e := edition{Version: s.Version, TakenAt: s.TakenAt, Title: s.Article.Title, Payload: s.Payload, Fingerprint: s.Fingerprint}
		if last != nil {
			e.Changes = diff.Between(last.Article, s.Article)
		}
		told.Versions = append(told.Versions, e)
		last = &s
	}
	if told.Retellings, err = x.retellings(ctx, last); err != nil {
		return told, err
	}
	if told.Besides, err = x.besides(ctx, last, site); err != nil {
		return told, err
	}
	for _, list := range listsOf(p, site) {
		links, err := x.links(ctx, site, list, p.URL)
		if err != nil {
			return told, err
		}
		if links {
			told.LinkedBy = append(told.LinkedBy, list)
		}
	}
	if told.Masks, err = x.masks(ctx, p, last); err != nil {
		return told, err
	}
	told.Next.Due, told.Next.Reason, told.Next.Column = p.Due, whyDue(p, site), isColumn(p, site)
	if !told.Next.Column && told.Scope != nil && !told.Scope.Allowed {
		told.Next.Reason = "never: it is out of the scope by now"
	}
	return told, nil
}

// listsOf are the lists on which a page is looked for: where it was found, and
// the first of its column.
func listsOf(p archive.Page, s scheduler.Site) (urls []string) {
	if p.FoundOn != "" {
		urls = append(urls, p.FoundOn)
	}
	for _, c := range s.Columns {
		url, err := crawler.Canonical(c.URL)
		if err == nil && url != p.FoundOn && url != p.URL && (c.Name == p.Column || slices.Contains(p.Also, c.Name)) {
			urls = append(urls, url)
		}
	}
	return urls
}

// whyDue says why a page is due when it is.
func whyDue(p archive.Page, s scheduler.Site) string {
	switch {
	case isColumn(p, s) && len(p.Feeds) > 0:
		return "a column that scripts fill: every run begins with what fills it, and looks at the page itself once a day"
	case isColumn(p, s):
		return "a column: every run begins with it"
	case p.State == archive.StateAlias:
		return "an alias is asked for when its page cannot be read"
	case s.Policy != nil:
		_, why := s.Policy.Next(p, p.LastVisit)
		return why
	case p.Kind == archive.KindRequisite && p.Failures == 0:
		return "a requisite is asked for again with a page that needs it"
	case s.Everything:
		return "an ad-hoc site: each crawl of it asks for every page that is not a dead link"
	}
	return ""
}

// isColumn says whether p is the seed of a column.
func isColumn(p archive.Page, s scheduler.Site) bool {
	return !s.Everything && slices.ContainsFunc(s.Columns, func(c crawler.Column) bool {
		url, err := crawler.Canonical(c.URL)
		return err == nil && url == p.URL
	})
}

// robotsOf is what visits tell of robots.txt.
func robotsOf(visits []logged) *ruling {
	for _, v := range slices.Backward(visits) {
		switch {
		case strings.HasPrefix(v.Reason, "robots.txt: "):
			return &ruling{Reason: v.Reason, At: v.At}
		case v.Attempts > 0:
			return &ruling{Allowed: true, Reason: "allowed when it was last asked for", At: v.At}
		}
	}
	return nil
}

// retellings are the other pages that carry the text of s.
func (x *explainer) retellings(ctx context.Context, s *archive.Snapshot) (all []retelling, err error) {
	if s == nil {
		return nil, nil
	}
	alike, err := x.store.Alike(ctx, archive.SketchOf(s.Article))
	if err != nil {
		return nil, err
	}
	for _, o := range alike {
		other := o.Site != s.Site || o.URL != s.URL
		again := slices.ContainsFunc(all, func(r retelling) bool { return r.Site == o.Site && r.URL == o.URL })
		if other && !again && archive.SameStory(s.Article, o.Article) {
			all = append(all, retelling{o.Site, o.URL, o.Version, o.Article.Title, o.TakenAt})
		}
	}
	return all, nil
}

// masks are those that hold for a page, and cover a line of its latest version.
func (x *explainer) masks(ctx context.Context, p archive.Page, latest *archive.Snapshot) ([]archive.LearntMask, error) {
	if latest == nil {
		return nil, nil
	}
	known, err := crawler.KnownMasks(ctx, x.store, p.Site)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(known.Of(p.URL), func(m archive.LearntMask) bool { return !m.In(latest.Article) }), nil
}
