package crawler

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
)

// Trial is what a run would read of a column: of its list, and of one article.
type Trial struct {
	Site     string `json:"site"`
	Column   string `json:"column"`
	URL      string `json:"url"`
	Family   string `json:"family,omitempty"` // by which the list is read; "": by its structure
	Evidence string `json:"evidence,omitempty"`
	FedBy    string `json:"fed_by,omitempty"` // the request that fills the list, where its page has no rows

	Rows    []discover.Row `json:"rows"`              // that the crawl may enter, those of the longest list first
	Left    int            `json:"left,omitempty"`    // rows that it may not: of other hosts, or left out by the scope
	Total   int            `json:"total,omitempty"`   // rows in all, as the list says; 0: it does not
	Next    string         `json:"next,omitempty"`    // the following page of the list; "": none was found
	Sample  *Sample        `json:"sample,omitempty"`  // the article that the first row leads to
	Doubt   string         `json:"doubt,omitempty"`   // why the column may be no list of articles; "": nothing tells
	Failure string         `json:"failure,omitempty"` // why there is nothing to read
}

// articleText is how long a text is at least, in bytes, that makes an article of a
// page with a title and a date which somebody calls a column.
const articleText = 150

// Try looks at a column of site as a run would, at its list and at the article
// of its first row, and records nothing. What is wrong with the column is told
// in the Trial; the error is the context's.
func (c *Crawler) Try(ctx context.Context, site Site, column Column) (Trial, error) {
	t := Trial{Site: site.Name, Column: column.Name, URL: column.URL, Rows: []discover.Row{}}
	got, page, list, err := c.LookList(ctx, site, archive.Request{URL: column.URL})
	switch {
	case ctx.Err() != nil:
		return t, ctx.Err()
	case err != nil:
		t.Failure = err.Error()
	case unanswered(got) != "":
		t.Failure = unanswered(got)
	case page != nil && len(list.Rows)+len(list.Feeds) == 0:
		if r := page.Reading(); r.Trouble != archive.TroubleNone {
			t.Failure = strings.ReplaceAll(string(r.Trouble), "_", " ") + ": " + r.Signature
		} else if to, evidence := discover.Forward(page, got.URL); to != "" {
			t.Failure = evidence + ": write that URL"
		}
	}
	if t.Failure != "" {
		return t, nil
	}
	t.Family, t.Evidence = list.Family, list.Evidence
	if page != nil && len(list.Feeds) == 0 {
		if r := page.Reading(); r.Kind == archive.KindArticle && r.Article.Title != "" && !r.Article.Published.IsZero() && len(r.Article.Body) >= articleText {
			t.Doubt = fmt.Sprintf("it reads as an article, %q of %s (%s): a column is a list of articles", r.Article.Title, r.Article.Published.Format("2006-01-02"), r.Signature)
		}
	}
	if len(list.Feeds) > 0 && len(list.Rows) == 0 {
		t.FedBy = list.Feeds[0].ReplayURL()
		fed, _, more, err := c.LookList(ctx, site, list.Feeds[0])
		switch {
		case ctx.Err() != nil:
			return t, ctx.Err()
		case err != nil:
			t.Failure = err.Error()
		case unanswered(fed) != "":
			t.Failure = unanswered(fed)
		}
		if t.Failure != "" {
			return t, nil
		}
		list.Rows, list.Total, list.Next = more.Rows, more.Total, more.Next
	}
	t.Total = list.Total
	if len(list.Next) > 0 {
		t.Next = list.Next[0].ReplayURL()
	}
	if err := t.admit(site, list.Rows); err != nil {
		return t, err
	}
	if len(t.Rows) == 0 {
		t.Failure = "the list has no row that leads to an article"
		switch {
		case t.Left > 0:
			t.Failure += fmt.Sprintf(": %d lead out of the scope", t.Left)
		case t.FedBy == "" && page != nil && scripted(page):
			t.Failure += ": it may be filled by a script that is not known"
		}
		return t, nil
	}
	row := mainRows(t.Rows)[0]
	slices.SortStableFunc(t.Rows, func(a, b discover.Row) int { return cmp.Compare(beside(a, row), beside(b, row)) })
	shown, article, err := c.Look(ctx, site, row.URL)
	switch {
	case ctx.Err() != nil:
		return t, ctx.Err()
	case err != nil:
		t.Sample = &Sample{URL: row.URL, Failure: err.Error()}
	default:
		t.Sample = sampleOf(shown, article)
	}
	return t, nil
}

// beside is 0 for the rows of the list of row, 1 for others.
func beside(r, row discover.Row) int {
	if r.Kin == row.Kin {
		return 0
	}
	return 1
}

// admit sorts rows into those that a crawl of site may enter and the rest.
func (t *Trial) admit(site Site, rows []discover.Row) error {
	scope, err := newScope(site.Scope, site.Columns)
	if err != nil {
		return err
	}
	for _, r := range rows {
		a, err := canonical(r.URL)
		why := unusable
		if err == nil {
			why, _ = scope.admit(a)
		}
		if why != admitted {
			t.Left++
			continue
		}
		r.URL = a.url
		t.Rows = append(t.Rows, r)
	}
	return nil
}

// unanswered is why an answer has nothing to read, "" where it has.
func unanswered(got archive.Capture) string {
	switch {
	case got.Status == 0:
		return got.Failure
	case got.Location() != "":
		return fmt.Sprintf("redirects to %s: write that URL", got.Location())
	case got.Status >= 400:
		return fmt.Sprintf("status %d %s", got.Status, http.StatusText(got.Status))
	}
	return ""
}
