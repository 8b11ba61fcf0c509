package discover

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

const (
	maxSitemapURLs  = 50_000 // of one file, as the protocol has it
	maxSitemaps     = 500    // of an index that are followed
	maxSitemapDepth = 20     // of elements; the protocol has four
	// nestedSitemap marks what an index led to: an index in an index is not one
	// (https://www.sitemaps.org/protocol.html#index).
	nestedSitemap = "nested"
)

// sitemap reads a sitemap or an index of sitemaps, those of news included.
func sitemap(a *Answer) (List, bool) {
	head := start(a.Text)
	if !strings.Contains(head, "<urlset") && !strings.Contains(head, "<sitemapindex") {
		return List{}, false
	}
	d := xml.NewDecoder(strings.NewReader(a.Text))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is decoded
	l := List{Evidence: "sitemap", Rows: []Row{}}
	var row Row
	var path []string
	full := false
	for !full {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil { // what could be read of a damaged one counts
			l.Short = fmt.Sprintf("the sitemap is damaged behind %d addresses: %v", len(l.Rows)+len(l.Next), err)
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			if len(path) > maxSitemapDepth {
				l.Short = fmt.Sprintf("the sitemap nests its elements deeper than %d", maxSitemapDepth)
				return l, true
			}
			path = append(path, strings.ToLower(t.Name.Local))
			if path[len(path)-1] == "url" || path[len(path)-1] == "sitemap" {
				row = Row{}
				full = len(l.Rows) >= maxSitemapURLs || len(l.Next) >= maxSitemaps
			}
		case xml.CharData:
			if len(path) < 2 {
				continue
			}
			text := strings.TrimSpace(string(t))
			switch path[len(path)-1] {
			case "loc":
				if parent := path[len(path)-2]; parent == "url" || parent == "sitemap" {
					row.URL += text
				}
			case "title":
				row.Title += text
			case "publication_date":
				row.Day = dayOf(text, a.zone())
			}
		case xml.EndElement:
			if len(path) > 0 {
				path = path[:len(path)-1]
			}
			switch strings.ToLower(t.Name.Local) {
			case "url":
				if row.URL = beside(a.at(), row.URL); row.URL != "" {
					l.Rows = append(l.Rows, row)
				}
				row = Row{}
			case "sitemap":
				if u := beside(a.at(), row.URL); u != "" && (a.Request == nil || a.Request.Hint != nestedSitemap) {
					r := get(u)
					r.Family, r.Hint = "sitemap", nestedSitemap
					l.Next = append(l.Next, r)
				}
				row = Row{}
			}
		}
	}
	if full {
		l.Short = fmt.Sprintf("only %d addresses of the sitemap are read", len(l.Rows)+len(l.Next))
	}
	if len(l.Next) > 0 {
		l.Evidence = "index of sitemaps"
		l.Feeds, l.Next = l.Next, nil
	}
	return l, true
}
