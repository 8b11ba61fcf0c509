package portaltest_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"fangzhi/crawler/portaltest"
)

func TestConditionalRequests(t *testing.T) {
	for _, tt := range []struct {
		validity         portaltest.Validity
		etag, date       bool
		same, afterCount [2]int // status by ETag, by date
	}{
		{portaltest.ETagAndDate, true, true, [2]int{304, 304}, [2]int{200, 200}},
		{portaltest.DateOnly, false, true, [2]int{200, 304}, [2]int{200, 200}},
		{portaltest.NoValidators, false, false, [2]int{200, 200}, [2]int{200, 200}},
		{portaltest.EverFresh, true, true, [2]int{200, 200}, [2]int{200, 200}},
		{portaltest.Sticky, true, true, [2]int{304, 304}, [2]int{304, 304}},
		{portaltest.Careless, true, true, [2]int{200, 200}, [2]int{200, 200}},
	} {
		t.Run("validity "+string(tt.validity), func(t *testing.T) {
			p, urls := small(t, portaltest.Options{Validity: tt.validity}, 1)
			first := get(t, urls[0])
			etag, date := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
			if (etag != "") != tt.etag || (date != "") != tt.date {
				t.Fatalf("ETag %q, Last-Modified %q; want them there: %t, %t", etag, date, tt.etag, tt.date)
			}
			ask := func(what string, want [2]int) {
				t.Helper()
				got := [2]int{
					get(t, urls[0], "If-None-Match", etag).Status,
					get(t, urls[0], "If-Modified-Since", date).Status,
				}
				if got != want {
					t.Errorf("%s: status %d by ETag and %d by date, want %v", what, got[0], got[1], want)
				}
			}
			ask("same", tt.same)
			// Twice within a second: a date must tell that too.
			for range 2 {
				if err := p.CountViews(urls[0], 1); err != nil {
					t.Fatal(err)
				}
			}
			ask("counted", tt.afterCount)
		})
	}
}

// TestDateTellsEveryEdit edits a page faster than a date can count.
func TestDateTellsEveryEdit(t *testing.T) {
	now := time.Date(2026, 9, 19, 10, 0, 0, 0, time.UTC)
	p, urls := small(t, portaltest.Options{Now: func() time.Time { return now }}, 3)
	for _, path := range []string{urls[1], p.URL("/yw/index.html"), p.URL("/")} {
		last := ""
		for i := range 3 {
			date := get(t, path).Header.Get("Last-Modified")
			if date == last {
				t.Errorf("%s: edit %d left the date at %s", path, i, date)
			}
			last = date
			if err := p.Edit(urls[1], func(a *portaltest.Article) { a.Title += "改" }); err != nil {
				t.Fatal(err)
			}
		}
	}
	// What stands between two pages shows on both.
	before := get(t, urls[2])
	if err := p.Withdraw(urls[1]); err != nil {
		t.Fatal(err)
	}
	after := get(t, urls[2])
	if before.Body == after.Body || before.Header.Get("Last-Modified") == after.Header.Get("Last-Modified") {
		t.Error("the withdrawn article's neighbour did not change, or its date did not")
	}
}

// TestDatesTellEveryByte lets the demo's editors work and holds that no page
// has other bytes under its old date.
func TestDatesTellEveryByte(t *testing.T) {
	p := portaltest.Demo()
	base := start(t, p)
	urls := append(p.Seeds(), base+"/")
	for _, a := range p.Truth() {
		urls = append(urls, a.URL)
	}
	before := map[string]reply{}
	for _, url := range urls {
		before[url] = get(t, url)
	}
	if _, err := p.NextDay(); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, url := range urls {
		old, now := before[url], get(t, url)
		if now.Body == old.Body || now.Status != http.StatusOK {
			continue
		}
		changed++
		if now.Header.Get("Last-Modified") == old.Header.Get("Last-Modified") {
			t.Errorf("%s changed under its old date", url)
		}
	}
	if changed < 8 {
		t.Errorf("only %d pages changed", changed)
	}
}

