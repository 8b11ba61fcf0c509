package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// template is the furniture of a page of some 18 KB: menus and scripts.
var template = func() string {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 1))
	for b.Len() < 17_000 {
		fmt.Fprintf(&b, `<li class="nav-item-%d"><a href="/zjg/c%05d/list.html" title="%s">%s</a></li>`+"\n",
			random.IntN(9), random.IntN(99999), words(random, 3), words(random, 4))
	}
	return b.String()
}()

func words(random *rand.Rand, n int) string {
	const vocabulary = "经济开发区党工委会议强调高质量发展项目建设企业服务推进落实责任安全生产检查社区居民活动志愿者教育医疗环境整治河道绿化交通道路施工通知公告招标采购结果公示人才创新科技产业园区招商引资签约仪式领导调研走访慰问困难群众乡村振兴农业农村粮食丰收文化旅游体育赛事图书馆博物馆展览演出"
	characters := []rune(vocabulary)
	var b strings.Builder
	for range n {
		i := random.IntN(len(characters) - 2)
		b.WriteString(string(characters[i : i+2]))
	}
	return b.String()
}

func address(n int) string {
	return fmt.Sprintf("https://www.zjgedz.example.gov.cn/zjgedz/rdzx/202603/t20260301_%07d.html", n)
}

// item is the entry of a first visit to the nth page: a page of 21 KB with an
// article of a thousand characters and 30 links to pages, nearly all known.
func item(run string, n int) archive.Entry {
	random := rand.New(rand.NewPCG(uint64(n), 2))
	var body strings.Builder
	for range 8 {
		body.WriteString(words(random, 62) + "。\n\n")
	}
	p := archive.Page{
		Site: "zjg-edz", URL: address(n), Column: "热点资讯", Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: "https://www.zjgedz.example.gov.cn/zjgedz/rdzx/index.html", Anchor: words(random, 10), Depth: 2, FirstSeen: began, Due: began,
	}
	a := archive.Article{
		Title: words(random, 10), Source: "张家港经开区", Body: body.String(), Published: began,
		Evidence: []archive.Evidence{
			{Field: "title", Method: "meta", Where: "ArticleTitle", Confidence: 1}, {Field: "published", Method: "meta", Where: "PubDate", Confidence: 1},
			{Field: "source", Method: "meta", Where: "ContentSource", Confidence: 1}, {Field: "body", Method: "structure", Where: "div.TRS_Editor", Confidence: 0.9},
		},
	}
	c := archive.Capture{
		URL: p.URL, At: began.Add(time.Duration(n) * 50 * time.Millisecond), Took: 40 * time.Millisecond, Status: 200, Attempts: 1,
		Request:  map[string][]string{"User-Agent": {"fangzhi/1 (+crawler@example.org)"}, "Accept-Encoding": {"gzip, deflate, br"}, "Accept": {"text/html"}},
		Header:   map[string][]string{"Content-Type": {"text/html; charset=utf-8"}, "Etag": {fmt.Sprintf(`"%x"`, n)}, "Last-Modified": {"Sun, 01 Mar 2026 08:00:00 GMT"}, "Server": {"nginx"}, "Date": {"Sun, 01 Mar 2026 08:00:00 GMT"}},
		Protocol: "HTTP/1.1", Address: "192.0.2.7:443", Payload: []byte("<html><body>" + template + "<h1>" + a.Title + "</h1>" + a.Body + "</body></html>"),
	}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: a}
	e := archive.Settle(run, p, c, reading, archive.Judge(p, c, reading))
	e.Page.Due = c.At.Add(24 * time.Hour)
	for i := range 30 {
		found := p
		found.Due = time.Time{}
		found.URL = address(1_000_000 + i*37)
		if i > 27 {
			found.URL = address(n + i - 27) // to come
		}
		e.Discovered = append(e.Discovered, found)
	}
	return e
}

// unchanged is the entry of a visit to e's page, round days later, answered
// with a 304.
func unchanged(run string, e archive.Entry, round int) archive.Entry {
	c := archive.Capture{
		URL: e.Page.URL, At: e.Page.LastVisit.Add(time.Duration(round) * 24 * time.Hour), Took: 4 * time.Millisecond, Status: 304, Attempts: 1,
		Request: map[string][]string{"If-None-Match": {e.Page.ETag}}, Protocol: "HTTP/1.1", Address: "192.0.2.7:443",
	}
	again := archive.Settle(run, e.Page, c, nil, archive.Judge(e.Page, c, nil))
	again.Page.Due = c.At.Add(24 * time.Hour)
	return again
}

func begin(tb testing.TB, store *sqlite.Store, at time.Time) string {
	tb.Helper()
	r := archive.Run{ID: archive.RunID("zjg-edz", at), Site: "zjg-edz", Planned: at, State: archive.RunRunning, Started: at, Lease: at.AddDate(1, 0, 0)}
	if err := store.BeginRun(context.Background(), r, nil); err != nil {
		tb.Fatal(err)
	}
	return r.ID
}

// ended closes the run that is open.
func ended(tb testing.TB, store *sqlite.Store) {
	tb.Helper()
	r, err := collectOne(store.Runs(context.Background(), archive.Filter{RunState: archive.RunRunning}))
	if err != nil {
		tb.Fatal(err)
	}
	r.State, r.Ended = archive.RunDone, began.Add(time.Hour)
	if err := store.EndRun(context.Background(), r); err != nil {
		tb.Fatal(err)
	}
}

// fill records n items.
func fill(tb testing.TB, store *sqlite.Store, run string, n int) []archive.Entry {
	tb.Helper()
	var all, batch []archive.Entry
	for i := range n {
		e := item(run, i)
		batch = append(batch, e)
		e.Payload, e.Snapshot, e.Discovered = nil, nil, nil
		all = append(all, e)
		if len(batch) == 64 || i == n-1 {
			if err := store.Record(context.Background(), run, batch); err != nil {
				tb.Fatal(err)
			}
			batch = nil
		}
	}
	return all
}
