package extract

import (
	"strings"
	"unicode/utf8"
)

// field is what a label stands before.
type field uint8

const (
	fieldNone      field = iota
	fieldPublished       // 发布时间
	fieldModified        // 更新时间: the publication's where no other is given
	fieldWritten         // 成文日期
	fieldOtherDate       // 有效期, 实施日期: dates that are not the page's
	fieldSource
	fieldAuthor
	fieldEditor
	fieldNumber // 发文字号
	fieldIndex  // 索引号
	fieldIssuer // 发文机关
	fieldTitle  // 标题, in a notice's table
	fieldNoise  // 浏览次数, 字号, 打印: ends the value before it
)

// label is a word that stands before a value.
type label struct {
	word  string
	field field
	bare  bool // needs no colon after it
}

// labelWords are the labels known, by their first character. Blanks inside
// them (时 间, 索 引 号) are passed over when they are matched.
var labelWords = labelTable(map[field]string{
	fieldPublished: `发布时间 发布日期 发稿时间 发表时间 发表日期 时间发布 时间 日期 发布于+ 发表于+ 录入时间 录入日期 上传时间 上传日期 刊登时间 刊发时间 刊发日期
		公开日期 公开时间 添加时间 添加日期 创建时间 创建日期 发帖时间 发布 发表 发贴时间 公布日期 公布时间 信息时间 出版日期 首次发布时间 网站发布时间 稿件时间 加入时间
		發布時間 發布日期 發表時間 時間 日期 發佈日期 發佈時間 發稿時間 張貼日期 公告日期 上版日期 發表於+ 發佈於+ 公開日 掲載日 公開日時 配信日 等록일 작성일 입력 등록일 게시일 발행일`,
	fieldModified: `更新时间 更新日期 修改时间 修改日期 最后更新 最后更新时间 更新于+ 更新時間 更新日期 最後更新 更新日 最終更新日 最終更新 수정 수정일`,
	fieldWritten:  `成文日期 成文时间 生成日期 生成时间 签署日期 印发日期 发文日期 制发日期 制作日期 形成日期 成文日 发文时间 印发时间 产生日期`,
	fieldOtherDate: `有效期 实施日期 生效日期 施行日期 废止日期 失效日期 实施时间 生效时间 失效时间 废止时间 有效期限 有效性 截止日期 截止时间 开始时间 结束时间 报名时间 活动时间
		会议时间 招聘时间 开庭时间 会期 公示时间 公示期 公示期限 起止时间 举办时间 播出时间 有效日期 开标时间 答复时间 来信时间 回复时间 写信时间 诉求时间 受理时间 办结时间 注册时间`,
	fieldSource: `信息来源 文章来源 稿件来源 新闻来源 内容来源 资料来源 来源 来源于 来源于: 出处 供稿单位 供稿 发布单位 发布机构 发布部门 信息提供 稿源 来稿单位 来源单位 来源部门 文章出处
		消息来源 发稿单位 來源 資料來源 新聞來源 來源網站 來稿單位 發布單位 發佈單位 信息发布单位 供稿部门 出典 선 출처 文源`,
	fieldAuthor: `作者 撰稿 撰稿人 记者 文/图 图/文 通讯员 本报记者 作者单位 执笔 撰文 撰写 原作者 編者 記者 발行人 기자 执笔人 原文作者 信息员 作者姓名`,
	fieldEditor: `责任编辑 责编 编辑 责任校对 审核 审核人 初审 复审 终审 一审 二审 三审 校对 编审 值班编辑 网络编辑 主编 监制 編輯 責任編輯 责任编校 本文编辑 录入 录入员 录入者
		发布人 发布者 信息发布 编辑人 审稿 审签 签发 值班主任 实习编辑 见习编辑 信息审核 信息录入 责任人 上传人`,
	fieldNumber: `发文字号 文号 文件编号 文件号 公文字号 發文字號 发文文号 文件字号 发布文号 发文号 公文文号 文书号`,
	fieldIndex:  `索引号 信息索引号 索取号 信息索引 索引编号 公开索引号`,
	fieldIssuer: `发文机关 发文单位 制发机关 制定机关 公开机构 发文机构 公开责任部门 制文机关 发布机关 责任部门 发布主体 生成机构 公开单位 產生機關 制作机构 公开主体 责任单位 信息公开单位 公文机关 成文机关`,
	fieldTitle:  `标题 名称 信息名称 文件名称 文件标题 公文名称 信息标题`,
	fieldNoise: `浏览次数 浏览量 浏览 点击次数 点击数 点击量 点击率 点击 阅读次数 阅读数 阅读量 阅读 访问量 访问次数 字号 字体 字体大小 字号大小 打印 关闭 分享到 分享 收藏 朗读 大中小 人气 评论 评论数 跟帖 次数
		关键词 关键字 主题词 分类 主题分类 信息分类 信息类别 类别 公开方式 公开形式 文件类型 公开范围 体裁分类 组配分类 服务对象 责任科室 主题 体裁 信息有效性 公开属性 公开时限 文种 公开类型 公开目录 效力状态
		所属栏目 标签 栏目 视力保护色 保护视力色 扫一扫 我要纠错 下载 语音播报 查看 人看过 电话 联系电话 联系人 邮箱 地址 邮编 放大 缩小 默认 返回 内容概述 内容概况 概述 摘要 备注 ICP备案 热度 回复 保护视力
		播放 倾听 复制链接 訪客 點擊 點閱數 瀏覽次數 瀏覽人次 瀏覽數 字級 列印 閱讀 人氣 阅览次数 浏览数 已浏览 阅读人数 被浏览 访问 位置 当前位置 用户 手机版 简体 繁体 无障碍 举报 返回搜狐 查看更多 返回 转载请注明 我要评论 繁體 发表评论 分享本文 推荐 订阅 关注 次阅读 打开 手机看新闻 手机查看`,
})

