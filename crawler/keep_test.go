package crawler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// keepAll has the rig keep all there is, under a clock that the test moves.
func keepAll(t *testing.T, p *portaltest.Portal) (r *rig, later func(time.Duration)) {
	t.Helper()
	var ahead time.Duration
	r = newRig(t, p, func(o *crawler.Options) {
		o.Now = func() time.Time { return time.Now().Add(ahead) }
	})
	r.site.Keep = crawler.Keep{Attachments: true, Requisites: true}
	return r, func(d time.Duration) { ahead += d }
}

func outcomes(visits []archive.Visit) (all []archive.Outcome) {
	for _, v := range visits {
		all = append(all, v.Outcome)
	}
	return all
}

func TestKeep(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	p.Place(portaltest.File{Name: "style.css", URL: "/css/style.css", Bytes: []byte(`@import "/css/more.css"; h1 { background: url(/images/h.png) }`)})
	p.Place(portaltest.File{Name: "more.css", URL: "/css/more.css", Bytes: []byte(`@import "/css/style.css"; @font-face { src: url(/f.woff2) }`)})
	p.Place(portaltest.File{Name: "h.png", URL: "/images/h.png", Bytes: []byte("\x89PNG\r\n")})
	first := article("县政府召开常务会议研究防汛工作")
	first.Files = []portaltest.File{{Name: "方案.pdf", Bytes: portaltest.PDF("方案")}}
	first.Pictures = []portaltest.File{{Name: "会场", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff 会场")}}
	path := p.Publish("yw", first)
	other := p.Publish("tzgg", article("关于做好秋粮收购工作的通知"))
	r, later := keepAll(t, p)
	run := r.run()

	s := r.snapshots(r.base + path)[0]
	document := s.Article.Attachments[0]
	if want := archive.DigestOf(first.Files[0].Bytes); document.Digest != want || document.Name != "方案.pdf" {
		t.Errorf("the version says of its document %+v, want %s", document, want)
	}
	if held, err := r.store.Payload(t.Context(), document.Digest); err != nil || string(held) != string(first.Files[0].Bytes) {
		t.Errorf("%d bytes of the document, %v", len(held), err)
	}
	if page := r.page(document.URL); page.Kind != archive.KindAttachment || page.Versions != 1 || page.Title != "方案.pdf" || page.FoundOn != r.base+path {
		t.Errorf("document %+v", page)
	}
	if v := r.last(r.base + path); v.Outcome != archive.New || v.Reason != "first version" {
		t.Errorf("article: %s: %s", v.Outcome, v.Reason)
	}
	style := r.base + "/css/style.css?v=20260901"
	for _, url := range []string{style, r.base + "/css/more.css", r.base + "/css/style.css", r.base + "/images/h.png", s.Article.Pictures[0]} {
		page, v := r.page(url), r.visits(url)[0]
		if page.Kind != archive.KindRequisite || page.Versions != 0 || !page.Due.IsZero() || v.Outcome != archive.New || len(v.Header) == 0 || v.Payload == "" {
			t.Errorf("requisite %+v, visit %+v", page, v)
		}
	}
	if page := r.page(style); page.Column != "要闻动态" || !slices.Contains(page.Also, "通知公告") {
		if page.Column != "通知公告" || !slices.Contains(page.Also, "要闻动态") {
			t.Errorf("the style is of column %q, and of %q", page.Column, page.Also)
		}
	}
	if v := r.last(r.base + "/f.woff2"); v.Outcome != archive.Gone {
		t.Errorf("a font that is not there: %s: %s", v.Outcome, v.Reason)
	}
	// What several pages need is asked for once more when the run ends.
	shared := []string{"/css/style.css?v=20260901", "/css/more.css", "/css/style.css", "/images/h.png"}
	for url, n := range p.Counts() {
		if want := 1 + strings.Count(strings.Join(shared, "\n")+"\n", url+"\n"); n != want {
			t.Errorf("%s was asked for %d times, want %d", url, n, want)
		}
	}
	if run.Requisites[archive.New] != 5 || run.Requisites[archive.NotModified] != len(shared) || run.Articles[archive.New] != 3 || run.Articles.Total() != 3 {
		t.Errorf("requisites %v, articles %v", run.Requisites, run.Articles)
	}
	if run.Requisites.Failed() != 0 || len(run.Columns) != 2 || run.Columns[0].Gone+run.Columns[1].Gone != 0 {
		t.Errorf("requisites %v, columns %+v", run.Requisites, run.Columns)
	}
	sound(t, r)

	// The next run asks for no requisite; the document is a page like others.
	p.ForgetRequests()
	run = r.run()
	if run.Requisites.Total() != 0 || p.Counts()[strings.TrimPrefix(document.URL, r.base)] != 1 {
		t.Errorf("requisites %v, asked for %v", run.Requisites, p.Counts())
	}
	if v := r.last(document.URL); v.Outcome != archive.NotModified {
		t.Errorf("document: %s: %s", v.Outcome, v.Reason)
	}

	// Nor does a full run, nor a new article on the same day but for what is its own.
	p.ForgetRequests()
	third := article("县长调研重点项目建设")
	third.Pictures = []portaltest.File{{Name: "工地", Type: "image/jpeg", Bytes: []byte("\xff\xd8\xff 工地")}}
	r.base = strings.TrimSuffix(r.base, "/")
	published := p.Publish("yw", third)
	run = r.run(crawler.Tick{Full: true})
	picture := r.snapshots(r.base + strings.TrimPrefix(published, r.base))[0].Article.Pictures[0]
	if run.Requisites.Total() != 1 || r.last(picture).Outcome != archive.New {
		t.Errorf("requisites %v", run.Requisites)
	}

	// A day later a page that is new asks whether they changed.
	later(25 * time.Hour)
	p.Place(portaltest.File{Name: "more.css", URL: "/css/more.css", Bytes: []byte(`h1 { color: red }`)})
	p.Publish("tzgg", article("关于开展安全生产检查的通知"))
	run = r.run()
	if got, want := outcomes(r.visits(style)), []archive.Outcome{archive.New, archive.NotModified, archive.NotModified, archive.NotModified}; !slices.Equal(got, want) {
		t.Errorf("the style: %v, want %v", got, want)
	}
	if got, want := outcomes(r.visits(r.base+"/css/more.css")), []archive.Outcome{archive.New, archive.NotModified, archive.Changed, archive.NotModified}; !slices.Equal(got, want) {
		t.Errorf("the style that changed: %v, want %v", got, want)
	}
	if v := r.visits(picture); len(v) != 1 {
		t.Errorf("the picture of another article: %v", outcomes(v))
	}
	if v := r.visits(r.base + other); len(v) != 4 {
		t.Errorf("visits to %s: %v", other, outcomes(v))
	}
	sound(t, r)
}

// A document under the same address with other bytes is a version of its own; the
// article's version goes on telling what it had.
func TestDocumentIsReplaced(t *testing.T) {
	p := portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	a := article("云溪县农村供水管理办法")
	a.Files = []portaltest.File{{Name: "办法.pdf", Bytes: portaltest.PDF("第一稿")}}
	path := p.Publish("yw", a)
	r, _ := keepAll(t, p)
	r.run()
	was := r.snapshots(r.base + path)[0].Article.Attachments[0]
	p.Place(portaltest.File{Name: "办法.pdf", URL: was.URL, Bytes: portaltest.PDF("第二稿")})
	r.run()
	documents := r.snapshots(was.URL)
	if len(documents) != 2 || documents[0].Payload != was.Digest || documents[1].Payload != archive.DigestOf(portaltest.PDF("第二稿")) {
		t.Errorf("versions of the document: %+v", documents)
	}
	if s := r.snapshots(r.base + path); len(s) != 1 || s[0].Article.Attachments[0] != was {
		t.Errorf("versions of the article: %+v", s)
	}
	if err := p.Edit(r.base+path, func(a *portaltest.Article) { a.Body[0] += "会议还研究了其他事项。" }); err != nil {
		t.Fatal(err)
	}
	p.Place(portaltest.File{Name: "办法.pdf", URL: was.URL, Bytes: portaltest.PDF("第二稿")}) // the edit put the first back
	r.run()
	if s := r.snapshots(r.base + path); len(s) != 2 || s[1].Article.Attachments[0].Digest != documents[1].Payload {
		t.Errorf("versions of the edited article: %+v", s)
	}
	if err := p.Remove(was.URL); err != nil {
		t.Fatal(err)
	}
	run := r.run()
	if v := r.last(was.URL); v.Outcome != archive.Gone || v.Absence != nil || run.Columns[0].Gone != 0 {
		t.Errorf("a document that is gone: %+v, column %+v", v, run.Columns[0])
	}
	sound(t, r)
}