func TestContentCodings(t *testing.T) {
	all := []string{"br", "gzip", "zstd", "deflate"}
	for _, tt := range []struct {
		name            string
		offered         []string
		accept, want    string
		wantNoVaryAtAll bool
	}{
		{name: "by default", accept: "gzip, deflate", want: "gzip"},
		{name: "not asked for", accept: "", want: ""},
		{name: "refused", accept: "gzip;q=0", want: ""},
		{name: "server's choice", offered: all, accept: "deflate, zstd, gzip;q=0.5, br", want: "br"},
		{name: "zstd", offered: all, accept: "zstd", want: "zstd"},
		{name: "deflate", offered: all, accept: "deflate", want: "deflate"},
		{name: "none offered", offered: []string{}, accept: "gzip, br", want: "", wantNoVaryAtAll: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, urls := small(t, portaltest.Options{Codings: tt.offered}, 1)
			plain := get(t, urls[0])
			r := get(t, urls[0], "Accept-Encoding", tt.accept)
			if got := r.Header.Get("Content-Encoding"); got != tt.want {
				t.Fatalf("Content-Encoding %q, want %q", got, tt.want)
			}
			if (r.Header.Get("Vary") == "") != tt.wantNoVaryAtAll {
				t.Errorf("Vary %q", r.Header.Get("Vary"))
			}
			if got := decode(t, tt.want, r.Body); got != plain.Body {
				t.Error("the coded page decodes to another one")
			}
			if n, _ := strconv.Atoi(r.Header.Get("Content-Length")); n != len(r.Body) {
				t.Errorf("Content-Length %d for %d bytes", n, len(r.Body))
			}
			again := get(t, urls[0], "Accept-Encoding", tt.accept, "If-None-Match", r.Header.Get("ETag"))
			if again.Status != http.StatusNotModified {
				t.Errorf("the ETag of the coded page: status %d, want 304", again.Status)
			}
		})
	}
}

func decode(t *testing.T, coding, body string) string {
	t.Helper()
	var r io.Reader = strings.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	case "deflate":
		r, err = zlib.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestCharsets(t *testing.T) {
	for _, tt := range []struct {
		name       string
		column     portaltest.Column
		wantHeader string
		wantMeta   string
		wantBytes  []byte // of 云
	}{
		{"utf-8", portaltest.Column{}, "text/html", "charset=utf-8", []byte("云")},
		{"gbk", portaltest.Column{Charset: "gbk"}, "text/html", "charset=gbk", []byte{0xd4, 0xc6}},
		{"gbk as gb2312", portaltest.Column{Charset: "gbk", Declared: "gb2312"}, "text/html", "charset=gb2312", []byte{0xd4, 0xc6}},
		{"gbk as nothing", portaltest.Column{Charset: "gbk", Declared: portaltest.Undeclared}, "text/html", "", []byte{0xd4, 0xc6}},
		{"gbk, the header lies", portaltest.Column{Charset: "gbk", Header: "utf-8"}, "text/html; charset=utf-8", "charset=gbk", []byte{0xd4, 0xc6}},
		{"big5", portaltest.Column{Charset: "big5"}, "text/html", "charset=big5", []byte{0xb6, 0xb3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := portaltest.New(portaltest.Options{})
			base := start(t, p)
			tt.column.Path = "yw"
			p.AddColumn(tt.column)
			title := "云溪"
			if tt.column.Charset == "big5" {
				title = "雲溪"
			}
			url := p.Publish("yw", portaltest.Article{Title: title, Body: []string{"龘𠮷"}})
			for _, u := range []string{url, base + "/yw/"} {
				r := get(t, u)
				if got := r.Header.Get("Content-Type"); got != tt.wantHeader {
					t.Errorf("Content-Type %q, want %q", got, tt.wantHeader)
				}
				if !bytes.Contains([]byte(r.Body), tt.wantBytes) {
					t.Errorf("the page is not in its charset")
				}
				if has := strings.Contains(r.Body, "charset="); !strings.Contains(r.Body, tt.wantMeta) || has != (tt.wantMeta != "") {
					t.Errorf("the page does not declare %q", tt.wantMeta)
				}
			}
		})
	}
}

func TestRobots(t *testing.T) {
	p, _ := small(t, portaltest.Options{}, 0)
	if r := get(t, p.URL("/robots.txt")); r.Status != http.StatusNotFound {
		t.Errorf("none set: status %d, want 404", r.Status)
	}
	p.SetRobots("User-agent: *\nDisallow: /\n")
	if r := get(t, p.URL("/robots.txt")); r.Body != "User-agent: *\nDisallow: /\n" || r.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("set: %q as %q", r.Body, r.Header.Get("Content-Type"))
	}
}

