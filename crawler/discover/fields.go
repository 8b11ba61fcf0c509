package discover

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"

	"fangzhi/lazyregexp"
)

// Names of values, lower-case, without _ and -: the better before the worse.
var (
	titleNames = []string{"title", "doctitle", "articletitle", "newstitle", "infotitle", "showtitle", "maintitle", "titletext", "titles", "subject", "headline",
		"wzbt", "bt", "biaoti", "xxbt", "topic", "name", "text", "infoname", "docname", "caption"}
	addressNames = []string{"url", "linkurl", "docpuburl", "puburl", "articleurl", "newsurl", "infourl", "detailurl", "pageurl", "weburl", "pcurl", "visiturl", "fullurl",
		"posturl", "sourceurl", "arturl", "docurl", "link", "href", "permalink", "path", "filepath", "htmlpath", "staticurl", "jumpurl", "address", "src", "uri"}
	dayNames = []string{"pubdate", "publishdate", "publishtime", "pubtime", "publisheddate", "publishedtime", "displaypublishtime", "docreltime", "docrelpubtime", "docpubtime", "releasedate", "releasetime",
		"infodate", "webdate", "showdate", "infodatepx", "displaydate", "fbsj", "fbrq", "date", "time", "datetime", "writetime", "createtime", "createdate", "createdat", "crtime",
		"updatetime", "updatedate", "inputtime", "adddate", "addtime", "opertime", "day"}
)

func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}

func sortNames(all []string) { slices.Sort(all) }

// text returns the first value of a record that is a text and has one of these
// names, in the order of names.
func (r record) text(names []string) string {
	for _, wanted := range names {
		found, as := "", ""
		for name, v := range r {
			if plainName(name) != wanted {
				continue
			}
			// Of names that differ in their case alone always the same one.
			if s, ok := v.(string); ok && strings.TrimSpace(s) != "" && (as == "" || name < as) {
				found, as = s, name
			}
		}
		if as != "" {
			return found
		}
	}
	return ""
}

// value returns the value of that name, whatever its spelling.
func (r record) value(name string) string {
	for n, v := range r {
		if plainName(n) == name {
			switch v := v.(type) {
			case string:
				return v
			case json.Number:
				return v.String()
			}
		}
	}
	return ""
}

// row reads a record as a line of a list. Place, where it is given, finds the
// address of records that do not give one.
func (a *Answer) row(r record, place func(record) string) (row Row, ok bool) {
	row.Title = plain(r.text(titleNames))
	if row.Title == "" {
		return row, false
	}
	if u := r.address(a.at()); u != "" {
		row.URL = u
	} else if place != nil {
		row.URL = place(r)
	}
	if row.URL == "" {
		return row, false
	}
	row.Day = r.day(a.zone())
	return row, true
}

// address is where a record leads to.
func (r record) address(at *url.URL) string {
	for _, wanted := range addressNames {
		s := r.text([]string{wanted})
		if s == "" || !isAddress(s) {
			continue
		}
		if !strings.Contains(s, "://") && !strings.HasPrefix(s, "/") && !strings.HasPrefix(s, ".") && strings.Contains(strings.SplitN(s, "/", 2)[0], ".") && strings.Contains(s, "/") {
			s = "//" + s // www.example.gov.cn/a.html
		}
		if u := beside(at, s); u != "" {
			return u
		}
	}
	return ""
}

// isAddress says whether a text can be one of a page.
func isAddress(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 2000 || strings.ContainsAny(s, "\n<>\"") || strings.HasPrefix(strings.ToLower(s), "javascript:") || s == "#" || templated(s) {
		return false
	}
	return strings.ContainsAny(s, "/.?") && !strings.HasPrefix(s, "data:")
}

// templated says whether a text holds a placeholder that a script fills in.
func templated(s string) bool {
	for _, mark := range []string{"{{", "${", "<?", "<%", "{%", "#{"} {
		if strings.Contains(s, mark) {
			return true
		}
	}
	return false
}

// day is the day that a record gives, the zone's where it is a moment.
func (r record) day(zone *time.Location) string {
	for _, wanted := range dayNames {
		for name, v := range r {
			if plainName(name) != wanted {
				continue
			}
			s := ""
			switch v := v.(type) {
			case string:
				s = v
			case json.Number:
				s = v.String()
			}
			if d := dayOf(s, zone); d != "" {
				return d
			}
		}
	}
	return ""
}

var dayPattern = lazyregexp.New(`(?:^|\D)((?:19|20)\d\d)(?:[-/.年](\d{1,2})[-/.月](\d{1,2})|(\d\d)(\d\d)(?:\d{4,6})?(?:\D|$))`)

// dayOf reads a day as services write it: with parts, as eight digits, as
// seconds or milliseconds since 1970, as RFC 3339 or 1123.
func dayOf(s string, zone *time.Location) string {
	s = strings.TrimSpace(s)
	if isNumber(s) && (len(s) == 10 || len(s) == 13) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return ""
		}
		at := time.Unix(n, 0)
		if len(s) == 13 {
			at = time.UnixMilli(n)
		}
		if year := at.Year(); year < 1990 || year > 2100 {
			return ""
		}
		return at.In(zone).Format(time.DateOnly)
	}
	for _, layout := range []string{time.RFC3339, time.RFC1123, time.RFC1123Z, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.In(zone).Format(time.DateOnly)
		}
	}
	m := dayPattern.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	month, day := m[2]+m[4], m[3]+m[5]
	at, err := time.Parse("2006-1-2", m[1]+"-"+month+"-"+day)
	if err != nil {
		return ""
	}
	return at.Format(time.DateOnly)
}

var tag = lazyregexp.New(`</?[a-zA-Z][^>]*>`)

// plain is a title without markup: search services set what they found in <em>.
func plain(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = html.UnescapeString(tag.ReplaceAllString(s, ""))
	}
	return strings.Join(strings.Fields(s), " ")
}
