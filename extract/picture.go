package extract

import (
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html/atom"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// logo finds the word in the name of a file or the text in its place.
var logo = lazyregexp.New(`(?i)(?:^|[^a-z])logo(?:[^a-z]|$)`)

// isArticles says whether an image is a picture of the article that the element
// within holds, below its title or above, and not one of the site's: of its
// header, menu or footer; in a link to the home page; a logo above the title. Of
// a text that stands bare in the body the element is the whole page: what is
// above the title is the site's.
func (p *Page) isArticles(im *picture, within int32, title int) bool {
	f := p.flat
	if !f.isPicture(im) {
		return false
	}
	above := int(im.line) <= title
	if above && f.elems[within].tag == atom.Body {
		return false
	}
	if (above || title < 0) && (logo.MatchString(path.Base(im.src)) || logo.MatchString(im.alt)) {
		return false
	}
	for el := im.el; el > within; el = f.elems[el].parent {
		switch e := &f.elems[el]; e.tag {
		case atom.A:
			if p.isHomeLink(attr(e.node, "href")) {
				return false
			}
		case atom.Article, atom.Main:
			return true // its header is its own
		case atom.Header:
			if int(e.lo) > title || int(e.hi) <= title {
				return false
			}
		}
	}
	foot := int(im.line)
	return foot >= int(f.elems[im.el].hi) || f.elems[im.el].tag == atom.Body || !p.isFootLine(foot)
}

// isHomeLink says whether a link leads to the home page of the page's host.
func (p *Page) isHomeLink(href string) bool {
	u, err := url.Parse(p.resolve(href))
	return err == nil && p.base != nil && strings.EqualFold(u.Host, p.base.Host) && archive.IsHome(u)
}
