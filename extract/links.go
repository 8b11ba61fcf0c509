package extract

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"
)

// Link is a link of a page, as a reader sees it.
type Link struct {
	URL      string // absolute, without a fragment, not yet canonical
	Text     string // what a reader sees; the title attribute where that is longer
	Day      string // YYYY-MM-DD beside the link in its row, "" where there is none
	Row      bool   // stands in a list's row (one long anchor, usually a date): a candidate article
	Next     bool   // leads to the following page of the list or article
	Document bool   // leads to a document (pdf, doc, xls, zip, …) rather than a page
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
	// maxLinks bounds the links of one page; site maps have some thousands.
	maxLinks = 20_000
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
		if len(out) >= maxLinks {
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
			l.Row, l.Day = f.row(a, p.style(), l.Text, u)
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
	l.Row = l.Row || o.Row
	l.Next = l.Next || o.Next
	if l.Day == "" {
		l.Day = o.Day
	}
}

// resolve returns the absolute http or https URL of href, "" where it is not
// one. Blanks and line ends are left out, and a backslash is a slash, as the
// URL standard reads them.
func (p *Page) resolve(href string) string {
	href = strings.TrimSpace(href)
	if i := strings.IndexByte(href, '#'); i >= 0 {
		href = href[:i]
	}
	if href == "" || len(href) > 4096 {
		return ""
	}
	if u, ok := p.resolveClean(href); ok {
		return u
	}
	if i := strings.IndexByte(href, ':'); i > 0 {
		scheme := href[:i]
		if !strings.ContainsAny(scheme, "/?.%") && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
			return ""
		}
	}
	if strings.ContainsAny(href, "\t\r\n\\<>{}") {
		if strings.Contains(href, "<?") || strings.Contains(href, "{{") || strings.Contains(href, "${") || strings.Contains(href, "<%") {
			return "" // a template that a script would fill in
		}
		href = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(href)
		path, query, cut := strings.Cut(href, "?")
		href = strings.ReplaceAll(path, "\\", "/")
		if cut {
			href += "?" + query
		}
	}
	if i := strings.IndexByte(href, '?'); i >= 0 && !isASCII(href[i:]) {
		href = href[:i] + p.encodeQuery(href[i:])
	}
	if p.base == nil || p.base.Host == "" {
		if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") {
			return ""
		}
	}
	u, err := url.Parse(href)
	if err != nil {
		if u, err = url.Parse(escapePercent(href)); err != nil {
			return ""
		}
	}
	if p.base != nil {
		u = p.base.ResolveReference(u)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}

// resolveClean resolves the hrefs that most links have, without parsing them:
// an absolute URL with a path, a path from the root or from here, made of
// characters that stand for themselves and with no dots to be worked off.
func (p *Page) resolveClean(href string) (string, bool) {
	if p.origin == "" || strings.Contains(href, "//") && !strings.HasPrefix(href, "http") {
		return "", false
	}
	query := false
	for i := 0; i < len(href); i++ {
		c := href[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '/', c == '_', c == '-', c >= 'A' && c <= 'Z', c == '=' && query, c == '&' && query:
		case c == '.':
			if i+1 < len(href) && (href[i+1] == '.' || href[i+1] == '/') && i != 0 || i == 0 && !strings.HasPrefix(href, "./") {
				return "", false
			}
		case c == '?' && !query && i > 0:
			query = true
		case c == ':' && (i == 4 || i == 5) && strings.HasPrefix(href[i:], "://"):
		default:
			return "", false
		}
	}
	switch {
	case strings.HasPrefix(href, "http://"), strings.HasPrefix(href, "https://"):
		_, rest, _ := strings.Cut(href, "://")
		slash := strings.IndexByte(rest, '/')
		return href, slash > 0 && !strings.Contains(rest, "//") && !strings.Contains(rest[:slash], ":")
	case href[0] == '/':
		return p.origin + href, true
	case strings.Contains(href, ":"):
		return "", false
	}
	return p.origin + p.folder + strings.TrimPrefix(href, "./"), true
}

// encodeQuery writes the part of a query that is not ASCII in the page's
// charset, percent-encoded, as browsers send it (HTML standard, 2.4.1).
func (p *Page) encodeQuery(q string) string {
	raw := []byte(q)
	if enc, name := lookup(p.charset); enc != nil && name != "utf-8" && !strings.HasPrefix(p.charset, "utf-16") {
		if b, err := enc.NewEncoder().Bytes(raw); err == nil {
			raw = b
		}
	}
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range raw {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escapePercent makes stray percent signs and blanks legal.
func escapePercent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])):
			b.WriteString("%25")
		case s[i] == ' ':
			b.WriteString("%20")
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

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

// row tells whether a link is the anchor of a list's row, and the day beside
// it. The row is the largest element round the anchor that holds no other long
// anchor.
func (f *flat) row(a *anchor, style dateStyle, text, u string) (bool, string) {
	w := weigh(text)
	if w < datedWeight || a.el < 0 || isDay(text) {
		return false, ""
	}
	if f.elems[a.el].all&(hintNav|hintFoot|hintHead) != 0 && w < rowWeight {
		return false, ""
	}
	own := f.sumW[a.hi] - f.sumW[a.lo]
	if a.hi == a.lo+1 {
		if l := &f.lines[a.lo]; l.w-l.lw > max(2*rowWeight, l.lw) {
			return false, "" // a link within running text
		}
	}
	row := int32(-1)
	for e, up := f.elems[a.el].parent, 0; e >= 0 && up < 6; e, up = f.elems[e].parent, up+1 {
		el := &f.elems[e]
		all, links := f.weightOf(e)
		if links > own+own/2+12 || all > own+rowRest {
			break // other links or a text of its own
		}
		row = e
		if el.tag == atom.Li || el.tag == atom.Tr || el.tag == atom.Dl {
			break
		}
	}
	if row < 0 {
		return false, ""
	}
	day := f.dayIn(int(f.elems[row].lo), int(f.elems[row].hi), a, style, u)
	if day != "" && f.elems[a.el].all&(hintNav|hintFoot|hintHead) == 0 {
		return true, day
	}
	return w >= rowWeight && f.elems[a.el].all&(hintNav|hintFoot|hintHead) == 0, ""
}

