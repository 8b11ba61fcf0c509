package portaltest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// firstID is below the number in the URL of the first article.
const firstID = 1200

// AddColumn opens a column, the last in the navigation. An open column of the
// same path keeps its articles and takes the new name and charset. The columns
// of a generated portal are given.
func (p *Portal) AddColumn(c Column) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.load != nil {
		return
	}
	if old := p.column(c.Path); old != nil {
		old.Column = c
		old.touch(p.now())
		return
	}
	p.open(c)
}

// open adds a column that is not there.
func (p *Portal) open(c Column) *column {
	added := &column{Column: c, index: len(p.columns)}
	p.columns = append(p.columns, added)
	return added
}

// Publish puts an article into a column's list, above those that were published
// at its time or before, and returns its URL. An unknown column is opened under
// its path. A generated portal gives the article its next number, and with it
// column and date.
func (p *Portal) Publish(columnPath string, a Article) (url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.load != nil {
		return p.base + p.load.publish(a, p.now())
	}
	c := p.column(columnPath)
	if c == nil {
		c = p.open(Column{Path: columnPath, Name: columnPath})
	}
	return p.base + p.publish(c, a, p.now())
}

func (p *Portal) publish(c *column, a Article, now time.Time) string {
	a = a.clone()
	p.lastID++
	a.Column = c.Path
	if a.Published.IsZero() {
		a.Published = now
	}
	a.Published = a.Published.In(Shanghai).Truncate(time.Minute)
	if a.DayOnly {
		y, m, d := a.Published.Date()
		a.Published = time.Date(y, m, d, 0, 0, 0, 0, Shanghai)
	}
	if a.URL == "" {
		a.URL = c.Family.software().place(c, a.Published, p.lastID)
	} else {
		a.URL = p.path(a.URL)
	}
	if a.Modified.IsZero() {
		a.Modified = now
	}
	if a.State == "" {
		a.State = Live
	}
	a.Texts, a.id = 1, p.lastID
	p.keepFiles(&a)
	p.articles[a.URL] = &a
	at, _ := slices.BinarySearchFunc(c.articles, &a, func(x, y *Article) int {
		if c := y.Published.Compare(x.Published); c != 0 {
			return c
		}
		return 1
	})
	before := hot(c)
	c.articles = slices.Insert(c.articles, at, &a)
	c.touch(a.Modified)
	c.layAnew(&a, before, a.Modified)
	return a.URL
}

// keepFiles gives files without a URL the one that the column's software would
// give them, and serves them.
func (p *Portal) keepFiles(a *Article) {
	name := func(letter string, i int, f *File) {
		if f.URL == "" {
			f.URL = p.column(a.Column).Family.software().placeFile(a, letter, i, path.Ext(f.Name))
		}
		f.URL = p.path(f.URL)
		p.files[f.URL] = placed{*f, a.Modified}
	}
	for i := range a.Files {
		name("P", i, &a.Files[i])
	}
	for i := range a.Pictures {
		name("W", i, &a.Pictures[i])
	}
}

// Edit changes what an article says. change gets the article as it is; its
// URL, column and state stay whatever change does to them. It returns an error
// when there is no article at url.
func (p *Portal) Edit(url string, change func(*Article)) error {
	return p.amend("edit", url, func(a *Article) {
		edited := a.clone()
		change(&edited)
		edited.URL, edited.Column, edited.State, edited.Texts = a.URL, a.Column, a.State, a.Texts+1
		*a = edited
	})
}

// CountViews adds n to the view counter that the article's page shows: other
// bytes that say the same.
func (p *Portal) CountViews(url string, n int) error {
	return p.amend("count views", url, func(a *Article) { a.Views += n })
}

// Withdraw takes an article off its list; its URL answers 404 from now on.
func (p *Portal) Withdraw(url string) error {
	return p.amend("withdraw", url, func(a *Article) { a.State = Withdrawn })
}

// WithdrawSoft takes an article off its list; its URL answers with status 200
// and a page that says 您访问的页面不存在或已删除.
func (p *Portal) WithdrawSoft(url string) error {
	return p.amend("withdraw", url, func(a *Article) { a.State = WithdrawnSoft })
}

// Restore puts a withdrawn article back as it was.
func (p *Portal) Restore(url string) error {
	return p.amend("restore", url, func(a *Article) { a.State = Live })
}

// Redirect answers requests for the path from with 302 to the target to, a
// path or a URL; "" takes the redirect away.
func (p *Portal) Redirect(from, to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if to == "" {
		delete(p.moved, p.path(from))
		return
	}
	p.moved[p.path(from)] = to
}

