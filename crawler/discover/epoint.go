package discover

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// 新点 Epoint keeps lists as files, moreinfo.html, 2.html, …, of which all but
// the first can be months old, and answers for them by services. Which of them a
// portal has its page tells at times; else one is tried after the other, and the
// files last.
//
//	POST …/getInfoListAndCategoryList.action?cmd=getInfoList&pageIndex=1&pageSize=18&siteguid=…&categorynum=014001001&title=&infoC=
//	POST …/rest/esinteligentsearch/getFullTextDataNew   a JSON body; pn counts rows
//	POST …/rest/frontAppCustomAction/getPageInfoListNew with a token that is asked for first
//
// The first answers with a text of JSON in JSON, and rows of whose addresses it
// gives the parts.
const (
	epointInfos  = "getInfoListAndCategoryList"
	epointSearch = "getFullTextDataNew"
	epointFront  = "getPageInfoListNew"
	epointToken  = "getNoUserAccessToken"
	epointRows   = 20
)

var (
	epointService  = lazyregexp.New(`["']([^"'\s<>]*(getInfoListAndCategoryList|getFullTextDataNew|getPageInfoListNew|getNoUserAccessToken)[^"'\s<>]*)["']`)
	epointSite     = lazyregexp.New(`(?i)\bsite_?guid["']?\s*[:=]\s*["']?([0-9a-f]{8}-[0-9a-f-]{27}|[\w-]{4,64})`)
	epointCategory = lazyregexp.New(`(?i)(?:categor(?:y|ies)_?(?:num|code|id)?["']?\s*[:=]\s*["']?|getInfoList\(\s*["']|value=["']cms_|equal["']?\s*[:=]\s*["'])(\d{3,24})\b`)
	epointFolder   = lazyregexp.New(`/(\d{6,24})(?:/|$)`)
)

func epointSign(p *page) string {
	return p.has("EpointWebBuilder", "/inteligentsearch", "esinteligentsearch", epointInfos, epointFront, "ewb-list", "ewb-")
}

func epointList(p *page) (List, bool) {
	sign := epointSign(p)
	if sign == "" {
		return List{}, false
	}
	js := scripts(p, "")
	category := ""
	for _, text := range []string{js, p.html} {
		if m := epointCategory.FindStringSubmatch(text); m != nil {
			category = m[1]
			break
		}
	}
	if category == "" {
		if all := epointFolder.FindAllStringSubmatch(p.at.Path, -1); all != nil {
			category = all[len(all)-1][1]
		}
	}
	if category == "" {
		return List{}, false
	}
	site := ""
	if m := epointSite.FindStringSubmatch(p.html); m != nil {
		site = m[1]
	}
	places := map[string]string{}
	for _, m := range epointService.FindAllStringSubmatch(js, -1) {
		if to := beside(p.at, m[1]); to != "" && !templated(m[1]) {
			places[m[2]] = to
		}
	}
	l := List{Evidence: sign + ", category " + category}
	place := epointPlace(p, category)
	var r archive.Request
	switch {
	case places[epointSearch] != "":
		r = p.epointSearched(places[epointSearch], category)
	case places[epointFront] != "":
		r = p.epointTokened(places, site, category)
	case places[epointInfos] != "" || site != "" && !strings.Contains(p.html, "inteligentsearch"):
		r = p.epointListed(places[epointInfos], site, category)
	default:
		r = p.epointSearched("", category)
	}
	r.Hint = place
	l.Feeds = append(l.Feeds, r)
	return l, true
}

// epointPlace is the folder in which the articles of a category stand, as those
// do that the page shows: "/xxhz" of /xxhz/014001/014001001/20240520/….html.
func epointPlace(p *page, category string) string {
	mark := "/" + category + "/"
	if len(category) > 3 {
		mark = "/" + category[:len(category)-3] + mark
	}
	for _, link := range p.Links() {
		if u, err := url.Parse(link.URL); err == nil {
			if before, _, ok := strings.Cut(u.Path, mark); ok {
				return before
			}
		}
	}
	if before, _, ok := strings.Cut(p.at.Path, mark); ok {
		return before
	}
	if before, _, ok := strings.Cut(p.at.Path, "/"+category[:min(3, len(category))]); ok {
		return before
	}
	return path.Dir(p.at.Path)
}

