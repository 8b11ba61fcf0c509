package extract

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

// sums adds up the lines' weights, so that an element's is one subtraction.
func (f *flat) sums() {
	f.sumW = make([]int32, len(f.lines)+1)
	f.sumLW = make([]int32, len(f.lines)+1)
	f.sumProse = make([]int32, len(f.lines)+1)
	for i := range f.lines {
		l := &f.lines[i]
		if l.w >= proseWeight && l.w < 5*proseWeight && l.stops > 0 && isLegal(f.lineText(i)) {
			l.flags |= lineLegal
		}
		f.sumW[i+1] = f.sumW[i] + l.w
		f.sumLW[i+1] = f.sumLW[i] + l.lw
		f.sumProse[i+1] = f.sumProse[i]
		if l.isProse() {
			f.sumProse[i+1] += l.w - l.lw
		}
	}
}

// proseWeight is the least that a line of running text says: 20 Han characters,
// or a dozen English words.
const proseWeight = 60

// isProse says whether a line reads as running text: long enough, parted by
// marks, shown, and not mainly links.
func (l *line) isProse() bool {
	return l.w >= proseWeight && l.stops > 0 && 2*l.lw <= l.w && l.flags&(lineHidden|lineCaption|lineLegal) == 0
}

// answersAs is the label of what an office answers, and of who does; readers who comment
// have none such.
var answersAs = lazyregexp.New(`^[\[【(]?(?:官方(?:回复|答复)|(?:结果|采纳|意见)反馈|(?:官方|部门|单位|受理|承办|办理|处理|處理)?(?:回复|答复|回覆|答覆|反馈|办理|处理|處理)(?:内容|內容|单位|單位|部门|部門|机构|機關|机关|情况|情況|意见|意見|结果|結果))[\]】)]?(?:\s*:|$)`)

// asksOrAnswers finds 问： and 答：, the second of which is a label of an office's answer
// where it is that to the first: a reader may begin so as well.
var asksOrAnswers = lazyregexp.New(`^(?:问|問|答)\s*:`)

// longestAnswersAs is more than the bytes of such a label.
const longestAnswersAs = 90

// answerLines is how many lines of a box are looked through for that label.
const answerLines = 40

// isOfficesAnswer says whether an element that is named as comments are holds what an
// office answers: it has that label, or stands below it.
func (f *flat) isOfficesAnswer(e *elem) bool {
	return f.hasAnswer(max(0, e.lo-1), min(e.hi, e.lo+answerLines))
}

// hasAnswer says whether one of lines[lo:hi] is the label of an answer, or begins with
// it.
func (f *flat) hasAnswer(lo, hi int32) bool {
	if f.answers == nil {
		f.answers = []int32{}
		asked := false
		for i := range f.lines {
			text := f.lineText(i)
			if f.lines[i].lw > 0 {
				continue
			}
			text = halve(text[:min(len(text), longestAnswersAs)])
			bare := asksOrAnswers.MatchString(text)
			answers := strings.HasPrefix(text, "答")
			if bare && answers && asked || answersAs.MatchString(text) {
				f.answers = append(f.answers, int32(i))
			}
			if bare {
				asked = !answers
			}
		}
	}
	at, _ := slices.BinarySearch(f.answers, lo)
	return at < len(f.answers) && f.answers[at] < hi
}

// settleHints hands hints down the tree. Names mislead: wrappers are called
// has-sidebar and printable, whole forums comment-list. So a hint of junk is
// not believed of an element that holds the title (a line, -1 where it is not
// known), nor of one that holds much of the page's prose, alone or with others
// of its class; the more telling the hint, the more it takes to doubt it.
func (f *flat) settleHints(title int) {
	prose := f.sumProse[len(f.lines)]
	class := map[string]int32{}
	for i := range f.elems {
		if e := &f.elems[i]; e.hint&hintLayout != 0 {
			if c := attr(e.node, "class"); c != "" {
				class[c] += f.sumProse[e.hi] - f.sumProse[e.lo]
			}
		}
	}
	answers := int32(0) // where the last answer of an office ends
	for i := range f.elems {
		e := &f.elems[i]
		if e.hint&hintComment != 0 && (int32(i) < answers || f.isOfficesAnswer(e)) {
			e.hint &^= hintComment
			answers = max(answers, e.end)
		}
		e.all = e.hint
		if junk := e.hint & hintJunk; junk != 0 {
			own := f.sumProse[e.hi] - f.sumProse[e.lo]
			limit := prose * 4 / 10
			if e.tag == atom.Tr || e.tag == atom.Tbody {
				e.hint &^= hintLayout // players and rows of tables
				junk &^= hintLayout
				e.all = e.hint
			}
			layout := junk&^hintLayout == 0
			if layout {
				own = max(own, class[attr(e.node, "class")])
			}
			switch {
			case e.tag == atom.Article || e.tag == atom.Main:
				limit = 0
			case e.hint&hintContent != 0 && layout:
				limit = prose / 10
			case junk&(hintComment|hintRelated) != 0, e.tag == atom.Aside:
				limit = prose * 8 / 10
			}
			holds := int(e.lo) <= title && title < int(e.hi)
			if own > limit || holds && junk&(hintComment|hintRelated) == 0 {
				e.all &^= hintJunk
			}
		}
		if e.parent >= 0 {
			e.all |= f.elems[e.parent].all & (hintJunk | hintCaption)
		}
	}
}

// reveal takes as shown what is hidden but is most of the page's prose: pages
// hide their whole text until a script has run, or until the reader has paid.
func (f *flat) reveal() {
	var shown, hidden int32
	for i := range f.lines {
		l := &f.lines[i]
		was := l.flags
		l.flags &^= lineHidden
		if l.isProse() {
			if was&lineHidden != 0 {
				hidden += l.w
			} else {
				shown += l.w
			}
		}
		l.flags = was
	}
	if hidden == 0 || hidden < 2*shown {
		return
	}
	for i := range f.lines {
		f.lines[i].flags &^= lineHidden
	}
}
