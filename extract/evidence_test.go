package extract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/extract"
)

// For each field the evidence names what else it might have been.
func TestEvidenceNamesWhatLost(t *testing.T) {
	page := `<html><head><title>河湾大桥建成通车_河湾网</title><meta name="ContentSource" content="河湾网"><meta name="PubDate" content="2024-06-12">
<meta name="author" content="李四"><script type="application/ld+json">{"@type":"NewsArticle","headline":"大桥通车了","author":{"name":"王五"}}</script></head>
<body><h1>河湾大桥建成通车</h1><div>来源：河湾日报　作者：张三　发布时间：2024-06-13</div><div class="s">来源：</div><p class="d">2024年6月11日</p>
<div class="c"><p>大桥于前年三月动工，总投资一亿二千万元，由县交通运输局组织实施，现已通车，两岸群众奔走相告。</p></div></body></html>`
	others := func(rules extract.Rules) (lost map[string][]string, missing []string) {
		r := open(t, extract.Input{URL: "http://a.gov.cn/202406/t20240610_1.html", Payload: []byte(page), Rules: rules}).Reading()
		lost = map[string][]string{}
		for _, e := range r.Article.Evidence {
			if len(e.Others) > 0 {
				lost[e.Field+" "+e.Method] = e.Others
			}
		}
		for _, m := range r.Missing {
			missing = append(missing, m.Field+": "+m.Tried)
		}
		return lost, missing
	}
	lost, _ := others(extract.Rules{})
	for field, want := range map[string][]string{
		"source label": {"河湾网"}, "author label": {"王五", "李四"}, "published label": {"2024-06-12", "2024-06-11", "2024-06-10"},
	} {
		got := lost[field]
		for _, w := range want {
			if !strings.Contains(strings.Join(got, " "), w) {
				t.Errorf("%s: lost %q, want %q among them", field, got, w)
			}
		}
	}
	lost, missing := others(extract.Rules{Title: "h1", Date: ".d", Source: ".s", Subtitle: ".nothing"})
	if d := cmp.Diff(lost["published rule"], []string{"2024-06-13"}); d != "" {
		t.Error(d)
	}
	for _, want := range []string{`source: rule ".s"; it finds "来源:", which has no value`, `subtitle: rule ".nothing"`} {
		if !strings.Contains(strings.Join(missing, "\n"), want) {
			t.Errorf("missing %q, want %q", missing, want)
		}
	}
}
