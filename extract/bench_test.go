package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/extract"
)

// portalPage is an article page of 38 KB with 124 links, as county portals
// serve them.
func portalPage() []byte {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>全县召开重点项目推进会_河湾县人民政府</title>
<meta name="SiteName" content="河湾县人民政府"><meta name="ArticleTitle" content="全县召开重点项目推进会"><meta name="PubDate" content="2024-06-12 09:30">
<meta name="ContentSource" content="河湾日报"></head><body><div class="header"><ul class="nav">`)
	for i := range 40 {
		fmt.Fprintf(&b, `<li class="nav-item"><a href="/zwgk/col%d/index.html" target="_blank">栏目%d</a></li>`, i, i)
	}
	b.WriteString(`</ul></div><div class="main"><div class="content"><h1>全县召开重点项目推进会</h1>
<div class="info"><span>发布时间：2024-06-12 09:30</span><span>来源：河湾日报</span><span>浏览次数：<em id="hits">318</em></span></div><div id="zoom">`)
	for i := range 24 {
		fmt.Fprintf(&b, `<p style="text-indent:2em;line-height:1.75em;font-size:16px;font-family:宋体">%d月12日，全县召开重点项目推进会，总结前一阶段工作，分析存在的问题，安排部署下一步任务，县直有关单位主要负责同志参加会议，会议强调要以更高标准、更实举措推动项目建设提质增效，确保全年目标任务圆满完成。</p>`, i%12+1)
	}
	b.WriteString(`</div></div><div class="sidebar"><ul class="list">`)
	for i := range 60 {
		fmt.Fprintf(&b, `<li><a href="./202406/t202406%02d_%d.html" title="县政府常务会议研究第%d项民生实事工作">县政府常务会议研究第%d项…</a><span class="date">[2024-06-%02d]</span></li>`, i%28+1, 1000+i, i, i, i%28+1)
	}
	b.WriteString(`</ul></div></div><div class="footer">`)
	for i := range 24 {
		fmt.Fprintf(&b, `<a href="http://www.site%d.gov.cn/" target="_blank">友情链接%d</a>`, i, i)
	}
	b.WriteString(`<p>主办：河湾县人民政府办公室 网站标识码：4300000000 湘ICP备00000000号</p></div>`)
	for b.Len() < 38<<10 {
		b.WriteString(`<script>function createWidget(){var a=document.getElementById("w");if(a){a.innerHTML="";}return true;}</script>`)
	}
	b.WriteString(`</body></html>`)
	return []byte(b.String())
}

func BenchmarkPage(b *testing.B) {
	page := portalPage()
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := extract.Open(extract.Input{URL: "http://www.hewan.gov.cn/zwgk/202406/t20240612_1.html", Payload: page})
		if err != nil {
			b.Fatal(err)
		}
		if r := p.Reading(); r.Article.Title == "" {
			b.Fatal("no title")
		}
		if n := len(p.Links()); n < 100 {
			b.Fatal(n, "links")
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	page := portalPage()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := extract.Open(extract.Input{URL: "http://www.hewan.gov.cn/", Payload: page}); err != nil {
			b.Fatal(err)
		}
	}
}
