package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// due asks for the addresses of up to n due pages of site.
func (f *fixture) due(by time.Time, n int) []string {
	f.Helper()
	pages, err := f.Due(f.Context(), site, by, n, archive.Except{})
	if err != nil {
		f.Fatalf("due: %v", err)
	}
	return names(pages, func(p archive.Page) string { return p.URL })
}

var dueTests = []subtest{
	{"nothing held, nothing due", func(f *fixture) {
		f.equal("due", f.due(t0, 10), []string(nil))
	}},
	{"pages come whole", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("标题", "正文"))
		f.record(r, e)
		got, err := f.Due(f.Context(), site, e.Page.Due, 10, archive.Except{})
		if err != nil {
			f.Fatal(err)
		}
		f.equal("due", got, []archive.Page{e.Page})
		f.inUTC(got[0])
	}},
	{"by due time and URL", func(f *fixture) {
		var seeds []archive.Page
		for n, m := range []int{3, 1, 2, 1, 3, 2, 9} {
			p := unread(site, url(n))
			p.Due = minute(m)
			seeds = append(seeds, p)
		}
		seeds[6].Due = time.Time{}
		f.begin(site, 9*time.Minute, append(seeds, unread(site, "https://Www.zjg.example/"))...)
		want := []string{"https://Www.zjg.example/", url(1), url(3), url(2), url(5), url(0), url(4), url(6)}
		f.equal("all", f.due(minute(9), 100), want)
		f.equal("by minute 2", f.due(minute(2), 100), want[:5])
		f.equal("just before minute 2", f.due(minute(2).Add(-time.Millisecond), 100), want[:3])
		f.equal("the first three", f.due(minute(9), 3), want[:3])
		f.equal("none", f.due(minute(9), 0), []string(nil))
	}},
	{"a page that is never due is not", func(f *fixture) {
		r := f.begin(site, 0)
		e := gone(r, unread(site, url(1)), time.Second)
		e.Page.Due = time.Time{}
		f.record(r, e)
		f.equal("due", f.due(t0.AddDate(100, 0, 0), 10), []string(nil))
	}},
	{"a page of another site is not this site's", func(f *fixture) {
		f.begin(other, 0, unread(other, url(1)))
		f.equal("due", f.due(minute(9), 10), []string(nil))
	}},
	{"a visited page is due no more until its time", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)), unread(site, url(2)))
		f.record(r, visit(r, unread(site, url(1)), time.Second, text("标题", "正文")))
		f.equal("after the visit", f.due(minute(1), 10), []string{url(2)})
		f.equal("a day later", f.due(t0.Add(25*time.Hour), 10), []string{url(2), url(1)})
	}},
	{"without what is left out", func(f *fixture) {
		elsewhere := []string{"http://a.example/1", "https://a.example/2", "http://a.example:8080/3", "http://a.example.org/4", "http://b.example/5", "http://b.example/a.example/"}
		var seeds []archive.Page
		for _, u := range elsewhere {
			seeds = append(seeds, unread(site, u))
		}
		r := f.begin(site, 0, seeds...)
		e := visit(r, unread(site, "http://b.example/5"), time.Second, text("标题", "正文"))
		e.Page.Due = minute(1)
		f.record(r, e)
		ask := func(except archive.Except, n int) []string {
			f.Helper()
			pages, err := f.Due(f.Context(), site, minute(9), n, except)
			if err != nil {
				f.Fatal(err)
			}
			return names(pages, func(p archive.Page) string { return p.URL })
		}
		at := e.Page.LastVisit
		f.equal("nothing", ask(archive.Except{}, 9), []string{elsewhere[3], elsewhere[0], elsewhere[2], elsewhere[5], elsewhere[1], elsewhere[4]})
		f.equal("one host", ask(archive.Except{Hosts: []string{"a.example"}}, 9), []string{elsewhere[3], elsewhere[2], elsewhere[5], elsewhere[4]})
		f.equal("two hosts, one page", ask(archive.Except{Hosts: []string{"a.example", "a.example.org"}}, 1), []string{elsewhere[2]})
		f.equal("visited since", ask(archive.Except{VisitedSince: at}, 9), []string{elsewhere[3], elsewhere[0], elsewhere[2], elsewhere[5], elsewhere[1]})
		f.equal("visited before", ask(archive.Except{VisitedSince: at.Add(time.Millisecond), Hosts: []string{"a.example"}}, 9), []string{elsewhere[3], elsewhere[2], elsewhere[5], elsewhere[4]})
		f.equal("all", ask(archive.Except{VisitedSince: at, Hosts: []string{"a.example", "a.example:8080", "a.example.org", "b.example"}}, 9), []string(nil))
	}},
}

