package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/archive/intake"
	"fangzhi/archive/mongo"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/warc"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// countyDays is a portal with lists that are pages, services, forms and feeds,
// crawled for ten days while articles are edited, withdrawn for good and for a
// while, moved, counted, and met by faults.
func countyDays(t *testing.T) (archive.Store, crawler.Site) {
	t.Helper()
	clock := newTicker(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
	p := portaltest.New(portaltest.Options{PageSize: 5, Now: clock.now})
	families := []portaltest.Family{portaltest.TRSWCM, portaltest.HanwebJpaas, portaltest.Epoint, portaltest.FormPager, portaltest.Feeds}
	var urls [][]string
	for i, f := range families {
		path := fmt.Sprintf("list%d", i)
		p.AddColumn(portaltest.Column{Path: path, Name: fmt.Sprintf("栏目%d", i), Family: f})
		var of []string
		for n := range 8 {
			a := portaltest.Article{
				Title: fmt.Sprintf("云溪县第%d栏第%d号事项办理情况的通知", i, n), Source: "县政府办公室",
				Published: time.Date(2026, 2, 1+n, 9, i, 0, 0, portaltest.Shanghai),
			}
			for k := range 7 {
				a.Body = append(a.Body, fmt.Sprintf("第%d栏第%d号事项的第%d点由县政府办公室第%d科承办，承办人员共%d名，办理结果按照程序报县政府同意后公布。", i, n, k, n%17+k, n%23+i))
			}
			if i == 0 && n == 1 {
				a.PerPage = 3
			}
			if i == 2 {
				a.Title += "（" + string([]rune("甲乙丙丁戊己庚辛")[n]) + "类）"
			}
			if n == 2 {
				a.Body = slices.Clone([]string{"通稿：全县春耕备耕工作会议三月一日在县城召开，各乡镇和有关部门的负责人参加了会议，会议对农资供应、农机检修、技术服务和田间管理作了部署，要求抓好落实。",
					"会议还通报了去年粮食生产的情况，全县粮食播种面积比上年增加三千二百亩，总产量比上年增加百分之二点一，连续九年丰收。"})
			}
			of = append(of, p.Publish(path, a))
		}
		urls = append(urls, of)
	}
	_, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	site := crawler.Site{
		Name: "county", Zone: portaltest.Shanghai, AllowPrivate: true, Politeness: crawler.Politeness{Parallel: 2},
		Revisit: func(p archive.Page, now time.Time) time.Time { return now },
	}
	for i, c := range p.Columns() {
		site.Columns = append(site.Columns, crawler.Column{Name: c.Name, URL: p.Seeds()[i]})
	}
	store := newSQLite(t)
	c, err := crawler.New(store, crawler.Options{Now: clock.now, Log: slog.New(slog.DiscardHandler), Limits: crawler.Limits{Backoff: time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for day := range 10 {
		switch day {
		case 1:
			must(p.Edit(urls[0][0], func(a *portaltest.Article) {
				a.Body[1] = "第一点改为：三月底前完成全部整改，逾期的由县政府督查室通报。"
			}))
			must(p.Edit(urls[0][1], func(a *portaltest.Article) {
				a.Body[5] = "在第二页上的一段改了：经费三百二十万元由县财政安排。"
			}))
			must(p.CountViews(urls[0][3], 17))
		case 2:
			must(p.Withdraw(urls[1][3]))
			must(p.Withdraw(urls[0][4]))
			must(p.WithdrawSoft(urls[0][5]))
			p.Break(urls[0][6], 3, portaltest.Status(503, ""))
		case 3:
			must(p.CountViews(urls[0][3], 18))
			must(p.Restore(urls[0][5]))
			p.Redirect(urls[0][7], urls[0][6])
			for _, url := range urls[2][3:7] {
				p.Break(url, 1, portaltest.Text(200, `<html><head><meta charset="utf-8"><title>服务提示</title></head><body><h1>您的宽带即将到期</h1>
<p>尊敬的用户，您的宽带业务即将到期，请及时到营业厅办理续费手续，以免影响您的正常使用，感谢您的理解与支持。</p></body></html>`))
			}
		case 4:
			must(p.Edit(urls[0][0], func(a *portaltest.Article) { a.Title += "（修订）" }))
			p.Break(urls[1][4], 1, portaltest.Status(403, ""))
		case 5:
			must(p.Restore(urls[0][4]))
			must(p.Edit(urls[2][0], func(a *portaltest.Article) { a.Source = "县应急管理局" }))
		}
		run, err := c.Run(t.Context(), site, crawler.Tick{Full: day%3 == 2})
		if err != nil || run.State != archive.RunDone {
			t.Fatalf("day %d: %s %s: %v", day, run.State, run.Reason, err)
		}
		clock.pass(24 * time.Hour)
	}
	return store, site
}

// ticker is a clock that goes on by a few milliseconds whenever it is looked at.
type ticker struct {
	mu sync.Mutex
	at time.Time
}

func newTicker(at time.Time) *ticker { return &ticker{at: at} }

func (c *ticker) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(7 * time.Millisecond)
	return c.at
}

func (c *ticker) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newSQLite(t *testing.T) archive.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// stores are the archives that are imported into.
func stores(t *testing.T) map[string]func(t *testing.T) archive.Store {
	all := map[string]func(t *testing.T) archive.Store{"sqlite": newSQLite}
	server := os.Getenv("FANGZHI_TEST_MONGODB")
	if server == "" {
		return all
	}
	all["mongodb"] = func(t *testing.T) archive.Store {
		u, err := url.Parse(server)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = fmt.Sprintf("/fangzhi_test_%d_%d", os.Getpid(), time.Now().UnixNano())
		store, err := mongo.Open(t.Context(), u.String(), mongo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			store.Close()
			dropDatabase(t, u.String())
		})
		return store
	}
	return all
}

// toFiles writes an archive in a format, or a selection of it, and returns the files
// to be imported.
func toFiles(t *testing.T, store archive.Store, format export.Format, of ...export.Selection) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out."+string(format))
	j := export.Job{Format: format}
	for _, s := range of {
		j.Selection = s
	}
	if _, err := export.Run(t.Context(), store, j, export.Target{Path: path}); err != nil {
		t.Fatal(err)
	}
	if format == export.WACZ {
		return []string{path}
	}
	files, err := filepath.Glob(filepath.Join(path, "*.warc.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// taken imports files and returns what came of it.
func taken(ctx context.Context, t *testing.T, store archive.Store, site crawler.Site, files []string, change ...func(*crawler.ImportOptions)) (crawler.ImportReport, error) {
	t.Helper()
	c, err := intake.Open(t.Context(), files, intake.Options{Canonical: crawler.Canonical, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cr, err := crawler.New(store, crawler.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer cr.Close()
	o := crawler.ImportOptions{From: "imported from a test"}
	for _, f := range change {
		f(&o)
	}
	report, _, err := cr.Import(ctx, site, c, o)
	return report, err
}

// records are the JSONL records of an archive, all versions.
func records(t *testing.T, store archive.Store) []string {
	t.Helper()
	var all []string
	for r, err := range export.Records(t.Context(), store, export.Selection{Versions: export.All}) {
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

// warcRecords are the records of a WARC export, one text each.
func warcRecords(t *testing.T, store archive.Store) []string {
	t.Helper()
	var all []string
	for _, name := range toFiles(t, store, export.WARC) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r, err := warc.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		for {
			h, _, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, f := range h.Fields {
				b.WriteString(f.Name + ": " + f.Value + "\n")
			}
			b.WriteString("\n")
			if _, err := io.Copy(&b, r); err != nil {
				t.Fatal(err)
			}
			all = append(all, b.String())
		}
	}
	return all
}

func verified(t *testing.T, store archive.Store) {
	t.Helper()
	report, err := archive.Verify(t.Context(), store, archive.VerifyOptions{}, func(f archive.Fault) { t.Errorf("%s: %s", f.Object, f.Text) })
	if err != nil {
		t.Fatal(err)
	}
	if report.Visits == 0 {
		t.Error("an empty archive")
	}
}

func dropDatabase(t *testing.T, uri string) {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	name := u.Path[1:]
	u.Path = "/"
	client, err := driver.Connect(options.Client().ApplyURI(u.String()))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	defer client.Disconnect(ctx)
	if err := client.Database(name).Drop(ctx); err != nil {
		t.Error(err)
	}
}
