package portaltest

import (
	"net/http"
	"net/url"
	"strconv"
	"text/template"
	"time"
)

// Family is the software that writes a column's pages: where its articles
// stand, what their pages look like, how its list leads to them.
type Family string

// The families. Each is answered for in a file of its own, which tells what
// becomes of wrong requests.
const (
	TRSWCM      Family = ""             // 拓尔思: static lists (family_trs.go)
	HanwebJpage Family = "hanweb-jpage" // 大汉 JCMS: records in a script, further ones from a proxy (family_jpage.go)
	HanwebJpaas Family = "hanweb-jpaas" // 大汉 jpaas: an empty list, filled by a gateway (family_jpaas.go)
	Epoint      Family = "epoint"       // 新点: static lists that grow stale, and two services (family_epoint.go)
	VSB         Family = "vsb"          // 博达: static lists that count down (family_vsb.go)
	GKMLPT      Family = "gkmlpt"       // 南方新闻网: one page for all lists, and a service (family_gkmlpt.go)
	NFCMS       Family = "nfcms"        // 南方网: static lists that do not say how long they are (family_nfcms.go)
	Kaipu       Family = "kaipu"        // 开普: lists that a service fills (family_kaipu.go)
	GovCN       Family = "gov-cn"       // the State Council: lists in a file of JSON (family_govcn.go)
	Epaper      Family = "epaper"       // Founder's newspapers, a folder a day (family_epaper.go)
	WAS         Family = "was"          // TRS WAS: lists by a search (family_was.go)
	Feeds       Family = "feed"         // RSS, Atom, JSON Feed (family_feed.go)
	Sitemaps    Family = "sitemap"      // an index of sitemaps (family_feed.go)
	NextLink    Family = "next-link"    // tables with a link to the next page (family_unknown.go)
	Endpoint    Family = "endpoint"     // a service that a script names (family_unknown.go)
	Pager       Family = "pager"        // a pager that a script writes (family_unknown.go)
	FormPager   Family = "form"         // a form for the number of the page (family_unknown.go)
)

// software is what differs between families.
type software interface {
	// place returns the path of the article with a number.
	place(c *column, published time.Time, id int) string
	// placeFile returns the path of an article's i-th document (letter P) or
	// picture (W).
	placeFile(a *Article, letter string, i int, ext string) string
	// seed returns the path of the column's first list page.
	seed(c *column) string
	// template returns the name of the article page's template.
	template(c *column) string
	// serve answers requests for the column's list pages, nil where the path is
	// none of them. name is the path without a session id.
	serve(p *Portal, c *column, r *http.Request, name string) *answer
	// service answers requests for what the family's columns share.
	service(p *Portal, r *http.Request, name string) *answer
}

func (f Family) software() software {
	switch f {
	case HanwebJpage:
		return jpage{}
	case HanwebJpaas:
		return jpaas{}
	case Epoint:
		return epoint{}
	case VSB:
		return vsb{}
	case GKMLPT:
		return gkmlpt{}
	case NFCMS:
		return nfcms{}
	case Kaipu:
		return kaipu{}
	case GovCN:
		return govcn{}
	case Epaper:
		return epaper{}
	case WAS:
		return was{}
	case Feeds:
		return feeds{}
	case Sitemaps:
		return sitemaps{}
	case NextLink:
		return nextLink{}
	case Endpoint:
		return endpointed{}
	case Pager:
		return scriptedPager{}
	case FormPager:
		return formPager{}
	}
	return trs{}
}

func (c *column) seed() string { return c.Family.software().seed(c) }

// shown is when the column's lists last changed.
func (c *column) shown() time.Time {
	if c.changed.IsZero() {
		return stuck
	}
	return c.changed
}

// slice returns the part of rows from place i to place j, as far as there are
// any.
func slice(rows []*Article, i, j int) []*Article {
	i = min(max(0, i), len(rows))
	return rows[i:min(max(i, j), len(rows))]
}

// of returns the family's columns.
func (p *Portal) of(f Family) []*column {
	var columns []*column
	for _, c := range p.columns {
		if c.Family == f {
			columns = append(columns, c)
		}
	}
	return columns
}

// served is what columns and their software answer, nil where the path is
// nobody's.
func (p *Portal) served(r *http.Request, name string) *answer {
	for _, c := range p.columns {
		if a := c.Family.software().serve(p, c, r, name); a != nil {
			return a
		}
	}
	asked := map[Family]bool{}
	for _, c := range p.columns {
		if asked[c.Family] {
			continue
		}
		asked[c.Family] = true
		if a := c.Family.software().service(p, r, name); a != nil {
			return a
		}
	}
	return nil
}

// number reads a form's value, which is or where it is missing or no number.
func number(form url.Values, name string, or int) int {
	n, err := strconv.Atoi(form.Get(name))
	if err != nil {
		return or
	}
	return n
}

// escape writes text for HTML, within attributes too.
func escape(text string) string { return template.HTMLEscapeString(text) }
