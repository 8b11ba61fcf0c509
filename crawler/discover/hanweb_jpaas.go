package discover

import (
	"encoding/json"
	"fmt"
	"strings"

	"fangzhi/lazyregexp"
)

// Hanweb jpaas builds lists of units: empty elements whose attributes say what
// to ask a gateway for.
//
//	<script … src="…/AuthorizedRead/unitbuild.js" url="…/front/page/build/unit"
//	        queryData="{'parseType':'bulidstatic','webId':'…','tagId':'右侧内容',…}">
//
// The gateway pages by paramJson alone, and answers {"data":{"html":"…"}}, whose
// markup declares count and rows.
const jpaasUnit = "/front/page/build/unit"

var (
	jpaasPair  = lazyregexp.New(`['"]?(\w+)['"]?\s*:\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))`)
	jpaasCount = lazyregexp.New(`\bcount\s*=\s*["']?(\d{1,7})`)
	jpaasRows  = lazyregexp.New(`\brows\s*=\s*["']?(\d{1,4})`)
	// jpaasMain are names of units that hold a page's list.
	jpaasMain = lazyregexp.New(`(?i)列表|list|右侧|内容|主体|信息`)
)

const (
	jpaasPerPage = 15 // where the page does not say
	jpaasMost    = 4  // units of one page that are asked for
)

func jpaasSign(p *page) string {
	return p.has("AuthorizedRead/unitbuild.js", "jpaas-publish-server/front/page/build/unit")
}

func jpaasList(p *page) (List, bool) {
	if !strings.Contains(p.html, jpaasUnit) && !strings.Contains(p.html, "unitbuild") {
		return List{}, false
	}
	var l List
	main := false
	for _, n := range p.Document().Find("[querydata]").EachIter() {
		data, _ := n.Attr("querydata")
		unit, _ := n.Attr("url")
		if unit == "" {
			unit = "/api-gateway/jpaas-publish-server" + jpaasUnit
		}
		var asked []parameter
		for _, m := range jpaasPair.FindAllStringSubmatch(data, -1) {
			asked = append(asked, parameter{m[1], m[2] + m[3] + m[4]})
		}
		to, err := p.at.Parse(unit)
		if err != nil || len(asked) == 0 || len(l.Feeds) >= jpaasMost {
			continue
		}
		size := jpaasPerPage
		if rows, _ := n.Attr("rows"); atoi(rows) > 0 {
			size = atoi(rows)
		} else if n := atoi(valueOf(asked, "pageSize")); n > 0 {
			size = n
		}
		feed := p.scripted("hanweb-jpaas", withQuery(to, encoded(with(asked, "paramJson", jpaasParam(1, size)))))
		switch {
		case main:
		case jpaasMain.MatchString(valueOf(asked, "tagId")):
			// Other units are menus and boxes.
			l.Feeds, main = append(l.Feeds[:0], feed), true
		default:
			l.Feeds = append(l.Feeds, feed)
		}
		l.Evidence = jpaasSign(p)
	}
	return l, len(l.Feeds) > 0
}

func jpaasParam(page, size int) string {
	return fmt.Sprintf(`{"pageNo":%d,"pageSize":%d}`, page, size)
}

func jpaasAnswer(a *Answer) (List, bool) {
	var got struct {
		Data struct {
			HTML string `json:"html"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(a.Text), &got); err != nil {
		return List{}, false
	}
	l := List{Rows: fragmentRows(got.Data.HTML, a.at()), Evidence: "data.html", Key: "unit"}
	asked := decoded(a.at().RawQuery)
	param := struct{ PageNo, PageSize int }{1, jpaasPerPage}
	_ = json.Unmarshal([]byte(valueOf(asked, "paramJson")), &param) // as it stands where it cannot be read
	size := param.PageSize
	if m := jpaasRows.FindStringSubmatch(got.Data.HTML); m != nil && atoi(m[1]) > 0 {
		size = atoi(m[1])
	}
	if m := jpaasCount.FindStringSubmatch(got.Data.HTML); m != nil {
		l.Total = atoi(m[1])
	}
	if len(l.Rows) == 0 {
		return l, true
	}
	for n := param.PageNo + 1; len(l.Next) < maxNext; n++ {
		if l.Total > 0 && (n-1)*size >= l.Total || l.Total == 0 && len(l.Next) == 1 {
			break
		}
		query := encoded(with(asked, "paramJson", jpaasParam(n, param.PageSize)))
		l.Next = append(l.Next, a.again(withQuery(a.at(), query), ""))
	}
	return l, true
}
