package extract

import (
	"encoding/json"
	"strings"
)

// structured is what a page's JSON-LD says of its article.
type structured struct {
	found     bool
	kind      string
	headline  string
	published string
	author    string
	publisher string
	body      string
}

// maxJSON bounds the structured data that is read of a page.
const maxJSON = 1 << 20

// readStructured reads the article of the page's JSON-LD scripts.
func (f *flat) readStructured() (out structured) {
	for _, n := range f.scripts {
		data := strings.TrimSpace(n.FirstChild.Data)
		data = strings.TrimSuffix(strings.TrimPrefix(data, "<!--"), "-->")
		data = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(data), "//<![CDATA["), "//]]>")
		if len(data) > maxJSON {
			continue
		}
		var v any
		d := json.NewDecoder(strings.NewReader(mendJSON(data)))
		if d.Decode(&v) != nil {
			continue
		}
		out.walk(v, 0)
	}
	return out
}

// mendJSON makes control characters in strings blanks: publishers paste texts
// with line ends into their templates.
func mendJSON(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

func (out *structured) walk(v any, depth int) {
	if depth > 6 {
		return
	}
	switch t := v.(type) {
	case []any:
		for _, x := range t {
			out.walk(x, depth+1)
		}
	case map[string]any:
		kind := typeOf(t["@type"])
		if isArticleType(kind) {
			out.article(t, kind)
		}
		for _, key := range [...]string{"@graph", "mainEntity", "mainEntityOfPage", "itemListElement"} {
			if x, ok := t[key]; ok && (key != "itemListElement" || depth == 0) {
				out.walk(x, depth+1)
			}
		}
	}
}

func typeOf(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case []any:
		for _, x := range t {
			if s, ok := x.(string); ok && isArticleType(s) {
				return s
			}
		}
	}
	return ""
}

// isArticleType says whether a schema.org type is one of Article's.
func isArticleType(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "http://schema.org/"), "https://schema.org/")
	switch s {
	case "Article", "NewsArticle", "BlogPosting", "Report", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
		"BackgroundNewsArticle", "ReviewNewsArticle", "LiveBlogPosting", "TechArticle", "ScholarlyArticle", "GovernmentNotice", "AdvertiserContentArticle":
		return true
	}
	return strings.HasSuffix(s, "NewsArticle")
}

// article takes what t says where nothing is known yet; an article with a text
// wins over one without.
func (out *structured) article(t map[string]any, kind string) {
	body := text(t["articleBody"])
	if out.found && (out.body != "" || body == "") && out.published != "" {
		return
	}
	if !out.found || body != "" {
		if h := text(t["headline"]); h != "" {
			out.headline = h
		} else if out.headline == "" {
			out.headline = text(t["name"])
		}
	}
	out.found, out.kind = true, kind
	if out.published == "" {
		out.published = text(t["datePublished"])
		if out.published == "" {
			out.published = text(t["dateCreated"])
		}
	}
	if out.body == "" {
		out.body = body
	}
	if out.author == "" {
		out.author = names(t["author"])
	}
	if out.publisher == "" {
		out.publisher = names(t["publisher"])
	}
}

func text(v any) string {
	s, _ := v.(string)
	return strings.TrimSpace(s)
}

// names joins the names of persons or organisations.
func names(v any) string {
	switch t := v.(type) {
	case string:
		return fold(t)
	case map[string]any:
		return fold(text(t["name"]))
	case []any:
		var all []string
		for _, x := range t {
			if s := names(x); s != "" && len(all) < 8 {
				all = append(all, s)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}
