package extract

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxPreformatted bounds the lines up to which a preformatted text keeps its own
// line ends: they need no tags, of which there are so many at most.
const maxPreformatted = 200_000

// write adds text to the current line: white space folded to one space,
// invisible characters and private-use glyphs left out.
func (f *flattener) write(s string) {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c <= ' ' || c == 0x7f {
				if c == '\n' && f.pre > 0 && len(f.lines) < maxPreformatted {
					f.breakLine()
					f.brs = 1
					continue
				}
				f.blank = true
				if c == ' ' {
					f.indent++
				}
				continue
			}
			f.begin()
			f.buf = append(f.buf, c)
			if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' {
				f.line.w++
				if f.link > 0 {
					f.line.lw++
				}
			} else if c == ',' || c == '.' || c == ';' || c == '!' || c == '?' {
				f.stop()
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r < 0x2e80 && isBlank(r), r == 0x3000:
			f.blank = true
			if f.indent++; r == 0x3000 {
				f.indent++
			}
			continue
		case (r < 0x2e80 || r >= 0xe000) && isInvisible(r):
			continue
		}
		f.begin()
		f.buf = append(f.buf, s[i-n:i]...)
		if isStop(r) {
			f.stop()
			continue
		}
		w := weighRune(r)
		f.line.w += w
		if w == wideWeight {
			f.wideW += w
		}
		if f.link > 0 {
			f.line.lw += w
		}
	}
}

// stop counts a mark that parts sentences.
func (f *flattener) stop() {
	if f.line.stops < 1<<14 {
		f.line.stops++
	}
}

// begin starts a line where none is open, and settles a space that is due.
func (f *flattener) begin() {
	if !f.open {
		f.open = true
		f.line = line{off: int32(len(f.buf)), el: f.block, brs: uint8(min(f.brs, 255)), flags: f.flags}
		if f.indent >= 2 {
			f.line.flags |= lineIndented
		}
		f.plain = false
		if f.link > 0 {
			f.line.links = 1
			if f.file > 0 {
				f.line.flags |= lineFile
			}
		}
	} else if f.blank {
		f.buf = append(f.buf, ' ')
	}
	f.blank = false
	if f.bold == 0 {
		f.plain = true
	}
}

// breakLine ends the current line where one is open.
func (f *flattener) breakLine() {
	f.blank, f.indent = false, 0
	if !f.open {
		return
	}
	f.open = false
	f.brs = 0
	f.line.end = int32(len(f.buf))
	if !f.plain {
		f.line.flags |= lineBold
	}
	f.lines = append(f.lines, f.line)
	f.buf = append(f.buf, '\n')
}

// startAnchor notes a link and says whether n is one.
func (f *flattener) startAnchor(n *html.Node, i int32) bool {
	href, title, rel, found := "", "", "", false
	for k := range n.Attr {
		switch n.Attr[k].Key {
		case "href":
			href, found = n.Attr[k].Val, true
		case "title":
			title = n.Attr[k].Val
		case "rel":
			rel = n.Attr[k].Val
		}
	}
	if !found {
		return false
	}
	f.anchors = append(f.anchors, anchor{href: href, title: title, rel: rel, el: i, lo: f.at(), off: int32(len(f.buf))})
	f.link++
	if f.open {
		f.line.links++
	}
	if isDocumentURL(href) {
		f.file++
		if f.open {
			f.line.flags |= lineFile
		}
	}
	return true
}

// image notes a picture; its alternative text is the link's where it links.
func (f *flattener) image(n *html.Node, parent int32) {
	p := picture{line: f.at(), el: parent}
	if f.open {
		p.line++
	}
	for i := range n.Attr {
		a := &n.Attr[i]
		switch a.Key {
		case "src":
			if p.src == "" || !strings.HasPrefix(a.Val, "data:") && p.src == "" {
				p.src = a.Val
			}
		case "data-src", "data-original", "data-lazy-src", "data-actualsrc", "original", "data-url":
			if a.Val != "" {
				p.src = a.Val
			}
		case "alt":
			p.alt = a.Val
		case "width":
			p.w = pixels(a.Val)
		case "height":
			p.h = pixels(a.Val)
		}
	}
	if f.link > 0 && len(f.anchors) > 0 && f.anchors[len(f.anchors)-1].alt == "" {
		f.anchors[len(f.anchors)-1].alt = p.alt
	}
	if p.src != "" && f.hidden == 0 {
		f.images = append(f.images, p)
	}
}

