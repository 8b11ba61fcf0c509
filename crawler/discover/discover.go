// Package discover reads lists: what a page of a list lists, and how the list
// goes on. It knows the families of portal software that write them, by the
// pages and by the answers of the services that fill them, and reads what no
// family claims by general means.
//
// It is pure: it reads what was fetched and says what to ask for, and asks
// nobody for anything.
//
//	discover.go   answers, lists, rows; the families, and in which order they are asked
//	request.go    requests as scripts make them
//	rows.go       rows of pages and of pieces of pages
//	leads.go      links that may lead to lists
//	forward.go    pages that are nothing but a redirect
//	parts.go      further pages of an article
//	data.go       lists for programs, and how they are told from pages
//	records.go    rows of JSON: the array whose records look most like a list
//	fields.go     which of a record's values are its title, address and day
//	steps.go      the numbers under which requests ask for page after page
//	script.go     scripts without their comments
//
// The families, by their presets' names:
//
//	trs.go           TRS WCM: createPageHTML, countPage
//	ivs.go           the pager of Shanghai's portals
//	hanweb_jpage.go  Hanweb JCMS: records in a script, further ones from a proxy
//	hanweb_jpaas.go  Hanweb jpaas: units that a gateway builds
//	epoint.go        Epoint: services, and static lists that grow stale
//	vsb.go           VSB: lists that count down
//	gkmlpt.go        the disclosure platform of Guangdong
//	nfcms.go         NFCMS: lists that number from 1 and do not say how many
//	kaipu.go         Kaipu: getFileListByCodeId
//	govcn.go         lists of www.gov.cn: files of JSON
//	easysite.go      EasySite
//	epaper.go        Founder's newspapers
//
// What no family claims:
//
//	links.go      rel=next, 下一页, numbered links
//	pager.go      pagers that scripts write, forms, parameters of the address
//	endpoint.go   services named in a page's scripts and attributes
//	feed.go       RSS, Atom, JSON Feed
//	sitemap.go    sitemaps and their indexes
package discover

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Answer is what was fetched for a page.
type Answer struct {
	URL     string           // of the page, as the archive knows it
	Request *archive.Request // how it was asked for; nil: by a GET of URL
	Text    string           // decoded, content coding and charset removed
	Page    *extract.Page    // nil where the answer is no HTML
	Zone    *time.Location   // of times without one; nil: that of Beijing
	Family  string           // to be tried first, where the site says so; "" and "auto": none
}

