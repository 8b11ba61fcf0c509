package discover

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// Hanweb's JCMS puts the first records of a list into a script of type text/xml
// and hands out further ones by a proxy: POSTs by record, three pages at a
// time, or GETs by page.
//
//	POST …/dataproxy.jsp?startrecord=46&endrecord=90&perpage=15
//	     col=1&appid=1&webid=17&path=/&columnid=11085&sourceContentType=1&unitid=28698&webname=…&permissiontype=0
//	GET  …/dataproxy.jsp?page=2&appid=1&webid=5&path=/&columnid=49295&unitid=434779&webname=…&permissiontype=0
//
// Both answer <datastore><totalrecord>1376</totalrecord>…<record><![CDATA[…]]></record>….
const (
	jpageProxy = "dataproxy.jsp"
	jpageGroup = 3  // pages of rows in one POST
	jpageRows  = 15 // rows of a page, where the page does not say
)

var (
	jpageStore   = lazyregexp.New(`(?is)<datastore>.*?</datastore>`)
	jpageRecord  = lazyregexp.New(`(?is)<record>(.*?)</record>`)
	jpageCDATA   = lazyregexp.New(`(?s)<!\[CDATA\[(.*?)\]\]>`)
	jpageNext    = lazyregexp.New(`(?is)<nextgroup>(.*?)</nextgroup>`)
	jpageHref    = lazyregexp.New(`(?i)href\s*=\s*["']([^"']*dataproxy\.jsp[^"']*)`)
	jpageTotal   = lazyregexp.New(`(?i)<totalrecord>\s*(\d{1,7})`)
	jpagePages   = lazyregexp.New(`(?i)<totalpage>\s*(\d{1,6})`)
	jpageAddress = lazyregexp.New(`["']([^"'\s]*/dataproxy\.jsp[^"'\s]*)["']`)
	jpageUnit    = lazyregexp.New(`(?i)\bunitid["']?\s*[=:]\s*["']?(\d{1,9})|jpageform_(\d{1,9})|id=["']jpage_(\d{1,9})`)
	jpageField   = lazyregexp.New(`(?i)["']?\b(col|appid|webid|path|columnid|sourcecontenttype|unitid|webname|permissiontype|perpage|totalrecord)["']?\s*[:=]\s*(?:'([^']*)'|"([^"]*)"|(\d+))`)
	jsText       = lazyregexp.New(`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`)
)

func jpageSign(p *page) string {
	return p.has("Produced By 大汉网络", "/module/web/jpage/", "<datastore>", "jpageform_", "<!--<$[标题]>begin-->", "<!--ZJEG_RSS.content.begin-->")
}

// jpageStoreOf is one unit of a page: a store of records.
type jpageStoreOf struct {
	unit string
	rows []Row
	next string // address of the proxy that the store names
	text string
}

func jpageList(p *page) (List, bool) {
	if p.has("<datastore>", jpageProxy, "jpageform_") == "" {
		return List{}, false
	}
	best, found := jpageStoreOf{}, false
	for _, at := range jpageStore.FindAllStringIndex(p.html, -1) {
		s := jpageStoreOf{text: p.html[at[0]:at[1]]}
		s.rows = jpageRecords(s.text, p.at)
		if m := jpageNext.FindStringSubmatch(s.text); m != nil {
			if h := jpageHref.FindStringSubmatch(html.UnescapeString(m[1])); h != nil {
				s.next = h[1]
			}
		}
		if s.unit = valueOf(decoded(query(s.next)), "unitid"); s.unit == "" {
			// The element round the store is named after the unit.
			if m := jpageUnit.FindAllStringSubmatch(p.html[max(0, at[0]-600):at[0]], -1); m != nil {
				s.unit = firstOf(m[len(m)-1])
			}
		}
		if !found || len(s.rows) > len(best.rows) {
			best, found = s, true
		}
	}
	if !found {
		if m := jpageUnit.FindStringSubmatch(p.html); m != nil {
			best.unit = firstOf(m)
		}
	}
	l := List{Rows: best.rows, Evidence: jpageSign(p), Key: "unit " + best.unit}
	declared := jpageDeclared(p, best)
	if m := jpageTotal.FindStringSubmatch(best.text); m != nil {
		l.Total = atoi(m[1])
	} else {
		l.Total = atoi(declared["totalrecord"])
	}
	if declared["columnid"] == "" || declared["unitid"] == "" {
		return l, found
	}
	held := len(best.rows)
	if l.Total > 0 && held >= l.Total {
		return l, true
	}
	proxy := "/module/web/jpage/dataproxy.jsp"
	if best.next != "" {
		proxy, _, _ = strings.Cut(best.next, "?")
	} else if m := jpageAddress.FindStringSubmatch(p.html); m != nil {
		proxy, _, _ = strings.Cut(m[1], "?")
	}
	to, err := p.at.Parse(proxy)
	if err != nil {
		return l, found
	}
	size := atoi(declared["perpage"])
	if size == 0 && best.next != "" && valueOf(decoded(query(best.next)), "page") != "" {
		// A page of the proxy holds about a hundred records: the first repeats
		// those that the page holds.
		r := p.scripted("hanweb-jpage", jpageGet(to, declared, 1))
		l.Next = append(l.Next, r)
		l.Overlaps = true
		return l, true
	}
	if size == 0 {
		size = jpageRows
	}
	group := jpageGroup * size
	for from := held/group*group + 1; len(l.Next) < maxNext; from += group {
		if l.Total > 0 && from > l.Total || l.Total == 0 && len(l.Next) == 1 {
			break
		}
		r := p.posted("hanweb-jpage", withQuery(to, jpageRange(from, group, size)), formType, jpageForm(declared))
		if held == 0 && len(l.Feeds) == 0 {
			l.Feeds = append(l.Feeds, r)
			break
		}
		l.Next = append(l.Next, r)
	}
	return l, true
}

