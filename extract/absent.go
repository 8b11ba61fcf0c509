package extract

import (
	"strings"

	"fangzhi/lazyregexp"
)

// deleted is how portals say that a text was taken away.
const deleted = `(?:删除|移除|屏蔽|撤下|撤回|下线|下架)`

// asked is how portals say what their reader wanted, asking what he did.
const (
	reader = `(?:您|你)(?:所|要|想|需要|想要|正在)?`
	asked  = `(?:访问|查看|浏览|请求|查找|打开|阅读|查询|造访|寻找|点选)的`
)

// absences are what portals say, under a status of 200, of what is not there: of
// a page, a text or its address that it is not there, or not any more; that it is
// not found, be it to the reader or of a page; and what servers say themselves.
var absences = lazyregexp.Longest(strings.Join([]string{
	`(?:(?:抱歉|对不起)，)?(?:` + reader + asked + `|该|此)?(?:页面|网页|信息|文章|内容|文件|稿件|新闻|资讯|资源|链接|网址|记录)(?:可能|也许|或许)?` +
		`(?:(?:已经|已)?不存在|不见了|未找到|找不到|无法找到|没有找到|(?:已经|已)?被(?:管理员|作者|编辑)?` + deleted + `|(?:已经|已)` + deleted + `)` +
		`(?:或者?(?:已经|已)?被?(?:过期|` + deleted + `))?`,
	`(?:(?:抱歉|对不起)，)?(?:` + reader + asked + `|该|此)?(?:页面|网页|信息|文章|链接|网址)(?:可能|也许|或许)?(?:已经|已)(?:过期|失效)(?:或者?(?:已经|已)?不存在)?`,
	`(?:找不到|未找到|没有找到|没找到|无法找到|不存在)(?:` + reader + `(?:` + asked + `)?|该|此|这个)(?:页面|网页|信息|文章|内容|文件|稿件|新闻|资源)`,
	`(?:找不到|未找到|没有找到|没找到|无法找到)(?:页面|网页)`,
	`(?:抱歉|对不起)，` + reader + asked,
	`您所访问的页面`,
	`404 ?(?:错误|not found|error|page not found|页面)|(?:错误|error) ?404`,
	`the resource (?:cannot|could not) be found`, // ASP.NET's, under "Server Error in '/' Application."
	`page (?:(?:that )?you (?:are looking for|were looking for|requested|visited) )?` +
		`(?:(?:is |was )?not found|no longer exists|(?:does not|doesn't) exist|(?:could|can) ?not be found|has been (?:removed|deleted))`,
}, "|"))

// absent is the longest statement in text that something is not there. What is
// quoted, or goes on to say something of it, is no statement: notices report of
// 页面不存在的链接, and of 12 addresses that say “404 not found”.
func absent(text string) (longest string) {
	for _, at := range absences.FindAllStringIndex(simplified.Replace(text), 8) {
		longest = longer(longest, text, at)
	}
	for _, at := range absencesAbroad.FindAllStringIndex(text, 8) {
		if isSentence(text, at[0], at[1]) {
			longest = longer(longest, text, at)
		}
	}
	return longest
}

// isSpokenOf says whether text speaks of what stands in it from one place to
// another, and does not say it.
func isSpokenOf(text string, from, to int) bool {
	for _, word := range [...]string{"的", "等", "时，", "時，", "问题", "情况", "现象", "”", "」", "\""} {
		if strings.HasPrefix(text[to:], word) {
			return true
		}
	}
	return strings.LastIndexAny(text[:from], "“「『《") > strings.LastIndexAny(text[:from], "”」』》")
}

// anyOf finds the longest of texts that text says and does not speak of.
func anyOf(texts []string) func(string) string {
	return func(text string) (longest string) {
		for _, s := range texts {
			if at := strings.Index(text, s); at >= 0 && len(s) > len(longest) && !isSpokenOf(text, at, at+len(s)) {
				longest = s
			}
		}
		return longest
	}
}

