package archive_test

import (
	"testing"
	"time"

	"fangzhi/archive"
)

func TestNoise(t *testing.T) {
	body := func(s string) archive.Article {
		return archive.Article{Title: "通知", Body: "各镇人民政府。\n\n" + s}
	}
	for _, c := range []struct{ name, a, b, want string }{
		{"a counter", "浏览次数：123", "浏览次数：124", "浏览次数：#"},
		{"of another length", "浏览次数：99", "浏览次数：1000", "浏览次数：#"},
		{"the rest of the line is to the letter", "浏览：12 报名：24人", "浏览：13 报名：24人", "浏览：#报名:24人"},
		{"behind a sentence", "特此通知。 阅读 12", "特此通知。 阅读 15", "阅读#"},
		{"today", "今天是2026年3月5日 星期四", "今天是2026年3月6日 星期五", "今天是2026年3月#日星期#"},
		{"a token", "编号 a8f3c99e01bd", "编号 77aa01bde4c2", "编号#"},
		{"a token of letters", "编号 abcdefghij", "编号 klmnopqrst", ""},
		{"a short token", "编号 a8f3", "编号 b7e4", ""},
		{"a figure in a sentence", "计划招聘24名医生。", "计划招聘28名医生。", ""},
		{"a word", "浏览次数：123", "阅读次数：124", ""},
		{"a word beside a counter", "浏览次数：123\n张三", "浏览次数：124\n李四", ""},
		{"a line more", "浏览次数：123", "浏览次数：124\n又及", ""},
		{"a line that went", "浏览次数：123\n又及", "浏览次数：124", ""},
		{"digits for letters", "浏览次数：123", "浏览次数：无", ""},
		{"nothing", "浏览次数：123", "浏览次数：123", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			masks, ok := archive.Noise(body(c.a), body(c.b))
			got := ""
			for _, m := range masks {
				got += archive.Fold(m.String())
				if !m.Covers("body", archive.Fold(lastPiece(c.a))) || !m.Covers("body", archive.Fold(lastPiece(c.b))) {
					t.Errorf("%q does not cover its own lines", m)
				}
			}
			if got != archive.Fold(c.want) || ok != (c.want != "") {
				t.Errorf("masks %q, %v, want %q", got, ok, c.want)
			}
		})
	}
	a, b := body("浏览次数：123"), body("浏览次数：124")
	for name, edit := range map[string]func(*archive.Article){
		"title": func(a *archive.Article) { a.Title = "公告" }, "date": func(a *archive.Article) { a.Published = noon },
		"number": func(a *archive.Article) { a.DocumentNumber = "1号" }, "attachment": func(a *archive.Article) { a.Attachments = []archive.Attachment{{URL: "http://a/1"}} },
	} {
		edited := b
		edit(&edited)
		if masks, ok := archive.Noise(a, edited); ok {
			t.Errorf("with another %s: %v", name, masks)
		}
	}
}

// lastPiece is the part of a line that is behind its last sentence.
func lastPiece(s string) string {
	for i := len(s) - 3; i >= 0; i-- {
		if s[i:i+3] == "。" {
			return s[i+3:]
		}
	}
	return s
}

func TestDatedMask(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	day := func(d int) time.Time { return time.Date(2026, 3, d, 1, 0, 0, 0, zone) }
	said := func(s string) archive.Article { return archive.Article{Body: "正文。\n" + s} }
	a, b := said("今天是2026年3月5日 星期四"), said("今天是2026年3月6日 星期五")
	masks, _ := archive.Noise(a, b)
	dated, ok := masks[0].Dated(a, b, day(5), day(6))
	if !ok || dated.String() != "今天是#年#月#日星期#" {
		t.Fatalf("%q, %v", dated, ok)
	}
	if !dated.Covers("body", "今天是2027年1月1日星期五") || dated.Covers("body", "今天是2027年1月1日") {
		t.Error("a date is not covered as a whole")
	}
	if _, ok := masks[0].Dated(a, b, day(4), day(6)); ok {
		t.Error("a date that was not that day's is taken for today's")
	}
	if _, ok := masks[0].Dated(a, b, day(5), day(7)); ok {
		t.Error("a date that is not this day's is taken for today's")
	}
}

