package portaltest

import (
	"embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed news/*.txt
var news embed.FS

// demoColumns are those of the demo. The last is what is left of the portal
// before the last: tables, GBK, and a declaration of GB2312.
var demoColumns = []Column{
	{Path: "yw", Name: "要闻动态"},
	{Path: "tzgg", Name: "通知公告", Header: "utf-8"},
	{Path: "xzcz", Name: "乡镇传真", Frame: Tables, Charset: "gbk", Declared: "gb2312"},
}

// Demo makes the portal that the demo crawls: three columns of twelve or
// thirteen articles on lists of five, one of them in GBK; documents with
// attachments, styles and pictures; one story in two columns.
func Demo() *Portal { return DemoWith(Options{}) }

// DemoWith is Demo with other manners. A PageSize of 0 is 5 here.
func DemoWith(o Options) *Portal {
	o.Articles = 0
	if o.PageSize == 0 {
		o.PageSize = 5
	}
	p := New(o)
	p.dress()
	p.SetRobots("User-agent: *\nDisallow: /was5/\nDisallow: /cas/\n")
	for _, c := range demoColumns {
		p.AddColumn(c)
		text, err := news.ReadFile("news/" + c.Path + ".txt")
		if err != nil {
			panic(err) // it is embedded
		}
		articles := readNews(string(text))
		for i := len(articles) - 1; i >= 0; i-- { // the newest stands first
			p.Publish(c.Path, articles[i])
		}
	}
	return p
}

// Deeds are the URLs of what happened to a portal overnight.
type Deeds struct {
	Published []string // new articles
	Edited    string   // says something else
	Counted   string   // only its view counter moved
	Withdrawn string   // answers 404
}

// NextDay lets the demo's editors work: two articles are published, one is
// edited, one is read by more people and one is withdrawn. It returns an error
// when the portal is not the demo's, or when its next day has come already.
func (p *Portal) NextDay() (Deeds, error) {
	find := func(column, words string) string {
		for _, a := range p.Truth() {
			if a.Column == column && a.State == Live && strings.Contains(a.Title, words) {
				return a.URL
			}
		}
		return ""
	}
	d := Deeds{
		Edited:    find("tzgg", "公开招聘乡村医生"),
		Counted:   find("yw", "县图书馆新馆试开放"),
		Withdrawn: find("tzgg", "公示（第二批）"),
	}
	if d.Edited == "" || d.Counted == "" || d.Withdrawn == "" {
		return Deeds{}, fmt.Errorf("next day: not the demo's portal, or not its first day")
	}
	err := p.Edit(d.Edited, func(a *Article) {
		for i, s := range a.Body {
			a.Body[i] = strings.NewReplacer("乡村医生24名", "乡村医生28名", "2026年11月16日至11月27日", "2026年11月16日至12月4日", "12月12日", "12月19日").Replace(s)
		}
	})
	if err != nil {
		return Deeds{}, err
	}
	if err := p.CountViews(d.Counted, 318); err != nil {
		return Deeds{}, err
	}
	if err := p.Withdraw(d.Withdrawn); err != nil {
		return Deeds{}, err
	}
	for _, a := range readNews(nextDay) {
		d.Published = append(d.Published, p.Publish(a.Column, a))
	}
	return d, nil
}

const nextDay = `column: yw
title: 我县启动冬季农田水利建设 计划投资8200万元
published: 2026-11-20 10:18
source: 云溪县融媒体中心
author: 陈望
editor: 何静
views: 61

11月19日，全县冬季农田水利建设现场推进会在柳塘镇召开。今冬明春，全县计划投资8200万元，整修山塘216口，清淤渠道187公里，新建高标准农田1.4万亩。
在塘湾村施工现场，四台挖掘机正在清理干渠淤泥。这条干渠建于上世纪七十年代，灌溉着下游三个村的五千多亩稻田，因为多年淤积，末端的田块常常用不上水。
县水利局要求，各地抓住冬闲有利时机，实行“一口山塘一张表、一条渠道一个责任人”，确保明年春灌前全部完工。
---
column: xzcz
title: 石桥乡：返乡青年建起“共享菜园”
published: 2026-11-20 16:35
source: 石桥乡人民政府
views: 24
dateline: 1

周末一早，县城居民卢婷带着孩子来到石桥乡石坝村，在自家认领的三十平方米菜地里拔萝卜、摘青菜。今年三月，返乡青年冯涛流转了村边二十亩闲置地，分成二百块小菜园出租。
菜园每块年租金六百元，租户可以自己种，也可以委托村民代管。村里十四名村民在这里做田间管家，每月增加收入一千多元。
目前，二百块菜园已经租出一百七十六块。冯涛打算明年在菜园旁边建一间农事教室，让孩子们认一认二十四节气里的庄稼。
`

// readNews reads articles parted by lines of three hyphens: fields, an empty
// line, and a paragraph on each line.
func readNews(text string) []Article {
	var all []Article
	for part := range strings.SplitSeq(text, "---\n") {
		head, body, _ := strings.Cut(part, "\n\n")
		var a Article
		for line := range strings.Lines(head) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
			if !ok || !a.set(name, value) {
				panic(fmt.Sprintf("portaltest: news: %q is no field", line)) // the texts are our own
			}
		}
		for line := range strings.Lines(body) {
			if line = strings.TrimSpace(line); line != "" {
				a.Body = append(a.Body, line)
			}
		}
		for i := range a.Files {
			a.Files[i].Bytes = document(a.Files[i].Name, a)
		}
		all = append(all, a)
	}
	return all
}

// set sets a field of the news files, and says whether there is such a one.
func (a *Article) set(name, value string) bool {
	var err error
	notice := func() *Notice {
		if a.Notice == nil {
			a.Notice = &Notice{}
		}
		return a.Notice
	}
	switch name {
	case "column":
		a.Column = value
	case "title":
		a.Title = value
	case "source":
		a.Source = value
	case "author":
		a.Author = value
	case "editor":
		a.Editor = value
	case "published":
		layout := "2006-01-02 15:04"
		a.Published, err = time.ParseInLocation(layout[:min(len(layout), len(value))], value, Shanghai)
		a.Modified = a.Published.Add(10 * time.Minute)
	case "dayonly":
		a.DayOnly = value == "yes"
	case "views":
		a.Views, err = strconv.Atoi(value)
	case "dateline":
		a.DateLine, err = strconv.Atoi(value)
	case "nometa":
		a.NoMeta = value == "yes"
	case "declared":
		a.Declared = value
	case "index":
		notice().Index = value
	case "topic":
		notice().Topic = value
	case "issuer":
		notice().Issuer = value
	case "number":
		notice().Number = value
	case "written":
		notice().Written = value
	case "file":
		a.Files = append(a.Files, File{Name: value})
	case "picture":
		a.Pictures = append(a.Pictures, File{Name: value, Type: "image/png", Bytes: picture(value)})
	default:
		return false
	}
	return err == nil
}

// document makes up the file of an article that has the name name.
func document(name string, a Article) []byte {
	lines := []string{strings.TrimSuffix(name, path.Ext(name)), a.Source, a.Published.Format("2006年1月2日")}
	if path.Ext(name) == ".pdf" {
		return PDF(lines...)
	}
	return DOCX(lines...)
}
