package main

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// selection is the flags by which listings are narrowed.
type selection struct {
	site, column string
	since, until string
	limit        int
	json         bool
}

func (s *selection) times(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.site, "site", "", "only this `SITE`")
	f.StringVar(&s.since, "since", "", "from this `TIME` on: 2026-01-31, 2026-01-31T08:00 (both of this machine's zone), RFC 3339, or an age such as 7d")
	f.StringVar(&s.until, "until", "", "before this `TIME`")
}

func (s *selection) listing(cmd *cobra.Command) {
	s.times(cmd)
	cmd.Flags().StringVar(&s.column, "column", "", "only this `COLUMN`")
	s.lines(cmd)
}

func (s *selection) lines(cmd *cobra.Command) {
	cmd.Flags().IntVarP(&s.limit, "limit", "n", 0, "at most `N` lines")
	cmd.Flags().BoolVar(&s.json, "json", false, "JSON, a line each")
}

// filter is the archive's filter for the flags; now is what ages count from.
func (s *selection) filter(now time.Time) (archive.Filter, error) {
	f := archive.Filter{Site: s.site, Column: s.column, Limit: s.limit}
	if s.limit < 0 {
		return f, usage("--limit: %d: must not be negative", s.limit)
	}
	var err error
	if f.Since, err = instant(s.since, now); err != nil {
		return f, usage("--since: %w", err)
	}
	if f.Until, err = instant(s.until, now); err != nil {
		return f, usage("--until: %w", err)
	}
	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		return f, usage("--since %s is not before --until %s: nothing can match", s.since, s.until)
	}
	return f, nil
}

var age = regexp.MustCompile(`^(\d{1,9})([smhdw])$`)

// longest is the longest age that is taken.
const longest = 100 * 365 * 24 * time.Hour

// instant reads a moment as a person writes it. A day begins where the reader
// is.
func instant(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if m := age.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		if time.Duration(n) > longest/unit {
			return time.Time{}, fmt.Errorf("%q: is before there were portals", s)
		}
		return now.Add(-time.Duration(n) * unit), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q: must be a date such as 2026-01-31, a time such as 2026-01-31T08:00, or an age such as 7d", s)
}

var atVersion = regexp.MustCompile(`^(.+)@(\d{1,9})$`)

// cutVersion parts URL@VERSION; the version is 0 where none is given.
func cutVersion(arg string) (url string, version int) {
	if m := atVersion.FindStringSubmatch(arg); m != nil {
		version, _ = strconv.Atoi(m[2])
		return m[1], version
	}
	return arg, 0
}

// onePage finds the page that a person means by url: written as stored or not,
// and in which site, if only one has it.
func onePage(ctx context.Context, store archive.Store, site, url string) (archive.Page, error) {
	candidates := []string{url}
	if canonical, err := crawler.Canonical(url); err == nil && canonical != url {
		candidates = append(candidates, canonical)
	}
	for _, u := range candidates {
		pages, err := collect(store.Pages(ctx, archive.Filter{URL: u, Site: site}))
		switch {
		case err != nil:
			return archive.Page{}, err
		case len(pages) == 1:
			return pages[0], nil
		case len(pages) > 1:
			sites := make([]string, len(pages))
			for i, p := range pages {
				sites[i] = p.Site
			}
			return archive.Page{}, usage("%s: the sites %s each have it: say which with --site", url, strings.Join(sites, ", "))
		}
	}
	return archive.Page{}, fmt.Errorf("page %q: %w; fangzhi list shows what is", url, archive.ErrNotFound)
}

// whyNoVersion says what can be had of a page without versions.
func whyNoVersion(p archive.Page) string {
	if p.State.There() {
		return fmt.Sprintf("fangzhi show --raw %s writes what was served", p.URL)
	}
	return fmt.Sprintf("fangzhi log %s says why", p.URL)
}

// snapshotOf returns one version of a page; version 0 is the latest.
func snapshotOf(ctx context.Context, store archive.Store, p archive.Page, version int) (archive.Snapshot, error) {
	if p.Versions == 0 {
		return archive.Snapshot{}, fmt.Errorf("page %q: no version is stored: the page is %s; %s", p.URL, p.State, whyNoVersion(p))
	}
	if version == 0 {
		version = p.Versions
	}
	if version > p.Versions {
		return archive.Snapshot{}, fmt.Errorf("page %q: there is no version %d; it has versions 1 to %d", p.URL, version, p.Versions)
	}
	found, err := collect(store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.URL, Version: version}))
	if err != nil {
		return archive.Snapshot{}, err
	}
	if len(found) == 0 {
		return archive.Snapshot{}, fmt.Errorf("page %q: version %d: %w; fangzhi verify tells what is damaged", p.URL, version, archive.ErrNotFound)
	}
	return found[0], nil
}

// collect gathers a sequence that is known to be short.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// standing says since when a page is gone, or that it came back.
func standing(p archive.Page) string {
	switch {
	case p.State.Gone() && !p.GoneSince.IsZero():
		if p.LastSeen.IsZero() {
			return fmt.Sprintf("%s since %s, and never seen", p.State, moment(p.GoneSince))
		}
		return fmt.Sprintf("%s: last seen %s, gone since %s; fangzhi explain tells by what evidence", p.State, moment(p.LastSeen), moment(p.GoneSince))
	case p.State == archive.StateRestored:
		return fmt.Sprintf("had been gone, and was there again %s", moment(p.RestoredAt))
	}
	return ""
}
