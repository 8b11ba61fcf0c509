package diff_test

import (
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/diff"
)

func TestClassesOfBody(t *testing.T) {
	for _, c := range []struct{ name, a, b, want string }{
		{"a number", "招聘乡村医生24名。", "招聘乡村医生28名。", "figures"},
		{"a Chinese number", "全年投资三十亿元。", "全年投资四十亿元。", "figures"},
		{"one numeral", "共录用三名。", "共录用五名。", "figures"},
		{"a unit with it", "投资500万元。", "投资5亿元。", "figures"},
		{"a share", "同比增长3.5%。", "同比增长5.3%。", "figures"},
		{"a day", "报名至11月27日止。", "报名至12月4日止。", "figures"},
		{"a number put in", "参会人员60人。", "参会人员60至80人。", "figures"},
		{"a unit alone", "投资5元。", "投资5角。", "wording"},
		{"a person by title", "县长王建国出席。", "县长李卫东出席。", "names"},
		{"a person before the title", "陈望同志任水利局局长。", "陈旺同志任水利局局长。", "names"},
		{"a given name alone", "记者刘芳报道。", "记者刘洋报道。", "names"},
		{"an office", "由县水利局负责。", "由县农业局负责。", "names"},
		{"a place", "在柳塘镇召开。", "在石桥镇召开。", "names"},
		{"a known place", "赴南京考察。", "赴北京考察。", "names"},
		{"a word", "认真研究部署。", "认真研究落实。", "wording"},
		{"a word that starts like a surname", "高质量发展。", "高水平发展。", "wording"},
		{"a sentence more", "会议结束。\n", "会议结束。\n另行通知。\n", "wording"},
		{"a paragraph with figures more", "会议结束。\n", "会议结束。\n共投资3亿元，惠及村民。\n", "wording"},
		{"figures and words", "招聘24名，认真审核。", "招聘28名，严格审核。", "figures, wording"},
		{"layout", "第一段。\n\n第二段。", "第一段。\n第二 段。", ""},
		{"marks", "通知如下：", "通知如下。", "wording"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := diff.Line(diff.Between(archive.Article{Body: c.a}, archive.Article{Body: c.b}))
			if got != c.want {
				t.Errorf("classes %q, want %q", got, c.want)
			}
		})
	}
}

func TestClassesOfFields(t *testing.T) {
	a := archive.Article{
		Title: "招聘公告（24名）", Source: "县政府", Author: "甲", DocumentNumber: "1号", Published: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
		Body: "正文", Pictures: []string{"http://a.example/1.png"}, Attachments: []archive.Attachment{{Name: "表", URL: "http://a.example/1.doc"}},
	}
	for _, c := range []struct {
		name, want string
		edit       func(*archive.Article)
	}{
		{"title", "title", func(a *archive.Article) { a.Title = "招录公告（24名）" }},
		{"title with a figure", "title, figures", func(a *archive.Article) { a.Title = "招聘公告（28名）" }},
		{"date", "date", func(a *archive.Article) { a.Published = a.Published.Add(24 * time.Hour) }},
		{"source", "source", func(a *archive.Article) { a.Source = "市政府" }},
		{"number", "number", func(a *archive.Article) { a.DocumentNumber = "2号" }},
		{"attachments", "attachments", func(a *archive.Article) { a.Attachments = nil }},
		{"pictures", "pictures", func(a *archive.Article) { a.Pictures = append(a.Pictures, "http://a.example/2.png") }},
		{"several", "title, date, wording, attachments", func(a *archive.Article) {
			a.Title, a.Published, a.Body, a.Attachments = "招录公告（24名）", time.Time{}, "另文", nil
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := a
			c.edit(&b)
			if got := diff.Line(diff.Between(a, b)); got != c.want {
				t.Errorf("classes %q, want %q", got, c.want)
			}
		})
	}
}