func TestMasks(t *testing.T) {
	said := func(s string) archive.Article { return archive.Article{Title: "通知", Body: "正文。\n" + s} }
	counter := func(n string) archive.Article { return said("浏览次数：" + n) }
	noise, _ := archive.Noise(counter("1"), counter("2"))
	page := archive.Page{URL: "http://a/1", Visits: 1}
	var m archive.Masks

	// Four fetches that differ in nothing else: then it is time for a proof.
	for i, want := range []bool{false, false, true} {
		page.Visits = 1 + i
		if got := m.Try(page, noise); got != want {
			t.Errorf("difference %d: proof wanted: %v", i+1, got)
		}
	}
	if _, ok := m.Hidden(page.URL, counter("3"), counter("4")); ok {
		t.Error("hidden before it was learnt")
	}
	m.Learn(page.URL, noise, noon, "twice")
	if hidden, ok := m.Hidden(page.URL, counter("3"), counter("44")); !ok || archive.OnlyNoise(archive.Page{}, hidden).Reason != `only "浏览次数:#" differs, as on every fetch` {
		t.Errorf("hidden %v, %v", hidden, ok)
	}
	for name, pair := range map[string][2]archive.Article{
		"an edit beside it":        {said("浏览次数：1\n招聘24名"), said("浏览次数：2\n招聘28名")},
		"another line of its kind": {said("报名人数：24"), said("报名人数：28")},
		"a sentence":               {said("浏览次数：1。"), said("浏览次数：2。")},
	} {
		if _, ok := m.Hidden(page.URL, pair[0], pair[1]); ok {
			t.Errorf("%s is hidden", name)
		}
	}
	// For the page that showed it, until three did.
	if _, ok := m.Hidden("http://a/2", counter("3"), counter("4")); ok {
		t.Error("hidden on a page that did not show it")
	}
	m.Learn("http://a/2", noise, noon, "twice")
	m.Learn("http://a/3", noise, noon, "twice")
	if _, ok := m.Hidden("http://a/4", counter("3"), counter("4")); !ok || len(m.Of("http://a/4")) != 1 {
		t.Error("not hidden on the site's other pages")
	}
	// A line without a name is of its own page alone: it may be a date that counts.
	bare, _ := archive.Noise(said("2026年3月5日"), said("2026年3月6日"))
	for _, u := range []string{"http://a/1", "http://a/2", "http://a/3"} {
		m.Learn(u, bare, noon, "today")
	}
	if _, ok := m.Hidden("http://a/4", said("2026年3月5日"), said("2026年3月6日")); ok {
		t.Error("a bare date is hidden on every page")
	}
	if _, ok := m.Hidden("http://a/1", said("2026年3月5日"), said("2026年3月6日")); !ok {
		t.Error("a bare date is not hidden where it was learnt")
	}
}

// What does not change visit after visit, and what a proof says no to, is never
// learnt.
func TestMasksTry(t *testing.T) {
	said := func(s string) archive.Article { return archive.Article{Title: "通知", Body: s} }
	counter, _ := archive.Noise(said("浏览次数：1"), said("浏览次数：2"))
	other, _ := archive.Noise(said("报名：1"), said("报名：2"))
	type step struct {
		visits int
		noise  []archive.Mask
	}
	for name, steps := range map[string][]step{
		"unchanged in between":   {{1, counter}, {2, counter}, {6, counter}, {7, counter}},
		"another line":           {{1, counter}, {2, other}, {3, counter}, {4, other}},
		"now one, now the other": {{1, counter}, {2, append(other, counter...)}, {3, counter}},
	} {
		var m archive.Masks
		for _, s := range steps {
			if m.Try(archive.Page{URL: "u", Visits: s.visits}, s.noise) {
				t.Errorf("%s: proof wanted at visit %d", name, s.visits)
			}
		}
	}
	var m archive.Masks
	proofs := 0
	for v := range 100 {
		if m.Try(archive.Page{URL: "u", Visits: v}, counter) {
			proofs++
			m.Failed("u")
		}
	}
	if proofs != 3 {
		t.Errorf("%d proofs were asked for, want 3", proofs)
	}
	for i := range 3000 {
		m.Try(archive.Page{URL: string(rune(i)), Visits: 1}, counter)
	}
	if len(m.Trials) > 1000 {
		t.Errorf("%d trials", len(m.Trials))
	}
}
