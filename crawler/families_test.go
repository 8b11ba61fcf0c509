package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// gazette is a portal of one family with articles in three columns.
func gazette(family portaltest.Family, articles int) *portaltest.Portal {
	p := portaltest.New(portaltest.Options{PageSize: 15, KeepLog: 100_000})
	for i, name := range []string{"要闻动态", "通知公告", "政策文件"} {
		p.AddColumn(portaltest.Column{Path: fmt.Sprintf("list%d", i), Name: name, Family: family})
	}
	for i := range articles {
		p.Publish(fmt.Sprintf("list%d", i%3), edition(i))
	}
	return p
}

// edition is the i-th article of a gazette, no two alike.
func edition(i int) portaltest.Article {
	a := article(fmt.Sprintf("云溪县人民政府办公室关于第%d号事项办理情况的通知", i))
	a.Published = time.Date(2024, 1, 1, 9, 0, 0, 0, portaltest.Shanghai).Add(time.Duration(i) * 3 * time.Hour)
	a.Body = append(a.Body, fmt.Sprintf("第%d号事项由县政府办公室第%d科承办，承办人员共%d名，办理结果已经按照程序报县政府同意。", i, i%17, i%23+1))
	return a
}

// stored compares what the archive holds with the truth: every article once,
// with its title and day.
func (r *rig) stored(wanted int) {
	r.t.Helper()
	held := map[string]archive.Snapshot{}
	titles := map[string]string{}
	for _, s := range all(r.t, r.store.Snapshots(r.t.Context(), archive.Filter{Site: r.site.Name, Latest: true})) {
		held[s.URL] = s
		if s.Kind == archive.KindArticle {
			if other, twice := titles[s.Article.Title]; twice {
				r.t.Errorf("%q is stored twice: %s, %s", s.Article.Title, other, s.URL)
			}
			titles[s.Article.Title] = s.URL
		}
	}
	truth, missing, wrong := r.portal.Truth(), 0, 0
	for _, a := range truth {
		s, ok := held[a.URL]
		switch {
		case !ok:
			if missing++; missing <= 5 {
				r.t.Errorf("%s is missing", a.URL)
			}
		case s.Article.Title != a.Title || !s.Article.Published.Equal(a.Published):
			if wrong++; wrong > 5 {
				continue
			}
			r.t.Errorf("%s: %q of %v, want %q of %v", a.URL, s.Article.Title, s.Article.Published, a.Title, a.Published)
		}
	}
	if missing > 0 || len(truth) != wanted || len(titles) != wanted {
		r.t.Errorf("%d articles stored, %d missing of %d, want %d", len(titles), missing, len(truth), wanted)
	}
}

var gazettes = []struct {
	name   string
	family portaltest.Family
	extra  int // requests of the second run besides one for each column and article
}{
	{"trs", portaltest.TRSWCM, 0},
	{"hanweb-jpage", portaltest.HanwebJpage, 0},
	{"hanweb-jpaas", portaltest.HanwebJpaas, 0},
	{"epoint", portaltest.Epoint, 0},
	{"vsb", portaltest.VSB, 0},
	{"gkmlpt", portaltest.GKMLPT, 0},
	{"nfcms", portaltest.NFCMS, 0},
	{"kaipu", portaltest.Kaipu, 0},
	{"gov-cn", portaltest.GovCN, 0},
	{"epaper", portaltest.Epaper, 3 * 4}, // of each three issues and the one before,
	{"was", portaltest.WAS, 0},
	{"feed", portaltest.Feeds, 0},
	{"sitemap", portaltest.Sitemaps, 3 * 7}, // the files of each index,
	{"next-link", portaltest.NextLink, 0},
	{"endpoint", portaltest.Endpoint, 0},
	{"pager", portaltest.Pager, 0},
	{"form", portaltest.FormPager, 0},
}

// Every family of software: all articles once from the columns, and the second
// run asks for the columns and what is new.
func TestFamilies(t *testing.T) {
	const articles, more = 240, 20
	for _, c := range gazettes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := gazette(c.family, articles)
			r := newRig(t, p)
			r.site.Revisit, r.site.Zone = nil, portaltest.Shanghai
			r.run()
			r.stored(articles)
			r.notTwice()

			for i := range more {
				p.Publish(fmt.Sprintf("list%d", i%3), edition(articles+i))
			}
			p.ForgetRequests()
			run := r.run()
			r.stored(articles + more)
			r.notTwice()
			if most := 3 + more + c.extra; run.Requests > most {
				t.Errorf("second run: %d requests, want %d at most: %v", run.Requests, most, fetched(p))
			}
		})
	}
}

// notTwice fails the test where something was asked for twice since the log
// was emptied.
func (r *rig) notTwice() {
	r.t.Helper()
	count := map[string]int{}
	for _, q := range r.portal.Requests() {
		if q.Method == http.MethodGet && !strings.HasPrefix(q.Path, "/gkmlpt/index") {
			count[q.Path]++
		}
	}
	for uri, n := range count {
		if n > 1 {
			r.t.Errorf("%s was asked for %d times", uri, n)
		}
	}
}

// From the bare home page, too.
func TestFamiliesFromHome(t *testing.T) {
	const articles = 120
	for _, c := range gazettes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, gazette(c.family, articles))
			r.adHoc("", 4)
			r.run()
			r.stored(articles)
		})
	}
}

// News of several pages is found whole, whichever way a list counts: where
// numbers shift, where the files behind the first are old, where 0 is the first.
func TestFamiliesAfterALongTime(t *testing.T) {
	const before, after = 90, 180
	for _, c := range []portaltest.Column{
		{Family: portaltest.TRSWCM}, {Family: portaltest.HanwebJpage}, {Family: portaltest.HanwebJpaas, Lax: true}, {Family: portaltest.VSB},
		{Family: portaltest.Epoint, Stale: edition(before - 1).Published}, {Family: portaltest.GKMLPT, FromZero: true}, {Family: portaltest.Endpoint},
	} {
		t.Run("of "+string(c.Family), func(t *testing.T) {
			t.Parallel()
			p := portaltest.New(portaltest.Options{PageSize: 15})
			c.Path, c.Name = "list0", "要闻动态"
			p.AddColumn(c)
			for i := range before {
				p.Publish(c.Path, edition(i))
			}
			r := newRig(t, p)
			r.site.Revisit, r.site.Zone = nil, portaltest.Shanghai
			r.run()
			r.stored(before)
			for i := before; i < after; i++ {
				p.Publish(c.Path, edition(i))
			}
			p.ForgetRequests()
			run := r.run()
			r.stored(after)
			if most := after - before + 8; run.Requests > most {
				t.Errorf("%d requests for %d articles: %v", run.Requests, after-before, fetched(p))
			}
		})
	}
}
