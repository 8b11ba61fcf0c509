//go:build unix

package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
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

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed counts the processor time of do and the items it was for.
type timed struct {
	spent time.Duration
	items int
}

func (m *timed) run(b *testing.B, items int, do func()) {
	b.StartTimer()
	before := cpu()
	do()
	m.spent += cpu() - before
	m.items += items
	b.StopTimer()
}

func (m *timed) report(b *testing.B) {
	b.ReportMetric(float64(m.spent.Microseconds())/1000/float64(m.items), "cpu-ms/item")
}

func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{1, 10, 64} {
		b.Run(fmt.Sprintf("new/batch=%d", size), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
			run := begin(b, store, began)
			b.StopTimer()
			var m timed
			for n := 0; n < b.N; n += size {
				var batch []archive.Entry
				for i := range size {
					batch = append(batch, item(run, n+i))
				}
				m.run(b, size, func() {
					if err := store.Record(context.Background(), run, batch); err != nil {
						b.Fatal(err)
					}
				})
			}
			m.report(b)
		})
		b.Run(fmt.Sprintf("unchanged/batch=%d", size), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
			run := begin(b, store, began)
			b.StopTimer()
			entries := fill(b, store, run, 2048)
			var m timed
			for n := 0; n < b.N; n += size {
				var batch []archive.Entry
				for i := range size {
					at := (n + i) % len(entries)
					entries[at] = unchanged(run, entries[at], 1)
					batch = append(batch, entries[at])
				}
				m.run(b, size, func() {
					if err := store.Record(context.Background(), run, batch); err != nil {
						b.Fatal(err)
					}
				})
			}
			m.report(b)
		})
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

func BenchmarkRead(b *testing.B) {
	store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
	run := begin(b, store, began)
	fill(b, store, run, 5000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	urls := make([]string, 124)
	for i := range urls {
		urls[i] = address(i * 40)
	}
	unknown := make([]string, 124)
	for i := range unknown {
		unknown[i] = address(500_000 + i)
	}
	sketch := archive.SketchOf(archive.Article{Body: words(rand.New(rand.NewPCG(9, 9)), 400)})
	for _, c := range []struct {
		name string
		do   func(i int) error
	}{
		{"page", func(i int) error { _, err := store.Page(ctx, "zjg-edz", address(i*7919%5000)); return err }},
		{"due/n=16", func(i int) error { _, err := store.Due(ctx, "zjg-edz", began.AddDate(0, 0, 2), 16); return err }},
		{"known/124 known", func(i int) error { _, err := store.Known(ctx, "zjg-edz", urls); return err }},
		{"known/124 unknown", func(i int) error { _, err := store.Known(ctx, "zjg-edz", unknown); return err }},
		{"alike/none", func(i int) error { _, err := store.Alike(ctx, sketch); return err }},
		{"payload", func(i int) error {
			_, err := store.Payload(ctx, archive.DigestOf(item(run, i%50).Payload))
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			before := cpu()
			for i := range b.N {
				if err := c.do(i); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
	b.Run("scan/5000 snapshots", func(b *testing.B) {
		for range b.N {
			n := 0
			for _, err := range store.Snapshots(ctx, archive.Filter{Latest: true}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "archive.db")
	store := open(b, path, sqlite.Options{})
	run := begin(b, store, began)
	const n = 5000
	fill(b, store, run, n)
	ask := func(b *testing.B, q string) {
		for range b.N {
			for _, err := range store.Search(context.Background(), q, archive.Filter{Limit: 20}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("index", func(b *testing.B) {
		before, size := cpu(), fileSize(b, path)
		if err := store.Index(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64((cpu()-before).Microseconds())/1000/n, "cpu-ms/item")
		b.ReportMetric(float64(fileSize(b, path)-size)/n, "bytes/item")
	})
	for _, q := range []string{"开发", "粮食丰收", "安", "引资 图书", "龙"} {
		b.Run(q, func(b *testing.B) { ask(b, q) })
	}
}

func fileSize(tb testing.TB, path string) (size int64) {
	tb.Helper()
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			size += info.Size()
		}
	}
	return size
}

// BenchmarkGrowth records many items, and reports what each costs at the end
// and how much memory the process takes then.
func BenchmarkGrowth(b *testing.B) {
	n := 20_000
	if s := os.Getenv("FANGZHI_BENCH_ITEMS"); s != "" {
		fmt.Sscan(s, &n)
	}
	path := filepath.Join(b.TempDir(), "archive.db")
	store := open(b, path, sqlite.Options{})
	run := begin(b, store, began)
	for range b.N {
		var m timed
		start := time.Now()
		for i := 0; i < n; i += 64 {
			var batch []archive.Entry
			for j := range 64 {
				batch = append(batch, item(run, i+j))
			}
			if i < n-n/10 {
				if err := store.Record(context.Background(), run, batch); err != nil {
					b.Fatal(err)
				}
				continue
			}
			m.run(b, 64, func() {
				if err := store.Record(context.Background(), run, batch); err != nil {
					b.Fatal(err)
				}
			})
		}
		m.report(b)
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(n)/time.Since(start).Seconds(), "items/s")
		b.ReportMetric(float64(fileSize(b, path))/float64(n), "file-bytes/item")
		b.ReportMetric(float64(residentPeak(b))/(1<<20), "peak-MB")
		n = 0 // a second round would find everything known
	}
}

func residentPeak(tb testing.TB) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return u.Maxrss << 10
}
