package crawler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

const (
	// channelLinks is how many boxes with 更多 make a page that is no list but
	// leads to several.
	channelLinks = 3
	// undated is how many rows without dates make a list, if it goes on.
	undated = 5
)

// try looks at what a lead leads to, and takes it for a column where there is a
// list of articles.
func (s *surveyor) try(ctx context.Context, lead discover.Lead) error {
	got, page, list, err := s.c.lookList(ctx, s.site, archive.Request{URL: lead.URL}, &s.budget)
	pass := func(why string) error {
		s.found.Passed = append(s.found.Passed, Passed{lead.Name, lead.URL, why})
		return nil
	}
	switch {
	case errors.Is(err, errSpent) || ctx.Err() != nil:
		s.leads = append(s.leads, lead)
		return err
	case err != nil:
		return pass(err.Error())
	case unanswered(got) != "":
		return pass(unanswered(got))
	}
	at := got.URL
	if a, err := canonical(got.URL); err == nil && a.url != lead.URL && !strings.Contains(lead.URL, "#") {
		if s.seen[a.url] {
			return pass("redirects to " + a.url)
		}
		s.seen[a.url] = true
		lead.URL, at = a.url, a.url
	}
	column := Listed{Name: lead.Name, URL: lead.URL, Why: lead.Why, Family: list.Family, Evidence: list.Evidence, Total: list.Total}
	if page != nil {
		if r := page.Reading(); r.Trouble != archive.TroubleNone && len(list.Rows)+len(list.Feeds) == 0 {
			why := strings.ReplaceAll(string(r.Trouble), "_", " ") + ": " + r.Signature
			if r.Trouble == archive.TroubleChallenge {
				s.walls = append(s.walls, fmt.Sprintf("a bot wall answers for %s (%s): it can be read by a browser only", lead.URL, r.Signature))
			}
			return pass(why)
		}
		if to, evidence := discover.Forward(page, at); to != "" {
			return pass(evidence)
		}
		if column.Family == "" {
			column.Family, column.Evidence, _ = discover.Recognise(page, at)
		}
		if column.Name == "" || lead.More {
			column.Name = nameOf(page, lead.Name, s.found.Title)
		}
	}
	further := len(list.Next)
	column.rows = mainRows(list.Rows)
	if len(list.Feeds) > 0 && (len(s.ownRows(column.rows)) < undated || list.Total == 0 && further == 0) {
		fed, _, more, err := s.c.lookList(ctx, s.site, list.Feeds[0], &s.budget)
		if errors.Is(err, errSpent) || ctx.Err() != nil {
			s.leads = append(s.leads, lead)
			return err
		}
		if err == nil && fed.Status < 300 && len(more.Rows) > 0 {
			column.rows = more.Rows
			column.Total, further = more.Total, len(more.Next)
			if family := cmp.Or(more.Family, list.Feeds[0].Family); family != "" {
				column.Family, column.Evidence = family, cmp.Or(list.Evidence, more.Evidence)
			}
		} else if err == nil && len(column.rows) == 0 {
			s.walls = append(s.walls, fmt.Sprintf("the list at %s is filled by %s, which answered without rows (status %d): a browser may show more", lead.URL, list.Feeds[0].URL, fed.Status))
			return pass("filled by a request that brought no rows")
		}
	}
	if why := s.noColumn(page, at, &column, further); why != "" {
		return pass(why)
	}
	column.Rows = len(column.rows)
	column.Pages = max(1, 1+further, list.Pages)
	if column.Total > column.Rows && column.Rows > 0 {
		column.Pages = (column.Total + column.Rows - 1) / column.Rows
	}
	for _, r := range column.rows {
		column.Newest = max(column.Newest, r.Day)
	}
	if page != nil {
		for _, next := range list.Next {
			if a, err := canonical(next.URL); err == nil {
				s.seen[a.url] = true
			}
		}
		s.add(page, at, 2) // the menu beside a list leads to its sisters
	}
	column.Name = s.uniqueName(column)
	s.found.Columns = append(s.found.Columns, column)
	return nil
}

