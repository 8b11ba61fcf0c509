package extract

import (
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

// A text is bare where no element is its own: its paragraphs, or its lines
// parted by <br>, stand right in the body, a form or a cell, beside the page's
// menus and its footer.

// bareText is the best run of bare lines: of one box, the lines between costing
// as they do anywhere.
type bareText struct {
	box   int32
	score int64
	first int   // line that is worth something
	own   int32 // weight of its prose
}

// boxes says for each element what its text stands in: the nearest element, the
// one itself or one that it stands in, that is no part of running text.
func (f *flat) boxes() []int32 {
	box := make([]int32, len(f.elems))
	blocks := f.blocks()
	lone := f.loneLines(blocks)
	for i := range f.elems {
		e := &f.elems[i]
		box[i] = int32(i)
		switch {
		case e.parent < 0, e.tag == atom.Td, e.tag == atom.Th:
		case isFlow(e.tag), !e.block && !blocks[i], lone[int32(i)]:
			box[i] = box[e.parent]
		}
	}
	return box
}

// blocks says which elements hold a block.
func (f *flat) blocks() []bool {
	holds := make([]bool, len(f.elems))
	for i := len(f.elems) - 1; i > 0; i-- {
		if e := &f.elems[i]; e.parent >= 0 && (e.block || holds[i]) {
			holds[e.parent] = true
		}
	}
	return holds
}

// loneLines are the <div>s that are paragraphs: of one line each, and more than
// one of the same class in the same element.
func (f *flat) loneLines(blocks []bool) map[int32]bool {
	type kind struct {
		parent int32
		class  uint32
	}
	first := map[kind]int32{}
	lone := map[int32]bool{}
	for i := range f.elems {
		if e := &f.elems[i]; e.tag == atom.Div && e.parent > 0 && e.hi == e.lo+1 && !blocks[i] && f.lines[e.lo].el == int32(i) {
			k := kind{e.parent, mixClass(0, e)}
			if other, ok := first[k]; ok {
				lone[int32(i)], lone[other] = true, true
			} else {
				first[k] = int32(i)
			}
		}
	}
	return lone
}

// bare finds the bare text that is worth most, and that which stands in an element
// of its own, of no box where there is none. The values are those of lines,
// before the foot, for a container; what stands around a text costs nothing, and
// small print is worth nothing.
func (p *Page) bare(box []int32, values []int32, title, foot int, in int32) (best, own bareText) {
	f := p.flat
	type tally struct {
		sum, most int64
		run       int32 // cost of the lines since the last prose
		own       int32 // weight of its prose
		first     int   // line that is worth something
	}
	tallies := map[int32]*tally{}
	for i := max(0, title+1); i < foot; i++ {
		l := &f.lines[i]
		if l.el < 0 {
			continue
		}
		t := tallies[box[l.el]]
		if t == nil {
			t = &tally{}
			tallies[box[l.el]] = t
		}
		v := values[i]
		if v > 0 && p.isFootLine(i) {
			continue
		}
		if v > 0 {
			if t.run = 0; t.most == 0 {
				t.first = i
			}
		} else {
			v = max(v, t.run-gapCost)
			t.run -= v
		}
		t.sum = max(0, t.sum+int64(v))
		if l.isProse() {
			t.own += l.w - l.lw
		}
		t.most = max(t.most, t.sum)
	}
	best, own = bareText{box: -1}, bareText{box: -1}
	for i := range f.elems { // in document order, for a stable choice
		if t := tallies[int32(i)]; t != nil && t.most > 0 {
			text := bareText{int32(i), p.apart(int32(i), title, t.most, t.own), t.first, t.own}
			if text.score > best.score {
				best = text
			}
			if text.box == in {
				own = text
			}
		}
	}
	return best, own
}

// bareShare is the part of a body's prose, in percent, that stands bare where its text
// does.
const bareShare = 80

// inBody is what to take where the page's body is worth most, and own is what stands
// bare in it: an element that is named as the text, or else the body, bare where what
// it says is.
func (p *Page) inBody(body int32, own bareText, title int) (el int32, bare bool) {
	f := p.flat
	if own.box != body {
		return body, false
	}
	if named := p.namedBeside(own, title); named >= 0 {
		return named, false
	}
	e := &f.elems[body]
	all := f.sumProse[e.hi] - f.sumProse[max(int(e.lo), title+1)]
	return body, 100*own.own >= bareShare*all
}

// spanOfBare is what of a box is its bare text: of what else it holds, that which
// stands above its last line, and the tables of data below it. Where the title has
// no line, what stands above the first line is the page's.
func (p *Page) spanOfBare(el int32, title int) span {
	f := p.flat
	box := f.boxes()
	s := p.spanOf(el)
	first, last := s.hi, -1
	for i := max(s.lo, title+1); i < s.hi; i++ {
		if !s.has(i) || f.lines[i].el < 0 || box[f.lines[i].el] != el {
			continue
		}
		if l := &f.lines[i]; last >= 0 && !l.isProse() && p.isFootLine(i) {
			break
		}
		first, last = min(first, i), i
	}
	data := map[int32]bool{} // of tables below
	for i := s.lo; i < s.hi; i++ {
		if !s.has(i) || i <= last && (title >= 0 || i >= first) {
			continue
		}
		table := f.tableOf(i, el)
		kept, known := data[table]
		if !known {
			kept = i > last && table >= 0 && p.isData(table)
			data[table] = kept
		}
		if !kept {
			s.drop(i)
		}
	}
	return s
}

const (
	// clearly is by how much bare text must outweigh what an element above it holds:
	// what is the page's own stands below the text.
	clearly = 2
	// clearlyNamed is by how much its prose must where that is named as the text.
	clearlyNamed = 4
)

// beats says whether a bare text goes before the element that is worth most.
func (p *Page) beats(alone bareText, best int32, score int64, box []int32) bool {
	f := p.flat
	switch {
	case alone.score <= score:
		return false
	case best < 0, box[best] == alone.box:
		return true
	case f.within(alone.box, best):
		return false
	case int(f.elems[best].lo) < alone.first:
		return alone.score >= clearly*score
	}
	return true
}

// namedBeside is the element that is named as the text of an article, where it starts
// above a bare text and that is not clearly more; -1 where there is none, or where the
// bare text stands in one that is so named.
func (p *Page) namedBeside(alone bareText, title int) int32 {
	f := p.flat
	for up := alone.box; up > 0 && f.elems[up].tag != atom.Body; up = f.elems[up].parent {
		if e := &f.elems[up]; e.hint&hintContent != 0 || e.tag == atom.Article || e.tag == atom.Main {
			return -1
		}
	}
	best, most := int32(-1), int32(0)
	for i := range f.elems {
		e := &f.elems[i]
		if e.hint&hintContent == 0 && e.tag != atom.Article && e.tag != atom.Main || e.all&(hintJunk|hintCaption) != 0 {
			continue
		}
		if int(e.hi) <= title+1 || int(e.lo) > alone.first || f.within(alone.box, int32(i)) {
			continue
		}
		own := f.sumProse[e.hi] - f.sumProse[max(int(e.lo), title+1)]
		if own > most || best >= 0 && own > 0 && f.within(int32(i), best) && 5*own >= 4*most {
			best, most = int32(i), max(own, most)
		}
	}
	if alone.own >= clearlyNamed*most {
		return -1
	}
	return best
}

// isFootLine says whether a line is the small print at the foot of a page.
func (p *Page) isFootLine(i int) bool {
	if p.flat.lines[i].w > 5*proseWeight {
		return false
	}
	text := p.flat.lineText(i)
	kind, _ := phraseOf(text)
	return kind == phraseLegal || isLegal(text) || isDisclaimer(text)
}

// isDisclaimer says whether a line is what sites say of what they print, and ask of
// those whose it is.
func isDisclaimer(s string) bool {
	if !strings.Contains(s, "本网") && !strings.Contains(s, "本站") {
		return false
	}
	for _, w := range [...]string{"不代表", "版权", "著作权", "转载", "侵权", "注明来源", "注明出处"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// tableOf is the outermost table that a line stands in within el, and within
// nothing else that is no running text; -1 where it stands in none.
func (f *flat) tableOf(i int, el int32) int32 {
	table := int32(-1)
	for up := f.lines[i].el; up > el; up = f.elems[up].parent {
		switch t := f.elems[up].tag; {
		case t == atom.Table:
			table = up
		case !isFlow(t):
			return -1
		}
	}
	return table
}

const (
	// dataCells is how many cells the rows of a table of data have at least that have
	// more than one: boxes have a label and a value, once or twice.
	dataCells = 6
	// ruledCells is how many of a table with rules, or with heads of columns or rows.
	ruledCells = 4
	// boxCells is how many cells a box of the weather has at most.
	boxCells = 12
)

// boxCell is what a cell of a box says, its letters alone: counters, votes, buttons.
// Such a table is no data: what it counts would be a change of the article at each
// visit.
var boxCell = lazyregexp.New(`^(?:(?:本文|本页|本站|本网站?|今日|今天|昨日|本周|本月|今年|当前|目前|实时|累计|历史|总|您是第)+(?:浏览|点击|访问|阅读|查看|在线|人气|访客|游客)(?:次数|人数|人次|次|总数|总量|量|数|率)?(?:次|人|位)?|(?:浏览|点击|访问|阅读|查看|在线|人气|访客|游客)(?:次数|人数|人次|次|总数|总量|量|数|率)(?:次|人|位)?|分享(?:到|至|本文)?|.*(?:满意|有用|有帮助)[吗么])$`)

// weatherCell is what a cell of a box says that tells the weather of the hour; what
// an article reports of the hours of a day is a larger table.
var weatherCell = lazyregexp.New(`^(?:天气预报|(?:今日|今天|实时|当前)(?:天气|气温).*)$`)

// weekRow is how a calendar heads its days.
var weekRow = lazyregexp.New(`(?i)一(?:周|星期)?二(?:周|星期)?三(?:周|星期)?四(?:周|星期)?五(?:周|星期)?六|Mo(?:n(?:day)?)?Tu(?:e(?:sday)?)?We(?:d(?:nesday)?)?Th(?:u(?:rsday)?)?Fr`)

// isData says whether a table holds data: rows of short cells, few links, no small
// print and nothing that boxes say.
func (p *Page) isData(table int32) bool {
	f := p.flat
	if all, links := f.weightOf(table); 2*links > all || f.elems[table].all&hintJunk != 0 {
		return false
	}
	in := map[int32]int{} // cells by row
	last, weather := int32(-1), false
	var all strings.Builder
	words := 0 // lines that are more than a number or the name of a day
	for j := int(f.elems[table].lo); j < int(f.elems[table].hi); j++ {
		letters := lettersOf(f.lineText(j))
		if f.lines[j].w > cellWeight || p.isFootLine(j) || boxCell.MatchString(letters) {
			return false
		}
		weather = weather || weatherCell.MatchString(letters)
		all.WriteString(letters)
		if f.lines[j].w > 2*wideWeight {
			words++
		}
		if cell, row := f.cellOf(f.lines[j].el); cell >= 0 && cell != last {
			in[row]++
			last = cell
		}
	}
	rows, cells := 0, 0
	for _, n := range in {
		if n > 1 {
			rows++
			cells += n
		}
	}
	least := dataCells
	switch {
	case rows < 2 || cells < ruledCells, 4*words < cells && weekRow.MatchString(all.String()):
		return false
	case weather:
		least = boxCells + 1
	case f.isRuled(table):
		least = ruledCells
	}
	return cells >= least
}

// isRuled says whether a table has rules between its cells, or cells that head
// others, or comes from a word processor: editors' tables do, those that lay out a
// box seldom, whose style is the template's.
func (f *flat) isRuled(table int32) bool {
	n := f.elems[table].node
	if b := attr(n, "border"); b != "" && b != "0" || strings.Contains(attr(n, "class"), "Mso") {
		return true
	}
	for i := table; i < f.elems[table].end; i++ {
		style := attr(f.elems[i].node, "style")
		if f.elems[i].tag == atom.Th || strings.Contains(style, "border") && strings.Contains(style, "solid") {
			return true
		}
	}
	return false
}

// lettersOf returns the letters of s.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}
