package extract

import (
	"strings"

	"fangzhi/lazyregexp"
)

// Portal is what a page says of the portal that it is a page of. The names of
// its meta tags are those that government sites have to set (国办发〔2017〕47号).
type Portal struct {
	Name    string   // SiteName, or what the title calls the portal
	Code    string   // SiteIDCode, 网站标识码, from the tag or the footer; "": none
	Column  string   // ColumnName
	Article bool     // there is an ArticleTitle
	Chinese bool     // it is written in Chinese, and says that it is of the mainland: by its language or the number of a record
	Feeds   []string // RSS, Atom and JSON feeds that it names, absolute
}

var (
	siteCode   = lazyregexp.New(`^(?:\d{10}|bm\d{8}|N\d{9})$`)
	footerCode = lazyregexp.New(`(?:标识码|識別碼)[\s:：]*(\d{10}|bm\d{8}|N\d{9})`)
	feedType   = lazyregexp.New(`(?i)^application/(?:rss\+xml|atom\+xml|feed\+json)`)
	// 京ICP备12345678号, 京公网安备 11010102000001号: the numbers of the records that
	// sites of the mainland have to show.
	record = lazyregexp.New(`ICP[备證证]|公网安备`)
	// What a home page's title has besides the portal's name.
	titleRest = lazyregexp.New(`^(?:欢迎访问|欢迎光临|首页)+[\s\-_—|｜]*|[\s\-_—|｜]*(?:首页|网站首页|门户网站首页|官方网站|门户网站|中国政府网站)+$`)
)

// Portal reads what the page says of its portal.
func (p *Page) Portal() Portal {
	f := p.flat
	var about Portal
	about.Name, _ = f.metaOf("sitename", "og:site_name", "application-name")
	about.Column, _ = f.metaOf("columnname")
	title, _ := f.metaOf("articletitle")
	about.Article = title != ""
	if code, _ := f.metaOf("siteidcode"); siteCode.MatchString(code) {
		about.Code = code
	} else if m := footerCode.FindStringSubmatch(f.text); m != nil {
		about.Code = m[1]
	}
	lang := strings.ToLower(strings.ReplaceAll(f.lang, "_", "-"))
	about.Chinese = p.isChinese() && (lang == "zh-cn" || strings.HasPrefix(lang, "zh-hans") || record.MatchString(strings.ToUpper(f.text)))
	if about.Name == "" {
		about.Name = fold(p.Document().Find("head title").First().Text())
	}
	if name := titleRest.ReplaceAllString(about.Name, ""); name != "" {
		about.Name = name
	}
	for _, s := range p.Document().Find("link[rel][href][type]").EachIter() {
		rel, _ := s.Attr("rel")
		kind, _ := s.Attr("type")
		href, _ := s.Attr("href")
		if strings.Contains(strings.ToLower(rel), "alternate") && feedType.MatchString(kind) {
			if u := p.resolve(href); u != "" {
				about.Feeds = append(about.Feeds, u)
			}
		}
	}
	return about
}
