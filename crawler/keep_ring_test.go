package crawler_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Two documents that a list lists become articles, each of which attaches the
// other: whoever visits the one does not wait for who visits the other.
func TestDocumentsThatAttachEachOther(t *testing.T) {
	var articles atomic.Bool
	var asked atomic.Int64
	both := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		row := func(name string) string {
			return fmt.Sprintf(`<li><a href="/doc/%s.doc">关于印发《%s号办法》的通知</a><span>2024-05-20</span></li>`, name, name)
		}
		name, document := strings.CutPrefix(q.URL.Path, "/doc/")
		switch {
		case q.URL.Path == "/":
			fmt.Fprintf(w, `<html><title>列表</title><ul>%s%s</ul>`, row("a"), row("b"))
		case !document:
			http.NotFound(w, q)
		case !articles.Load():
			w.Header().Set("Content-Type", "application/msword")
			fmt.Fprint(w, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 "+name)
		default:
			if asked.Add(1) == 2 {
				close(both)
			}
			select {
			case <-both: // each is asked for while the other is
			case <-q.Context().Done():
			}
			other := map[string]string{"a.doc": "b.doc", "b.doc": "a.doc"}[name]
			fmt.Fprintf(w, `<html><head><title>关于印发《%[1]s办法》的通知</title><meta name="ArticleTitle" content="关于印发《%[1]s办法》的通知"></head>
				<h1>关于印发《%[1]s办法》的通知</h1><p>发布日期：2024-05-20 09:30 来源：云溪县人民政府办公室</p><div id="zoom"><p>各乡镇人民政府，县直各部门：</p>
				<p>现将《%[1]s办法》印发给你们，请结合实际，认真组织实施，并将落实情况于月底前报县政府办公室备案。</p>
				<p>附件：<a href="/doc/%[2]s">%[2]s</a></p></div>`, name, other)
		}
	}))
	defer server.Close()
	r, later := keepAll(t, portaltest.New(portaltest.Options{}))
	r.base = server.URL
	r.site.Columns = []crawler.Column{{Name: "通知", URL: server.URL + "/"}}
	r.site.Politeness.Parallel = 2
	r.run()
	for _, name := range []string{"a", "b"} {
		if p := r.page(r.base + "/doc/" + name + ".doc"); p.Kind != archive.KindAttachment || p.Versions != 1 {
			t.Fatalf("%s: kind %s, %d versions", p.URL, p.Kind, p.Versions)
		}
	}
	later(time.Hour)
	articles.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
	if err != nil || run.State != archive.RunDone {
		t.Fatalf("run %s, %v", run.State, err)
	}
	for _, name := range []string{"a", "b"} {
		p := r.page(r.base + "/doc/" + name + ".doc")
		if p.Kind != archive.KindArticle || p.Versions != 2 || len(r.snapshots(p.URL)[1].Article.Attachments) != 1 {
			t.Errorf("%s: kind %s, %d versions, %s", p.URL, p.Kind, p.Versions, r.last(p.URL).Reason)
		}
	}
	sound(t, r)
}