// at is the address that was asked.
func (a *Answer) at() *url.URL {
	raw := a.URL
	if a.Request != nil && a.Request.URL != "" {
		raw = a.Request.URL
	}
	u, err := url.Parse(raw)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// List is what an answer says of a list. Addresses are absolute, and not yet
// canonical.
type List struct {
	Family   string // by which it was read; "" where nothing told one
	Evidence string // what told that: a text, tag or address of the answer
	Rows     []Row
	Feeds    []archive.Request // that fill the list from its beginning; the page itself may show rows, too
	Next     []archive.Request // further pages of the list, the one that follows first
	Total    int               // rows in all, as the answer declares; 0: it does not
	Pages    int               // at least, as the pager of a page of no family says; 0: it does not
	Key      string            // what the total is of, where a page holds several lists
	Titles   []string          // of the feeds, where the page names them
	Overlaps bool              // pages may repeat one another's rows by design
	Abreast  int               // so many of Next follow side by side; 0: the first alone
	Mixed    bool              // rows are in no order: what is new may stand anywhere
	Short    string            // why the answer may list more than is read of it, for people; "": it does not
}

// Row is one line of a list.
type Row struct {
	URL   string `json:"url"`
	Title string `json:"title"`
	Day   string `json:"day,omitempty"` // YYYY-MM-DD; "" where the list gives none
	Kin   uint32 `json:"-"`             // the same for rows that stand in the same kind of list on the page
}

// page is what families look at: an HTML page, and the address it came from.
type page struct {
	*extract.Page
	answer *Answer
	at     *url.URL
	html   string // its markup

	allScripts *string // once they were read
}

// family is one kind of portal software.
type family struct {
	name string
	// sign returns what tells that a page was written by it, "" where nothing
	// does. Nil: by its lists alone.
	sign func(p *page) string
	// list returns how the list on a page goes on, and false where the page has
	// none of the family's. Rows that it leaves out are read by structure.
	list func(p *page) (List, bool)
	// answer reads what came for a request of the family's own, and false where
	// that is nothing it knows.
	answer func(a *Answer) (List, bool)
}

// families in the order in which they are asked: those first whose lists are
// not in their pages.
var families = []family{
	{"hanweb-jpage", jpageSign, jpageList, jpageAnswer},
	{"hanweb-jpaas", jpaasSign, jpaasList, jpaasAnswer},
	{"gkmlpt", gkmlptSign, gkmlptList, gkmlptAnswer},
	{"epoint", epointSign, epointList, epointAnswer},
	{"vsb", vsbSign, vsbList, nil},
	{"epaper", epaperSign, epaperList, nil},
	{"ivs", ivsSign, ivsList, nil},
	{"trs", trsSign, trsList, nil},
	{"nfcms", nfcmsSign, nfcmsList, nil},
	{"gov-cn", govcnSign, govcnList, govcnAnswer},
	{"kaipu", kaipuSign, kaipuList, kaipuAnswer},
	{"easysite", easysiteSign, nil, nil},
	{"endpoint", nil, nil, endpointAnswer},
}

// maxNext bounds the pages that one page can lead to. Those beyond are found
// from further pages.
const maxNext = 1000

// named returns the family of that name.
func named(name string) (family, bool) {
	i := slices.IndexFunc(families, func(f family) bool { return f.name == name })
	if i < 0 {
		return family{}, false
	}
	return families[i], true
}

// Families returns the names of the families, in the order in which they are
// tried.
func Families() []string {
	var names []string
	for _, f := range families {
		if f.sign != nil {
			names = append(names, f.name)
		}
	}
	return names
}

// Recognise returns the family of the software that wrote a page fetched from
// rawURL, and the text, tag or address that told it; ok is false where nothing
// did.
func Recognise(p *extract.Page, rawURL string) (name, evidence string, ok bool) {
	g := newPage(&Answer{URL: rawURL, Page: p})
	for _, f := range families {
		if f.sign == nil {
			continue
		}
		if evidence := f.sign(g); evidence != "" {
			return f.name, evidence, true
		}
	}
	return "", "", false
}

func newPage(a *Answer) *page {
	return &page{Page: a.Page, answer: a, at: a.at(), html: a.Page.HTML()}
}

// Read reads a list. An answer that is none has neither rows nor requests.
func Read(a Answer) List {
	l := read(&a)
	l.tidy(&a)
	return l
}

func read(a *Answer) List {
	if a.Request != nil {
		if f, ok := named(a.Request.Family); ok && f.answer != nil {
			if l, ok := f.answer(a); ok {
				l.Family = f.name
				return l
			}
		}
	}
	if a.Page == nil {
		return data(a)
	}
	p := newPage(a)
	rows := pageRows(a.Page)
	l, ok := p.list()
	if !ok {
		l = p.general(rows)
	}
	if l.Rows == nil {
		l.Rows = rows
	}
	return l
}

// list asks the families how the page's list goes on: first the one that the
// site names, then each. Portals are made of several at times.
func (p *page) list() (List, bool) {
	ask := families
	if f, ok := named(p.answer.Family); ok {
		ask = append([]family{f}, families...)
	}
	for _, f := range ask {
		if f.list == nil {
			continue
		}
		if l, ok := f.list(p); ok {
			l.Family = f.name
			return l, true
		}
	}
	return List{}, false
}

// general finds how a page's list goes on by means that no software has to
// itself: its links, its script's pager and, where the page has no rows, the
// service, feed or sitemap that it names.
func (p *page) general(rows []Row) List {
	l := List{Evidence: "links"}
	urls, highest := linked(p)
	for _, u := range urls {
		l.Next = append(l.Next, get(u))
	}
	if len(l.Next) > 0 {
		l.Pages = max(p.declaredPages(), highest)
		return l
	}
	if l, ok := paged(p, len(rows)); ok {
		l.Pages = p.declaredPages()
		return l
	}
	if len(rows) >= fewRows {
		return l
	}
	if l, ok := endpoints(p); ok {
		return l
	}
	for _, n := range p.Document().Find("link[rel~='alternate' i][href]").EachIter() {
		kind, _ := n.Attr("type")
		href, _ := n.Attr("href")
		switch strings.ToLower(kind) {
		case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json":
			l.Evidence = kind
			l.Feeds = append(l.Feeds, p.scripted("feed", beside(p.at, href)))
			return l
		}
	}
	return l
}

// tidy drops requests that are the answer's own or one another's.
func (l *List) tidy(a *Answer) {
	seen := map[string]bool{a.URL: true}
	if a.Request != nil {
		seen[a.Request.ReplayURL()] = true
	}
	for _, requests := range []*[]archive.Request{&l.Feeds, &l.Next} {
		*requests = slices.DeleteFunc(*requests, func(r archive.Request) bool {
			u := r.ReplayURL()
			if r.URL == "" || seen[u] {
				return true
			}
			seen[u] = true
			return false
		})
		*requests = (*requests)[:min(len(*requests), maxNext)]
	}
}

// beijing is the zone of portals that do not say: China has had no daylight
// saving since 1991, and the zone must not depend on the machine's database.
var beijing = time.FixedZone("CST", 8*3600)

func (a *Answer) zone() *time.Location {
	if a.Zone == nil {
		return beijing
	}
	return a.Zone
}

// has returns the first of marks that the page's markup holds, "" where it
// holds none.
func (p *page) has(marks ...string) string {
	for _, m := range marks {
		if strings.Contains(p.html, m) {
			return m
		}
	}
	return ""
}