func labelTable(words map[field]string) map[rune][]label {
	table := map[rune][]label{}
	for f, list := range words {
		for _, w := range strings.Fields(list) {
			bare := strings.HasSuffix(w, "+")
			w = strings.TrimSuffix(w, "+")
			r, _ := utf8.DecodeRuneInString(w)
			table[r] = append(table[r], label{w, f, bare})
		}
	}
	for _, list := range table { // the longest first, each word's field fixed
		for i := range list {
			for j := i; j > 0 && (len(list[j].word) > len(list[j-1].word) || len(list[j].word) == len(list[j-1].word) && (list[j].word < list[j-1].word || list[j].word == list[j-1].word && list[j].field < list[j-1].field)); j-- {
				list[j], list[j-1] = list[j-1], list[j]
			}
		}
	}
	return table
}

// labelled is a label in a text and the value after it.
type labelled struct {
	label
	off, from, end int    // the label starts at off, the value is s[from:end]
	value          string // trimmed
}

// scanLabels finds the labels of s, which must be halved, each with its value:
// what stands between it and the next label. A label needs a colon, unless it
// is all of s, or one of noise.
func scanLabels(s string) (out []labelled) {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		found := false
		for _, l := range labelWords[r] {
			end, ok := matchSpaced(s, i, l.word)
			if !ok {
				continue
			}
			from, ok := labelEnd(s, end, l)
			if !ok || from >= len(s) && s[len(s)-1] != ':' && (i > 0 || l.field == fieldNoise) && l.field != fieldNoise {
				continue
			}
			out = append(out, labelled{label: l, off: i, from: from})
			i, found = from, true
			break
		}
		if !found {
			i += size
		}
	}
	for k := range out {
		out[k].end = len(s)
		if k+1 < len(out) {
			out[k].end = out[k+1].off
		}
		if out[k].from <= out[k].end {
			out[k].value = trimValue(s[out[k].from:out[k].end])
		}
	}
	return out
}

// matchSpaced says whether word stands at i of s, blanks between its
// characters passed over, and where it ends.
func matchSpaced(s string, i int, word string) (end int, ok bool) {
	if strings.HasPrefix(s[i:], word) {
		return i + len(word), true
	}
	for k, r := range word {
		if k > 0 {
			i = skipBlanks(s, i)
		}
		if i >= len(s) {
			return 0, false
		}
		c, size := utf8.DecodeRuneInString(s[i:])
		if c != r {
			return 0, false
		}
		i += size
	}
	return i, true
}

// labelEnd returns where the value of a label that ends at i starts.
func labelEnd(s string, i int, l label) (from int, ok bool) {
	j := skipBlanks(s, i)
	if j >= len(s) {
		return j, true
	}
	switch {
	case s[j] == ':':
		for j < len(s) && (s[j] == ':' || s[j] == ' ') {
			j++
		}
		return j, true
	case s[j] == ']' || s[j] == '|':
		return j + 1, l.field == fieldNoise
	case strings.HasPrefix(s[j:], "】"):
		return j + len("】"), true
	case l.bare, isDigit(s[j]) && (l.field == fieldPublished || l.field == fieldModified) && utf8.RuneCountInString(l.word) > 2:
		return j, true
	case l.field == fieldNoise && (utf8.RuneCountInString(l.word) > 2 || s[j] == '('):
		return j, true
	}
	return 0, false
}

// isNoise says whether a word is a label of noise.
func isNoise(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	for _, l := range labelWords[r] {
		if l.word == word {
			return l.field == fieldNoise
		}
	}
	return false
}

// trimValue cleans the marks that part values off both ends, and cuts a value
// at a bracket that closes what was opened before its label.
func trimValue(s string) string {
	const marks = " |,;/·•丨│-【】[]()<>\u00a0、，；\"'�"
	s = strings.Trim(s, marks+":")
	depth := 0
	for i, r := range s {
		switch r {
		case '(', '[', '【', '（', '「', '《':
			depth++
		case ')', ']', '】', '）', '」', '》':
			if depth--; depth < 0 {
				s = s[:i]
			}
		case '=', '<', '>', '{', '}':
			return "" // markup that broke
		}
		if depth < 0 {
			break
		}
	}
	s = strings.TrimRight(s, marks)
	for i := strings.LastIndexByte(s, ' '); i > 0 && isNoise(s[i+1:]); i = strings.LastIndexByte(s, ' ') {
		s = strings.TrimRight(s[:i], marks) // a button beside it
	}
	if strings.Count(s, "(") < strings.Count(s, ")") || strings.Count(s, "(") > strings.Count(s, ")") {
		s = strings.Trim(s, "()")
	}
	switch s {
	case "无", "null", "暂无", "未知", "空", "--", "佚名", "本站编辑", "undefined", "admin", "管理员", "次", "选择字号", "大 中 小", "默认":
		return ""
	}
	return s
}
