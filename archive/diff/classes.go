package diff

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fangzhi/archive"
)

// Class is what kind of change a change is.
type Class string

// The classes. Title, date, source, number, attachments and pictures are told
// by the field; figures, names and wording by the words that were put in the
// place of others. That is done by rules: a name that the rules do not know is
// wording.
const (
	Title       Class = "title"
	Date        Class = "date"
	Source      Class = "source"
	Number      Class = "number"  // 发文字号
	Figures     Class = "figures" // numbers, sums, shares; days and hours in the text
	Names       Class = "names"   // of people, offices and places
	Wording     Class = "wording"
	Attachments Class = "attachments"
	Pictures    Class = "pictures"
)

// order is the order in which classes are told.
var order = []Class{Title, Date, Source, Number, Figures, Names, Wording, Attachments, Pictures}

// Classes returns the classes of changes, each once.
func Classes(changes []Change) []Class {
	var all []Class
	for _, class := range order {
		if slices.ContainsFunc(changes, func(c Change) bool { return slices.Contains(c.Classes, class) }) {
			all = append(all, class)
		}
	}
	return all
}

// Between returns the classes of what changed from a to b.
func Between(a, b archive.Article) []Class { return Classes(Articles(a, b)) }

// Line is classes as people read them.
func Line(classes []Class) string {
	words := make([]string, len(classes))
	for i, c := range classes {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}

// classesOf returns the classes of a field's change.
func classesOf(field string, steps []step) []Class {
	switch field {
	case "title", "subtitle":
		// A title that says another figure is a change of figures too.
		classes := textClasses(steps)
		return append([]Class{Title}, slices.DeleteFunc(classes, func(c Class) bool { return c == Wording })...)
	case "published":
		return []Class{Date}
	case "source":
		return []Class{Source}
	case "author":
		return []Class{Source, Names}
	case "document_number":
		return []Class{Number}
	case "pictures":
		return []Class{Pictures}
	case "attachments":
		return []Class{Attachments}
	}
	return textClasses(steps)
}

// textClasses tells figures, names and wording apart.
func textClasses(steps []step) []Class {
	var figures, names, wording bool
	for i, s := range steps {
		out, in := significant(s.removed), significant(s.added)
		if len(out) == 0 && len(in) == 0 {
			continue
		}
		var next []string
		if i+1 < len(steps) {
			next = steps[i+1].kept
		}
		switch {
		case isFigure(out) && isFigure(in):
			figures = true
		case isName(s.kept, out, next) || isName(s.kept, in, next):
			names = true
		default:
			wording = true
		}
	}
	var classes []Class
	for _, c := range []struct {
		is    bool
		class Class
	}{{figures, Figures}, {names, Names}, {wording, Wording}} {
		if c.is {
			classes = append(classes, c.class)
		}
	}
	return classes
}

// significant is words without white space, of which no reader takes note.
func significant(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return archive.Fold(w) == "" })
}

// units stand with figures: what is counted, and the parts of a day.
const units = "%％‰元角分年月日号时点秒周岁名人个户亩顷米吨克升度届次条项件家所座栋辆台万亿千百十第约至到余多、—-~～.：:/"

// isFigure says whether words are figures with their units and no more. None is
// a figure put in, or taken out, alone.
func isFigure(words []string) bool {
	number := len(words) == 0
	for _, w := range words {
		switch {
		case numeral(w):
			number = true
		case strings.ContainsFunc(w, func(r rune) bool { return !strings.ContainsRune(units, r) && !unicode.IsDigit(r) }):
			return false
		}
	}
	return number
}

// numeral says whether a word is a number, with its unit perhaps: 三名.
func numeral(w string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	return isDigit(first) || strings.ContainsRune(numerals, first) && strings.TrimFunc(w, func(r rune) bool { return strings.ContainsRune(numerals+units, r) }) == ""
}

// surnames are the hundred most frequent of China, nine in ten people's.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文"

// titles stand behind a person's name, or before it; offices end the name of an
// office or a place.
var (
	titles  = []string{"同志", "先生", "女士", "书记", "市长", "县长", "区长", "镇长", "乡长", "局长", "处长", "科长", "厅长", "主任", "主席", "常委", "委员", "院长", "校长", "部长", "省长", "州长", "总理", "记者", "通讯员", "代表", "教授", "医生", "经理", "董事长", "村民", "作者", "责编", "编辑", "审核"}
	offices = []string{"局", "委", "厅", "办", "部", "院", "委员会", "办公室", "公司", "集团", "中心", "学校", "大学", "学院", "小学", "中学", "医院", "银行", "法院", "检察院", "政府", "人民政府", "省", "市", "县", "区", "乡", "镇", "村", "街道", "社区", "路", "街"}
)

// isName says whether words, between what stood before and what stands behind
// them, name a person, a place or an office.
func isName(before, words, behind []string) bool {
	if len(words) == 0 || len(words) > 6 {
		return false
	}
	text := strings.Join(words, "")
	if utf8.RuneCountInString(text) > 20 || strings.ContainsFunc(text, func(r rune) bool { return !han(r) && r != '·' }) {
		return false
	}
	for _, w := range words {
		runes := []rune(w)
		if len(runes) > longestWord || slices.ContainsFunc(runes, func(r rune) bool { return !han(r) }) {
			continue
		}
		if _, name, _ := look(runes); name {
			return true
		}
	}
	last, next := words[len(words)-1], first(behind)
	if slices.Contains(offices, next) || len(words) > 1 && slices.Contains(offices, last) || endsOffice(last) {
		return true
	}
	return isPerson(before, words, behind)
}

// endsOffice says whether a word of three characters or more ends as offices
// and places do.
func endsOffice(w string) bool {
	if utf8.RuneCountInString(w) < 3 {
		return false
	}
	return slices.ContainsFunc(offices, func(o string) bool { return strings.HasSuffix(w, o) })
}

// isPerson says whether words, or what stood before them with them, are a
// surname, which no dictionary takes for a part of a word, with one or two
// characters, beside a title.
func isPerson(before, words, behind []string) bool {
	name := words
	if prior := last(before); isSurname(prior) && !isSurname(words[0]) {
		name, before = append([]string{prior}, words...), before[:len(before)-1]
	}
	if n := utf8.RuneCountInString(strings.Join(name, "")); !isSurname(name[0]) || n < 2 || n > 3 {
		return false
	}
	return slices.Contains(titles, first(behind)) || slices.ContainsFunc(titles, func(t string) bool { return strings.HasSuffix(last(before), t) })
}

func isSurname(w string) bool {
	return utf8.RuneCountInString(w) == 1 && strings.Contains(surnames, w)
}

func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

func last(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
