package extract

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// BreaksOff says where p ends in the middle: within an element or a tag, without its
// </html> or </body>. It is "" where p does not, and where before, what came under its
// URL before, ends so too: templates forget to close what they open. Begins says that
// p is nothing but the beginning of before.
//
// So ends what a server announced as shorter than it is, and what came without a
// length over a line that broke: no other sign is left of that.
func (p *Page) BreaksOff(before *Page) (where string, begins bool) {
	begins = len(p.text) < len(before.text) && strings.HasPrefix(before.text, strings.TrimRight(p.text, "\uFFFD"))
	where, closed := markupEnd(p.text)
	if where == "" || closed {
		return "", false
	}
	if _, closed := markupEnd(before.text); !closed && !begins {
		return "", false
	}
	return where, begins
}

// EndsInTag says whether p ends in the middle of a tag or a comment, as no page does
// that is whole. What a template or a cache writes below its </html> or </body> says
// nothing of that.
func (p *Page) EndsInTag() bool {
	if strings.HasSuffix(strings.TrimSpace(p.text), ">") {
		return false // nearly all pages
	}
	where, closed := markupEnd(p.text)
	return !closed && (where == inTag || where == inComment)
}

const (
	inTag     = "a tag"
	inComment = "a comment"
)

// containers are the elements that a page has to close: browsers close others by
// themselves, and templates leave that to them.
var containers = []atom.Atom{
	atom.Div, atom.Table, atom.Tr, atom.Td, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Nav, atom.Ul, atom.Ol,
	atom.Dl, atom.Form, atom.Span, atom.A, atom.Strong, atom.B, atom.Font, atom.Center, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
	atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Select, atom.Iframe, atom.Head,
}

// markupEnd is the innermost element, tag or comment that markup ends within, "" where
// none is open, and whether it has the end of its body or of all.
func markupEnd(markup string) (within string, closed bool) {
	z := html.NewTokenizer(strings.NewReader(markup))
	var open []atom.Atom
	for {
		switch z.Next() {
		case html.ErrorToken:
			switch rest := string(z.Raw()); {
			case strings.HasPrefix(rest, "<"):
				low := strings.ToLower(rest[:min(len(rest), len("</body"))])
				return inTag, closed || low == "</body" || low == "</html" // a slip of a template: nothing is missing
			case len(open) > 0:
				return "<" + open[len(open)-1].String() + ">", closed
			}
			return "", closed
		case html.CommentToken:
			if raw := z.Raw(); strings.HasPrefix(string(raw), "<!--") && !strings.HasSuffix(string(raw), "-->") && !strings.HasSuffix(string(raw), "--!>") {
				return inComment, closed
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); slices.Contains(containers, a) {
				open = append(open, a)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			closed = closed || a == atom.Html || a == atom.Body
			for i := len(open) - 1; i >= 0 && i >= len(open)-maxUnclosed; i-- {
				if open[i] == a {
					open = open[:i]
					break
				}
			}
		}
	}
}

// maxUnclosed is how many elements that a template left open are looked through for
// the one that a tag closes.
const maxUnclosed = 64
