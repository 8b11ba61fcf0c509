package discover

import (
	"strings"

	"github.com/mmcdole/gofeed"
)

// feed reads RSS, Atom and JSON Feed. They hold the newest items; links to a next
// page, which Atom and JSON Feed have for older ones, are not followed.
func feed(a *Answer) (List, bool) {
	head := strings.ToLower(start(a.Text))
	isJSON := strings.HasPrefix(head, "{")
	if isJSON && !strings.Contains(head, "jsonfeed.org/version") ||
		!isJSON && !strings.Contains(head, "<rss") && !strings.Contains(head, "<feed") && !strings.Contains(head, "<rdf:rdf") {
		return List{}, false
	}
	text := a.Text
	if i := strings.Index(text, "?>"); i > 0 && strings.HasPrefix(head, "<?xml") {
		text = text[i+2:] // it is decoded, whatever it declares
	}
	f, err := gofeed.NewParser().ParseString(text)
	if err != nil {
		return List{}, false
	}
	l := List{Evidence: strings.TrimSpace(f.FeedType + " " + f.FeedVersion), Rows: []Row{}}
	for _, item := range f.Items {
		link := item.Link
		if link == "" && strings.HasPrefix(item.GUID, "http") {
			link = item.GUID
		}
		u := beside(a.at(), link)
		if link == "" || u == "" {
			continue
		}
		row := Row{URL: u, Title: plain(item.Title)}
		at := item.PublishedParsed
		if at == nil {
			at = item.UpdatedParsed
		}
		if at != nil {
			row.Day = at.In(a.zone()).Format("2006-01-02")
		}
		l.Rows = append(l.Rows, row)
	}
	return l, true
}
