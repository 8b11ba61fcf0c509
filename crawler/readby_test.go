package crawler_test

import (
	"context"
	"iter"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// versionCounter counts how often the versions of a site are gone through.
type versionCounter struct {
	crawler.Store
	n int
}

func (c *versionCounter) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	if f.URL == "" {
		c.n++
	}
	return c.Store.Snapshots(ctx, f)
}

// Whoever changed the rules of a site is told that what is stored was read by
// others, until it was read again; what that takes is worked out once.
func TestVersionsReadByOtherRules(t *testing.T) {
	p, _ := oneArticle(portaltest.Options{})
	p.Publish("yw", article("关于农村供水管理办法的通知"))
	r := newRig(t, p)
	counter := &versionCounter{Store: r.store}
	r.crawl = r.crawler(counter)
	told := func(want bool) {
		t.Helper()
		run := r.run()
		if notes := strings.Join(run.Notes, "\n"); want != strings.Contains(notes, "2 versions were read by other rules, or by another fangzhi: fangzhi reread --site portal reads them again") {
			t.Errorf("notes %q, want that told: %v", notes, want)
		}
	}
	told(false)
	told(false)
	r.site.Rules.Title = "h1"
	counter.n = 0
	live := func(want string) {
		t.Helper()
		if got, err := crawler.ReadByOthers(t.Context(), r.store, r.site); err != nil || got != want {
			t.Errorf("told %q, %v, want %q", got, err, want)
		}
	}
	live("its versions were read by other rules, or by another fangzhi: fangzhi reread --site portal reads them again")
	for range 3 {
		told(true)
	}
	live("2 versions were read by other rules, or by another fangzhi: fangzhi reread --site portal reads them again")
	if counter.n != 1 {
		t.Errorf("the versions were gone through %d times, want once", counter.n)
	}
	if _, err := r.crawl.Reread(t.Context(), r.site, crawler.RereadOptions{}); err != nil {
		t.Fatal(err)
	}
	told(true)
	if _, err := r.crawl.Reread(t.Context(), r.site, crawler.RereadOptions{Apply: true}); err != nil {
		t.Fatal(err)
	}
	live("")
	told(false)
	r.site.Rules.Title = ""
	told(false)
}
