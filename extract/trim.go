package extract

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

// trim drops from a body what is not its text: what stands above it (title,
// by-line), what follows it (related articles, comments, small print) and
// lines in between that point elsewhere.
func (p *Page) trim(s *span, title *titleRead) {
	if s.el < 0 {
		return
	}
	p.trimHead(s, title)
	p.cutAtSibling(s, title)
	p.dropPointers(s)
	if !s.units {
		p.dropStrangers(s)
	}
	p.dropCopies(s)
	p.cutAtStop(s)
	p.trimTail(s)
}

// firstProse is the first kept line that reads as running text, s.hi where
// there is none.
func (p *Page) firstProse(s *span, title *titleRead) int {
	for i := s.lo; i < s.hi; i++ {
		if l := &p.flat.lines[i]; s.has(i) && l.isProse() && i != title.line && !p.repeatsTitle(i, title) && !p.isByline(i) {
			return i
		}
	}
	return s.hi
}

// trimHead drops the title, what stands above it, and the lines with date and
// source.
func (p *Page) trimHead(s *span, title *titleRead) {
	f := p.flat
	first := p.firstProse(s, title)
	start, dated := s.lo, false
	for i := s.lo; i < min(first, s.lo+headLines) && i < s.hi; i++ {
		switch {
		case i == title.line, s.has(i) && p.repeatsTitle(i, title):
			start = i + 1
		case s.has(i) && !s.units && p.isByline(i) && !(dated && i > start && p.isDayOfItem(i)) && !(first == s.hi && (p.inTextTable(i, title) || p.labelsText(i, s, title) || p.signsText(i, title))):
			start, dated = i+1, true
		}
	}
	for i := s.lo; i < start; i++ {
		s.drop(i)
	}
	for i := start; i < s.hi && i < first; i++ {
		if !s.has(i) {
			continue
		}
		if k, _ := phraseOf(f.lineText(i)); k != 0 && f.lines[i].w < 2*proseWeight {
			s.drop(i)
			continue
		}
		l := &f.lines[i]
		// Above the first paragraph short lines of Latin script are buttons,
		// names and times; Chinese ones salute (各单位：).
		if !p.wide() && l.stops == 0 && l.w < proseWeight*3/4 && l.flags&(lineHeading|lineCell|lineItem) == 0 && first < s.hi {
			s.drop(i)
		}
	}
	for i := max(first, start); i < s.hi && i < first+4; i++ { // the title again, over a picture
		if s.has(i) && squeeze(f.lineText(i)) == squeeze(title.text) && title.text != "" {
			s.drop(i)
		}
	}
}

// repeatsTitle says whether a line is the title once more: news often begins
// with its headline, and goes on as a sentence.
func (p *Page) repeatsTitle(i int, title *titleRead) bool {
	s := p.flat.lineText(i)
	return like(s, title.text) && !(p.flat.lines[i].isProse() && goesOn(s, title.text))
}

// goesOn says whether more than a name or a label follows a title in a line
// that begins with it: half as much as prose has, with a mark that parts
// sentences.
func goesOn(s, title string) bool {
	s = halve(s)
	left := len(squeeze(title))
	for i, r := range s {
		if left > 0 {
			if weighRune(r) > 0 {
				left -= utf8.RuneLen(r)
			}
			continue
		}
		return 2*weigh(s[i:]) >= proseWeight && strings.ContainsFunc(s[i:], isStop)
	}
	return false
}

// isDayOfItem says whether a line is a day and no more, in an item of a list: below the
// line with the page's it is another one, the last for those who apply.
func (p *Page) isDayOfItem(i int) bool {
	f := p.flat
	return f.lines[i].flags&lineItem != 0 && f.hintsOwn(i)&hintMeta == 0 && len(scanLabels(halve(f.lineText(i)))) == 0
}

// headLines is how many lines of a body are looked through for the one with date and
// source.
const headLines = 60

