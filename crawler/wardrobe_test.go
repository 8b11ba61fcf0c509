package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// wardrobe is a server of one list, of articles by path, and of what they wear.
type wardrobe struct {
	mu    sync.Mutex
	items map[string]item // by path with query
	asked map[string]int
	from  map[string]string // Referer, by path

	asking func(path string) // told of each request; nil: nobody is
}

type item struct {
	status   int // 0: 200
	kind     string
	body     string
	location string
}

func (s *wardrobe) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	path := q.URL.RequestURI()
	s.asked[path]++
	s.from[path] = q.Header.Get("Referer")
	if s.asking != nil {
		s.asking(path)
	}
	it, ok := s.items[path]
	var rows strings.Builder
	for at := range s.items {
		if strings.HasPrefix(at, "/art/") {
			fmt.Fprintf(&rows, `<li><a href="%s">关于印发《%s》的通知</a><span>2024-05-20</span></li>`, at, at)
		}
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case path == "/":
		fmt.Fprintf(w, `<html><title>列表</title><ul>%s</ul>`, rows.String())
	case !ok:
		http.NotFound(w, q)
	case strings.HasPrefix(path, "/art/"):
		fmt.Fprintf(w, `<html><head><title>关于印发《%[1]s》的通知</title><meta name="ArticleTitle" content="关于印发《%[1]s》的通知"><meta name="PubDate" content="2024-05-20 09:30"></head>
			<h1>关于印发《%[1]s》的通知</h1><p>发布日期：2024-05-20 09:30 来源：云溪县人民政府办公室</p><div id="zoom"><p>各乡镇人民政府，县直各部门：</p>
			<p>现将《%[1]s》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。</p>
			<p>各单位要明确责任，逐级落实，发现险情立即上报，确保人民群众生命财产安全。</p>%[2]s</div>`, path, it.body)
	default:
		if it.location != "" {
			w.Header().Set("Location", it.location)
		}
		if it.kind != "" {
			w.Header().Set("Content-Type", it.kind)
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(it.body)))
		w.WriteHeader(max(it.status, 200))
		fmt.Fprint(w, it.body)
	}
}

func (s *wardrobe) put(path string, it item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[path] = it
}

func (s *wardrobe) count(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[path]
}

// wears is a rig of a wardrobe, which keeps all there is.
func wears(t *testing.T, items map[string]item) (*rig, *wardrobe, func(time.Duration)) {
	t.Helper()
	s := &wardrobe{items: items, asked: map[string]int{}, from: map[string]string{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	r, later := keepAll(t, portaltest.New(portaltest.Options{}))
	r.base = server.URL
	r.site.Columns = []crawler.Column{{Name: "通知", URL: server.URL + "/"}}
	r.site.Politeness.Parallel = 1
	return r, s, later
}