// epointListed asks the older service.
func (p *page) epointListed(to, site, category string) archive.Request {
	if to == "" {
		to = beside(p.at, "/EpointWebBuilderService/getInfoListAndCategoryList.action")
	}
	to, _, _ = strings.Cut(to, "?")
	return p.scripted("epoint", to+"?"+encoded([]parameter{
		{"cmd", "getInfoList"}, {"pageIndex", "1"}, {"pageSize", decimal(epointRows)}, {"siteguid", site}, {"categorynum", category}, {"title", ""}, {"infoC", ""},
	}))
}

// epointSearched asks the search that newer lists are made with.
func (p *page) epointSearched(to, category string) archive.Request {
	if to == "" {
		to = beside(p.at, "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew")
	}
	return p.posted("epoint", to, jsonType, epointQuery(category, 0))
}

func epointQuery(category string, from int) string {
	return fmt.Sprintf(`{"token":"","pn":%d,"rn":%d,"sdt":"","edt":"","wd":"","inc_wd":"","exc_wd":"","fields":"title","cnum":"","sort":"{\"webdate\":\"0\",\"id\":\"0\"}","ssort":"","cl":10000,"terminal":"","condition":[{"fieldName":"categorynum","equal":%q,"isLike":true,"likeType":2}],"time":[{"fieldName":"webdate","startTime":"1990-01-01 00:00:00","endTime":"2099-12-31 23:59:59"}],"highlights":"","statistics":null,"unionCondition":[],"accuracy":"","noParticiple":"1","searchRange":null,"noWd":true}`, from, epointRows, category)
}

// epointTokened asks for the token without which the newest service is deaf.
func (p *page) epointTokened(places map[string]string, site, category string) archive.Request {
	to := places[epointToken]
	if to == "" {
		to, _, _ = strings.Cut(places[epointFront], "/rest/")
		to += "/rest/getOauthInfoAction/" + epointToken
	}
	r := p.posted("epoint", to, formType, "")
	r.Body = encoded([]parameter{{"service", places[epointFront]}, {"siteGuid", site}, {"categoryNum", category}})
	return r
}

func epointAnswer(a *Answer) (List, bool) {
	at := a.at()
	switch {
	case strings.Contains(at.Path, epointToken):
		return epointAllowed(a)
	case strings.Contains(at.Path, epointInfos):
		return epointInfoList(a)
	case strings.Contains(at.Path, epointSearch):
		return epointFound(a)
	case strings.Contains(at.Path, epointFront):
		return epointFrontList(a)
	}
	return List{}, false
}

// epointInfoList reads the older service's answer.
func epointInfoList(a *Answer) (List, bool) {
	at := a.at()
	asked := decoded(at.RawQuery)
	category := valueOf(asked, "categorynum")
	t, ok := a.tableOf(a.Text, a.epointAddress)
	l := List{Rows: t.rows, Total: t.total, Evidence: epointInfos, Key: "category " + category, Short: t.short}
	if !ok {
		l.Evidence = ""
	}
	if len(t.rows) == 0 {
		if valueOf(asked, "pageIndex") == "1" {
			r := a.again(beside(at, "/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew"), epointQuery(category, 0))
			r.Method, r.Header = "POST", without(r.Header, "")
			r.Header["Content-Type"] = jsonType
			l.Next = []archive.Request{r}
		}
		return l, ok || len(l.Next) > 0
	}
	l.Next = stepped(*a.Request, len(t.records), t.total, t.pages)
	return l, true
}