var knownTests = []subtest{
	{"of no URLs none", func(f *fixture) {
		if got, err := f.Known(f.Context(), site, nil); err != nil || len(got) != 0 {
			f.Errorf("got %v, %v", got, err)
		}
	}},
	{"are those that were seeds, found or visited", func(f *fixture) {
		r := f.begin(site, 0, unread(site, url(1)))
		f.record(r, list(r, unread(site, url(2)), time.Second, unread(site, url(3))))
		f.begin(other, 0, unread(other, url(4)))
		got, err := f.Known(f.Context(), site, []string{url(1), url(2), url(3), url(4), url(5), url(1), ""})
		if err != nil {
			f.Fatal(err)
		}
		for n, want := range []bool{false, true, true, true, false, false} {
			if got[url(n)] != want {
				f.Errorf("page %d: known %v, want %v", n, got[url(n)], want)
			}
		}
		if got[""] {
			f.Error("no URL is known")
		}
	}},
	{"become known when they are recorded", func(f *fixture) {
		r := f.begin(site, 0)
		ask := func() bool {
			got, err := f.Known(f.Context(), site, []string{url(1)})
			if err != nil {
				f.Fatal(err)
			}
			return got[url(1)]
		}
		if ask() {
			f.Error("known before")
		}
		f.record(r, list(r, unread(site, pageL), time.Second, unread(site, url(1))))
		if !ask() {
			f.Error("unknown afterwards")
		}
	}},
	{"of thousands of URLs", func(f *fixture) {
		var urls []string
		var seeds []archive.Page
		for n := range 4000 {
			urls = append(urls, url(n))
			if n%2 == 0 {
				seeds = append(seeds, unread(site, url(n)))
			}
		}
		f.begin(site, 0, seeds...)
		got, err := f.Known(f.Context(), site, urls)
		if err != nil {
			f.Fatal(err)
		}
		for n, u := range urls {
			if got[u] != (n%2 == 0) {
				f.Fatalf("page %d: known %v", n, got[u])
			}
		}
	}},
}

// prose returns the nth text of some hundred Chinese characters; no two are
// alike.
func prose(n int) string {
	words := strings.Fields("经济 开发区 党工委 会议 强调 高质量 发展 项目 建设 企业 服务 推进 落实 责任 安全 生产 检查 社区 居民 活动 志愿者 教育 医疗 环境 整治 河道 绿化 交通 道路 施工 通知 公告 招标 采购 结果 公示 人才 创新 科技 产业")
	random := rand.New(rand.NewPCG(uint64(n), 1))
	var b strings.Builder
	for i := range 90 {
		b.WriteString(words[random.IntN(len(words))])
		if i%30 == 29 {
			b.WriteString("。\n\n")
		}
	}
	return b.String()
}

// sketched records one article for each sketch.
func (f *fixture) sketched(sketches ...archive.Sketch) {
	f.Helper()
	r := f.begin(site, 0)
	var batch []archive.Entry
	for n, s := range sketches {
		e := visit(r, unread(site, url(n)), time.Second, text(fmt.Sprint("标题", n), url(n)))
		e.Snapshot.Sketch = s
		batch = append(batch, e)
	}
	f.record(r, batch...)
}

func (f *fixture) alike(s archive.Sketch) []string {
	f.Helper()
	found, err := f.Alike(f.Context(), s)
	if err != nil {
		f.Fatalf("alike: %v", err)
	}
	return names(found, func(s archive.Snapshot) string { return s.URL })
}

var alikeTests = []subtest{
	{"of an empty archive none", func(f *fixture) {
		f.equal("alike", f.alike(archive.Sketch{1, 2, 3}), []string(nil))
	}},
	{"of an empty sketch none", func(f *fixture) {
		f.sketched(nil, archive.Sketch{}, archive.Sketch{1})
		f.equal("alike", f.alike(nil), []string(nil))
		f.equal("alike", f.alike(archive.Sketch{}), []string(nil))
	}},
	{"share a key", func(f *fixture) {
		f.sketched(archive.Sketch{1, 2, 3}, archive.Sketch{4, 5, 6}, archive.Sketch{7, 8, -9}, nil)
		f.equal("one", f.alike(archive.Sketch{5, 50, 51}), []string{url(1)})
		f.equal("a negative one", f.alike(archive.Sketch{-9, 50, 51}), []string{url(2)})
		f.equal("none", f.alike(archive.Sketch{50, 51, 52}), []string(nil))
	}},
	{"that share more keys come first", func(f *fixture) {
		f.sketched(archive.Sketch{1, 20, 30, 40}, archive.Sketch{1, 2, 3, 41}, archive.Sketch{1, 2, 31, 42}, archive.Sketch{1, 2, 3, 4})
		f.equal("order", f.alike(archive.Sketch{1, 2, 3, 4}), []string{url(3), url(1), url(2), url(0)})
	}},
	{"are at most 32, the best of them", func(f *fixture) {
		var sketches []archive.Sketch
		for n := range 60 {
			s := archive.Sketch{1, int64(100 + n)}
			if n%2 == 1 {
				s = archive.Sketch{1, 2, int64(100 + n)}
			}
			sketches = append(sketches, s)
		}
		f.sketched(sketches...)
		got := f.alike(archive.Sketch{1, 2})
		f.equal("count", len(got), 32)
		best := got[:min(30, len(got))]
		slices.Sort(best)
		var want []string
		for n := 1; n < 60; n += 2 {
			want = append(want, url(n))
		}
		f.equal("first thirty", best, want)
	}},
	{"are whole snapshots of any version and site", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		body := prose(1)
		first := visit(r, unread(site, url(1)), time.Second, text("标题", body))
		second := visit(r, first.Page, 2*time.Second, text("改过的标题", body))
		reprint := visit(s, unread(other, url(9)), time.Second, text("转载", body))
		f.record(r, first, second)
		f.record(s, reprint)
		found, err := f.Alike(f.Context(), archive.SketchOf(text("", body)))
		if err != nil {
			f.Fatal(err)
		}
		slices.SortFunc(found, func(a, b archive.Snapshot) int { return strings.Compare(edition(a), edition(b)) })
		f.equal("alike", found, []archive.Snapshot{*reprint.Snapshot, *first.Snapshot, *second.Snapshot})
	}},
}