func pixels(s string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(s), "px"))
	return n
}

func (f *flattener) meta(n *html.Node) {
	var m meta
	for i := range n.Attr {
		switch n.Attr[i].Key {
		case "name", "property", "itemprop", "http-equiv":
			if m.name == "" {
				m.name = strings.ToLower(strings.TrimSpace(n.Attr[i].Val))
			}
		case "content":
			m.content = n.Attr[i].Val[:min(len(n.Attr[i].Val), maxTitle)]
		}
	}
	if m.name != "" && len(f.metas) < 512 {
		f.metas = append(f.metas, m)
	}
}

func (f *flattener) linkTag(n *html.Node) {
	switch rel := strings.ToLower(attr(n, "rel")); rel {
	case "next":
		f.next = attr(n, "href")
	case "canonical":
		if f.canon == "" {
			f.canon = attr(n, "href")
		}
	}
}

// script keeps structured data, and unpacks the records that one portal
// software ships inside scripts: <record><![CDATA[<li>…</li>]]></record>.
func (f *flattener) script(n *html.Node, parent int32) {
	if n.FirstChild == nil {
		return
	}
	data := n.FirstChild.Data
	kind := strings.ToLower(attr(n, "type"))
	switch {
	case strings.Contains(kind, "ld+json"):
		f.scripts = append(f.scripts, n)
	case strings.Contains(kind, "xml") && strings.Contains(data, "<record>"):
		f.records(data, n, parent)
	default:
		f.inline = append(f.inline, n)
	}
}

func (f *flattener) records(data string, n *html.Node, parent int32) {
	context := &html.Node{Type: html.ElementNode, Data: "ul", DataAtom: atom.Ul}
	for f.blocks < 1000 {
		_, rest, ok := strings.Cut(data, "<record>")
		if !ok {
			return
		}
		record, rest, _ := strings.Cut(rest, "</record>")
		data = rest
		record = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(record), "<![CDATA["), "]]>")
		nodes, err := html.ParseFragment(strings.NewReader(record), context)
		if err != nil {
			continue
		}
		f.blocks++
		for _, c := range nodes {
			if c.Type == html.ElementNode {
				f.element(c, parent)
			}
		}
	}
}

// fold returns s with white space folded and invisible characters left out, as
// lines are.
func fold(s string) string {
	blank := true // the character before is one, or there is none
	for i, r := range s {
		if r == ' ' && !blank && i < len(s)-1 {
			blank = true
			continue
		}
		if r <= ' ' || r == 0x7f || r >= 0x80 && (isBlank(r) || isInvisible(r)) || r == 0xfffd {
			f := flattener{flat: &flat{}}
			f.write(s)
			return string(f.buf)
		}
		blank = false
	}
	return s
}

// isBlank says whether r, which is not ASCII, is white space.
func isBlank(r rune) bool {
	switch {
	case r == 0xa0, r == 0x3000, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x2028, r == 0x2029, r == 0x85, r == 0x1680:
		return true
	}
	return false
}

// isInvisible says whether r, which is not ASCII, shows nothing: format
// characters, controls, and the private-use glyphs that editors leave behind.
func isInvisible(r rune) bool {
	switch {
	case r >= 0x200b && r <= 0x200f, r == 0xfeff, r >= 0x2060 && r <= 0x2064, r == 0xad, r >= 0x202a && r <= 0x202e,
		r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000, r >= 0x80 && r < 0xa0:
		return true
	}
	return false
}