// textTable is how many lines a table has at least that is all of a text.
const textTable = 6

// inTextTable says whether a line stands in a table below the title few of whose lines
// look like the one with date and source: where there is no prose that is the text, a
// guide say, with whom to call and from when on. Of the table that heads a document,
// with its number and its issuer, most are such.
func (p *Page) inTextTable(i int, title *titleRead) bool {
	f := p.flat
	table := f.lines[i].el
	for table > 0 && f.elems[table].tag != atom.Table {
		table = f.elems[table].parent
	}
	e := &f.elems[max(table, 0)]
	if table <= 0 || int(e.lo) <= title.line {
		return false
	}
	n, like := min(int(e.hi-e.lo), headLines), 0
	for j := range n {
		if p.isByline(int(e.lo) + j) {
			like++
		}
	}
	return n >= textTable && 3*like <= n
}

// textLabels are labels of a text itself rather than of its page.
var textLabels = map[string]bool{
	"电话": true, "联系电话": true, "联系人": true, "邮箱": true, "地址": true, "邮编": true, "备注": true, "类别": true, "服务对象": true,
}

// labelsText says whether a line in a body without prose is a label and what it labels,
// in the text: 中标价, 公示期, 联系电话. The line with date and source stands above it
// then, and this one is of another kind.
func (p *Page) labelsText(i int, s *span, title *titleRead) bool {
	f := p.flat
	if at := p.dateLine(title.line); at <= title.line || at >= s.lo || f.hintsOwn(i)&hintMeta != 0 {
		return false
	}
	line := halve(f.lineText(i))
	for _, h := range scanLabels(line) {
		switch {
		case h.field == fieldOtherDate, h.field == fieldTitle, textLabels[h.word]:
		case (h.word == "时间" || h.word == "日期") && h.off > 0: // 任职时间
		default:
			return false
		}
	}
	return strings.Contains(line, ":")
}

// signsText says whether a line in a body without prose is the day that it is signed
// with: a day alone, below a line that is neither that with date and source nor a button.
func (p *Page) signsText(i int, title *titleRead) bool {
	f := p.flat
	at := p.dateLine(title.line)
	if at <= title.line || i <= at+1 || f.hintsOwn(i)&hintMeta != 0 || !isDay(f.lineText(i)) || len(scanLabels(halve(f.lineText(i)))) > 0 {
		return false
	}
	kind, _ := phraseOf(f.lineText(i - 1))
	return kind == 0 && !p.isByline(i-1)
}

// salutation is whom a notice is for, who may be called as a field is: 各用户：
var salutation = lazyregexp.New(`^(?:各|致|尊敬|广大|全体|亲爱).{1,40}:$`)

// isByline says whether a line above the text is the one with date and source.
func (p *Page) isByline(i int) bool {
	f := p.flat
	l := &f.lines[i]
	if l.w > 240 {
		return false
	}
	if f.hintsOwn(i)&hintMeta != 0 && l.w < proseWeight {
		return true
	}
	s := halve(f.lineText(i))
	if salutation.MatchString(s) {
		return false
	}
	if hits := scanLabels(s); len(hits) > 0 && (hits[0].off < 30 || len(hits) > 1) && (!l.isProse() || len(hits) > 1 && !strings.Contains(s, "。")) {
		return true
	}
	if d, ok := findDate(s, 0, p.style()); ok && weigh(s[:d.off])+weigh(s[d.end:]) < 40 && !strings.HasSuffix(s, "。") {
		return true
	}
	return false
}

// hintsOwn are the hints of a line's own block and its parent.
func (f *flat) hintsOwn(i int) (h hint) {
	el := f.lines[i].el
	for up := 0; el >= 0 && up < 2; el, up = f.elems[el].parent, up+1 {
		h |= f.elems[el].hint
	}
	return h
}

