package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// library records one article for each text, as pages 0, 1, … of column
// 热点资讯, an hour apart.
func (f *fixture) library(texts ...archive.Article) archive.Run {
	f.Helper()
	r := f.begin(site, 0)
	var batch []archive.Entry
	for n, a := range texts {
		batch = append(batch, visit(r, unread(site, url(n)), time.Duration(n)*time.Hour, a))
	}
	f.record(r, batch...)
	return r
}

// finds fails the test unless q finds exactly the pages of these numbers, in
// any order.
func (f *fixture) finds(q string, filter archive.Filter, pages ...int) {
	f.Helper()
	got := f.searchURLs(q, filter)
	slices.Sort(got)
	want := make([]string, 0, len(pages))
	for _, n := range pages {
		want = append(want, url(n))
	}
	f.equal(q, got, want)
}

var searchTests = []subtest{
	{"finds the same after a rebuild", func(f *fixture) {
		r := f.begin(site, 0)
		for n := range 20 {
			f.record(r, visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text("标题", prose(n))))
		}
		f.searchURLs("标题", archive.Filter{})
		f.record(r, visit(r, f.page(url(1)), time.Minute, text("标题", prose(99))))
		f.unchanged("a rebuild", func() {
			if err := f.Rebuild(f.Context()); err != nil {
				f.Fatal(err)
			}
		})
		f.equal("found", len(f.searchURLs("标题", archive.Filter{})), 20)
		for n := range 20 {
			alike, err := f.Alike(f.Context(), archive.SketchOf(text("", prose(n))))
			if err != nil || len(alike) == 0 || alike[0].URL != url(n) {
				f.Errorf("alike %d: %d found, %v", n, len(alike), err)
			}
		}
	}},
	{"an empty archive holds nothing", func(f *fixture) {
		f.finds("经济", archive.Filter{})
	}},
	{"hits are whole snapshots", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, fullArticle())
		f.record(r, e)
		f.equal("hits", collect(f.T, f.Search(f.Context(), "实施细则", archive.Filter{})), []archive.Snapshot{*e.Snapshot})
	}},
	{"Chinese is found anywhere in a text", func(f *fixture) {
		f.library(
			text("张家港经济技术开发区召开会议", "党工委书记主持会议，强调高质量发展。"),
			text("通知", "各镇人民政府：\n\n现将有关事项通知如下。经济"),
			text("Notice", "the 济 river\nand 经"),
		)
		for q, want := range map[string][]int{
			"张": {0}, "议": {0}, "。": nil, "区": {0}, "党": {0}, "展": {0}, "经": {0, 1, 2}, "济": {0, 1, 2},
			"经济": {0, 1}, "技术": {0}, "济技": {0}, "术开发区召": {0}, "会议": {0}, "量发展": {0}, "高质量发展": {0},
			"张家港经济技术开发区召开会议": {0}, "如下": {1}, "政府": {1},
			"发展经济": nil, "济经": nil, "议党": nil, "府现": nil, "龙": nil, "张港": nil,
		} {
			f.finds(q, archive.Filter{}, want...)
		}
	}},
	{"every word is held, in the title or the body", func(f *fixture) {
		f.library(
			text("经济工作会议", "部署安全生产"),
			text("安全检查", "经济开发区"),
			text("经济", "会议"),
		)
		f.finds("经济 安全", archive.Filter{}, 0, 1)
		f.finds("  安全\t生产\n经济　", archive.Filter{}, 0)
		f.finds("会议 经济", archive.Filter{}, 0, 2)
		f.finds("会议 龙", archive.Filter{})
		f.finds("经 济 会", archive.Filter{}, 0, 2)
	}},
	{"Latin words and numbers are found whole, in either case", func(f *fixture) {
		f.library(
			text("China-Singapore Industrial Park", "signed an MOU with ASML in 2026"),
			text("第12号公告", "采用ISO9001标准，投资3.5亿元，2026年度"),
			text("Ünïted", "ОБЩЕСТВО ÉCOLE"),
		)
		f.finds("singapore", archive.Filter{}, 0)
		f.finds("ASML mou", archive.Filter{}, 0)
		f.finds("2026", archive.Filter{}, 0, 1)
		f.finds("2026年度", archive.Filter{}, 1)
		f.finds("第12号", archive.Filter{}, 1)
		f.finds("iso9001", archive.Filter{}, 1)
		f.finds("iso9001标准", archive.Filter{}, 1)
		f.finds("china-singapore", archive.Filter{}, 0)
		f.finds("общество école", archive.Filter{}, 2)
		f.finds("gapore", archive.Filter{})
	}},
	{"only the latest version is found", func(f *fixture) {
		r := f.begin(site, 0)
		first := visit(r, unread(site, url(1)), time.Second, text("旧标题", "旧的内容"))
		f.record(r, first)
		f.finds("旧的", archive.Filter{}, 1)
		second := visit(r, first.Page, 2*time.Second, text("新标题", "新的内容"))
		f.record(r, second)
		f.finds("旧的", archive.Filter{})
		f.finds("旧标题", archive.Filter{})
		f.equal("hits", collect(f.T, f.Search(f.Context(), "新的", archive.Filter{})), []archive.Snapshot{*second.Snapshot})
		third := visit(r, second.Page, 3*time.Second, text("又一标题", "又一内容"))
		fourth := visit(r, third.Page, 4*time.Second, text("末标题", "末一内容"))
		f.record(r, third, fourth)
		f.finds("新的", archive.Filter{})
		f.finds("又一", archive.Filter{})
		f.equal("hits", collect(f.T, f.Search(f.Context(), "标题", archive.Filter{})), []archive.Snapshot{*fourth.Snapshot})
	}},
	{"a version that was replaced is found where it is asked for", func(f *fixture) {
		r := f.begin(site, 0)
		first := visit(r, unread(site, url(1)), time.Second, text("招聘公告", "招聘乡村医生24名"))
		f.record(r, first)
		f.searchURLs("医生", archive.Filter{}) // the first version is indexed
		second := visit(r, first.Page, 2*time.Second, text("招聘公告", "招聘乡村医生28名"))
		third := visit(r, second.Page, time.Hour, text("招聘公告", "招聘教师28名"))
		f.record(r, second)
		f.record(r, third, visit(r, unread(site, url(2)), 3*time.Second, text("招聘公告", "招聘乡村医生一名，医生")))
		for _, tt := range []struct {
			q    string
			f    archive.Filter
			want []string
		}{
			{"医生", archive.Filter{}, []string{"2@1"}},
			{"24名", archive.Filter{Replaced: true}, []string{"1@1"}},
			{"24名 教师", archive.Filter{Replaced: true}, nil},
			{"28名", archive.Filter{Replaced: true}, []string{"1@3", "1@2"}},
			{"28名", archive.Filter{Replaced: true, Limit: 1}, []string{"1@3"}},
			{"招聘", archive.Filter{Replaced: true, Limit: 3, URL: url(1)}, []string{"1@3", "1@2", "1@1"}},
			{"招聘", archive.Filter{Replaced: true, Until: t0.Add(2 * time.Second).Truncate(time.Second)}, []string{"1@1"}},
			{"招聘", archive.Filter{Replaced: true, Column: "没有"}, nil},
			{"招聘", archive.Filter{Replaced: true, Site: other}, nil},
		} {
			var got []string
			for _, s := range collect(f.T, f.Search(f.Context(), tt.q, tt.f)) {
				n := 1
				if s.URL == url(2) {
					n = 2
				}
				got = append(got, fmt.Sprintf("%d@%d", n, s.Version))
			}
			f.equal(fmt.Sprintf("hits of %q, %+v", tt.q, tt.f), got, tt.want)
		}
	}},
	{"a snapshot is found once its record has returned", func(f *fixture) {
		r := f.begin(site, 0)
		for n := range 30 {
			f.record(r, visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text("通知", "第"+url(n)+"号")))
			f.equal("hits", len(f.searchURLs("通知", archive.Filter{})), n+1)
		}
	}},
	{"a page that is gone is found still", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, text("通知", "内容"))
		f.record(r, e, gone(r, e.Page, 2*time.Second))
		f.finds("通知", archive.Filter{}, 1)
	}},
	{"the best match comes first", func(f *fixture) {
		filler := strings.Repeat("今天天气很好，大家都在公园里散步。", 60)
		f.library(
			text("杂谈", filler+"垃圾分类"+filler),
			text("垃圾分类实施方案", "垃圾分类工作，推进垃圾分类。"),
			text("见闻", filler),
		)
		f.equal("order", f.searchURLs("垃圾分类", archive.Filter{}), []string{url(1), url(0)})
		f.equal("the first", f.searchURLs("垃圾分类", archive.Filter{Limit: 1}), []string{url(1)})
	}},
	{"is narrowed by a filter", func(f *fixture) {
		r := f.library(text("通知", "甲"), text("通知", "乙"), text("通知", "丙"))
		p := unread(site, url(3))
		p.Column = "公告"
		f.record(r, visit(r, p, 3*time.Hour, text("通知", "丁")))
		file := fetched(r, url(4), 4*time.Hour, []byte("x"))
		file.Snapshot.Article.Title = "通知附件"
		f.record(r, file)
		s := f.begin(other, 0)
		f.record(s, visit(s, unread(other, url(5)), 5*time.Hour, text("通知", "戊")))
		hour := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Hour).Truncate(time.Second) }

		f.finds("通知", archive.Filter{}, 0, 1, 2, 3, 4, 5)
		f.finds("通知", archive.Filter{Site: other}, 5)
		f.finds("通知", archive.Filter{Site: site}, 0, 1, 2, 3, 4)
		f.finds("通知", archive.Filter{Site: "nowhere"})
		f.finds("通知", archive.Filter{URL: url(2)}, 2)
		f.finds("通知", archive.Filter{Column: "公告"}, 3)
		f.finds("通知", archive.Filter{Kind: archive.KindAttachment}, 4)
		f.finds("通知", archive.Filter{Since: hour(3)}, 3, 4, 5)
		f.finds("通知", archive.Filter{Until: hour(2)}, 0, 1)
		f.finds("通知", archive.Filter{Since: hour(1), Until: hour(3)}, 1, 2)
		f.equal("limit", len(f.searchURLs("通知", archive.Filter{Limit: 2})), 2)
		f.finds("通知 乙", archive.Filter{Site: site, Limit: 9}, 1)
	}},
	{"odd queries are no error", func(f *fixture) {
		f.library(text("引号“通知”", "a* (b) c-d \"e\" NEAR AND OR NOT $100% x:y"))
		for _, q := range []string{
			"", " ", "*", "\"", "\"\"", "'", "(", ")", "()", "-", "--", "^", "+", ":", "{", "}", ",", ".", "%", "_", "$", "\\",
			"通知*", "*通知", "\"通知", "通知\"", "(通知", "-通知", "通知 -", "NOT", "AND", "OR", "NEAR", "NEAR(通知 a)", "title:通知",
			"a* ", "b)", "c-d", "\x00", "通\x00知", "\xff\xfe", "；", "“通知”", "😀", strings.Repeat("通", 3000), strings.Repeat("通 知 ", 500),
		} {
			for _, err := range f.Search(f.Context(), q, archive.Filter{}) {
				if err != nil {
					f.Errorf("%.40q: %v", q, err)
				}
			}
		}
		f.finds("\"通知\"", archive.Filter{}, 0)
		f.finds("通知*", archive.Filter{}, 0)
		f.finds("“通知”", archive.Filter{}, 0)
		f.finds("c-d", archive.Filter{}, 0)
		f.finds("near AND not", archive.Filter{}, 0)
	}},
	{"many hits come whole and once", func(f *fixture) {
		r := f.begin(site, 0)
		var batch []archive.Entry
		var want []int
		for n := range 400 {
			batch = append(batch, visit(r, unread(site, url(n)), time.Second, text("通知", prose(n))))
			want = append(want, n)
		}
		f.record(r, batch...)
		f.finds("通知", archive.Filter{}, want...)
	}},
}
