package mongo_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/bench/process"
)

// A page as portals have them: 38 KB of markup, mostly the same on every page,
// and a thousand characters of text.
func page(n int) (title, body string, payload []byte) {
	random := rand.New(rand.NewPCG(uint64(n), 7))
	var text strings.Builder
	for i := range 1000 {
		text.WriteRune('一' + rune(random.ExpFloat64()*400)%20000)
		if i%90 == 89 {
			text.WriteString("。\n\n")
		}
	}
	title = fmt.Sprintf("关于第%d号工作的通知", n)
	var html strings.Builder
	html.WriteString("<html><head><title>" + title + "</title></head><body><div id=zoom>" + text.String() + "</div>")
	for i := range 330 {
		fmt.Fprintf(&html, "<li class=\"news-list-item\"><a href=\"/xxgk/%d/t%08d.html\" title=\"通知公告\">通知公告第%d号</a><span>2026-03-01</span></li>\n", i%7, random.IntN(1e8), i)
	}
	return title, text.String(), []byte(html.String())
}

// BenchmarkRecord records batches of 64 entries: pages for the first time, and
// unchanged ones. CPU is that of this process, without the server's.
func BenchmarkRecord(b *testing.B) {
	const size = 64
	s := open(b, database(b))
	defer s.Close()
	r := begin(b, s, 0)
	var pages []archive.Page
	measure := func(b *testing.B, batches [][]archive.Entry) {
		before := process.Spent()
		b.ResetTimer()
		items := 0
		for _, batch := range batches {
			record(b, s, r, batch...)
			items += len(batch)
		}
		b.StopTimer()
		b.ReportMetric(float64(items)/b.Elapsed().Seconds(), "items/s")
		b.ReportMetric(float64((process.Spent()-before).Microseconds())/1000/float64(items), "CPU-ms/item")
	}
	b.Run("new", func(b *testing.B) {
		var batches [][]archive.Entry
		for range b.N {
			var batch []archive.Entry
			for range size {
				n := len(pages)
				title, body, payload := page(n)
				p := found(fmt.Sprintf("https://www.zjg.example/xxgk/t%08d.html", n))
				c := archive.Capture{
					URL: p.URL, At: t0.Add(time.Duration(n) * time.Millisecond), Status: http.StatusOK, Attempts: 1, Payload: payload,
					Header:  http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Etag": {`"65f1-5e1"`}, "Server": {"nginx"}, "Date": {"Sun, 01 Mar 2026 08:00:00 GMT"}},
					Request: http.Header{"User-Agent": {"fangzhi"}, "Accept-Encoding": {"gzip"}},
				}
				e := settled(r, p, c, &archive.Reading{Kind: archive.KindArticle, Article: archive.Article{Title: title, Body: body}})
				pages, batch = append(pages, e.Page), append(batch, e)
			}
			batches = append(batches, batch)
		}
		measure(b, batches)
	})
	visits := 0
	b.Run("unchanged", func(b *testing.B) {
		var batches [][]archive.Entry
		for range b.N {
			var batch []archive.Entry
			for range min(size, len(pages)) {
				n := visits % len(pages)
				visits++
				c := archive.Capture{
					URL: pages[n].URL, At: t0.Add(time.Hour + time.Duration(visits)*time.Millisecond), Status: http.StatusNotModified, Attempts: 1,
					Request: http.Header{"If-None-Match": {`"65f1-5e1"`}},
				}
				e := settled(r, pages[n], c, nil)
				pages[n], batch = e.Page, append(batch, e)
			}
			batches = append(batches, batch)
		}
		measure(b, batches)
	})
}
