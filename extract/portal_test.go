package extract_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
	"fangzhi/extract"
)

// The demo's portal is read to the letter: what its editors published, and
// nothing of what stands around it.
func TestPortalIsReadExactly(t *testing.T) {
	portal := portaltest.Demo()
	base, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	open := func(url string) archive.Reading {
		answer, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		payload, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		page, err := extract.Open(extract.Input{URL: url, Status: answer.StatusCode, Header: answer.Header, Payload: payload, Zone: portaltest.Shanghai})
		if err != nil {
			t.Fatal(err)
		}
		return page.Reading()
	}
	for _, a := range portal.Truth() {
		t.Run(a.Title, func(t *testing.T) {
			r := open(a.URL)
			want := archive.Article{
				Title: a.Title, Source: a.Source, Author: a.Author,
				Published: a.Published, DayOnly: a.DayOnly, Body: strings.Join(a.Body, "\n\n"),
			}
			got := archive.Article{
				Title: r.Article.Title, Source: r.Article.Source, Author: r.Article.Author,
				Published: r.Article.Published, DayOnly: r.Article.DayOnly, Body: r.Article.Body,
			}
			if r.Kind != archive.KindArticle {
				t.Errorf("%s: kind %s: %s", a.URL, r.Kind, r.Signature)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s (-published +read)\n%s", a.URL, d)
			}
			if len(r.Article.Attachments) != len(a.Files) || len(r.Article.Pictures) != len(a.Pictures) {
				t.Errorf("%s: attachments %v, pictures %v; want %d, %d", a.URL, r.Article.Attachments, r.Article.Pictures, len(a.Files), len(a.Pictures))
			}
		})
	}
	for _, path := range []string{"/", "/yw/index.html", "/tzgg/index_1.html", "/xzcz/index.html"} {
		t.Run(path, func(t *testing.T) {
			if r := open(base + path); r.Kind != archive.KindList {
				t.Errorf("kind %s: %s", r.Kind, r.Signature)
			}
		})
	}
}
