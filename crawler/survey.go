package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// Survey is what a look at a portal's home page, and at a few pages that it
// leads to, found. Nothing is recorded.
type Survey struct {
	URL      string   `json:"url"`                // of the home page, where it answered
	Given    string   `json:"given,omitempty"`    // the URL of an article that was given in its place; "": it was not
	Title    string   `json:"title"`              // the portal's name
	Code     string   `json:"code,omitempty"`     // 网站标识码, ten characters
	Division string   `json:"division,omitempty"` // administrative division code: six digits
	Province string   `json:"province,omitempty"`
	Zone     string   `json:"zone,omitempty"`   // of dates; "": not known
	Family   string   `json:"family,omitempty"` // of portal software; "": none that is known
	Evidence string   `json:"evidence,omitempty"`
	Feeds    []string `json:"feeds,omitempty"`    // RSS, Atom and JSON feeds that pages name
	Sitemaps []string `json:"sitemaps,omitempty"` // that robots.txt names

	Columns []Listed `json:"columns"`
	Passed  []Passed `json:"passed,omitempty"`  // looked at, and no columns
	Untried []Passed `json:"untried,omitempty"` // that may be columns, and were not looked at

	Requests int      `json:"requests"`
	Notes    []string `json:"notes,omitempty"` // what stands in the way, for people
}

// Listed is a column that a survey found.
type Listed struct {
	Name     string  `json:"name"`
	URL      string  `json:"url"`
	Why      string  `json:"why"` // what led to it
	Family   string  `json:"family,omitempty"`
	Evidence string  `json:"evidence,omitempty"`
	Rows     int     `json:"rows"`            // of its first page
	Total    int     `json:"total,omitempty"` // rows in all, as the list says; 0: it does not
	Pages    int     `json:"pages"`           // of the list, as far as the first one tells
	Newest   string  `json:"newest,omitempty"`
	Sample   *Sample `json:"sample,omitempty"` // nil: no article was looked at

	rows []discover.Row
}

// Sample is one article of a column, as it is read.
type Sample struct {
	URL     string          `json:"url"`
	Article archive.Article `json:"article"`
	Missing []string        `json:"missing,omitempty"` // fields that could not be read
	Tried   []string        `json:"tried,omitempty"`   // for each of Missing
	Failure string          `json:"failure,omitempty"` // why it could not be read at all
}

// Passed is a link that is not taken for a column.
type Passed struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url"`
	Why  string `json:"why"`
}

const (
	// SurveyRequests is the most requests that a survey sends.
	SurveyRequests = 30
	// surveySamples is how many requests are kept for articles at least, where
	// there are so many columns.
	surveySamples = 8
	// fewBelow is what a lead of a page below the home page weighs at least.
	fewBelow = 3
	// mostUntried bounds what is told of links that were not looked at.
	mostUntried = 40
)

// Survey looks at the portal whose home page is at rawURL: what software wrote
// it, and what columns it has. It sends SurveyRequests requests at most, those
// for robots.txt included, under the politeness of site, of which nothing else
// is looked at but Zone, Preset, AllowPrivate and how hosts are reached. A
// crawler that repeats requests (Limits.Repeats) sends more. Where rawURL is an
// article's, the home page of its host is looked at.
//
// The error says why the home page could not be read.
func (c *Crawler) Survey(ctx context.Context, site Site, rawURL string) (Survey, error) {
	s := surveyor{c: c, site: site, budget: budget{most: SurveyRequests}, seen: map[string]bool{}, same: map[string]int{}}
	err := s.home(ctx, rawURL)
	if err == nil {
		err = s.columns(ctx)
	}
	if err == nil {
		err = s.samples(ctx)
	}
	s.found.Requests = int(s.budget.sent.Load())
	s.settle()
	return s.found, err
}

// surveyor is a survey at work.
type surveyor struct {
	c      *Crawler
	site   Site
	budget budget
	found  Survey
	leads  []discover.Lead
	seen   map[string]bool // canonical URLs of leads met
	same   map[string]int  // columns by what they list

	article, sign string   // family of the portal's software by an article, and what told it
	walls         []string // why pages that may be lists could not be read
	chinese       bool     // a page of the portal says that it is of the mainland
}