// dayIn returns the day that lines[lo:hi] give outside the anchor. A day
// without a year takes it from the link's URL where that has the same month
// and day.
func (f *flat) dayIn(lo, hi int, a *anchor, style dateStyle, u string) string {
	if hi-lo > 12 {
		return ""
	}
	var before, after string
	for i := lo; i < hi; i++ {
		l := &f.lines[i]
		off, end := l.off, l.end
		if a.off < end && a.end > off {
			before = joinBlank(before, f.text[off:max(off, min(a.off, end))])
			after = joinBlank(after, f.text[min(max(a.end, off), end):end])
			continue
		}
		if end <= a.off {
			before = joinBlank(before, f.text[off:end])
		} else {
			after = joinBlank(after, f.text[off:end])
		}
	}
	for _, s := range [...]string{after, before} {
		if s == "" || len(s) > 900 || !hasDigit(s) || isToday(s) {
			continue
		}
		s = halve(s)
		if d, ok := findDate(s, 0, style); ok {
			return d.date()
		}
		if d, ok := splitDay(s); ok {
			return d
		}
		if m, d, ok := monthAndDay(s); ok {
			if y := urlStamp(u); y.ok() && y.month == m && y.day == d {
				return y.date()
			}
		}
	}
	// A date may stand inside the anchor, beside the title.
	if s := f.text[a.off:a.end]; hasDigit(s) && strings.Contains(s, "\n") {
		for part := range strings.SplitSeq(s, "\n") {
			if part = halve(part); hasDigit(part) && weigh(part) < 24 {
				if d, ok := findDate(part, 0, style); ok && int32(d.end-d.off) >= int32(len(part))/2 {
					return d.date()
				}
			}
		}
	}
	return ""
}

// isDay says whether a link's text is a day and hardly more: a calendar's.
func isDay(s string) bool {
	if !hasDigit(s) || len(s) > 60 {
		return false
	}
	s = halve(s)
	d, ok := findDate(s, 0, dateStyle{})
	return ok && weigh(s[:d.off])+weigh(s[d.end:]) < 12
}

// monthDayBeside says whether a month and a day stand beside a link in its row.
func (f *flat) monthDayBeside(a *anchor) bool {
	for e, up := f.elems[a.el].parent, 0; e >= 0 && up < 3; e, up = f.elems[e].parent, up+1 {
		el := &f.elems[e]
		all, links := f.weightOf(e)
		own := f.sumW[a.hi] - f.sumW[a.lo]
		if links > own+12 || all > own+40 {
			return false
		}
		for i := el.lo; i < el.hi; i++ {
			if s := f.lineText(int(i)); f.lines[i].w <= 40+own && hasDigit(s) {
				if l := &f.lines[i]; l.off < a.off || l.end > a.end {
					rest := f.text[l.off:max(l.off, min(a.off, l.end))] + " " + f.text[min(max(a.end, l.off), l.end):l.end]
					if _, _, ok := monthAndDay(halve(rest)); ok {
						return true
					}
				}
			}
		}
	}
	return false
}

func joinBlank(a, b string) string {
	if a == "" {
		return b
	}
	if b == "" {
		return a
	}
	return a + " " + b
}

func hasDigit(s string) bool {
	return strings.ContainsAny(s, "0123456789０１２３４５６７８９") || strings.Contains(s, "年")
}

// splitDay reads a date laid out as a large day over year and month: 29
// 2022-06.
func splitDay(s string) (string, bool) {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) || digits(s, i) > 2 {
			i += digits(s, i)
			continue
		}
		n := digits(s, i)
		day := number(s[i : i+n])
		j := skipBlanks(s, i+n)
		if digits(s, j) != 4 {
			i += n
			continue
		}
		year := number(s[j : j+4])
		if kind, k := parter(s, j+4); kind != 0 && kind != ' ' {
			if m := digits(s, k); m > 0 && m <= 2 && valid(year, number(s[k:k+m]), day) {
				return stamp{year: year, month: number(s[k : k+m]), day: day}.date(), true
			}
		}
		i += n
	}
	return "", false
}

// monthAndDay reads 06-29, 6/29 or 6月29日.
func monthAndDay(s string) (month, day int, ok bool) {
	for i := 0; i < len(s); i++ {
		n := digits(s, i)
		if n == 0 {
			continue
		}
		if n <= 2 {
			if kind, j := parter(s, i+n); kind != 0 && kind != ' ' {
				m := digits(s, j)
				if m == 4 && j+4 < len(s) && s[j+4] == ':' {
					m = 2 // glued to the time: 09-3022:46
				}
				if m > 0 && m <= 2 && valid(2000, number(s[i:i+n]), number(s[j:j+m])) {
					return number(s[i : i+n]), number(s[j : j+m]), true
				}
			}
		}
		i += n - 1
	}
	return 0, 0, false
}
