package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/configs"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Portals named by their URLs alone are crawled side by side, and each tells how
// it ended.
func TestCrawlSitesSideBySide(t *testing.T) {
	portal := portaltest.Demo()
	base, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	portal.SetLatency(20 * time.Millisecond)
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var sites []crawler.Site
	for _, url := range []string{base, strings.Replace(base, "127.0.0.1", "localhost", 1)} {
		site, err := crawler.AdHoc(url)
		if err != nil {
			t.Fatal(err)
		}
		site.AllowPrivate, site.Politeness, site.MaxPages = true, crawler.Politeness{Parallel: 1}, 15
		sites = append(sites, site)
	}
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: io.Discard, now: time.Now, quiet: true}
	if err := a.crawl(t.Context(), store, configs.Config{}, sites, crawlFlags{}); err != nil {
		t.Fatal(err)
	}
	if n := portal.MaxConcurrent(); n != 2 {
		t.Errorf("%d requests at a time, want one for each site", n)
	}
	if n := strings.Count(out.String(), ": done: "); n != 2 {
		t.Errorf("%d sites told how they ended:\n%s", n, &out)
	}
}

// Whoever finds a site being crawled is told by whom, and what to do.
func TestBusy(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir()+"/a.db", sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now().UTC().Truncate(time.Millisecond).Add(-time.Minute)
	r := archive.Run{
		ID: archive.RunID("a", now), Site: "a", Planned: now, Trigger: archive.TriggerManual, State: archive.RunRunning,
		Owner: "elsewhere:1:x", Started: now, Lease: now.Add(time.Hour),
	}
	if err := store.BeginRun(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	a := &app{stdout: io.Discard, stderr: io.Discard, now: time.Now, quiet: true}
	site := crawler.Site{Name: "a", Columns: []crawler.Column{{Name: "要闻", URL: "https://www.example.gov.cn/"}}}
	err = a.crawl(t.Context(), store, configs.Config{}, []crawler.Site{site}, crawlFlags{})
	want := "crawl a: another run of this site is open since " + moment(now) + ", of process elsewhere:1:x, which gave its last sign of life at " +
		moment(now.Add(59*time.Minute)) + ": wait for its end, or stop that process; if it is dead, crawl again after " + moment(now.Add(time.Hour))
	if !errors.Is(err, archive.ErrBusy) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
