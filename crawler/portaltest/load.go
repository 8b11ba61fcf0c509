package portaltest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// load is a portal of many articles of which none is stored. Article number n
// (from 1, the oldest) is in column n modulo the number of columns; what it
// says follows from n. Only articles that were touched are kept.
type load struct {
	columns   int
	pageSize  int
	pageBytes int
	links     int
	made      int             // articles at the start: what furniture may link to
	total     int             // the newest article's number
	style     string          // a style sheet that brings a page to its size
	touched   map[int]Article // edited, withdrawn, published after the start
	changed   []time.Time     // of each column's lists
}

// loadEpoch is the day of the first generated article; three come every hour.
var loadEpoch = time.Date(2021, 1, 4, 8, 0, 0, 0, Shanghai)

// loadColumns are the names of generated columns, used in turn.
var loadColumns = []struct{ path, name string }{
	{"yw", "要闻动态"}, {"tzgg", "通知公告"}, {"bmdt", "部门动态"}, {"xzcz", "乡镇传真"},
	{"zcjd", "政策解读"}, {"zwgk", "政务公开"}, {"msfw", "民生服务"}, {"rdzx", "热点资讯"},
}

func newLoad(o Options) *load {
	l := &load{
		columns: o.Columns, pageSize: o.PageSize, pageBytes: o.PageBytes, links: o.Links,
		made: o.Articles, total: o.Articles, touched: map[int]Article{},
	}
	if l.columns <= 0 {
		l.columns = len(loadColumns)
	}
	if l.pageBytes <= 0 {
		l.pageBytes = 38_000
	}
	if l.links <= 0 {
		l.links = 124
	}
	l.changed = make([]time.Time, l.columns)
	for c := range l.changed {
		l.changed[c] = l.published(l.total).Add(time.Hour)
	}
	l.style = styleSheet(l.pageBytes - len(l.drawArticle(nil, l.total, l.article(l.total))))
	return l
}

func (l *load) columnPath(c int) string {
	path := loadColumns[c%len(loadColumns)].path
	if c >= len(loadColumns) {
		path += strconv.Itoa(c / len(loadColumns))
	}
	return path
}

func (l *load) columnName(c int) string {
	name := loadColumns[c%len(loadColumns)].name
	if c >= len(loadColumns) {
		name += strconv.Itoa(c/len(loadColumns) + 1)
	}
	return name
}

func (l *load) columnList() []Column {
	all := make([]Column, l.columns)
	for c := range all {
		all[c] = Column{Path: l.columnPath(c), Name: l.columnName(c)}
	}
	return all
}

func (l *load) published(n int) time.Time {
	return loadEpoch.Add(time.Duration(n) * 20 * time.Minute)
}

// appendPath appends the path of article n: /yw/202109/t20210919_1234.html.
func (l *load) appendPath(b []byte, n int) []byte {
	day := l.published(n)
	b = append(b, '/')
	b = append(b, l.columnPath(n%l.columns)...)
	b = append(b, '/')
	b = day.AppendFormat(b, "200601/t20060102_")
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, ".html"...)
}

// number reads an article's number from its path, which must be its own to the
// letter.
func (l *load) number(path string) (n int, ok bool) {
	stem, ok := strings.CutSuffix(path, ".html")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(stem[strings.LastIndexByte(stem, '_')+1:])
	if err != nil || n < 1 || n > l.total {
		return 0, false
	}
	return n, string(l.appendPath(make([]byte, 0, 64), n)) == path
}

// article makes up article n, or returns it as it was touched.
func (l *load) article(n int) Article {
	if a, ok := l.touched[n]; ok {
		return a
	}
	s := seed(n)
	at := l.published(n)
	return Article{
		Column: l.columnPath(n % l.columns), URL: string(l.appendPath(nil, n)),
		Title: string(appendTitle(nil, n)), Source: loadSources[s.below(len(loadSources))], Published: at,
		Body: loadBody(&s), Views: s.below(3000), DateLine: n % 2,
		State: Live, Modified: at.Add(5 * time.Minute), Texts: 1,
	}
}

// own returns the article at path, which is kept from now on, to be changed.
func (l *load) own(path string) *Article {
	n, ok := l.number(path)
	if !ok {
		return nil
	}
	a := l.article(n)
	return &a
}

// touch keeps an article that was changed.
func (l *load) touch(a *Article) {
	n, _ := l.number(a.URL) // own has found it
	l.touched[n] = *a
	c := n % l.columns
	l.changed[c] = later(a.Modified, l.changed[c])
}

// publish adds an article with the next number, in that number's column and
// with its date, and returns its path.
func (l *load) publish(a Article, now time.Time) string {
	l.total++
	made := l.article(l.total)
	a.Column, a.URL, a.Published, a.State, a.Texts = made.Column, made.URL, made.Published, Live, 1
	a.Modified = now
	a = a.clone()
	l.touch(&a)
	return a.URL
}

// inColumn is how many articles column c has, withdrawn ones included.
func (l *load) inColumn(c int) int {
	if c == 0 {
		return l.total / l.columns
	}
	return (l.total - c + l.columns) / l.columns
}

func (l *load) pages(c int) int {
	return max(1, (l.inColumn(c)+l.pageSize-1)/l.pageSize)
}

// newest returns the numbers of column c's articles from place i to place j,
// counted from the newest, without the withdrawn ones.
func (l *load) newest(c, i, j int) []int {
	count := l.inColumn(c)
	first := c
	if c == 0 {
		first = l.columns
	}
	var numbers []int
	for ; i < min(j, count); i++ {
		n := first + (count-1-i)*l.columns
		if a, ok := l.touched[n]; !ok || a.State == Live {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// route finds the generated page at path, nil where there is none.
func (l *load) route(path string) *answer {
	html := func(etag string, modified time.Time, draw func([]byte) []byte) *answer {
		return &answer{
			status: http.StatusOK, header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			draw: draw, etag: etag, modified: modified,
		}
	}
	if path == "/" || path == "/index.html" {
		changed := l.changed[0]
		for _, t := range l.changed {
			if t.After(changed) {
				changed = t
			}
		}
		return html(fmt.Sprintf("%x-home", changed.Unix()), changed, l.drawHome())
	}
	if n, ok := l.number(path); ok {
		a, touched := l.touched[n]
		if !touched {
			modified := l.published(n).Add(5 * time.Minute)
			etag := strconv.FormatInt(modified.Unix(), 16) + "-" + strconv.Itoa(n)
			return html(etag, modified, func(b []byte) []byte { return l.drawArticle(b, n, l.article(n)) })
		}
		switch a.State {
		case Withdrawn:
			return nil
		case WithdrawnSoft:
			body := "<html><head><title>" + county.Name + "</title></head><body>温馨提示：您访问的页面不存在或已删除！</body></html>"
			return page(http.StatusOK, htmlType("utf-8"), []byte(body), time.Time{})
		}
		a = a.clone()
		etag := fmt.Sprintf("%x-%d-%d", a.Modified.Unix(), n, a.Texts)
		return html(etag, a.Modified, func(b []byte) []byte { return l.drawArticle(b, n, a) })
	}
	for c := range l.columns {
		rest, ok := strings.CutPrefix(path, "/"+l.columnPath(c)+"/")
		if !ok {
			continue
		}
		if n, ok := listNumber("/" + rest); ok && n < l.pages(c) {
			etag := fmt.Sprintf("%x-%d-%d", l.changed[c].Unix(), c, n)
			return html(etag, l.changed[c], l.drawList(c, n))
		}
		return nil
	}
	return nil
}
