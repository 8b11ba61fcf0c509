package main

import (
	"context"
	"slices"
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
