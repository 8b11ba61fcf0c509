package portaltest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// feeds is a column that is a feed: RSS, Atom or JSON Feed by its path, with all
// of its articles.
type feeds struct{ plain }

func (feeds) seed(c *column) string { return "/feeds/" + c.Path + ".xml" }

func (s feeds) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	if name != s.seed(c) {
		return nil
	}
	var b strings.Builder
	switch c.index % 3 {
	case 0:
		fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>%s</title><link>%s/</link>\n", escape(c.Name), p.base)
		for _, a := range c.live() {
			fmt.Fprintf(&b, "<item><title><![CDATA[%s]]></title><link>%s</link><pubDate>%s</pubDate></item>\n", a.Title, p.absolute(a.URL), a.Published.Format(time.RFC1123Z))
		}
		b.WriteString("</channel></rss>")
	case 1:
		fmt.Fprintf(&b, "<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>%s</title>\n", escape(c.Name))
		for _, a := range c.live() {
			fmt.Fprintf(&b, "<entry><title>%s</title><link rel=\"alternate\" href=\"%s\"/><id>urn:%d</id><published>%s</published></entry>\n", escape(a.Title), a.URL, a.id, a.Published.Format(time.RFC3339))
		}
		b.WriteString("</feed>")
	default:
		fmt.Fprintf(&b, `{"version": "https://jsonfeed.org/version/1.1", "title": %q, "items": [`, c.Name)
		for i, a := range c.live() {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, `{"id": "%d", "url": %q, "title": %q, "date_published": %q}`, a.id, p.absolute(a.URL), a.Title, a.Published.Format(time.RFC3339))
		}
		b.WriteString("]}")
	}
	return page(http.StatusOK, "text/plain", []byte(b.String()), c.shown())
}

// sitemaps is a portal that lists its articles in a sitemap: the column is an
// index of files of Options.PageSize URLs, packed and not, plain and of news.
// The first file leads to an index again, which is not to be followed.
type sitemaps struct{ plain }

func (sitemaps) seed(c *column) string { return "/" + c.Path + "/sitemap.xml" }

func (s sitemaps) serve(p *Portal, c *column, _ *http.Request, name string) *answer {
	const open = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	_, pages := p.pageOf(c, 1)
	if name == s.seed(c) {
		var b strings.Builder
		b.WriteString(open + "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n")
		for n := range pages {
			fmt.Fprintf(&b, "<sitemap><loc>%s/%s/sitemap-%d.xml.gz</loc></sitemap>\n", p.base, c.Path, n+1)
		}
		fmt.Fprintf(&b, "<sitemap><loc>%s/%s/nested.xml</loc></sitemap>\n</sitemapindex>", p.base, c.Path)
		return page(http.StatusOK, "text/xml", []byte(b.String()), c.shown())
	}
	if name == "/"+c.Path+"/nested.xml" {
		text := fmt.Sprintf("%s<sitemapindex><sitemap><loc>%s/%s/sitemap.xml?again</loc></sitemap></sitemapindex>", open, p.base, c.Path)
		return page(http.StatusOK, "text/xml", []byte(text), c.shown())
	}
	digits, ok := strings.CutPrefix(name, "/"+c.Path+"/sitemap-")
	digits, packed := strings.CutSuffix(digits, ".xml.gz")
	n, err := strconv.Atoi(digits)
	if !ok || !packed || err != nil || n < 1 || n > pages {
		return nil
	}
	rows, _ := p.pageOf(c, n)
	var b bytes.Buffer
	b.WriteString(open + "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\n")
	for _, a := range rows {
		fmt.Fprintf(&b, "<url><loc>%s</loc><news:news><news:publication_date>%s</news:publication_date><news:title>%s</news:title></news:news></url>\n",
			p.absolute(a.URL), a.Published.Format(time.RFC3339), escape(a.Title))
	}
	b.WriteString("</urlset>")
	if n%2 == 0 {
		return page(http.StatusOK, "application/xml", b.Bytes(), c.shown())
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, err = w.Write(b.Bytes())
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err) // a bytes.Buffer does not fail
	}
	return page(http.StatusOK, "application/x-gzip", z.Bytes(), c.shown())
}
