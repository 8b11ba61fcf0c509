package extract

import "strings"

// trim drops from both ends of a body what is not its text.
func (p *Page) trim(s *span, title *titleRead) {
	f := p.flat
	if s.el < 0 {
		return
	}
	first := -1
	for i := s.lo; i < s.hi; i++ {
		if s.has(i) && (f.lines[i].w >= 100 && f.lines[i].stops > 0) {
			first = i
			break
		}
	}
	start := s.lo
	for i := s.lo; i < s.hi && (first < 0 || i < first); i++ {
		if i == title.line || s.has(i) && (like(f.lineText(i), title.text) || p.isByline(i)) {
			start = i + 1
		}
	}
	for i := s.lo; i < start; i++ {
		s.keep[i-s.lo] = false
	}
	total := s.weight(f)
	seen := int32(0)
	for i := s.lo; i < s.hi; i++ {
		if !s.has(i) {
			continue
		}
		if 2*seen >= total && p.isStopLine(i) {
			for k := i; k < s.hi; k++ {
				s.keep[k-s.lo] = false
			}
			break
		}
		seen += f.lines[i].w
	}
	for i := s.hi - 1; i >= s.lo; i-- {
		if !s.has(i) {
			continue
		}
		if !p.isTail(i) {
			break
		}
		s.keep[i-s.lo] = false
	}
}

// isByline says whether a line above the text is the one with date and source.
func (p *Page) isByline(i int) bool {
	l := &p.flat.lines[i]
	if l.w > 240 {
		return false
	}
	s := halve(p.flat.lineText(i))
	for _, h := range scanLabels(s) {
		if h.field != fieldNone {
			return true
		}
	}
	if d, ok := findDate(s, 0, p.style()); ok && int32(len(s)-(d.end-d.off)) < 60 {
		return true
	}
	return false
}

// stopWords start a line after which nothing is text any more.
var stopWords = []string{
	"相关新闻", "相关阅读", "相关文章", "相关链接", "推荐阅读", "延伸阅读", "猜你喜欢", "为你推荐", "热门推荐", "精彩推荐", "更多新闻", "上一篇", "下一篇", "网友评论", "发表评论", "相关报道", "相关推荐",
	"related", "read more", "you may also like", "more from", "most read", "recommended", "comments", "share this",
}

func (p *Page) isStopLine(i int) bool {
	l := &p.flat.lines[i]
	if l.w > 90 {
		return false
	}
	s := strings.ToLower(strings.Trim(p.flat.lineText(i), " 【[>：:"))
	for _, w := range stopWords {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// isTail says whether a line at the end of a body is not its text.
func (p *Page) isTail(i int) bool {
	l := &p.flat.lines[i]
	if l.w > 200 {
		return false
	}
	s := halve(p.flat.lineText(i))
	t := strings.Trim(s, " []()【】")
	for _, h := range scanLabels(s) {
		switch h.field {
		case fieldEditor, fieldNoise, fieldSource, fieldPublished, fieldModified:
			if h.off < 12 {
				return true
			}
		}
	}
	for _, w := range [...]string{"打印", "关闭", "扫一扫", "分享", "返回顶部", "字体", "收藏", "责任编辑", "责编", "(责任编辑", "编辑"} {
		if strings.HasPrefix(t, w) {
			return true
		}
	}
	return l.lw > 0 && 2*l.lw > l.w && l.flags&lineFile == 0
}
