package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/extract"
)

// A table of figures set into a text in a box with its head is text; a box with a table
// that is none of it is not.
func TestTableWithItsHead(t *testing.T) {
	const before = `<p>初步核算，全年实现地区生产总值286.5亿元，按可比价格计算，比上年增长6.1%。</p>`
	const after = `<p>全年粮食播种面积108.2万亩，粮食总产量42.6万吨，比上年增长1.3%，油料产量稳中有升。</p>`
	const table = `<table border="1"><tr><th>指标</th><th>绝对数</th><th>增长（%）</th></tr><tr><td>地区生产总值</td><td>286.5</td><td>6.1</td></tr><tr><td>第一产业</td><td>52.3</td><td>3.9</td></tr></table>`
	for name, c := range map[string]struct {
		box  string
		kept bool
	}{
		"a number":          {`<div class="tb"><p>表1 2025年主要指标</p>` + table + `</div>`, true},
		"a unit":            {`<div class="tb"><p>2025年全县主要指标完成情况</p><p>单位：亿元</p>` + table + `</div>`, true},
		"a unit below":      {`<div class="tb">` + table + `<p>（单位：亿元）</p></div>`, true},
		"an advertisement":  {`<div class="tb"><p>本周热销</p>` + table + `</div>`, false},
		"more than a table": {`<div class="tb"><p>表1 2025年主要指标</p>` + table + `<p>更多数据，请关注我们。</p></div>`, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.qingxi.gov.cn/yw/202611/t20261108_5.html", Payload: fmt.Appendf(nil, emptyPage, `<div class="content">`+before+c.box+after+`</div>`, "")}).Reading()
			body := r.Article.Body
			if strings.Contains(body, "第一产业\t52.3\t3.9") != c.kept || !strings.HasPrefix(body, "初步核算") || !strings.HasSuffix(body, "稳中有升。") {
				t.Errorf("body %q", body)
			}
			if strings.Contains(c.box, "单位：亿元") != strings.Contains(body, "单位：亿元") {
				t.Errorf("body %q", body)
			}
		})
	}
}
