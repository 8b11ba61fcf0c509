package diff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/diff"
	"fangzhi/bench/process"
)

// inline writes parts as a line of text.
func inline(parts []diff.Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.Op {
		case diff.Removed:
			fmt.Fprintf(&b, "[-%s-]", p.Text)
		case diff.Added:
			fmt.Fprintf(&b, "{+%s+}", p.Text)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"equal", "同一段文字", "同一段文字", "同一段文字"},
		{"a figure", "全年投资三十亿元。", "全年投资四十亿元。", "全年投资[-三十亿-]{+四十亿+}元。"},
		{"a number is whole", "共计1,234.5万元", "共计1,284.5万元", "共计[-1,234.5-]{+1,284.5+}万元"},
		{"a word is whole", "组织开展安全生产检查", "组织开展安全隐患检查", "组织开展安全[-生产-]{+隐患+}检查"},
		{"words that share a character", "召开工作会议", "召开工作会谈", "召开工作[-会议-]{+会谈+}"},
		{"a day is one change", "11月16日至11月27日", "11月16日至12月4日", "11月16日至[-11月27-]{+12月4+}日"},
		{"marks part changes", "一名，甲", "三名，乙", "[-一名-]{+三名+}，[-甲-]{+乙+}"},
		{"a paragraph more", "甲\n", "甲\n乙\n", "甲\n{+乙\n+}"},
		{"a paragraph moved", "甲一\n乙二\n丙三\n", "丙三\n甲一\n乙二\n", "{+丙三\n+}甲一\n乙二\n[-丙三\n-]"},
		{"from nothing", "", "乙", "{+乙+}"},
		{"to nothing", "乙", "", "[-乙-]"},
		{"Latin words", "version 2.0 of WeChat", "version 2.1 of WeChats", "version [-2.0-]{+2.1+} of [-WeChat-]{+WeChats+}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := inline(diff.Texts(c.a, c.b)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Each part says where it stands in both texts, and the parts add up to them.
func TestTextsRebuildsBothSides(t *testing.T) {
	a := strings.Repeat("第一段讲工业。\n\n第二段讲农业。\n\n", 200)
	b := strings.Replace(strings.Replace(a, "工业", "服务业", 3), "第二段", "末段", 1) + "完"
	var x, y strings.Builder
	runesA, runesB := []rune(a), []rune(b)
	for _, p := range diff.Texts(a, b) {
		n := len([]rune(p.Text))
		if p.Op != diff.Added {
			x.WriteString(p.Text)
			if got := string(runesA[p.Old : p.Old+n]); got != p.Text {
				t.Errorf("at %d of the old text stands %q, not %q", p.Old, got, p.Text)
			}
		}
		if p.Op != diff.Removed {
			y.WriteString(p.Text)
			if got := string(runesB[p.New : p.New+n]); got != p.Text {
				t.Errorf("at %d of the new text stands %q, not %q", p.New, got, p.Text)
			}
		}
	}
	if x.String() != a || y.String() != b {
		t.Error("the parts do not add up to the two texts")
	}
}

// Two books that share nothing: the answer comes at once.
func TestTextsFarApart(t *testing.T) {
	var a, b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&a, "第%d条甲。", i)
		fmt.Fprintf(&b, "%d章乙，", i)
	}
	start := process.Spent()
	diff.Texts(a.String(), b.String())
	if took := process.Spent() - start; took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestArticles(t *testing.T) {
	day := time.Date(2026, 9, 19, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	a := archive.Article{
		Title: "通知", Published: day, DayOnly: true, Body: "甲 乙",
		Attachments: []archive.Attachment{{Name: "附件", URL: "http://a.example/1.pdf"}}, Pictures: []string{"http://old.example/img/1.png"},
	}
	b := archive.Article{
		Title: "通 知", Published: day, DayOnly: true, Body: "甲丙", Source: "云溪县",
		Attachments: []archive.Attachment{{Name: "附件", URL: "https://a.example/1.pdf"}}, Pictures: []string{"https://new.example/1.png?v=2"},
	}
	var fields []string
	for _, c := range diff.Articles(a, b) {
		fields = append(fields, c.Field)
	}
	if d := cmp.Diff([]string{"source", "body"}, fields); d != "" {
		t.Error(d)
	}
}

// What a fingerprint does not see is no change; what it sees is one.
func TestArticlesAgreesWithFingerprints(t *testing.T) {
	whole := archive.Article{
		Title: "标题", Subtitle: "副题", Source: "来源", Author: "作者", DocumentNumber: "云政发〔2026〕3号",
		Published: time.Date(2026, 9, 19, 8, 0, 0, 0, time.UTC), Body: "第一段。\n\n第二段。",
		Attachments: []archive.Attachment{{Name: "附件", URL: "http://a.example/1.pdf"}},
	}
	for name, edit := range map[string]func(*archive.Article){
		"nothing":     func(*archive.Article) {},
		"white space": func(a *archive.Article) { a.Body = "第一段。 \n\n\n 第 二段。" },
		"width":       func(a *archive.Article) { a.DocumentNumber = "云政发〔２０２６〕３号" },
		"title":       func(a *archive.Article) { a.Title = "新标题" },
		"subtitle":    func(a *archive.Article) { a.Subtitle = "" },
		"source":      func(a *archive.Article) { a.Source = "别处" },
		"author":      func(a *archive.Article) { a.Author = "别人" },
		"number":      func(a *archive.Article) { a.DocumentNumber = "云政发〔2026〕4号" },
		"time":        func(a *archive.Article) { a.Published = a.Published.Add(time.Minute) },
		"day only":    func(a *archive.Article) { a.DayOnly = true },
		"body":        func(a *archive.Article) { a.Body = "第一段。\n\n第三段。" },
		"an attachment's name": func(a *archive.Article) {
			a.Attachments = []archive.Attachment{{Name: "表", URL: "http://a.example/1.pdf"}}
		},
		"an attachment gone": func(a *archive.Article) { a.Attachments = nil },
	} {
		b := whole
		edit(&b)
		same := archive.FingerprintOf(whole) == archive.FingerprintOf(b)
		if changes := diff.Articles(whole, b); same != (len(changes) == 0) {
			t.Errorf("%s: fingerprints same: %v, changes: %v", name, same, changes)
		}
	}
}
