package main

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// account is what there is to tell of a URL as one site sees it.
type account struct {
	URL      string        `json:"url"`
	Site     string        `json:"site"`
	Archived bool          `json:"archived"`
	Page     *archive.Page `json:"page,omitempty"`

	Scope    *ruling       `json:"scope,omitempty"` // nil: the site's scope is not known
	Robots   *ruling       `json:"robots,omitempty"`
	Hold     *archive.Hold `json:"hold,omitempty"`      // the host is to be left alone
	LinkedBy []string      `json:"linked_by,omitempty"` // lists, as they were read last

	Visits     []logged             `json:"visits,omitempty"`
	Versions   []edition            `json:"versions,omitempty"`
	Besides    *besides             `json:"besides,omitempty"` // documents and requisites of the latest version
	History    []archive.Page       `json:"history,omitempty"` // aliases, and pages that moved here or to which this one moved
	Retellings []retelling          `json:"retellings,omitempty"`
	Masks      []archive.LearntMask `json:"masks,omitempty"` // lines of the page that are taken for noise
	LastRun    *archive.Run         `json:"last_run,omitempty"`
	Next       next                 `json:"next,omitzero"`

	now time.Time // when it is told
}

// ruling is what stands for or against asking for a URL.
type ruling struct {
	Allowed bool      `json:"allowed"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at,omitzero"`  // when that was told
	Of      string    `json:"of,omitempty"` // the origin whose robots.txt a run fetched then
}

// edition is a version and what cut it.
type edition struct {
	Version     int            `json:"version"`
	TakenAt     time.Time      `json:"taken_at"`
	Title       string         `json:"title"`
	Changes     []diff.Class   `json:"changes,omitempty"` // against the version before
	Payload     archive.Digest `json:"payload"`
	Fingerprint archive.Digest `json:"fingerprint"`
}

// retelling is another page with the same text.
type retelling struct {
	Site    string    `json:"site"`
	URL     string    `json:"url"`
	Version int       `json:"version"`
	Title   string    `json:"title"`
	TakenAt time.Time `json:"taken_at"`
}

// next is what comes next.
type next struct {
	Due    time.Time `json:"due,omitzero"`
	Reason string    `json:"reason,omitempty"` // why then
	Column bool      `json:"column,omitempty"` // with every run
	Run    time.Time `json:"run,omitzero"`     // the site's next planned run
}

// explain returns an account for each site that has the page or may have it.
func (x *explainer) explain(ctx context.Context, asked, url string) ([]account, error) {
	pages, err := x.pages(ctx, asked, url)
	if err != nil {
		return nil, err
	}
	var all []account
	for _, p := range pages {
		told, err := x.archived(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, told)
	}
	for _, s := range x.config.Sites {
		if x.site != "" && s.Name != x.site || slices.ContainsFunc(pages, func(p archive.Page) bool { return p.Site == s.Name }) {
			continue
		}
		told, err := x.unarchived(ctx, s, url)
		if err != nil {
			return nil, err
		}
		// Sites of other hosts have nothing to say, unless one was asked.
		if told.Scope.Allowed || x.site != "" || len(told.LinkedBy) > 0 || slices.Contains(s.Hosts(), hostOf(url)) {
			all = append(all, told)
		}
	}
	if len(all) > 0 || x.store == nil {
		return all, nil
	}
	return x.unconfigured(ctx, url)
}

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

// pages are those of the archive that a person may mean, as each site has them.
func (x *explainer) pages(ctx context.Context, asked, url string) ([]archive.Page, error) {
	if x.store == nil {
		return nil, nil
	}
	for _, u := range []string{asked, url} {
		pages, err := collect(x.store.Pages(ctx, archive.Filter{URL: u, Site: x.site}))
		if err != nil || len(pages) > 0 {
			return pages, err
		}
	}
	return nil, nil
}

// siteOf is the site of that name: as configured, or as a crawl of url by itself
// has it; known is false where it is neither.
func (x *explainer) siteOf(name, url string) (s scheduler.Site, known bool) {
	for _, s := range x.config.Sites {
		if s.Name == name {
			return s, true
		}
	}
	if site, err := crawler.AdHoc(url); err == nil && site.Name == name {
		return scheduler.Site{Site: site}, true
	}
	return scheduler.Site{Site: crawler.Site{Name: name}}, false
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

func hostOf(rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		return ""
	}
	return u.Host
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
