package extract

import (
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// attachmentReach is how many lines below the text its documents are looked
// for: portals list them under it, beside the tools.
const attachmentReach = 12

// findFiles collects the pictures and documents of the article, whose title
// stands in the line title, -1 where it stands in none.
func (p *Page) findFiles(body *span, title int, a *archive.Article) {
	f := p.flat
	if body.el < 0 {
		return
	}
	e := &f.elems[body.el]
	seen := map[string]bool{}
	for i := range f.images {
		im := &f.images[i]
		if im.el < body.el || im.el >= e.end || !p.isArticles(im, body.el, title) {
			continue
		}
		if u := p.resolve(im.src); u != "" && !seen[u] {
			seen[u] = true
			a.Pictures = append(a.Pictures, u)
		}
	}
	add := func(el, line int32, href, name string) {
		inside := el >= body.el && el < e.end
		below := int(line) >= body.lo && int(line) <= body.hi+attachmentReach && f.elems[max(el, 0)].all&(hintNav|hintFoot|hintSide|hintRelated|hintComment) == 0
		if !inside && !below {
			return
		}
		u := p.resolve(href)
		if u == "" || seen[u] || !isDocumentURL(u) && !isViewer(href) {
			return
		}
		if inner := viewed(u); inner != "" {
			if u = p.resolve(inner); u == "" || seen[u] {
				return
			}
		}
		seen[u] = true
		if name == "" {
			name = fileName(u)
		}
		a.Attachments = append(a.Attachments, archive.Attachment{Name: name, URL: u})
	}
	for i := range f.anchors {
		an := &f.anchors[i]
		add(an.el, an.lo, an.href, p.anchorText(an))
	}
	for i := range f.embeds {
		em := &f.embeds[i]
		add(em.el, em.line, em.src, "")
	}
	if len(a.Attachments) > 0 {
		a.Evidence = append(a.Evidence, evidence("attachments", "links", f.describe(body.el), .9))
		return
	}
	if !strings.Contains(f.text, "附件") {
		return
	}
	for _, m := range scriptLinks(f) {
		add(body.el, int32(body.lo), m[1], fold(m[2]))
	}
	if len(a.Attachments) > 0 {
		a.Evidence = append(a.Evidence, evidence("attachments", "script", "links that a script writes", .7))
	}
}

// scriptLink is a link that a script writes: <a href=\'./P0202.xlsx\'>名单.xlsx</a>.
var scriptLink = lazyregexp.New(`<a\s[^<>]{0,200}?href\s*=\s*\\?["']([^"'\\<>\s]{1,500})\\?["'][^<>]{0,200}>([^<>]{0,300})<`)

// maxScriptLinks bounds the bytes of scripts that are looked through for links.
const maxScriptLinks = 256 << 10

// scriptLinks are the links that the page's scripts write: portals fill in the
// lists of attachments so.
func scriptLinks(f *flat) (links [][]string) {
	rest := maxScriptLinks
	for _, n := range f.inline {
		for c := n.FirstChild; c != nil && rest > 0; c = c.NextSibling {
			text := c.Data[:min(len(c.Data), rest)]
			rest -= len(text)
			if strings.Contains(text, "href") {
				links = append(links, scriptLink.FindAllStringSubmatch(text, 50)...)
			}
		}
	}
	return links
}

// isViewer says whether a frame shows a document that its query names.
func isViewer(src string) bool {
	return strings.Contains(src, "viewer") || strings.Contains(src, "pdf.js") || strings.Contains(src, "pdfjs")
}

// viewed returns the document that a viewer's URL names in file=, "" where it
// is none.
func viewed(u string) string {
	if !isViewer(u) {
		return ""
	}
	_, after, ok := strings.Cut(u, "file=")
	if !ok {
		return ""
	}
	after, _, _ = strings.Cut(after, "&")
	return strings.NewReplacer("%2F", "/", "%2f", "/", "%3A", ":", "%3a", ":").Replace(after)
}
