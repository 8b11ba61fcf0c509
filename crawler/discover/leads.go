package discover

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fangzhi/extract"
	"fangzhi/lazyregexp"
)

// Lead is a link of a page that may lead to a list of news: a menu's item, the
// heading of a box, or its 更多.
type Lead struct {
	URL    string // absolute, with its fragment where that chooses a list
	Name   string // "" where the link says no more than 更多
	Weight int    // leads that weigh more are tried first
	Why    string // what spoke for it, for people
	More   bool   // a link that says 更多
}

const (
	longestName = 28 // breadth of a column's name; longer texts are titles
	fewSiblings = 3  // short links make a menu
	// What is looked at of one page, and of what stands round one link.
	mostLinks, mostNodes = 5000, 3000
)

var (
	// The URLs of articles, by the software that names them.
	articleShape = lazyregexp.New(`(?i)/[tP]\d{8}_\d+\.|/t\d{7,}\.|/art_\w+\.html?$|/art_\d+_\d+\.|/content_\d+\.|/m?post_\d+\.|/info/\d+/\d+\.htm|/\d{8}/\d+/content\.|` +
		`/\d{8}/[0-9a-f]{8}-[0-9a-f-]{27}\.|/\d{6,8}/[0-9a-f]{32}\.|[?&](?:wbnewsid|newsid|articleid|infoid)=|/\d{4}[-/]\d{2}[-/]?\d{0,2}/[^/]*\d{3,}[^/]*\.s?html?$`)
	// The URLs of lists.
	listShape  = lazyregexp.New(`(?i)/$|/(?:index|list|default|common_list|moreinfo|more|col\d+)[^/]*$|/col/col\d+|[?&](?:columnid|channelid|catid|wbtreeid|colid|lmid)=|/gkmlpt/index#\d+$`)
	hanwebList = lazyregexp.New(`/col/col(\d+)/`)
	hanwebArt  = lazyregexp.New(`/art_(\d+)_\d+\.`)
)

// What menus hold besides news: people, services, forms, the portal's own
// affairs. Such leads are tried last; what is found there decides.
var notNews = []string{
	"首页", "领导", "之窗", "办事", "服务", "互动", "信箱", "咨询", "投诉", "登录", "注册", "搜索", "检索", "查询", "无障碍", "长者", "繁體", "繁体", "简体",
	"english", "导航", "地图", "关于我们", "联系", "帮助", "微博", "微信", "客户端", "app", "公众号", "机构", "概况", "简介", "依申请", "年报", "指南",
	"下载", "收藏", "设为", "隐私", "声明", "版权", "留言", "在线", "访谈", "调查", "征集", "智能", "问答", "数据", "走进", "旅游", "友情", "链接", "视频", "图片",
}

// What pagers say.
var pagers = map[string]bool{
	"下一页": true, "上一页": true, "下页": true, "上页": true, "尾页": true, "末页": true, "首页": true, "第一页": true, "最后一页": true,
	"下一頁": true, "上一頁": true, "跳转": true, "next": true, "prev": true, "previous": true, "first": true, "last": true, ">": true, "<": true, ">>": true, "<<": true,
}

// What lists of news are called, the country over.
var news = []string{
	"要闻", "动态", "新闻", "通知", "公告", "公示", "政策", "文件", "公报", "解读", "发布", "信息", "快讯", "会议", "通报", "时政", "头条", "资讯", "传真", "报道", "法规", "规划",
}

// Leads returns the links of a page that may lead to lists, those that weigh
// most first. They are of any host; what they lead to has to be looked at.
func Leads(p *extract.Page, rawURL string) []Lead {
	at, err := url.Parse(rawURL)
	if err != nil {
		return nil
	}
	rows := map[string]bool{}
	var articles []string
	for _, l := range p.Links() {
		if l.Row {
			rows[l.URL] = true
		}
		if l.Row || articleShape.MatchString(l.URL) {
			articles = append(articles, l.URL)
		}
	}
	var leads []Lead
	place := map[string]int{}
	base := at
	if b := p.Document().Url; b != nil {
		base = b
	}
	for i, s := range p.Document().Find("a[href], area[href], frame[src], iframe[src]").EachIter() {
		if i == mostLinks {
			break
		}
		n := s.Nodes[0]
		l, ok := leadOf(n, base, at)
		if !ok || articleShape.MatchString(l.URL) || isDocument(l.URL) || isCut(l.Name) || pagers[l.Name] || isNumber(l.Name) || rows[l.URL] && !l.More && !listShape.MatchString(l.URL) {
			continue
		}
		if breadth(l.Name) > longestName {
			if !l.More && !listShape.MatchString(l.URL) {
				continue
			}
			l.Name = ""
		}
		if i, met := place[l.URL]; met {
			leads[i].merge(l)
			continue
		}
		place[l.URL] = len(leads)
		leads = append(leads, l)
	}
	for i := range leads {
		leads[i].weigh(articles)
	}
	leads = slices.DeleteFunc(leads, func(l Lead) bool { return l.Weight <= 0 })
	slices.SortStableFunc(leads, func(a, b Lead) int { return cmp.Compare(b.Weight, a.Weight) })
	return leads
}

// merge adds what another link to the same list knows.
func (l *Lead) merge(o Lead) {
	if l.Name == "" {
		l.Name = o.Name
	}
	l.More = l.More || o.More
	if o.Weight > l.Weight {
		l.Weight, l.Why = o.Weight, o.Why
	}
}