// jpageDeclared are the parameters of the proxy, as the store's address and the
// script of its unit give them, by lower-case name.
func jpageDeclared(p *page, s jpageStoreOf) map[string]string {
	declared := map[string]string{}
	take := func(name, value string) {
		if name = strings.ToLower(name); declared[name] == "" {
			declared[name] = value
		}
	}
	take("unitid", s.unit)
	for _, q := range decoded(query(s.next)) {
		take(q.name, q.value)
	}
	// What a script says of another unit is not this one's.
	js := scripts(p, "columnid") + scripts(p, "perpage")
	if i := unitAt(js, s.unit); i >= 0 {
		js = js[i:]
	}
	for _, m := range jpageField.FindAllStringSubmatch(js, -1) {
		take(m[1], m[2]+m[3]+m[4])
	}
	if m := jpageAddress.FindStringSubmatch(p.html); m != nil && declared["columnid"] == "" {
		for _, q := range decoded(query(html.UnescapeString(m[1]))) {
			take(q.name, q.value)
		}
	}
	return declared
}

// unitAt is where a script begins to speak of a unit, -1 where it does not.
func unitAt(js, unit string) int {
	if unit == "" {
		return -1
	}
	for _, mark := range []string{"jpage_" + unit, "unitid=" + unit, unit} {
		if i := strings.Index(js, mark); i >= 0 {
			return i
		}
	}
	return -1
}

func jpageForm(declared map[string]string) string {
	or := func(name, absent string) string {
		if v, ok := declared[strings.ToLower(name)]; ok && v != "" {
			return v
		}
		return absent
	}
	return encoded([]parameter{
		{"col", or("col", "1")}, {"appid", or("appid", "1")}, {"webid", or("webid", "1")}, {"path", or("path", "/")},
		{"columnid", or("columnid", "")}, {"sourceContentType", or("sourceContentType", "1")}, {"unitid", or("unitid", "")},
		{"webname", or("webname", "")}, {"permissiontype", or("permissiontype", "0")},
	})
}

func jpageRange(from, group, size int) string {
	return fmt.Sprintf("startrecord=%d&endrecord=%d&perpage=%d", from, from+group-1, size)
}

func jpageGet(to *url.URL, declared map[string]string, page int) string {
	form := decoded(jpageForm(declared))
	return withQuery(to, encoded(append([]parameter{{"page", decimal(page)}}, form[1:]...)))
}

// jpageRecords are the rows of a store's records, which stand in CDATA, as
// escaped markup, or as the texts of an array.
func jpageRecords(store string, base *url.URL) []Row {
	rows := []Row{}
	add := func(markup string) {
		if row, ok := recordRow(markup, base); ok {
			rows = append(rows, row)
		}
	}
	for _, m := range jpageRecord.FindAllStringSubmatch(store, -1) {
		if c := jpageCDATA.FindStringSubmatch(m[1]); c != nil {
			add(c[1])
		} else {
			add(html.UnescapeString(m[1]))
		}
	}
	if len(rows) > 0 {
		return rows
	}
	for _, text := range jsText.FindAllString(store, -1) {
		if strings.Contains(text, "<a ") || strings.Contains(text, "<A ") || strings.Contains(text, `\u003ca `) {
			add(unquoted(text))
		}
	}
	return rows
}

