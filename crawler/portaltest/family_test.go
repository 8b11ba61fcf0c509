package portaltest_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler/portaltest"
)

// familyPortal is a portal of two columns of a family, with n articles in the
// second, listed four a page; want are the paths of the articles, newest first.
func familyPortal(t *testing.T, c portaltest.Column, n int) (p *portaltest.Portal, base string, want []string) {
	t.Helper()
	p = portaltest.New(portaltest.Options{PageSize: 4})
	base = start(t, p)
	p.AddColumn(portaltest.Column{Path: "xwzx", Name: "新闻中心", Family: c.Family})
	c.Path, c.Name = "tzgg", "通知公告"
	p.AddColumn(c)
	for i := range n {
		p.Publish("tzgg", portaltest.Article{
			Title: fmt.Sprintf("第%d号<通知>", i+1), Source: "县水利局", Editor: "罗敏",
			Published: time.Date(2026, 9, 1+i, 9, 5, 0, 0, portaltest.Shanghai),
			Body:      []string{fmt.Sprintf("第%d份的正文。", i+1), "特此通知。"},
		})
	}
	for _, a := range p.Truth() {
		want = append(want, strings.TrimPrefix(a.URL, base))
	}
	return p, base, want
}

// hrefs are the links in markup that lead to articles of the family.
func hrefs(markup, of string) []string {
	var links []string
	for _, part := range strings.Split(markup, `<a href="`)[1:] {
		if link, _, _ := strings.Cut(part, `"`); strings.Contains(link, of) {
			links = append(links, html.UnescapeString(link))
		}
	}
	return links
}

func post(t *testing.T, url, contentType, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := client(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", url, resp.StatusCode)
	}
	return string(text)
}

func decodeJSON(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestFamiliesSayTheTruth reads articles and their files in every family, and
// withdraws one.
func TestFamiliesSayTheTruth(t *testing.T) {
	for _, family := range []portaltest.Family{
		portaltest.TRSWCM, portaltest.HanwebJpage, portaltest.HanwebJpaas, portaltest.Epoint, portaltest.VSB, portaltest.GKMLPT,
	} {
		t.Run("family "+string(family), func(t *testing.T) {
			p := portaltest.New(portaltest.Options{})
			start(t, p)
			p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: family})
			url := p.Publish("tzgg", portaltest.Article{
				Title: "通知", Subtitle: "副题", Source: "县水利局", Author: "陈望", Editor: "罗敏", Body: []string{"第一段。", "第二段。"},
				Files: []portaltest.File{{Name: "登记表.pdf", Bytes: portaltest.PDF("登记表")}}, Pictures: []portaltest.File{{Name: "图.png", Bytes: []byte("png")}},
			})
			second := p.Publish("tzgg", portaltest.Article{Title: "又一通知", Body: []string{"正文。"}})
			if url == second {
				t.Fatalf("two articles at %s", url)
			}
			a, ok := p.Told(url)
			if !ok {
				t.Fatal("nothing was told")
			}
			r := get(t, url)
			text := html.UnescapeString(r.Body)
			for _, s := range append([]string{"通知", "县水利局", "陈望", "罗敏", "登记表.pdf", a.Published.Format("2006-01-02 15:04")}, a.Body...) {
				if r.Status != http.StatusOK || !strings.Contains(text, s) {
					t.Errorf("status %d; does not say %q", r.Status, s)
				}
			}
			for _, f := range append(a.Files, a.Pictures...) {
				if !strings.Contains(r.Body, f.URL) {
					t.Errorf("does not lead to %s", f.URL)
				}
				file := get(t, p.URL(f.URL))
				if file.Status != http.StatusOK || file.Body != string(f.Bytes) {
					t.Errorf("%s: status %d, %d bytes", f.URL, file.Status, len(file.Body))
				}
			}
			if err := p.Withdraw(url); err != nil {
				t.Fatal(err)
			}
			if r := get(t, url); r.Status != http.StatusNotFound {
				t.Errorf("withdrawn: status %d", r.Status)
			}
			for _, seed := range p.Seeds() {
				seed, _, _ = strings.Cut(seed, "#")
				if r := get(t, seed); r.Status != http.StatusOK {
					t.Errorf("seed %s: status %d", seed, r.Status)
				}
			}
		})
	}
}
