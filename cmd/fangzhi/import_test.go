package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
			if n == 2 {
				a.Body = slices.Clone([]string{"通稿：全县春耕备耕工作会议三月一日在县城召开，各乡镇和有关部门的负责人参加了会议，会议对农资供应、农机检修、技术服务和田间管理作了部署，要求抓好落实。",
					"会议还通报了去年粮食生产的情况，全县粮食播种面积比上年增加三千二百亩，总产量比上年增加百分之二点一，连续九年丰收。"})
			}
			of = append(of, p.Publish(path, a))
		}
		urls = append(urls, of)
	}
	base, stop, err := p.Start()
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
	_ = base
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

// toFiles writes an archive in a format and returns the files to be imported.
func toFiles(t *testing.T, store archive.Store, format export.Format) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out."+string(format))
	if _, err := export.Run(t.Context(), store, export.Job{Format: format}, export.Target{Path: path}); err != nil {
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

// What fangzhi exported and takes up again is what it was, record by record:
// what each version says, and what was served.
func TestImportOfAnExport(t *testing.T) {
	from, site := countyDays(t)
	wantRecords, wantWARC := records(t, from), warcRecords(t, from)
	outcomes := archive.Tally{}
	for v, err := range from.Visits(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		outcomes[v.Outcome]++
	}
	for _, o := range []archive.Outcome{
		archive.New, archive.Changed, archive.Unchanged, archive.NotModified, archive.Moved, archive.Gone, archive.Withdrawn,
		archive.Restored, archive.Unreachable, archive.Refused,
	} {
		if outcomes[o] == 0 {
			t.Errorf("the crawl had no visit that ended as %s: %v", o, outcomes)
		}
	}
	for _, format := range []export.Format{export.WARC, export.WACZ} {
		files := toFiles(t, from, format)
		for name, open := range stores(t) {
			if format == export.WACZ && name != "sqlite" {
				continue
			}
			t.Run(string(format)+" into "+name, func(t *testing.T) {
				to := open(t)
				report, err := taken(t.Context(), t, to, site, files)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(outcomes, report.Stored); diff != "" {
					t.Errorf("outcomes (-want +got):\n%s", diff)
				}
				if report.Behind+report.Lost+report.Failed+len(report.Over) > 0 {
					t.Errorf("report %+v", report)
				}
				if diff := cmp.Diff(wantRecords, records(t, to)); diff != "" {
					t.Errorf("records (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(wantWARC, warcRecords(t, to)); diff != "" {
					t.Errorf("WARC (-want +got):\n%s", diff)
				}
				verified(t, to)

				again, err := taken(t.Context(), t, to, site, files)
				if err != nil || again.Stored.Total() != 0 || again.Known != report.Stored.Total() {
					t.Errorf("again: %+v, %v", again, err)
				}
			})
		}
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

// What wget saves of a portal says what a crawl of it reads.
func TestImportOfWget(t *testing.T) {
	wget, err := exec.LookPath("wget")
	if err != nil {
		text := "NOT CHECKED: wget is missing; scripts/tools install brings it"
		if os.Getenv("FANGZHI_REQUIRE_TOOLS") != "" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "old", Name: "旧闻", Charset: "gbk"})
	for i := range 6 {
		for _, column := range []string{"yw", "old"} {
			p.Publish(column, portaltest.Article{
				Title: fmt.Sprintf("云溪县%s栏第%d号事项办理情况的通知", column, i), Source: "县政府办公室",
				Published: time.Date(2026, 2, 1+i, 9, 0, 0, 0, portaltest.Shanghai),
				Body:      []string{fmt.Sprintf("%s第%d号事项由县政府办公室第%d科承办，承办人员共%d名，办理结果按照程序报县政府同意后公布。", column, i, i%17, i%23+1)},
			})
		}
	}
	base, stop, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	p.Break("/yw/*", 0, portaltest.Chunked(700))
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), wget, append([]string{"-q", "-r", "-l", "3", "--no-config", "--warc-file=saved", "-e", "robots=off", "--tries=1"}, p.Seeds()...)...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "no_proxy=*"}
	if out, err := cmd.CombinedOutput(); err != nil && cmd.ProcessState.ExitCode() != 8 { // 8: some answers were errors
		t.Fatalf("%v: %s", err, out)
	}
	site := crawler.Site{Name: "county", Zone: portaltest.Shanghai, AllowPrivate: true, Politeness: crawler.Politeness{Parallel: 2}}
	for i, c := range p.Columns() {
		site.Columns = append(site.Columns, crawler.Column{Name: c.Name, URL: p.Seeds()[i]})
	}
	to := newSQLite(t)
	if _, err := taken(t.Context(), t, to, site, []string{filepath.Join(dir, "saved.warc.gz")}); err != nil {
		t.Fatal(err)
	}
	verified(t, to)
	crawled := newSQLite(t)
	c, err := crawler.New(crawled, crawler.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Run(t.Context(), site, crawler.Tick{}); err != nil {
		t.Fatal(err)
	}
	say := func(store archive.Store) (lines []string) {
		for s, err := range store.Snapshots(t.Context(), archive.Filter{Kind: archive.KindArticle}) {
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, strings.Join([]string{strings.TrimPrefix(s.URL, base), s.Column, s.Article.Title, s.Article.Published.String(), s.Article.Source, s.Article.Body}, " "))
		}
		return lines
	}
	want := say(crawled)
	if diff := cmp.Diff(want, say(to)); diff != "" || len(want) != 12 {
		t.Errorf("%d articles (-crawled +imported):\n%s", len(want), diff)
	}
}

// An import whose process is killed at any time is gone on with by the same
// command, and comes to the same.
func TestImportKilled(t *testing.T) {
	from, _ := countyDays(t)
	files := toFiles(t, from, export.WARC)
	program := filepath.Join(t.TempDir(), "fangzhi")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err)
	}
	command := func(path string) *exec.Cmd {
		cmd := exec.Command(program, append([]string{"import", "-q", "--site", "county", "--archive", "sqlite:" + path}, files...)...)
		cmd.Dir = t.TempDir()
		return cmd
	}
	whole := filepath.Join(t.TempDir(), "whole.db")
	begun := time.Now()
	if out, err := command(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	takes := time.Since(begun)
	held := func(path string) ([]string, int) {
		store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		verified(t, store)
		visits := 0
		for _, err := range store.Visits(t.Context(), archive.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			visits++
		}
		return records(t, store), visits
	}
	want, visits := held(whole)
	path := filepath.Join(t.TempDir(), "killed.db")
	for i := range 4 {
		cmd := command(path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(takes*time.Duration(2*i+3)/12, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
	}
	if out, err := command(path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, n := held(path)
	if diff := cmp.Diff(want, got); diff != "" || n != visits {
		t.Errorf("%d visits, want %d; records (-want +got):\n%s", n, visits, diff)
	}
}

// An export with a cursor tells of captures that were imported since, however
// old they are.
func TestCursorAfterImport(t *testing.T) {
	const page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>通知</title><h1>关于第%d件事的通知</h1><p>发布时间：2026-02-20</p><p>第%d件事的正文在这里，县政府办公室要求各单位认真组织实施，确保按时完成。</p>"
	file := func(days ...int) []string {
		var b strings.Builder
		for _, d := range days {
			block := fmt.Sprintf(page, d, d)
			fmt.Fprintf(&b, "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://www.yunxi.gov.cn/1.html\r\nWARC-Date: 2026-03-%02dT08:00:00Z\r\n"+
				"WARC-Record-ID: <urn:uuid:%d>\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", d, d, len(block), block)
		}
		path := filepath.Join(t.TempDir(), "x.warc")
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	}
	site := crawler.Site{Name: "yunxi", Zone: portaltest.Shanghai, Columns: []crawler.Column{{Name: "要闻", URL: "http://www.yunxi.gov.cn/"}}}
	store, cursor := newSQLite(t), filepath.Join(t.TempDir(), "cursor")
	for i, step := range []struct {
		days []int
		want int
	}{{[]int{10}, 1}, {[]int{1, 2, 11}, 3}, {[]int{1, 11}, 0}} {
		if _, err := taken(t.Context(), t, store, site, file(step.days...)); err != nil {
			t.Fatal(err)
		}
		to := export.Target{Path: filepath.Join(t.TempDir(), "out"), Cursor: cursor}
		report, err := export.Run(t.Context(), store, export.Job{Format: export.WARC}, to)
		if err != nil || report.Records != step.want {
			t.Errorf("step %d: %d captures, want %d: %v", i, report.Records, step.want, err)
		}
	}
}
