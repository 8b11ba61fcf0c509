package extract

import (
	"net/http"
	"strconv"
	"strings"

	cssinput "github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// MaxRequisites bounds the requisites of one page or stylesheet that are looked
// at; portals' pages have some dozens.
const MaxRequisites = 1000

// MaxStyle bounds the bytes of one stylesheet that are read for what it needs.
const MaxStyle = 4 << 20

// Requisite is what a page needs, besides its own bytes, to look as it did.
type Requisite struct {
	URL   string // absolute, without a fragment, not yet canonical
	Style bool   // a stylesheet: it may need more
}

// Requisites returns what the page needs to look as it did, in document order,
// each URL once: styles, scripts, pictures, fonts and icons, those that scripts
// load late too, and what its own styles name. They are MaxRequisites at most;
// whole says whether these are all. What is shown in frames is no requisite, nor
// are sounds and films.
func (p *Page) Requisites() (all []Requisite, whole bool) {
	n := needs{page: p, seen: map[string]int{}}
	n.walk(p.root)
	return n.all, !n.over && !n.cut
}

// StyleRequisites returns what a stylesheet needs: by url(), image-set() and
// @import. URL is its own.
func StyleRequisites(url, text string) (all []Requisite, whole bool) {
	page, err := Open(Input{URL: url})
	if err != nil {
		return nil, true
	}
	n := needs{page: page, seen: map[string]int{}}
	n.style(text)
	return n.all, !n.over && !n.cut
}

// IsStyle says whether what was served is a stylesheet, by its header or, where
// that tells no type, by its URL.
func IsStyle(url string, h http.Header) bool {
	if t := mediaType(h); t != "" {
		return t == "text/css"
	}
	path, _, _ := strings.Cut(url, "?")
	return ending(path) == "css"
}

// needs collects requisites.
type needs struct {
	page *Page
	all  []Requisite
	seen map[string]int // by URL: its place in all
	over bool           // there are more than are looked at
	cut  bool           // a text of styles is longer than is read
}

func (n *needs) add(ref string, style bool) {
	ref = strings.TrimSpace(ref)
	if ref == "" || ref[0] == '#' || len(ref) > 4 && strings.EqualFold(ref[:5], "data:") {
		return
	}
	u := n.page.resolve(ref)
	if u == "" {
		return
	}
	if i, ok := n.seen[u]; ok {
		n.all[i].Style = n.all[i].Style || style
		return
	}
	if len(n.all) >= MaxRequisites {
		n.over = true
		return
	}
	n.seen[u] = len(n.all)
	n.all = append(n.all, Requisite{URL: u, Style: style})
}

// walk looks at all below node, without recursion: trees may be deep.
func (n *needs) walk(root *html.Node) {
	for node := range root.Descendants() {
		if n.over {
			return
		}
		if node.Type == html.ElementNode {
			n.element(node)
		}
	}
}

// lazy are the attributes by which portals' scripts load pictures late, and
// those of old editors.
var lazy = map[string]bool{
	"data-src": true, "data-original": true, "data-lazy-src": true, "data-lazy": true, "data-lazyload": true, "data-echo": true,
	"data-actualsrc": true, "data-original-src": true, "data-real-src": true, "lazy-src": true, "lazyload": true, "original": true,
	"_src": true, "real_src": true, "lowsrc": true, "data-bg": true, "data-background": true, "data-background-image": true,
}

func (n *needs) element(node *html.Node) {
	switch node.DataAtom {
	case atom.Link:
		n.link(node)
		return
	case atom.Script:
		n.add(attr(node, "src"), false)
		return
	case atom.Style:
		for c := node.FirstChild; c != nil; c = c.NextSibling {
			n.style(c.Data)
		}
		return
	}
	for i := range node.Attr {
		switch a := &node.Attr[i]; {
		case a.Key == "style":
			if strings.Contains(a.Val, "(") {
				n.style(a.Val)
			}
		case a.Key == "src":
			switch node.DataAtom {
			case atom.Img, atom.Input:
				n.add(a.Val, false)
			}
		case a.Key == "srcset", a.Key == "data-srcset":
			n.srcset(a.Val)
		case a.Key == "poster" && node.DataAtom == atom.Video, a.Key == "background" && drawsBackground(node.DataAtom):
			n.add(a.Val, false)
		case a.Key == "href" && (node.Data == "image" || node.Data == "use"): // of an SVG
			n.add(a.Val, false)
		case lazy[a.Key] && (node.DataAtom == atom.Img || looksLikePicture(a.Val)):
			n.add(a.Val, false)
		}
	}
}

func drawsBackground(a atom.Atom) bool {
	switch a {
	case atom.Body, atom.Table, atom.Tbody, atom.Tr, atom.Td, atom.Th:
		return true
	}
	return false
}

// looksLikePicture says whether an address ends as a picture's does.
func looksLikePicture(ref string) bool {
	path, _, _ := strings.Cut(ref, "?")
	switch ending(path) {
	case "jpg", "jpeg", "png", "gif", "webp", "avif", "svg", "bmp", "ico":
		return true
	}
	return false
}

// link adds what a link element loads.
func (n *needs) link(node *html.Node) {
	href := attr(node, "href")
	for rel := range strings.FieldsSeq(strings.ToLower(attr(node, "rel"))) {
		switch rel {
		case "stylesheet":
			n.add(href, true)
			return
		case "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "modulepreload":
			n.add(href, false)
			return
		case "preload":
			switch as := strings.ToLower(attr(node, "as")); as {
			case "style", "script", "font", "image":
				n.add(href, as == "style")
				n.srcset(attr(node, "imagesrcset"))
			}
			return
		}
	}
}

// srcset adds the candidates of a srcset (HTML standard, 4.8.4.2.2): addresses
// parted by commas and blanks, each with a width or a density after it.
func (n *needs) srcset(value string) {
	for rest := value; rest != "" && !n.over; {
		rest = strings.TrimLeft(rest, " \t\r\n\f,")
		end := strings.IndexAny(rest, " \t\r\n\f")
		if end < 0 {
			end = len(rest)
		}
		url := rest[:end]
		rest = rest[end:]
		if bare := strings.TrimRight(url, ","); bare != url {
			url = bare
		} else if comma := strings.IndexByte(rest, ','); comma >= 0 {
			rest = rest[comma:]
		} else {
			rest = ""
		}
		n.add(url, false)
	}
}

// style adds what a text of CSS names, whether that is a sheet or the
// declarations of one element.
func (n *needs) style(text string) {
	if len(text) > MaxStyle {
		text, n.cut = text[:MaxStyle], true
	}
	if !strings.Contains(text, "(") && !strings.Contains(text, "@") {
		return
	}
	l := css.NewLexer(cssinput.NewInputString(text))
	imports := false  // behind an @import
	var within []bool // of each bracket that is open: strings in it are addresses
	for !n.over {
		kind, data := l.Next()
		switch kind {
		case css.ErrorToken:
			return
		case css.AtKeywordToken:
			imports = strings.EqualFold(string(data), "@import")
		case css.SemicolonToken, css.LeftBraceToken:
			imports = false
		case css.URLToken:
			_, address, _ := strings.Cut(string(data), "(")
			n.add(unquoted(strings.TrimSuffix(address, ")")), imports)
			imports = false
		case css.StringToken:
			if imports || len(within) > 0 && within[len(within)-1] {
				n.add(unquoted(string(data)), imports)
			}
			imports = false
		case css.FunctionToken, css.LeftParenthesisToken:
			name := strings.ToLower(string(data))
			within = append(within, name == "image-set(" || name == "-webkit-image-set(")
		case css.RightParenthesisToken:
			within = within[:max(0, len(within)-1)]
		}
	}
}

// unquoted is a CSS string, or the bare address of a url(), without quotes and
// escapes (CSS Syntax, 4.3.7).
func unquoted(s string) string {
	s = strings.Trim(s, " \t\r\n\f")
	if len(s) > 1 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		end := i + 1
		for end < len(s) && end < i+7 && isHex(s[end]) {
			end++
		}
		switch r, err := strconv.ParseUint(s[i+1:end], 16, 32); {
		case err == nil:
			b.WriteRune(rune(r))
			if i = end - 1; end < len(s) && strings.IndexByte(" \t\r\n\f", s[end]) >= 0 {
				i++
			}
		case s[end] == '\n': // a line goes on
			i++
		default:
			b.WriteByte(s[end])
			i++
		}
	}
	return b.String()
}