// leadOf reads one link; ok is false where it leads nowhere, or to the page
// itself.
func leadOf(n *html.Node, base, at *url.URL) (l Lead, ok bool) {
	href := attr(n, "href")
	if n.DataAtom == atom.Frame || n.DataAtom == atom.Iframe {
		href = attr(n, "src")
	}
	href = strings.TrimSpace(href)
	if href == "" || strings.ContainsAny(href, "{<$") {
		return l, false
	}
	u, err := base.Parse(strings.ReplaceAll(href, " ", "%20"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return l, false
	}
	if !strings.HasSuffix(u.Path, "/gkmlpt/index") {
		u.Fragment = ""
	}
	if strings.HasPrefix(href, "#") && u.Fragment == "" {
		return l, false
	}
	if p := strings.TrimSuffix(u.Path, "/"); u.Host == at.Host && (p == "" || p == "/index.html") && u.RawQuery == "" && u.Fragment == "" {
		return l, false
	}
	l.URL = u.String()
	text := squeeze(textOf(n))
	if text == "" {
		text = squeeze(attr(n, "title"))
	}
	if title := squeeze(attr(n, "title")); isMore(text) && title != "" && !isMore(title) {
		text, l.More = title, true
	}
	switch {
	case isMore(text):
		l.More, l.Weight, l.Why = true, 5, "a link that says "+text
	case n.DataAtom == atom.Frame || n.DataAtom == atom.Iframe:
		l.Weight, l.Why = 1, "a frame of the page"
	case headed(n):
		l.Name, l.Weight, l.Why = text, 4, "the heading of a box"
	case inMenu(n):
		l.Name, l.Weight, l.Why = text, 3, "an item of a menu"
	default:
		l.Name, l.Weight, l.Why = text, 1, "a short link"
	}
	return l, true
}

// weigh adds what the URL and the articles on the page say for a list of news,
// and what its name says against.
func (l *Lead) weigh(articles []string) {
	under := 0
	folder := folderOf(l.URL)
	column := ""
	if m := hanwebList.FindStringSubmatch(l.URL); m != nil {
		column, folder = m[1], ""
	}
	for _, a := range articles {
		if folder != "" && strings.HasPrefix(a, folder) {
			under++
		} else if m := hanwebArt.FindStringSubmatch(a); m != nil && m[1] == column {
			under++
		}
	}
	if under > 0 {
		l.Weight += 2 + min(under, 4)
		l.Why += ", articles stand below it"
	}
	if listShape.MatchString(l.URL) {
		l.Weight++
	}
	name := strings.ToLower(l.Name)
	has := func(words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
	}
	switch {
	case name == "" && !l.More:
		l.Weight -= 2
	case has(news):
		l.Weight += 2
	case has(notNews):
		l.Weight -= 4
	}
	if l.Weight <= 0 && under == 0 && (listShape.MatchString(l.URL) || has(news)) {
		l.Weight = 1 // the last to be tried, but not nothing
	}
}

// folderOf is the URL up to the last slash, "" where that is the whole host.
func folderOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery != "" {
		return ""
	}
	folder, file := path.Split(u.Path)
	if stem := strings.TrimSuffix(file, path.Ext(file)); stem != "" && !listShape.MatchString(u.Path) {
		folder += stem + "/" // tzgg.htm, whose further pages are tzgg/30.htm
	}
	if folder == "/" || folder == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + folder
}

// isMore says whether a link's text says that there is more, and nothing else.
func isMore(text string) bool {
	text = strings.ToLower(strings.Trim(text, " .…·+>》»›→[]【】()（）"))
	switch text {
	case "更多", "查看更多", "更多信息", "more", "查看全部", "更多内容", "点击更多":
		return true
	}
	return false
}

// headed says whether a link stands in a heading, or is all that a box's title
// says.
func headed(n *html.Node) bool {
	for p, up := n.Parent, 0; p != nil && up < 3; p, up = p.Parent, up+1 {
		switch p.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.Dt, atom.Th:
			return true
		}
		if class := strings.ToLower(attr(p, "class")); strings.Contains(class, "title") || strings.Contains(class, "tit") || strings.Contains(class, "hd") || strings.Contains(class, "tab") {
			return true
		}
	}
	return false
}

// inMenu says whether a link stands among other short ones.
func inMenu(n *html.Node) bool {
	for p, up := n.Parent, 0; p != nil && up < 5; p, up = p.Parent, up+1 {
		links, short, nodes := 0, 0, 0
		for d := range p.Descendants() {
			if nodes++; nodes > mostNodes {
				return false
			}
			if d.DataAtom != atom.A || d.Type != html.ElementNode {
				continue
			}
			links++
			if n := breadth(squeeze(textOf(d))); n > 0 && n <= longestName {
				short++
			}
			if links > 200 {
				break
			}
		}
		if links >= fewSiblings {
			return short*10 >= links*8
		}
	}
	return false
}

// isCut says whether a text is a title that was cut short, and no column's name.
func isCut(s string) bool {
	return strings.HasSuffix(s, "…") || strings.HasSuffix(s, "...")
}

func isDocument(u string) bool {
	switch strings.ToLower(path.Ext(strings.SplitN(u, "?", 2)[0])) {
	case ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip", ".rar", ".jpg", ".png", ".gif", ".mp4", ".mp3", ".wps", ".ofd", ".css", ".js", ".ico":
		return true
	}
	return false
}

// textOf is the text below a node.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
		if b.Len() > 400 {
			break
		}
	}
	return b.String()
}

// squeeze drops white space: menus set 通 知 with blanks. Words in letters keep
// one between them.
func squeeze(s string) string {
	words := strings.Fields(s)
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

// breadth is how broad a text is: 2 for a Han character, 1 for a letter.
func breadth(s string) int {
	n := 0
	for _, r := range s {
		if n++; r >= 0x2e80 {
			n++
		}
	}
	return n
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