// home looks at the home page, and goes where it leads if it is but a door.
func (s *surveyor) home(ctx context.Context, rawURL string) error {
	for door := 0; ; door++ {
		a, err := canonical(rawURL)
		if err != nil {
			return fmt.Errorf("%q: %w", rawURL, err)
		}
		s.site.Scope, s.site.Columns = Scope{Hosts: []string{a.host}}, []Column{{URL: a.url}}
		got, page, err := s.c.ask(ctx, s.site, archive.Request{URL: a.url}, &s.budget)
		switch {
		case err != nil:
			return err
		case got.Status == 0:
			return fmt.Errorf("look at %q: %s", rawURL, got.Failure)
		case got.Location() != "":
			to, err := resolve(got.URL, got.Location())
			if err != nil || door == maxHops {
				return fmt.Errorf("look at %q: redirects to %q", rawURL, got.Location())
			}
			rawURL = to.url
			continue
		case page == nil:
			return fmt.Errorf("look at %q: status %d %s, without content", rawURL, got.Status, http.StatusText(got.Status))
		}
		if r := page.Reading(); r.Trouble == archive.TroubleChallenge {
			return fmt.Errorf("look at %q: a bot wall answers (%s): the portal can be read by a browser only", rawURL, r.Signature)
		}
		if got.Status >= 400 {
			return fmt.Errorf("look at %q: status %d %s", rawURL, got.Status, http.StatusText(got.Status))
		}
		if to, _ := discover.Forward(page, got.URL); to != "" && door < maxHops {
			rawURL = to
			continue
		}
		if home := homeOf(got.URL); door < maxHops && home != "" && isArticle(page) {
			s.found.Given, rawURL = got.URL, home
			continue
		}
		s.found.URL = got.URL
		if b, err := canonical(got.URL); err == nil {
			s.found.URL = b.url
			s.seen[b.url] = true
		}
		s.portal(page, got.URL)
		s.add(page, got.URL, 0)
		frames := page.Document().Find("frame[src]")
		if len(s.leads) <= frames.Length() {
			return s.frames(ctx, page, got.URL)
		}
		return nil
	}
}

// homeOf is the home page of the host of a page, "" where that is a home page
// itself.
func homeOf(at string) string {
	u, err := url.Parse(at)
	if err != nil || archive.IsHome(u) {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

// isArticle says whether a page is an article beyond doubt: home pages below the
// host's have texts as well.
func isArticle(page *extract.Page) bool {
	r := page.Reading()
	return r.Kind == archive.KindArticle && r.Article.Body != "" && (page.Portal().Article || !r.Article.Published.IsZero())
}

// frames adds what the frames of a home page lead to.
func (s *surveyor) frames(ctx context.Context, page *extract.Page, at string) error {
	for _, f := range page.Document().Find("frame[src]").EachIter() {
		src, _ := f.Attr("src")
		to, err := resolve(at, src)
		if err != nil {
			continue
		}
		got, inner, err := s.c.ask(ctx, s.site, archive.Request{URL: to.url}, &s.budget)
		if errors.Is(err, errSpent) || ctx.Err() != nil {
			return err
		}
		if err == nil && inner != nil && got.Status < 300 {
			s.seen[to.url] = true
			s.portal(inner, got.URL)
			s.add(inner, got.URL, 0)
		}
	}
	return nil
}

// portal takes from a page what it says of the whole portal.
func (s *surveyor) portal(page *extract.Page, at string) {
	f := &s.found
	about := page.Portal()
	f.Title = cmp.Or(f.Title, about.Name)
	f.Code = cmp.Or(f.Code, about.Code)
	f.Division, f.Province = regionOf(f.Code)
	s.chinese = s.chinese || about.Chinese
	if f.Family == "" {
		f.Family, f.Evidence, _ = discover.Recognise(page, at)
	}
	for _, u := range about.Feeds {
		if a, err := canonical(u); err == nil && !slices.Contains(f.Feeds, a.url) && len(f.Feeds) < maxSitemaps {
			f.Feeds = append(f.Feeds, a.url)
		}
	}
}

// add adds a page's leads to those to be tried; those of a column's page, depth
// below the home page, are tried after as heavy ones of the home page.
func (s *surveyor) add(page *extract.Page, at string, depth int) {
	scope, err := newScope(s.site.Scope, s.site.Columns)
	if err != nil {
		return
	}
	for _, l := range discover.Leads(page, at) {
		a, err := canonical(l.URL)
		if err != nil || s.seen[a.url] {
			continue
		}
		if why, _ := scope.admit(a); why != admitted {
			continue
		}
		if l.Weight -= depth; depth > 0 && l.Weight < fewBelow {
			continue // anything may stand on a page below
		}
		s.seen[a.url] = true
		l.URL = a.url
		s.leads = append(s.leads, l)
	}
	slices.SortStableFunc(s.leads, func(a, b discover.Lead) int { return cmp.Compare(b.Weight, a.Weight) })
}

// columns tries leads, as long as enough requests are left for an article of
// each column.
func (s *surveyor) columns(ctx context.Context) error {
	for len(s.leads) > 0 {
		reserve := int64(min(len(s.found.Columns)+1, surveySamples))
		if s.budget.sent.Load()+reserve >= s.budget.most {
			break
		}
		lead := s.leads[0]
		s.leads = s.leads[1:]
		if err := s.try(ctx, lead); err != nil {
			if errors.Is(err, errSpent) {
				break
			}
			return err
		}
	}
	for _, l := range s.leads {
		if len(s.found.Untried) < mostUntried {
			s.found.Untried = append(s.found.Untried, Passed{l.Name, l.URL, l.Why})
		}
	}
	return nil
}

// samples reads an article of each column, as far as requests are left.
func (s *surveyor) samples(ctx context.Context) error {
	for i := range s.found.Columns {
		c := &s.found.Columns[i]
		row := s.inScope(c.rows)
		if row == "" {
			continue
		}
		got, page, err := s.c.ask(ctx, s.site, archive.Request{URL: row}, &s.budget)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errSpent):
			return nil
		case err != nil:
			c.Sample = &Sample{URL: row, Failure: err.Error()}
		default:
			c.Sample = sampleOf(got, page)
			if page != nil && s.article == "" {
				s.article, s.sign, _ = discover.Recognise(page, got.URL)
			}
			if at := c.Sample.Article.Published; c.Newest == "" && !at.IsZero() {
				c.Newest = at.Format(time.DateOnly) // the list gives no dates
			}
		}
	}
	return nil
}

