package extract

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	// parseBytes and parseTags bound what goes through the full HTML parser,
	// whose memory is some 150 bytes a tag and whose reconstruction of unclosed
	// formatting costs up to a microsecond a tag. Of real pages one in a
	// thousand has more than 40,000 tags.
	parseBytes = 4 << 20
	parseTags  = 150_000
	// leanNodes, leanDepth and leanAttributes bound the simple tree that is
	// built in its place.
	leanNodes      = 200_000
	leanDepth      = 200
	leanAttributes = 32
)

// parse makes a tree of markup. The note says why the full parser was not
// used, or gave up (it refuses elements nested more than 512 deep); then the
// tree is a simple one, made of the tokenizer's tags as they come, and nothing
// of the text is lost up to the limit of nodes.
func parse(text string) (root *html.Node, note string) {
	switch {
	case len(text) > parseBytes:
		note = "too large for the full parser"
	case strings.Count(text, "<") > parseTags:
		note = "too many tags for the full parser"
	default:
		root, err := html.Parse(strings.NewReader(text))
		if err == nil {
			return root, ""
		}
		note = err.Error()
	}
	root, whole := parseLean(text)
	if !whole {
		note += fmt.Sprintf("; read up to %d nodes", leanNodes)
	}
	return root, note
}

// lean builds a tree without the HTML standard's repairs: enough to find text
// and links where the full parser gives up.
type lean struct {
	root  *html.Node
	stack []*html.Node
	open  map[atom.Atom]int // how many of each are on the stack
	nodes int
	over  int // elements left out of the stack for its depth
}

// parseLean returns the simple tree, and whether it holds all of text.
func parseLean(text string) (root *html.Node, whole bool) {
	l := &lean{root: &html.Node{Type: html.DocumentNode}, open: map[atom.Atom]int{}}
	l.stack = append(l.stack, l.root)
	z := html.NewTokenizer(strings.NewReader(text))
	for l.nodes < leanNodes {
		switch z.Next() {
		case html.ErrorToken:
			return l.root, true
		case html.TextToken:
			l.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			l.start(z)
		case html.EndTagToken:
			name, _ := z.TagName()
			l.end(atom.Lookup(name))
		}
	}
	return l.root, false
}

func (l *lean) top() *html.Node { return l.stack[len(l.stack)-1] }

func (l *lean) add(n *html.Node) {
	l.nodes++
	l.top().AppendChild(n)
}

func (l *lean) text(s string) {
	if last := l.top().LastChild; strings.TrimSpace(s) == "" && (last == nil || last.Type == html.TextNode) {
		return
	}
	l.add(&html.Node{Type: html.TextNode, Data: s})
}

func (l *lean) start(z *html.Tokenizer) {
	name, more := z.TagName()
	a := atom.Lookup(name)
	n := &html.Node{Type: html.ElementNode, DataAtom: a}
	if a != 0 {
		n.Data = a.String()
	} else {
		n.Data = string(name)
	}
	for i := 0; more && i < leanAttributes; i++ {
		var k, v []byte
		k, v, more = z.TagAttr()
		n.Attr = append(n.Attr, html.Attribute{Key: string(k), Val: string(v)})
	}
	l.imply(a)
	l.add(n)
	if voidElement(a) {
		return
	}
	if len(l.stack) >= leanDepth {
		l.over++
		return
	}
	l.stack = append(l.stack, n)
	l.open[a]++
}

// imply closes what a start tag closes by the standard's optional end tags.
func (l *lean) imply(a atom.Atom) {
	if l.over > 0 {
		return
	}
	switch a {
	case atom.Li:
		l.closeWithin(atom.Li, atom.Ul, atom.Ol)
	case atom.Dt, atom.Dd:
		l.closeWithin(atom.Dt, atom.Dl, 0)
		l.closeWithin(atom.Dd, atom.Dl, 0)
	case atom.Tr:
		l.closeWithin(atom.Tr, atom.Table, 0)
	case atom.Td, atom.Th:
		l.closeWithin(atom.Td, atom.Tr, atom.Table)
		l.closeWithin(atom.Th, atom.Tr, atom.Table)
	case atom.Option:
		l.closeWithin(atom.Option, atom.Select, 0)
	case atom.A:
		l.closeWithin(atom.A, atom.Td, atom.Div)
	}
	if isBlock(a) {
		l.closeWithin(atom.P, atom.Td, atom.Div)
	}
}

// closeWithin closes the innermost open a unless one of the barriers is nearer.
func (l *lean) closeWithin(a, barrier, other atom.Atom) {
	if l.open[a] == 0 {
		return
	}
	for i := len(l.stack) - 1; i > 0; i-- {
		switch l.stack[i].DataAtom {
		case a:
			l.pop(i)
			return
		case barrier, other, atom.Body, atom.Html:
			return
		}
	}
}

func (l *lean) pop(to int) {
	for _, n := range l.stack[to:] {
		l.open[n.DataAtom]--
	}
	l.stack = l.stack[:to]
}

func (l *lean) end(a atom.Atom) {
	if l.over > 0 {
		l.over--
		return
	}
	if a == 0 || l.open[a] == 0 || a == atom.Body || a == atom.Html {
		return
	}
	for i := len(l.stack) - 1; i > 0; i-- {
		if l.stack[i].DataAtom == a {
			l.pop(i)
			return
		}
	}
}

func voidElement(a atom.Atom) bool {
	switch a {
	case atom.Area, atom.Base, atom.Br, atom.Col, atom.Embed, atom.Hr, atom.Img, atom.Input,
		atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// isBlock says whether an element starts and ends a line.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center,
		atom.Dd, atom.Details, atom.Dialog, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset,
		atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4,
		atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Html, atom.Li, atom.Main, atom.Menu,
		atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Tbody,
		atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr, atom.Ul, atom.Marquee, atom.Plaintext, atom.Xmp, atom.Listing:
		return true
	}
	return false
}