// noColumn says why what was found is no column; "" where it is one.
func (s *surveyor) noColumn(page *extract.Page, at string, c *Listed, further int) string {
	own := s.ownRows(c.rows)
	dated := 0
	for _, r := range own {
		if r.Day != "" {
			dated++
		}
	}
	goesOn := further > 0 || c.Total > 0
	if page != nil && !goesOn {
		if more := moreLinks(page, at); more >= channelLinks {
			s.add(page, at, 1)
			return fmt.Sprintf("leads to %d lists, and is none itself", more)
		}
	}
	switch {
	case len(own) == 0 && len(c.rows) > 0:
		return "its rows lead to other hosts"
	case len(own) == 0 && page != nil && scripted(page):
		s.walls = append(s.walls, fmt.Sprintf("the list at %s is filled by a script that is not known: a browser is needed to read it", c.URL))
		return "no rows in the page: filled by a script that is not known"
	case len(own) == 0:
		return "no rows"
	case 2*dated >= len(own) && (len(own) >= 2 || goesOn || page == nil || isColumn(page)):
	case goesOn && len(own) >= undated:
	case page != nil && isColumn(page) && len(own) >= undated:
	default:
		return fmt.Sprintf("%d rows, %d of them dated, and no further pages", len(own), dated)
	}
	key := ""
	for _, r := range own[:min(3, len(own))] {
		key += r.URL + "\n"
	}
	if i, twice := s.same[key]; twice {
		return "lists what " + s.found.Columns[i].Name + " lists"
	}
	s.same[key] = len(s.found.Columns)
	return ""
}

// ownRows are the rows that a crawl may enter.
func (s *surveyor) ownRows(rows []discover.Row) (own []discover.Row) {
	scope, err := newScope(s.site.Scope, s.site.Columns)
	if err != nil {
		return nil
	}
	for _, r := range rows {
		if a, err := canonical(r.URL); err == nil && !s.seen[a.url] {
			if why, _ := scope.admit(a); why == admitted {
				own = append(own, r)
			}
		}
	}
	return own
}

// mainRows are the rows of a page's longest list; of two the one with dates.
func mainRows(rows []discover.Row) (main []discover.Row) {
	by := map[uint32][]discover.Row{}
	worth := map[uint32]int{}
	var order []uint32
	for _, r := range rows {
		if _, met := by[r.Kin]; !met {
			order = append(order, r.Kin)
		}
		by[r.Kin] = append(by[r.Kin], r)
		worth[r.Kin]++
		if r.Day != "" {
			worth[r.Kin] += 2
		}
	}
	best := -1
	for _, kin := range order {
		if worth[kin] > best {
			best, main = worth[kin], by[kin]
		}
	}
	return main
}

// moreLinks counts the lists that a page's 更多 lead to.
func moreLinks(page *extract.Page, at string) int {
	n := 0
	for _, l := range discover.Leads(page, at) {
		if l.More && l.URL != at {
			n++
		}
	}
	return n
}

// scripted says whether a page has hardly any text, and scripts that bring it.
func scripted(page *extract.Page) bool {
	return page.Document().Find("script[src]").Length() > 0 && len(page.Links()) < 60
}

// isColumn says whether a page's meta tags say that it is a list, as government
// sites have to (国办发〔2017〕47号): with the name of a column, and without an
// article's title.
func isColumn(page *extract.Page) bool {
	about := page.Portal()
	return about.Column != "" && !about.Article
}

// nameOf is what a list page calls itself: its column, the heading of its link,
// or its title up to the portal's name.
func nameOf(page *extract.Page, linked, portal string) string {
	about := page.Portal()
	switch {
	case about.Column != "" && about.Column != portal && about.Column != about.Name:
		return about.Column
	case linked != "":
		return linked
	}
	title := strings.TrimSpace(page.Document().Find("head title").First().Text())
	for _, part := range strings.FieldsFunc(title, func(r rune) bool { return strings.ContainsRune("-_—|｜–>·", r) }) {
		if part = strings.TrimSpace(part); part != "" && part != portal && part != "首页" {
			return clipped(part)
		}
	}
	return ""
}

// uniqueName is a name for c that no column has yet.
func (s *surveyor) uniqueName(c Listed) string {
	name := c.Name
	if name == "" {
		a, _ := canonical(c.URL)
		folder := path.Dir(a.path)
		if strings.HasSuffix(a.path, "/") {
			folder = strings.TrimSuffix(a.path, "/")
		}
		if name = path.Base(folder); name == "/" || name == "." {
			name = strings.TrimSuffix(path.Base(a.path), path.Ext(a.path))
		}
	}
	taken := func(n string) bool {
		for _, o := range s.found.Columns {
			if o.Name == n {
				return true
			}
		}
		return false
	}
	unique := name
	for i := 2; taken(unique); i++ {
		unique = fmt.Sprintf("%s (%d)", name, i)
	}
	return unique
}
