package extract

import (
	"strings"
	"unicode/utf8"
)

// Link is a link of a page, as a reader sees it.
type Link struct {
	URL      string // absolute, without a fragment but one that names a list of gkmlpt, not yet canonical
	Text     string // what a reader sees; the title attribute where that is longer
	Day      string // YYYY-MM-DD beside the link in its row, "" where there is none
	Row      bool   // stands in a list's row (one long anchor, usually a date): a candidate article
	Next     bool   // leads to the following page of the list or article
	Document bool   // leads to a document (pdf, doc, xls, zip, …) rather than a page
	Kin      uint32 `json:"-"` // of a row: the same for rows in the same kind of container; 0: no row
}

const (
	// rowWeight is what the anchor of a list's row says at least: six Han
	// characters or 18 letters. Titles are longer; menus' items, which have two
	// to five characters in Chinese, are shorter.
	rowWeight = 6 * wideWeight
	// datedWeight is enough where a date stands beside the anchor.
	datedWeight = 4 * wideWeight
	// rowRest is the most that a row says besides its anchor: a summary of 80
	// Han characters.
	rowRest = 80 * wideWeight
	// MaxLinks bounds the links of one page; site maps have some thousands.
	MaxLinks = 20_000
)

// Links returns the links of the page in document order, each URL once: only
// http and https, resolved against the page's base. A link that is met again
// keeps its place and takes on what the later place knows better. The slice is
// the page's own.
func (p *Page) Links() []Link {
	if p.links == nil {
		p.links = p.readLinks()
	}
	return p.links
}

func (p *Page) readLinks() []Link {
	f := p.flat
	out := make([]Link, 0, len(f.anchors)+1)
	seen := make(map[string]int, len(f.anchors)+1)
	rows := p.ruledRows()
	next := p.ruledNext()
	for i := range f.anchors {
		if len(out) >= MaxLinks {
			break
		}
		a := &f.anchors[i]
		u := p.resolve(a.href)
		if u == "" {
			continue
		}
		l := Link{URL: u, Text: p.anchorText(a)}
		l.Document = isDocumentURL(u)
		if !l.Document {
			l.Next = strings.EqualFold(a.rel, "next") || isNextText(l.Text) || next[a.el]
		}
		if rows != nil {
			if row, ok := rows.of(f, a.el); ok {
				l.Row = true
				l.Day = f.dayIn(int(f.elems[row].lo), int(f.elems[row].hi), a, p.style(), u)
			}
		} else if !l.Next {
			var row int32
			row, l.Day = f.row(a, p.style(), l.Text, u)
			l.Row = row >= 0
		}
		if l.Row {
			l.Kin = f.kin(a.el)
		}
		if k, held := seen[u]; held {
			merge(&out[k], l)
			continue
		}
		seen[u] = len(out)
		out = append(out, l)
	}
	if f.next != "" {
		if u := p.resolve(f.next); u != "" {
			if k, held := seen[u]; held {
				out[k].Next = true
			} else {
				out = append(out, Link{URL: u, Next: true})
			}
		}
	}
	for i := range f.embeds {
		if u := p.resolve(f.embeds[i].src); u != "" && isDocumentURL(u) {
			if _, held := seen[u]; !held {
				seen[u] = len(out)
				out = append(out, Link{URL: u, Text: fileName(u), Document: true})
			}
		}
	}
	return out
}

// merge adds to a link what a second place knows of the same URL.
func merge(l *Link, o Link) {
	if o.Row && !l.Row || o.Row == l.Row && utf8.RuneCountInString(o.Text) > utf8.RuneCountInString(l.Text) {
		if o.Text != "" {
			l.Text = o.Text
		}
	}
	if o.Row && !l.Row {
		l.Row, l.Kin = true, o.Kin
	}
	l.Next = l.Next || o.Next
	if l.Day == "" {
		l.Day = o.Day
	}
}

// anchorText is what a reader sees of a link: lists cut long titles short and
// give them whole in the title attribute.
func (p *Page) anchorText(a *anchor) string {
	t := p.flat.text[a.off:a.end]
	if strings.ContainsAny(t, "\n") {
		t = strings.ReplaceAll(strings.Trim(t, "\n "), "\n", " ")
	} else {
		t = strings.TrimSpace(t)
	}
	if a.title != "" && len(a.title) > len(t)-len("…") {
		if full := fold(a.title); utf8.RuneCountInString(full) > utf8.RuneCountInString(t) || isCut(t) {
			return full
		}
	}
	if t == "" {
		return fold(a.alt)
	}
	return t
}

// isCut says whether a text ends in an ellipsis.
func isCut(s string) bool {
	return strings.HasSuffix(s, "…") || strings.HasSuffix(s, "...") || strings.HasSuffix(s, "..")
}

// isNextText says whether a link's text leads to the following page.
func isNextText(s string) bool {
	if len(s) > 40 {
		return false
	}
	s = strings.Trim(strings.ToLower(s), " []【】<>»›→〉》|()（）:：·")
	switch s {
	case "下一页", "下页", "后一页", "下一頁", "下頁", "后页", "下一页 >", "next", "next page", "次へ", "次のページ", "다음", "nächste", "nächste seite",
		"weiter", "suivant", "suivante", "page suivante", "siguiente", "próxima", "próximo", "successiva", "следующая", "volgende", "nästa", "neste":
		return true
	}
	return false
}
