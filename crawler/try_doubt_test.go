package crawler_test

import (
	"strings"
	"testing"

	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// Whoever names an article for a column is told.
func TestTryAnArticle(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	for url, want := range map[string]string{r.base + path: `it reads as an article, "县政府召开常务会议研究防汛工作" of 2024-05-20`, r.site.Columns[0].URL: ""} {
		got, err := r.crawl.Try(t.Context(), r.site, crawler.Column{Name: "要闻", URL: url})
		if err != nil || !strings.HasPrefix(got.Doubt, want) || want == "" && got.Doubt != "" {
			t.Errorf("%s: doubt %q, %v, want %q", url, got.Doubt, err, want)
		}
	}
}