// inScope is the first of rows that a crawl may enter, "" where there is none.
func (s *surveyor) inScope(rows []discover.Row) string {
	scope, err := newScope(s.site.Scope, s.site.Columns)
	if err != nil {
		return ""
	}
	for _, r := range rows {
		if a, err := canonical(r.URL); err == nil {
			if why, _ := scope.admit(a); why == admitted {
				return a.url
			}
		}
	}
	return ""
}

// sampleOf is what an article says, and what of it could not be read.
func sampleOf(got archive.Capture, page *extract.Page) *Sample {
	s := &Sample{URL: got.URL}
	switch s.Failure = unanswered(got); {
	case s.Failure != "":
	case page == nil:
		s.Failure = fmt.Sprintf("status %d %s, without content", got.Status, http.StatusText(got.Status))
	default:
		r := page.Reading()
		s.Article = r.Article
		if r.Trouble != archive.TroubleNone {
			s.Failure = strings.ReplaceAll(string(r.Trouble), "_", " ") + ": " + r.Signature
		}
		for _, m := range r.Missing {
			s.Missing = append(s.Missing, m.Field)
			s.Tried = append(s.Tried, m.Tried)
		}
	}
	return s
}

// settle tells the family and the zone by what the columns showed, and what
// stood in the way.
func (s *surveyor) settle() {
	f := &s.found
	count := map[string]int{}
	for _, c := range f.Columns {
		if c.Family != "" {
			count[c.Family]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		// What lists are read by counts for more than what a home page looks like.
		if count[name] > count[f.Family] || name == f.Family {
			f.Family = name
			i := slices.IndexFunc(f.Columns, func(c Listed) bool { return c.Family == name })
			f.Evidence = cmp.Or(f.Columns[i].Evidence, f.Evidence)
		}
	}
	if f.Family == "" {
		f.Family, f.Evidence = s.article, s.sign
	}
	if a, err := canonical(f.URL); err == nil {
		f.Sitemaps = s.c.robots.sitemaps(a.origin())
		name, _, _ := strings.Cut(a.host, ":")
		if strings.HasSuffix(name, ".cn") || f.Code != "" || s.chinese {
			f.Zone = "Asia/Shanghai"
		}
		f.Title = cmp.Or(f.Title, a.host)
	}
	slices.Sort(s.walls)
	f.Notes = append(f.Notes, slices.Compact(s.walls)...)
}
