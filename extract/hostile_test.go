package extract_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"fangzhi/extract"
)

// hostilePages are pages of about n bytes that are made to exhaust a reader.
func hostilePages(n int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, n/len(s)) }
	var attrs strings.Builder
	attrs.WriteString("<div ")
	for i := 0; attrs.Len() < n; i++ {
		fmt.Fprintf(&attrs, "a%d=1 ", i)
	}
	return map[string]string{
		"divs in divs":                fill("<div>"),
		"divs closed":                 strings.Repeat("<div>", n/12) + strings.Repeat("</div>", n/12),
		"unclosed paragraphs":         fill("<p>text "),
		"unclosed anchors":            fill("<a href=x>y"),
		"unclosed bold and paragraph": fill("<b><p>"),
		"unclosed fonts":              fill("<p><font size=1>x"),
		"a million attributes":        attrs.String() + ">x</div>",
		"attributes everywhere":       fill("<p class=a id=b style=c title=d>x"),
		"tables in tables":            fill("<table><tr><td>x"),
		"table full of bold":          "<table>" + fill("x<b>"),
		"items":                       fill("<li>x"),
		"line breaks":                 fill("x<br>"),
		"rows":                        "<table>" + fill("<tr><td>2024-01-01<td>发布时间："),
		"options":                     "<select>" + fill("<option>x"),
		"vectors":                     fill("<svg><path>"),
		"comments":                    fill("<!--x-->"),
		"an unclosed comment":         "<!--" + fill("<!- "),
		"an unclosed script":          "<script>" + fill("<!--<script "),
		"an unclosed attribute":       `<a b="` + fill("x>"),
		"angle brackets":              fill("<"),
		"end tags":                    fill("</p>"),
		"misnested":                   "<div>" + fill("<i></div><div>"),
		"entities":                    fill("&amp;&lt"),
		"one line of digits":          fill("2024-01-0"),
		"one line of labels":          fill("时间：来源："),
		"one line of Han":             fill("一二三，"),
		"headings":                    fill("<h1>标题标题标题</h1>"),
		"links with dates":            fill("<li><a href=a>关于印发实施方案的通知</a>2024-01-01"),
		"structured data":             `<script type="application/ld+json">` + fill(`[{"@graph":`) + `</script>`,
		"records":                     `<script type="text/xml">` + fill("<record><![CDATA[<li>x]]></record>") + `</script>`,
		"metas":                       fill("<meta name=a content=b>"),
		"title":                       "<title>" + fill("标题_"),
		"hidden":                      fill("<div style=display:none>正文，正文，正文"),
		"frames":                      fill("<iframe src=a.pdf></iframe>"),
		"pictures":                    fill("<img src=a.png>"),
	}
}

// Ten megabytes of anything are read within two seconds and 300 MiB; see
// BenchmarkHostile. Here two, and the bounds are loose: tests share their
// machine.
func TestHostilePages(t *testing.T) {
	const n = 2 << 20
	for name, page := range hostilePages(n) {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			p := open(t, extract.Input{URL: "http://a.gov.cn/t20240101_1.html", Payload: []byte(page)})
			p.Reading()
			p.Links()
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			t.Logf("%.2f s, %d MiB allocated, %d MiB live at the end", took.Seconds(), (after.TotalAlloc-before.TotalAlloc)>>20, (after.HeapAlloc-before.HeapAlloc)>>20)
			if took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 400 {
				t.Errorf("allocated %d MiB", got)
			}
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, page := range hostilePages(10 << 20) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := extract.Open(extract.Input{URL: "http://a.gov.cn/t20240101_1.html", Payload: []byte(page)})
				if err != nil {
					b.Fatal(err)
				}
				p.Reading()
				p.Links()
			}
		})
	}
}
