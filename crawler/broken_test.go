package crawler_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
)

// brokenSite is a list with one article, whose bytes and way over the line the test
// orders.
type brokenSite struct {
	*rig
	day  days // its clock
	url  string
	body atomic.Pointer[string]
	step time.Duration // between two runs
	sent atomic.Int64  // how much of it is sent; 0: all
	way  atomic.Value  // string
}

func newBrokenSite(t *testing.T, way string) *brokenSite {
	s := &brokenSite{step: 12 * time.Hour}
	s.way.Store(way)
	s.rig = serve(t, func(w http.ResponseWriter, q *http.Request) {
		switch q.URL.Path {
		case "/list":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, listPage("/a1", "/a2"))
		case "/a1":
			s.answer(w)
		default:
			http.NotFound(w, q)
		}
	})
	s.url = s.base + "/a1"
	s.day.now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s.crawl = s.crawler(s.store, func(o *crawler.Options) { o.Now = s.day.clock })
	return s
}

// answer sends the page, or the beginning of it, so that HTTP tells nobody that it is
// not the whole.
func (s *brokenSite) answer(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	body, n := *s.body.Load(), int(s.sent.Load())
	if n == 0 {
		n = len(body)
	}
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n", n)
	if s.way.Load() == "no length" {
		head, body = "HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", body[:n]
	}
	_, _ = io.WriteString(conn, head+body) // the reader may have enough
}

// says has the site answer with an article of two paragraphs, and of its bytes only
// those before a text, where there is one.
func (s *brokenSite) says(first, second, foot, before string) {
	page := "<html><head><title>关于a1号文件贯彻落实情况的通报</title></head><body><div class=\"content\"><h1>关于a1号文件贯彻落实情况的通报</h1>" +
		"<div class=\"info\">发布时间：2024-05-20 09:30 来源：县政府办公室</div><div class=\"text\"><p>" + first + "</p><p>" + second + "</p></div></div>" + foot
	n := 0
	if before != "" {
		n = strings.Index(page, before)
	}
	s.body.Store(&page)
	s.sent.Store(int64(n))
}

// ends has half a day pass, and a run.
func (s *brokenSite) ends(o archive.Outcome, versions int, reason string) {
	s.t.Helper()
	s.day.mu.Lock()
	s.day.now = s.day.now.Add(s.step)
	s.day.mu.Unlock()
	s.run()
	v := s.last(s.url)
	if n := len(s.snapshots(s.url)); v.Outcome != o || n != versions || !strings.Contains(v.Reason, reason) {
		s.t.Errorf("%s with %d versions: %s\nwant %s with %d: %s", v.Outcome, n, v.Reason, o, versions, reason)
	}
	if v.Outcome == archive.Truncated {
		if b, err := s.store.Payload(s.t.Context(), v.Payload); err != nil || int64(len(b)) != v.Bytes || len(v.Header) == 0 {
			s.t.Errorf("%d of %d bytes are kept, %v", len(b), v.Bytes, err)
		}
	}
}

const (
	first1 = "5月20日上午，县长主持召开第四十二次常务会议，研究部署全县防汛备汛和安全生产工作，并听取了县水利局的汇报。"
	first2 = "5月21日上午，县长主持召开第四十三次常务会议，研究部署全县秋粮收购和安全生产工作，并听取了县粮食局的汇报。"
	second = "会议要求，各乡镇落实责任，逐处登记，发现险情立即上报，所需经费由县财政列支，月底前向县政府办公室报告落实情况。"
	foot   = "<div class=\"foot\">主办：云溪县人民政府办公室</div></body></html>"
)

// Half a page that HTTP calls whole is no version: the beginning of what was there
// never, another text only if it comes again.
func TestHalfAPageIsNoVersion(t *testing.T) {
	for _, way := range []string{"too short a length", "no length"} {
		t.Run(way, func(t *testing.T) {
			s := newBrokenSite(t, way)
			s.says(first1, second, foot, "")
			s.ends(archive.New, 1, "first version")
			for range 4 {
				s.says(first1, second, foot, "逐处登记")
				s.ends(archive.Truncated, 1, "ends within <div>, and is no more than the beginning of version 1")
			}
			if p := s.rig.page(s.url); p.State != archive.StateUnreadable || p.Failures != 4 {
				t.Errorf("page %+v", p)
			}
			s.says(first1, second, foot, "")
			s.ends(archive.Unchanged, 1, "")
			s.says(first2, second, foot, "逐处登记")
			s.ends(archive.Truncated, 1, "ends within <div>, which version 1 does not: taken for the page once 3 visits in a row bring the same, over a day, of which this is number 1")
			s.ends(archive.Truncated, 1, "number 2")
			s.says(first2, second, foot, "发现险情")
			s.ends(archive.Truncated, 1, "number 1") // it broke off elsewhere
			s.says(first2, second, foot, "")
			s.ends(archive.Changed, 2, "")
			sound(t, s.rig)
		})
	}
}

// A template that lost its end, and leaves something open, is taken for the page at
// the third visit that brings the same text, whatever counts in it; what was closed
// but for its </html>, at once.
func TestTemplateWithoutItsEnd(t *testing.T) {
	s := newBrokenSite(t, "")
	s.says(first1, second, foot, "")
	s.ends(archive.New, 1, "first version")
	open := func(n int) string { return fmt.Sprintf("<div class=\"foot\">访问量：%d", 100+n) }
	for n := range 4 {
		if s.step = 12 * time.Hour; n > 0 {
			s.step = 6 * time.Hour
		}
		s.says(first2, second, open(n), "")
		s.ends(archive.Truncated, 1, fmt.Sprintf("number %d", n+1))
	}
	s.says(first2, second, open(5), "")
	s.ends(archive.Changed, 2, "ends within <div>, which version 1 does not, as at the 4 visits before")
	s.says(first1, second, open(4), "")
	s.ends(archive.Changed, 3, "") // version 2 has no end either
	s.says(first1, second, foot, "")
	s.ends(archive.Unchanged, 3, "")

	s = newBrokenSite(t, "")
	s.says(first1, second, foot, "")
	s.ends(archive.New, 1, "first version")
	s.says(first2, second, "<p>主办：云溪县人民政府办公室</p>", "")
	s.ends(archive.Changed, 2, "")
	sound(t, s.rig)
}

// Of a page that was never there before only what ends within a tag tells that it is
// half of one.
func TestFirstVersionWithinATag(t *testing.T) {
	s := newBrokenSite(t, "")
	s.says(first1, second, foot, "class=\"foot")
	s.ends(archive.Truncated, 0, "ends within a tag: taken for the page once 3 visits")
	s.says(first1, second, foot, "")
	s.ends(archive.New, 1, "first version")
	sound(t, s.rig)
}