const (
	// saysSentence is the part of a sentence, in percent, that a text of trouble
	// must be, and saysBody the part of the body.
	saysSentence = 20
	saysBody     = 10
	// saysTitle is the part of a title: 系统维护中 says so, 系统维护通知 is a notice.
	// saysToReader is that of one that speaks to its reader.
	saysTitle    = 75
	saysToReader = 50
	// saysText bounds the bytes of the page, less its links, on which it is looked
	// for.
	saysText = 4000
	// ownAbove is what a page says of its own, at least, where what comes after is a
	// remark: a notice of a lost certificate may end with 该信息已过期.
	ownAbove = proseWeight / 2
	// ownBelow is what it says of its own, at least, where its title is one of an
	// article and not of trouble.
	ownBelow = 2 * proseWeight
)

// says returns the first saying that find finds in what the page has to say: its
// title or heading is little else, or sentences of it are, and they are no small
// part of its body, nor come after what it has to say. Links are the frame's, which
// may be large.
func (p *Page) says(find func(text string) string, body *span, weight int32, heading int) string {
	f := p.flat
	found, sum, read, own, titled := "", int32(0), 0, int32(0), ""
	title, _ := firstPart(strings.ToLower(f.title))
	if s := find(title); 100*weigh(s) >= titleShare(title)*weigh(title) {
		titled = s
	}
	for i := range f.lines {
		l := &f.lines[i]
		if l.flags&lineHidden != 0 || 2*l.lw > l.w {
			continue
		}
		line, share := strings.ToLower(f.lineText(i)), int32(saysSentence)
		if read += len(line); read > saysText {
			break
		}
		if i == heading {
			share = titleShare(line)
		}
		for sentence := range strings.FieldsFuncSeq(line, endsSentence) {
			s := find(sentence)
			switch {
			case s != "" && 100*weigh(s) >= share*weigh(sentence):
				if found == "" && own >= ownAbove {
					return ""
				}
				if i == heading && titled == "" {
					titled = s
					continue
				}
				sum += weigh(s)
				if found == "" {
					found = s
				}
			case i != heading && body.has(i) && !addressed.MatchString(sentence):
				own += weigh(sentence)
			}
		}
	}
	if titled != "" && own < ownBelow {
		return titled
	}
	if read > saysText || 100*sum < saysBody*weight {
		return ""
	}
	return found
}

// addressed finds what speaks to the reader, as pages of trouble do and articles
// seldom.
var addressed = lazyregexp.New(`您|你|抱歉|对不起`)

// titleShare is the part of a title, in percent, that a text of trouble must be.
func titleShare(title string) int32 {
	if addressed.MatchString(title) {
		return saysToReader
	}
	return saysTitle
}

func endsSentence(r rune) bool {
	return r == '。' || r == '！' || r == '？' || r == '!' || r == '?'
}

// status404 is what a heading or a part of <title> is that gives the status and
// little else.
var status404 = lazyregexp.New(`^(?:(?:http|错误|error|出错了?|status)[\s:：]*)?404[\s:：,，!！_]*(?:错误|页面|提示|error|(?:page )?not found|(?:页面|网页)?(?:未找到|找不到|不存在).*)?$`)

// named404 says where a page calls itself 404; "" where it does not. An article
// may have the number in its title, and repeats it above its text.
func (p *Page) named404(title *titleRead) string {
	f := p.flat
	for i := range f.lines {
		l := &f.lines[i]
		if l.flags&lineHeading != 0 && l.flags&lineHidden == 0 && status404.MatchString(strings.ToLower(f.lineText(i))) {
			return "404 in a heading"
		}
	}
	whole := strings.ToLower(fold(f.title))
	if title.line >= 0 && strings.Contains(title.text, "404") && !status404.MatchString(strings.ToLower(title.text)) {
		return ""
	}
	for _, sep := range append([]string{"\x00"}, titleParts...) {
		parts := strings.Split(whole, sep)
		for _, i := range [...]int{0, len(parts) - 1} {
			if status404.MatchString(strings.TrimSpace(parts[i])) {
				return "404 in <title>"
			}
		}
	}
	return ""
}