func TestMethods(t *testing.T) {
	_, urls := small(t, portaltest.Options{}, 1)
	for method, want := range map[string]int{http.MethodHead: 200, http.MethodPost: 405} {
		req, err := http.NewRequestWithContext(t.Context(), method, urls[0], nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want || len(body) != 0 {
			t.Errorf("%s: status %d with %d bytes, want %d with none", method, resp.StatusCode, len(body), want)
		}
	}
}

func TestRequestLog(t *testing.T) {
	open := make(chan struct{})
	came := make(chan portaltest.Request, 10)
	p, urls := small(t, portaltest.Options{KeepLog: 4, OnRequest: func(r portaltest.Request) { came <- r }}, 1)
	p.Break(urls[0], 2, portaltest.Hold(open))
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := tryGet(t, urls[0], "X-Mark", "here")
			done <- err
		}()
		<-came
	}
	if n := p.MaxConcurrent(); n != 2 {
		t.Errorf("%d at one time, want 2", n)
	}
	close(open)
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	get(t, p.URL("/none.html?x=1"))
	if n := p.Count(urls[0]); n != 2 {
		t.Errorf("article counted %d times, want 2", n)
	}
	if n := p.Counts()["/none.html?x=1"]; n != 1 {
		t.Errorf("missing page counted %d times, want 1", n)
	}
	log := p.Requests()
	if len(log) != 3 {
		t.Fatalf("%d requests in the log, want 3", len(log))
	}
	if r := log[1]; r.Fault != "hold" || r.Concurrent != 2 || r.Header.Get("X-Mark") != "here" {
		t.Errorf("second request logged as %+v", r)
	}
	if r := log[2]; r.Status != 404 || r.Bytes == 0 || r.Concurrent != 1 {
		t.Errorf("third request logged as %+v", r)
	}
	for range 3 {
		get(t, p.URL("/"))
	}
	if log := p.Requests(); len(log) != 4 || log[0].Path != "/none.html?x=1" {
		t.Errorf("the log does not drop its oldest: %d requests, first %s", len(log), log[0].Path)
	}
	if n := p.Total(); n != 6 {
		t.Errorf("%d requests in all, want 6", n)
	}
	p.ForgetRequests()
	if len(p.Requests()) != 0 || p.Total() != 0 || p.Count(urls[0]) != 0 || p.MaxConcurrent() != 0 {
		t.Error("something of the log was not forgotten")
	}
}

// TestOneAtATimeCountsAsOne holds the promise that the next request of a reader
// who waits for each answer is not concurrent with the one before.
func TestOneAtATimeCountsAsOne(t *testing.T) {
	p := portaltest.New(portaltest.Options{Articles: 100})
	base := start(t, p)
	p.Break("/xzcz/", 0, portaltest.Trickle(5000, time.Microsecond))
	p.Break("/bmdt/", 0, portaltest.SlowHeaders(time.Microsecond))
	p.Break("/zcjd/", 0, portaltest.Chunked(3000))
	c := client(t)
	for range 30 {
		for _, path := range []string{"/", "/yw/", "/xzcz/", "/bmdt/", "/zcjd/", "/none"} {
			resp, err := c.Get(base + path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			log := p.Requests()
			if last := log[len(log)-1]; last.Status != resp.StatusCode {
				t.Fatalf("%s: status %d is logged as %d", path, resp.StatusCode, last.Status)
			}
		}
	}
	if n := p.MaxConcurrent(); n != 1 {
		t.Errorf("%d at one time, want 1", n)
	}
}

func TestLatencyEndsWithTheRequest(t *testing.T) {
	came := make(chan struct{}, 1)
	p, urls := small(t, portaltest.Options{OnRequest: func(portaltest.Request) { came <- struct{}{} }}, 1)
	p.SetLatency(time.Hour)
	c := client(t)
	c.Timeout = 50 * time.Millisecond
	resp, err := c.Get(urls[0])
	<-came
	if err == nil {
		resp.Body.Close()
		t.Error("an answer before its time")
	}
	var timeout interface{ Timeout() bool }
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("error %v, want a time-out", err)
	}
}