// dropPointers drops single lines that point to other articles or are credits
// or buttons.
func (p *Page) dropPointers(s *span) {
	f := p.flat
	for i := s.lo; i < s.hi; i++ {
		l := &f.lines[i]
		if !s.has(i) || l.w > 3*proseWeight || l.flags&lineFile != 0 {
			continue
		}
		if k, exact := phraseOf(f.lineText(i)); k == phraseDrop && (exact || l.links > 0 || l.w < proseWeight && l.stops < 3) {
			s.drop(i)
		}
	}
}

// stopRest is how much of the prose may stand below a heading of related
// articles, in percent, for it to end the text; with more it heads a box that is
// set into the text.
const stopRest = 15

// cutAtStop cuts the body at the first line that heads what is not text. The
// heading must stand alone.
func (p *Page) cutAtStop(s *span) {
	f := p.flat
	total := int32(0)
	for i := s.lo; i < s.hi; i++ {
		if s.has(i) && f.lines[i].isProse() {
			total += f.lines[i].w
		}
	}
	above := int32(0)
	for i := s.lo; i < s.hi; i++ {
		l := &f.lines[i]
		if s.has(i) && l.isProse() {
			above += l.w
		}
		if !s.has(i) || above == 0 || l.w > 2*proseWeight {
			continue
		}
		k, exact := phraseOf(f.lineText(i))
		switch {
		case k != phraseStop && k != phraseComments, (l.w > proseWeight || k == phraseComments) && !exact:
			continue
		case 100*(total-above) > stopRest*total && !(k == phraseComments && exact):
			if exact {
				s.drop(i) // heads a box set into the text
			}
			continue
		}
		for j := i; j < s.hi; j++ {
			s.drop(j)
		}
		return
	}
}

// cutAtSibling cuts the body where another post starts: at a second line with
// date and time that is made as the first one, above the text, is. Blogs show
// several posts on a page, forums the answers below.
func (p *Page) cutAtSibling(s *span, title *titleRead) {
	f := p.flat
	first := p.firstProse(s, title)
	from := max(0, min(s.lo, first)-4)
	if title.line >= 0 && title.line < first {
		from = max(from, title.line-2)
	}
	var make uint32
	at := -1
	for i := from; i < first && i < len(f.lines); i++ {
		if k, ok := p.dated(i); ok {
			make, at = k, i
		}
	}
	if at < 0 {
		return
	}
	for i := max(first, s.lo); i < s.hi; i++ {
		k, ok := p.dated(i)
		if !ok || k != make || f.hasAnswer(int32(max(i-answerHead, s.lo)), int32(min(i+answerHead+1, s.hi))) {
			continue // another post's, and not an answer's to this one
		}
		// The next post's title stands above its date, in a short line.
		for i > first+1 && !f.lines[i-1].isProse() && f.lines[i-1].stops < 3 && f.lines[i-1].w > 0 && i-1 > at {
			i--
			break
		}
		for j := i; j < s.hi; j++ {
			s.drop(j)
		}
		return
	}
}

// answerHead is how far from its time an answer's label stands at most: who answers may
// stand between.
const answerHead = 3

// dated says whether a line is a date with a time and little else, and gives
// the hash of the elements that it stands in.
func (p *Page) dated(i int) (make uint32, ok bool) {
	f := p.flat
	l := &f.lines[i]
	if l.w < 8 || l.w > 3*proseWeight || l.flags&lineHidden != 0 {
		return 0, false
	}
	text := f.lineText(i)
	if !hasDigit(text) {
		return 0, false
	}
	text = halve(text)
	d, found := findDate(text, 0, p.style())
	if !found || !d.clock || weigh(text[:d.off])+weigh(text[d.end:]) > proseWeight {
		return 0, false
	}
	make = 2166136261
	for el := l.el; el >= 0; el = f.elems[el].parent {
		make = mixClass(make, &f.elems[el])
	}
	return make, true
}