// amend lets change loose on one article and moves its page's and its
// column's dates on.
func (p *Portal) amend(what, url string, change func(*Article)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.article(p.path(url))
	if a == nil {
		return fmt.Errorf("%s: %q: no such article", what, url)
	}
	c := p.column(a.Column) // none in a generated portal
	var before []row
	if c != nil {
		before = hot(c)
	}
	// A date has whole seconds: two changes within one must not look the same.
	modified := later(p.now(), a.Modified)
	change(a)
	a.Modified = modified
	if p.load != nil {
		p.load.touch(a)
		return nil
	}
	p.keepFiles(a)
	slices.SortStableFunc(c.articles, func(x, y *Article) int { return y.Published.Compare(x.Published) })
	c.touch(a.Modified)
	c.layAnew(a, before, a.Modified)
	return nil
}

// article is what stands at a path, nil where nothing ever did.
func (p *Portal) article(path string) *Article {
	if p.load != nil {
		return p.load.own(path)
	}
	return p.articles[path]
}

// Truth returns every article that was ever published, as it is now, with
// absolute URLs once the portal is started: by column, newest first.
func (p *Portal) Truth() []Article {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var all []Article
	add := func(a *Article) {
		c := a.clone()
		c.URL = p.absolute(c.URL)
		for i := range c.Files {
			c.Files[i].URL = p.absolute(c.Files[i].URL)
		}
		for i := range c.Pictures {
			c.Pictures[i].URL = p.absolute(c.Pictures[i].URL)
		}
		all = append(all, c)
	}
	if p.load != nil {
		for n := p.load.total; n > 0; n-- {
			a := p.load.article(n)
			add(&a)
		}
		return all
	}
	for _, c := range p.columns {
		for _, a := range c.articles {
			add(a)
		}
	}
	return all
}

// Told returns what url says now, and whether an article was ever there.
func (p *Portal) Told(url string) (Article, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.load != nil {
		n, ok := p.load.number(p.path(url))
		if !ok {
			return Article{}, false
		}
		a := p.load.article(n)
		a.URL = p.absolute(a.URL)
		return a, true
	}
	a := p.articles[p.path(url)]
	if a == nil {
		return Article{}, false
	}
	c := a.clone()
	c.URL = p.absolute(c.URL)
	return c, true
}

// Generated returns the path of article n, counted from 1, of a generated portal.
func (p *Portal) Generated(n int) string { return string(p.load.appendPath(nil, n)) }

// Columns returns the columns in the order of the navigation.
func (p *Portal) Columns() []Column {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.load != nil {
		return p.load.columnList()
	}
	columns := make([]Column, len(p.columns))
	for i, c := range p.columns {
		columns[i] = c.Column
	}
	return columns
}

// Seeds returns the URL of the first list page of each of Columns.
func (p *Portal) Seeds() []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	var seeds []string
	if p.load != nil {
		for _, c := range p.load.columnList() {
			seeds = append(seeds, p.base+"/"+c.Path+"/index.html")
		}
	}
	for _, c := range p.columns {
		seeds = append(seeds, p.base+c.seed())
	}
	return seeds
}

func (p *Portal) absolute(path string) string {
	if strings.HasPrefix(path, "/") {
		return p.base + path
	}
	return path
}

func (p *Portal) column(path string) *column {
	for _, c := range p.columns {
		if c.Path == path {
			return c
		}
	}
	return nil
}

func (p *Portal) now() time.Time { return p.options.Now().Truncate(time.Second) }

// touch moves the date of the column's lists on to t, or to the next second
// where it is later already.
func (c *column) touch(t time.Time) { c.changed = later(t, c.changed) }

// later is t, or a second after floor where that is later.
func later(t, floor time.Time) time.Time {
	if t.After(floor) {
		return t
	}
	return floor.Add(time.Second)
}

// layAnew moves the dates of the pages on that link to a as their neighbour,
// and of all when another is recommended now than before.
func (c *column) layAnew(a *Article, before []row, t time.Time) {
	if !slices.Equal(before, hot(c)) {
		c.relaid = later(t, c.relaid)
	}
	at := slices.Index(c.articles, a)
	for _, step := range []int{-1, 1} {
		for i := at + step; i >= 0 && i < len(c.articles); i += step {
			if near := c.articles[i]; near.State == Live {
				near.laid = later(t, near.laid)
				break
			}
		}
	}
}
