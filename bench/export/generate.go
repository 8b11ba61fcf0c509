package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

const site = "bench"

var began = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// furniture is what surrounds the article on each page: some 17 KB.
var furniture = func() string {
	var b strings.Builder
	random := rand.New(rand.NewPCG(1, 1))
	for b.Len() < 17_000 {
		fmt.Fprintf(&b, `<li class="nav-item-%d"><a href="/zjg/c%05d/list.html" title="%s">%s</a></li>`+"\n",
			random.IntN(9), random.IntN(99999), words(random, 3), words(random, 4))
	}
	return b.String()
}()

func words(random *rand.Rand, n int) string {
	characters := []rune("经济开发区党工委会议强调高质量发展项目建设企业服务推进落实责任安全生产检查社区居民活动志愿者教育医疗环境整治河道绿化交通道路施工通知公告招标采购结果公示人才创新科技产业园区招商引资签约仪式领导调研走访慰问困难群众乡村振兴农业农村粮食丰收文化旅游体育赛事图书馆博物馆展览演出")
	var b strings.Builder
	for range n {
		i := random.IntN(len(characters) - 2)
		b.WriteString(string(characters[i : i+2]))
	}
	return b.String()
}

// generate makes an archive of n articles, each of one version and fetched once:
// pages of 20 KB with a text of 900 characters.
func generate(ctx context.Context, path string, n int) error {
	store, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	run := archive.Run{
		ID: archive.RunID(site, began), Site: site, Planned: began, Trigger: archive.TriggerManual,
		State: archive.RunRunning, Started: began, Lease: began.AddDate(1, 0, 0),
	}
	if err := store.BeginRun(ctx, run, nil); err != nil {
		return err
	}
	var batch []archive.Entry
	for i := range n {
		batch = append(batch, item(run.ID, i))
		if len(batch) == 64 || i == n-1 {
			if err := store.Record(ctx, run.ID, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	run.State, run.Ended = archive.RunDone, began.AddDate(0, 0, 1)
	return store.EndRun(ctx, run)
}

func item(run string, n int) archive.Entry {
	random := rand.New(rand.NewPCG(uint64(n), 2))
	var body strings.Builder
	for range 8 {
		body.WriteString(words(random, 55) + "。\n\n")
	}
	p := archive.Page{
		Site: site, URL: fmt.Sprintf("https://www.example.gov.cn/c%02d/202603/t20260301_%07d.html", n%20, n), Column: fmt.Sprintf("栏目%d", n%20),
		Kind: archive.KindUnread, State: archive.StateDiscovered, FoundOn: "https://www.example.gov.cn/", Depth: 2, FirstSeen: began, Due: began,
	}
	a := archive.Article{
		Title: words(random, 10), Source: "县融媒体中心", Body: strings.TrimSpace(body.String()), Published: began.In(time.FixedZone("", 8*3600)),
		Evidence: []archive.Evidence{
			{Field: "title", Method: "meta", Where: "ArticleTitle", Confidence: 1}, {Field: "published", Method: "meta", Where: "PubDate", Confidence: 1},
			{Field: "source", Method: "meta", Where: "ContentSource", Confidence: 1}, {Field: "body", Method: "structure", Where: "div.TRS_Editor", Confidence: 0.9},
		},
	}
	c := archive.Capture{
		URL: p.URL, At: began.Add(time.Duration(n) * 50 * time.Millisecond), Took: 40 * time.Millisecond, Status: http.StatusOK, Attempts: 1,
		Request: http.Header{"User-Agent": {"fangzhi/1 (+crawler@example.org)"}, "Accept-Encoding": {"gzip, br"}, "Accept": {"text/html"}},
		Header: http.Header{
			"Content-Type": {"text/html; charset=utf-8"}, "Etag": {fmt.Sprintf(`"%x"`, n)},
			"Last-Modified": {"Sun, 01 Mar 2026 08:00:00 GMT"}, "Server": {"nginx"}, "Date": {"Sun, 01 Mar 2026 08:00:00 GMT"},
		},
		Protocol: "HTTP/1.1", Address: "192.0.2.7:443",
		Payload: []byte("<html><body>" + furniture + "<h1>" + a.Title + "</h1>" + a.Body + "</body></html>"),
	}
	reading := &archive.Reading{Kind: archive.KindArticle, Article: a}
	return archive.Settle(run, p, c, reading, archive.Judge(p, c, reading))
}