// epointAddress is where an article stands of which a service gives the parts:
// /xxhz/<category above>/<category>/<day>/<id>.html.
func (a *Answer) epointAddress(r record) string {
	id, category := r.value("infoid"), r.value("categorynum")
	day := strings.ReplaceAll(dayOf(r.value("infodate"), a.zone()), "-", "")
	if id == "" || category == "" || day == "" {
		return ""
	}
	above := category[:max(0, len(category)-3)]
	if above != "" {
		above += "/"
	}
	return beside(a.at(), a.Request.Hint+"/"+above+category+"/"+day+"/"+id+".html")
}

// epointFound reads the search's answer.
func epointFound(a *Answer) (List, bool) {
	var asked struct {
		PN        int `json:"pn"`
		RN        int `json:"rn"`
		Condition []struct {
			Equal string `json:"equal"`
		} `json:"condition"`
	}
	_ = json.Unmarshal([]byte(a.Request.Body), &asked) // it is ours
	category := ""
	if len(asked.Condition) > 0 {
		category = asked.Condition[0].Equal
	}
	t, ok := a.tableOf(a.Text, a.epointAddress)
	l := List{Rows: t.rows, Total: t.total, Evidence: epointSearch, Key: "category " + category, Short: t.short}
	if !ok {
		l.Evidence = ""
	}
	if len(t.rows) == 0 {
		if asked.PN == 0 {
			// The files are all there is: the page itself shows the first.
			if u := beside(a.referers(), "2.html"); u != "" {
				l.Next = []archive.Request{get(u)}
			}
		}
		return l, ok || len(l.Next) > 0
	}
	for from := asked.PN + len(t.records); (from < t.total || t.total == 0 && len(l.Next) == 0) && len(l.Next) < maxNext; from += len(t.records) {
		l.Next = append(l.Next, a.again(a.Request.URL, epointQuery(category, from)))
	}
	return l, true
}

// referers is the address of the page whose script asks.
func (a *Answer) referers() *url.URL {
	u, err := url.Parse(a.referer())
	if err != nil {
		return &url.URL{}
	}
	return u
}

// epointAllowed reads a token, and asks the service that wants it.
func epointAllowed(a *Answer) (List, bool) {
	m := accessToken.FindStringSubmatch(a.Text)
	l := List{Evidence: epointToken}
	form := decoded(a.Request.Body)
	to, category := valueOf(form, "service"), valueOf(form, "categoryNum")
	if m == nil || to == "" {
		return l, false
	}
	r := a.again(to, epointParams(valueOf(form, "siteGuid"), category, 0))
	r.Header = without(r.Header, "")
	r.Header["Authorization"] = "Bearer " + m[1]
	l.Feeds = []archive.Request{r}
	return l, true
}

var accessToken = lazyregexp.New(`(?i)access_?token\\?["']?\s*:\s*\\?["']([\w.-]+)`)

func epointParams(site, category string, page int) string {
	params := fmt.Sprintf(`{"siteGuid":%q,"categoryNum":%q,"kw":"","startDate":"","endDate":"","pageIndex":%d,"pageSize":%d}`, site, category, page, epointRows)
	return encoded([]parameter{{"params", params}})
}

// epointFrontList reads the newest service's answer.
func epointFrontList(a *Answer) (List, bool) {
	var asked struct {
		Site     string `json:"siteGuid"`
		Category string `json:"categoryNum"`
		Page     int    `json:"pageIndex"`
	}
	_ = json.Unmarshal([]byte(valueOf(decoded(a.Request.Body), "params")), &asked) // it is ours
	t, ok := a.tableOf(a.Text, a.epointAddress)
	l := List{Rows: t.rows, Total: t.total, Evidence: epointFront, Key: "category " + asked.Category, Short: t.short}
	for n := asked.Page + 1; len(t.rows) > 0 && len(l.Next) < maxNext; n++ {
		if t.total > 0 && n*epointRows >= t.total || t.total == 0 && len(l.Next) == 1 {
			break
		}
		l.Next = append(l.Next, a.again(a.Request.URL, epointParams(asked.Site, asked.Category, n)))
	}
	return l, ok
}
