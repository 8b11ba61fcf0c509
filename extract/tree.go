package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// elem is an element in document order. Its descendants follow it up to end;
// the lines of text that it holds are lines[lo:hi].
type elem struct {
	node   *html.Node
	parent int32 // index of the parent, -1 for the root
	end    int32 // index after its last descendant
	lo, hi int32
	hint   hint // of its own name, class, id and role
	all    hint // with what it inherits; see settleHints
	tag    atom.Atom
	block  bool
	film   bool // holds a film, or a frame that may be one
}

// line is a run of text between two line breaks: a paragraph, a heading, a
// cell, an item.
type line struct {
	off, end int32 // its text is text[off:end], white space folded
	el       int32 // the innermost block element
	w, lw    int32 // weight of its text, and of the part of it that links
	stops    int16 // marks that end or part sentences
	links    int16
	brs      uint8 // <br> before it in the same block: 0 where a block starts it
	flags    lineFlag
}

type lineFlag uint16

const (
	lineIndented lineFlag = 1 << iota // starts with two blanks' width or more
	lineBold                          // all of it is bold
	lineHidden                        // not shown
	lineHeading                       // in h1 to h6
	lineItem                          // in an item of a list
	lineCell                          // in a cell of a table
	lineCaption                       // in a caption
	linePre                           // preformatted
	lineFile                          // links a document
	lineLegal                         // small print: owners, licences, addresses
)

// anchor is a link as it stands in the markup.
type anchor struct {
	href, title string
	rel         string
	el          int32 // the innermost element that holds it
	lo, hi      int32 // the lines that it stands in
	off, end    int32 // its text
	alt         string
}

// picture is an image as it stands in the markup.
type picture struct {
	src  string
	alt  string
	line int32 // the line that follows it
	el   int32
	w, h int
}

// embed is a document or frame shown in the page.
type embed struct {
	src  string
	line int32
	el   int32
}

// flat is the tree laid out: elements and lines in document order, every text
// once.
type flat struct {
	elems   []elem
	lines   []line
	text    string
	anchors []anchor
	images  []picture
	embeds  []embed
	metas   []meta
	scripts []*html.Node // application/ld+json
	inline  []*html.Node // other scripts with a text
	title   string       // of <title>
	base    string
	lang    string
	next    string // <link rel=next>
	canon   string // <link rel=canonical>
	sumW    []int32
	sumLW   []int32
	// sumProse adds up the unlinked weight of the lines that are prose.
	sumProse []int32
	wideW    int32   // weight of the Han, kana and Hangul of the page
	answers  []int32 // lines that label what an office answers; nil until they are looked for
}

// meta is a meta tag, its name in lower case.
type meta struct{ name, content string }

// maxTitle bounds the bytes of a <title> or a meta that are read.
const maxTitle = 4096

// flattener walks the tree once.
type flattener struct {
	*flat
	buf    []byte
	line   line // being written
	open   bool // line has text
	blank  bool // a space is due before the next character
	indent int  // blanks seen at the start of the line
	brs    int
	link   int // depth of links
	file   int // depth of links to documents
	bold   int
	plain  bool // the line has text that is not bold
	hidden int
	flags  lineFlag
	block  int32
	pre    int
	blocks int // records unpacked from scripts
	depth  int
}

func flatten(root *html.Node, size int) *flat {
	f := &flattener{flat: &flat{}}
	f.buf = make([]byte, 0, size/3+64)
	f.elems = make([]elem, 0, size/64+16)
	f.lines = make([]line, 0, size/256+16)
	f.anchors = make([]anchor, 0, size/256+8)
	f.block = -1
	f.children(root, -1)
	f.breakLine()
	f.flat.text = string(f.buf)
	f.reveal()
	f.sums()
	f.settleHints(-1)
	return f.flat
}

func (f *flattener) children(n *html.Node, parent int32) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.Type {
		case html.TextNode:
			f.write(c.Data)
		case html.ElementNode:
			f.element(c, parent)
		}
	}
}

