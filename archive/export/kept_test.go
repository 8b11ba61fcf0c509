package export_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/archive/sqlite"
)

// keeper records visits of a made-up portal into a real archive, judged and
// settled as a crawl does it.
type keeper struct {
	t     *testing.T
	path  string // "" where the archive is no file
	store archive.Store
	run   string
}

// seal keeps a checkpoint of the log.
func (k *keeper) seal(at time.Time) {
	k.t.Helper()
	if _, err := k.store.Seal(k.t.Context(), at); err != nil {
		k.t.Fatal(err)
	}
}

const portalRoot = "http://www.county.example"

// keep opens an archive for a test.
func keep(t *testing.T) *keeper {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.db")
	store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	k := keepIn(t, store)
	k.path = path
	return k
}

func keepIn(t *testing.T, store archive.Store) *keeper {
	t.Helper()
	t.Cleanup(func() { store.Close() })
	r := archive.Run{ID: archive.RunID("county", day(1)), Site: "county", Planned: day(1), State: archive.RunRunning, Started: day(1), Lease: day(1).AddDate(9, 0, 0)}
	if err := store.BeginRun(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	return &keeper{t: t, store: store, run: r.ID}
}

// answer is what a portal says to one request.
type answer struct {
	status    int
	header    http.Header
	payload   []byte
	truncated string
	reading   *archive.Reading
	request   *archive.Request // other than a GET
	failed    string
	of        string         // the path of the article that it is a page or a document of; "": it is listed
	parts     []archive.Part // that the article was joined of
}

// visit records that path answered so on a day of March.
func (k *keeper) visit(path string, at time.Time, a answer) {
	k.t.Helper()
	url := portalRoot + path
	if a.request != nil {
		url = a.request.ReplayURL()
	}
	p, err := k.store.Page(k.t.Context(), "county", url)
	if err != nil {
		p = archive.Page{Site: "county", URL: url, Column: "要闻", Kind: archive.KindUnread, State: archive.StateDiscovered, FirstSeen: at, FoundOn: portalRoot + "/yw/", Request: a.request}
		if path == "/yw/" {
			p.FoundOn = ""
		}
		if a.of != "" {
			p.FoundOn = portalRoot + a.of
		}
	}
	c := archive.Capture{
		URL: url, At: at, Took: 40 * time.Millisecond, Status: a.status, Header: a.header, Payload: a.payload, Truncated: a.truncated,
		Request: http.Header{"User-Agent": {"fangzhi/1"}, "Accept": {"*/*"}}, Address: "192.0.2.7:80", Protocol: "HTTP/1.1", Attempts: 1, Failure: a.failed,
	}
	if a.request != nil {
		for name, v := range a.request.Header {
			c.Request.Set(name, v)
		}
	}
	if a.status == http.StatusNotModified {
		c.Request.Set("If-None-Match", p.ETag)
	}
	if a.parts != nil {
		p.LastDigest = "" // the bytes of the first page do not tell
	}
	v := archive.Judge(p, c, a.reading)
	if a.reading != nil && a.reading.Kind == archive.KindPart {
		v = archive.JudgePart(p, c, a.reading)
	}
	e := archive.Settle(k.run, p, c, a.reading, v)
	if e.Snapshot != nil {
		e.Snapshot.Parts = a.parts
	}
	if err := k.store.Record(k.t.Context(), k.run, []archive.Entry{e}); err != nil {
		k.t.Fatal(err)
	}
}

// reread reads the first version of path again, under a run of its own.
func (k *keeper) reread(path string, at time.Time) {
	k.t.Helper()
	r := archive.Run{ID: archive.RunID("town", at), Site: "town", Planned: at, State: archive.RunRunning, Started: at, Lease: at.Add(time.Hour)}
	err := k.store.BeginRun(k.t.Context(), r, nil)
	if err == nil {
		err = k.store.Reread(k.t.Context(), r.ID, []archive.Again{{Site: "county", URL: portalRoot + path, Version: 1, At: at, Reader: 9, Article: archive.Article{Title: "再读"}}})
	}
	if r.State, r.Ended = archive.RunDone, at; err == nil {
		err = k.store.EndRun(k.t.Context(), r)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func packed(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// article is a page that says text, in GBK and packed as old portals do.
func article(t *testing.T, title, text string) answer {
	html := `<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>` + title +
		`</title><link rel="stylesheet" href="/style.css"></head><body><h1>` + title + `</h1><img src="/pic.png"><p id="text">` + text + `</p></body></html>`
	return answer{
		status:  200,
		header:  http.Header{"Content-Type": {"text/html"}, "Content-Encoding": {"gzip"}, "Etag": {`"` + strconv.Itoa(len(html)) + `"`}, "Set-Cookie": {"a=1", "b=2"}},
		payload: packed(gbk(t, html)),
		reading: &archive.Reading{Kind: archive.KindArticle, Article: archive.Article{
			Title: title, Body: text, Source: "县融媒体中心", Published: time.Date(2026, 2, 28, 9, 30, 0, 0, time.FixedZone("", 8*3600)),
			Attachments: []archive.Attachment{{Name: "表.pdf", URL: portalRoot + "/f.pdf"}},
			Evidence:    []archive.Evidence{{Field: "title", Method: "heading", Where: "h1", Confidence: 1}},
		}},
	}
}

func document(mime string, payload []byte) answer {
	return answer{
		status: 200, header: http.Header{"Content-Type": {mime}}, payload: payload,
		reading: &archive.Reading{Kind: archive.KindAttachment, Article: archive.Article{Title: "文件"}},
	}
}

func (a answer) without(headers ...string) answer {
	a.header = a.header.Clone()
	for _, h := range headers {
		a.header.Del(h)
	}
	return a
}

// picture is a PNG of 8 by 8 green points.
func picture(t *testing.T) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		img.Set(i%8, i/8, color.RGBA{0, 128, 0, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// incompressible is n bytes without a pattern.
func incompressible(seed, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(b)
	return b
}

// lossy is an archive that has lost a payload.
type lossy struct {
	export.Store
	lost archive.Digest
}

func (l lossy) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	if d == l.lost {
		return nil, archive.ErrCorrupt
	}
	return l.Store.Payload(ctx, d)
}

// county is an archive with every kind of thing in it.
func county(t *testing.T) *keeper {
	t.Helper()
	k := keep(t)
	k.county()
	return k
}

func (k *keeper) county() {
	t := k.t
	t.Helper()
	same := answer{status: 304}
	list := answer{
		status: 200, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "Etag": {`"l1"`}},
		payload: []byte(`<html><head><meta charset="utf-8"><title>要闻</title></head><body><a href="/1.html">一</a></body></html>`),
		reading: &archive.Reading{Kind: archive.KindList, Article: archive.Article{Title: "要闻"}},
	}
	first, second := article(t, "通知", "招聘医生二十四名，请于三月十日前报名。"), article(t, "通知", "招聘医生二十八名，请于三月十日前报名。")
	k.visit("/yw/", day(1), list)
	k.visit("/1.html", day(1).Add(time.Second), first)
	k.visit("/style.css", day(1).Add(2*time.Second), document("text/css", []byte("h1 { color: rgb(1, 2, 3) }")))
	k.visit("/pic.png", day(1).Add(3*time.Second), document("image/png", picture(t)))
	k.visit("/f.pdf", day(1).Add(4*time.Second), document("application/pdf", []byte("%PDF-1.4 表")))
	k.visit("/2.html", day(1).Add(5*time.Second), article(t, "公示", "补贴资金使用情况予以公示。"))
	k.visit("/3.html", day(1).Add(6*time.Second), answer{status: 200, header: http.Header{"Content-Type": {"text/html"}}, payload: []byte("<html><p>一半"), truncated: "length"})
	k.visit("/4.html", day(1).Add(7*time.Second), answer{
		status: 200, header: http.Header{"Content-Type": {"text/html"}}, payload: []byte("<html>"),
		reading: &archive.Reading{Kind: archive.KindArticle},
	})
	k.visit("", day(1).Add(8*time.Second), answer{
		status: 200, header: http.Header{"Content-Type": {"application/json"}}, payload: []byte(`{"rows":[]}`),
		reading: &archive.Reading{Kind: archive.KindList},
		request: &archive.Request{Method: "POST", URL: portalRoot + "/api", Body: `{"pn":20,"where":"{\"date\":\"0\"}","name":"云 溪&"}`, Header: map[string]string{"Content-Type": "application/json"}},
	})
	k.visit("/yw/", day(2), same)
	k.visit("/1.html", day(2), same)                      // refers to version 1
	k.visit("/1.html", day(3), second)                    // version 2
	k.visit("/1.html", day(4), second.without("Etag"))    // the same bytes
	k.visit("/1.html", day(5), answer{failed: "refused"}) // nothing
	k.visit("/1.html", day(6), second)                    // and again
	other := article(t, "通知", "招聘医生二十八名，请于三月十日前报名。")
	other.payload = append(bytes.Clone(other.payload), packed([]byte("<!-- 1 -->"))...)
	k.visit("/1.html", day(7), other) // other bytes that say the same
	k.visit("/1.html", day(8), same)  // which the archive does not hold
	k.visit("/2.html", day(8), answer{status: 404})
}