// copyWeight is what a line must say for its second occurrence to be a copy
// rather than a refrain.
const copyWeight = 100

// dropCopies drops paragraphs that stood there before: pages hold their text
// once for the desk and once for the hand.
func (p *Page) dropCopies(s *span) {
	f := p.flat
	seen := map[string]bool{}
	copies := map[int32]int32{} // weight of the copies, by the element that holds their block
	for i := s.lo; i < s.hi; i++ {
		if l := &f.lines[i]; s.has(i) && l.w >= copyWeight && l.flags&lineCell == 0 {
			t := f.lineText(i)
			if seen[t] {
				s.drop(i)
				if l.el > 0 {
					copies[f.elems[l.el].parent] += l.w
				}
			}
			seen[t] = true
		}
	}
	// What stands among copies, and little of it, is what differs in them.
	for el, w := range copies {
		if el <= s.el {
			continue
		}
		rest := int32(0)
		for i := int(f.elems[el].lo); i < int(f.elems[el].hi); i++ {
			if s.has(i) {
				rest += f.lines[i].w
			}
		}
		for i := int(f.elems[el].lo); rest < w && i < int(f.elems[el].hi); i++ {
			if s.has(i) {
				s.drop(i)
			}
		}
	}
}

// trimTail drops from the end, line by line, what is not text.
func (p *Page) trimTail(s *span) {
	for i := s.hi - 1; i >= s.lo; i-- {
		if !s.has(i) {
			continue
		}
		if !p.isTail(i) {
			break
		}
		s.drop(i)
	}
}

// isTail says whether a line at the end of a body is not its text.
func (p *Page) isTail(i int) bool {
	f := p.flat
	l := &f.lines[i]
	if l.w > 5*proseWeight || l.flags&lineFile != 0 {
		return false
	}
	text := f.lineText(i)
	if k, _ := phraseOf(text); k == phraseLegal || k != 0 && l.w < 2*proseWeight {
		return true
	}
	if isLegal(text) {
		return true
	}
	if l.w == 0 {
		return true
	}
	if l.lw > 0 && 2*l.lw > l.w {
		return true
	}
	if l.w > 200 {
		return false
	}
	if l.flags&lineHeading != 0 || f.hintsOwn(i)&hintMeta != 0 {
		return true
	}
	s := strings.TrimLeft(halve(text), " [(【")
	for _, h := range scanLabels(s) {
		switch h.field {
		case fieldEditor, fieldNoise, fieldSource, fieldPublished, fieldModified, fieldAuthor:
			if h.off < 12 && !textLabels[h.word] {
				return true
			}
		}
	}
	for _, w := range [...]string{"责任编辑", "责编", "编辑", "编审", "审核", "来源"} {
		if strings.HasPrefix(s, w) && l.stops < 2 && l.w < proseWeight {
			return true
		}
	}
	return false
}

// isLegal recognises small print anywhere in a line.
func isLegal(s string) bool {
	n, sure := 0, false
	for _, w := range legalWords {
		if strings.Contains(s, w.words) {
			n++
			sure = sure || w.sure
		}
	}
	return n >= 2 || n == 1 && (sure || strings.Contains(s, "©"))
}

// legalWords are the words of small print, in the cases that they come in;
// those that are sure need no second one.
var legalWords = []struct {
	words string
	sure  bool
}{
	{"ICP备", true}, {"icp备", true}, {"版权所有", false}, {"许可证", false}, {"ights reserved", true}, {"ights Reserved", true}, {"IGHTS RESERVED", true},
	{"网站标识码", false}, {"公网安备", false}, {"不良信息举报", false}, {"举报电话", true}, {"opyright", false}, {"COPYRIGHT", false}, {"主办单位", false},
	{"主办：", false}, {"承办：", false}, {"承办单位", false}, {"联系电话", false}, {"技术支持", false}, {"备案", false}, {"网站地图", false},
}