// element enters one element.
func (f *flattener) element(n *html.Node, parent int32) {
	switch n.DataAtom {
	case atom.Br:
		f.breakLine()
		f.brs++
		return
	case atom.Img:
		f.image(n, parent)
		return
	case atom.Meta:
		f.meta(n)
		return
	case atom.Link:
		f.linkTag(n)
		return
	case atom.Base:
		if f.base == "" {
			f.base = attr(n, "href")
		}
		return
	case atom.Title:
		if f.title == "" && n.Namespace == "" && n.FirstChild != nil {
			f.title = fold(n.FirstChild.Data[:min(len(n.FirstChild.Data), maxTitle)])
		}
		return
	case atom.Script:
		f.script(n, parent)
		return
	case atom.Iframe, atom.Embed, atom.Object, atom.Frame:
		src := attr(n, "src")
		if src == "" {
			src = attr(n, "data")
		}
		if src != "" {
			f.film(src, parent)
		}
		return
	case atom.Style, atom.Noscript, atom.Template, atom.Select, atom.Option, atom.Button, atom.Input,
		atom.Textarea, atom.Svg, atom.Math, atom.Canvas, atom.Datalist, atom.Map, atom.Noembed,
		atom.Noframes, atom.Wbr, atom.Source, atom.Param, atom.Track:
		return
	case atom.Video, atom.Audio:
		f.film(source(n), parent)
		return
	}
	i := int32(len(f.elems))
	e := elem{node: n, parent: parent, tag: n.DataAtom, block: isBlock(n.DataAtom)}
	shown := f.attributes(n, &e)
	if !shown && !e.block && !hasBlock(n) {
		return // text that is spoken, counted or tracked, never read
	}
	savedBlock, savedFlags, savedBold := f.block, f.flags, f.bold
	if e.block || !shown {
		f.breakLine()
		f.brs = 0
		f.block = i
	}
	f.enter(&e)
	if !shown {
		f.hidden++
		f.flags |= lineHidden
	}
	e.lo = f.at()
	f.elems = append(f.elems, e)
	isLink := n.DataAtom == atom.A && f.startAnchor(n, i)
	own := len(f.anchors) - 1
	if f.depth++; f.depth < 600 {
		f.children(n, i)
	}
	f.depth--
	if isLink {
		f.link--
		if f.file > 0 {
			f.file--
		}
		a := &f.anchors[own]
		a.end, a.hi = int32(len(f.buf)), f.at()
		if f.open {
			a.hi++
		}
	}
	if e.block || !shown {
		f.breakLine()
		f.brs = 0
	}
	p := &f.elems[i]
	p.end = int32(len(f.elems))
	p.hi = f.at()
	if f.open {
		p.hi++
	}
	if !shown {
		f.hidden--
	}
	if e.tag == atom.Pre {
		f.pre--
	}
	f.block, f.flags, f.bold = savedBlock, savedFlags, savedBold
}

// film notes that an element holds a film or a recording, or a frame that may show one.
// What stands in it is for browsers that cannot.
func (f *flattener) film(src string, el int32) {
	if el >= 0 {
		f.elems[el].film = true
	}
	if src != "" {
		f.embeds = append(f.embeds, embed{src, f.at(), el})
	}
}

// source is where a film or a recording is, the first that it names; "" where a script
// tells.
func source(n *html.Node) string {
	src := attr(n, "src")
	for c := n.FirstChild; c != nil && src == ""; c = c.NextSibling {
		if c.DataAtom == atom.Source {
			src = attr(c, "src")
		}
	}
	return src
}

// at is the index of the line that is being written.
func (f *flattener) at() int32 { return int32(len(f.lines)) }

// enter sets what the lines inside e are.
func (f *flattener) enter(e *elem) {
	switch e.tag {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		f.flags |= lineHeading
	case atom.Li, atom.Dt, atom.Dd:
		f.flags |= lineItem
	case atom.Td, atom.Th:
		f.flags = f.flags&^lineItem | lineCell
	case atom.Figcaption, atom.Figure:
		f.flags |= lineCaption
	case atom.Pre:
		f.flags |= linePre
		f.pre++
	case atom.B, atom.Strong:
		f.bold++
	}
}

// attributes reads the hints of an element's attributes and name, and whether
// it is shown.
func (f *flattener) attributes(n *html.Node, e *elem) (shown bool) {
	shown = true
	switch n.DataAtom {
	case atom.Nav, atom.Menu:
		e.hint |= hintNav
	case atom.Footer:
		e.hint |= hintFoot
	case atom.Aside:
		e.hint |= hintSide
	case atom.Html:
		f.lang = attr(n, "lang")
	case atom.Figcaption, atom.Figure:
		e.hint |= hintCaption
	case atom.Form:
		e.hint |= hintWidget
	case atom.Dialog:
		e.hint |= hintAd
	}
	for i := range n.Attr {
		a := &n.Attr[i]
		switch a.Key {
		case "class", "id", "itemprop":
			if len(a.Val) > 2 {
				e.hint |= hintsOf(a.Val)
			}
		case "role":
			switch a.Val {
			case "navigation", "menu", "menubar", "search":
				e.hint |= hintNav
			case "contentinfo":
				e.hint |= hintFoot
			case "banner":
				e.hint |= hintHead
			case "complementary":
				e.hint |= hintSide
			case "dialog", "alertdialog":
				e.hint |= hintAd
			}
		case "hidden":
			shown = false
		case "style":
			if hiddenStyle(a.Val) {
				shown = false
			}
		}
	}
	if n.DataAtom == atom.Body || n.DataAtom == atom.Html {
		e.hint, shown = 0, true
	}
	return shown
}

// hiddenStyle says whether a style keeps an element from being shown.
func hiddenStyle(style string) bool {
	for _, prop := range []string{"display", "visibility"} {
		i := strings.Index(style, prop)
		if i < 0 {
			continue
		}
		v := strings.TrimLeft(style[i+len(prop):], " ")
		if !strings.HasPrefix(v, ":") {
			continue
		}
		v = strings.TrimLeft(v[1:], " ")
		if strings.HasPrefix(v, "none") || strings.HasPrefix(v, "hidden") {
			return true
		}
	}
	return false
}

// hasBlock says whether an inline element holds a block near its top.
func hasBlock(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && isBlock(c.DataAtom) {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			return n.Attr[i].Val
		}
	}
	return ""
}

func (f *flat) lineText(i int) string { return f.text[f.lines[i].off:f.lines[i].end] }

// weightOf returns the weight of an element's text, and of its links' text.
func (f *flat) weightOf(i int32) (all, links int32) {
	e := &f.elems[i]
	return f.sumW[e.hi] - f.sumW[e.lo], f.sumLW[e.hi] - f.sumLW[e.lo]
}