// unquoted is the text of a JavaScript literal.
func unquoted(literal string) string {
	inner := literal[1 : len(literal)-1]
	if literal[0] == '\'' {
		inner = strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`)
		inner = strings.ReplaceAll(inner, `\\"`, `\"`)
	}
	var s string
	if json.Unmarshal([]byte(`"`+inner+`"`), &s) == nil {
		return s
	}
	return strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\/`, `/`, `\n`, "\n", `\t`, " ", `\r`, "").Replace(literal[1 : len(literal)-1])
}

func jpageAnswer(a *Answer) (List, bool) {
	at := a.at()
	asked := decoded(at.RawQuery)
	rows := jpageRecords(a.Text, at)
	l := List{Rows: rows, Evidence: "datastore", Key: "unit " + valueOf(asked, "unitid") + valueOf(decoded(a.Request.Body), "unitid")}
	if m := jpageTotal.FindStringSubmatch(a.Text); m != nil {
		l.Total = atoi(m[1])
	}
	first := valueOf(asked, "startrecord") == "1" || valueOf(asked, "page") == "1"
	if len(rows) == 0 {
		if first || l.Total == 0 {
			l.Next = jpageOther(a, asked)
		}
		return l, strings.Contains(a.Text, "<datastore>") || len(l.Next) > 0
	}
	if from := atoi(valueOf(asked, "startrecord")); from > 0 {
		size := max(1, atoi(valueOf(asked, "perpage")))
		to := max(from, atoi(valueOf(asked, "endrecord")))
		held := max(len(rows), len(jpageRecord.FindAllString(a.Text, -1)))
		if held > to-from+1 {
			// It knows pages alone, and this is the first.
			l.Next = jpageBehind(a, held, l.Total)
			return l, true
		}
		if rest := from + held; rest <= min(to, l.Total) {
			l.Next = append(l.Next, a.again(withQuery(at, jpageRange(rest, to-rest+1, size)), a.Request.Body))
		}
		group := to - from + 1
		if whole := jpageGroup * size; whole > group {
			group = whole // this was the rest of a range
		}
		for n := to + 1; len(l.Next) < maxNext; n += group {
			if l.Total > 0 && n > l.Total || l.Total == 0 && len(l.Next) == 1 {
				break
			}
			l.Next = append(l.Next, a.again(withQuery(at, jpageRange(n, group, size)), a.Request.Body))
		}
		return l, true
	}
	last := 0
	if m := jpagePages.FindStringSubmatch(a.Text); m != nil {
		last = atoi(m[1])
	}
	for n := atoi(valueOf(asked, "page")) + 1; len(l.Next) < maxNext; n++ {
		if last > 0 && n > last || last == 0 && len(l.Next) == 1 {
			break
		}
		l.Next = append(l.Next, a.again(withQuery(at, encoded(with(asked, "page", decimal(n)))), ""))
	}
	return l, true
}

// jpageOther asks the proxy as its other generation is asked, where it had
// nothing for this one.
func jpageOther(a *Answer, asked []parameter) []archive.Request {
	at := a.at()
	if a.Request.Hint == "other" {
		return nil
	}
	if a.Request.Verb() == "POST" {
		return []archive.Request{jpagePage(a, 1)}
	}
	declared := map[string]string{}
	for _, p := range asked {
		declared[strings.ToLower(p.name)] = p.value
	}
	r := a.again(withQuery(at, jpageRange(1, jpageGroup*jpageRows, jpageRows)), jpageForm(declared))
	r.Method, r.Hint = "POST", "other"
	r.Header = without(r.Header, "")
	r.Header["Content-Type"] = formType
	return []archive.Request{r}
}

// jpagePage asks the proxy, which was asked for a range, for a page.
func jpagePage(a *Answer, n int) archive.Request {
	declared := map[string]string{}
	for _, p := range decoded(a.Request.Body) {
		declared[strings.ToLower(p.name)] = p.value
	}
	r := a.again(jpageGet(a.at(), declared, n), "")
	r.Method, r.Hint = "", "other"
	r.Header = without(r.Header, "Content-Type")
	return r
}

// jpageBehind are the pages behind the first, which holds size records of total;
// 0 where that is not told.
func jpageBehind(a *Answer, size, total int) (next []archive.Request) {
	for n := 2; len(next) < maxNext && ((n-1)*size < total || total == 0 && len(next) == 0); n++ {
		next = append(next, jpagePage(a, n))
	}
	return next
}

// query is the part of an address behind its question mark.
func query(address string) string {
	_, q, _ := strings.Cut(address, "?")
	return q
}

// firstOf is the first group of a match that is not empty.
func firstOf(match []string) string {
	for _, s := range match[1:] {
		if s != "" {
			return s
		}
	}
	return ""
}
