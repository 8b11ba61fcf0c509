package extract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/extract"
)

func TestPortal(t *testing.T) {
	for _, c := range []struct {
		name, html string
		want       extract.Portal
	}{
		{"home page", `<meta name="SiteName" content="湘潭市人民政府门户网站"><meta name="siteidcode" content="4303000006">
			<link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="alternate" hreflang="en" type="text/html" href="/en/">`,
			extract.Portal{Name: "湘潭市人民政府", Code: "4303000006", Feeds: []string{"http://a.gov.cn/rss.xml"}}},
		{"column", `<meta content="通知公告" name="ColumnName"><meta name="SiteName" content="云溪县">`, extract.Portal{Name: "云溪县", Column: "通知公告"}},
		{"article", `<meta name="ColumnName" content="通知公告"><meta name="ArticleTitle" content="通告"><meta name="SiteName" content="云溪县">`,
			extract.Portal{Name: "云溪县", Column: "通知公告", Article: true}},
		{"by title and footer", `<title>首页 - 云溪县人民政府门户网站</title><p>政府网站标识码：4303000006　京ICP备05070218号</p>`, extract.Portal{Name: "云溪县人民政府", Code: "4303000006", Chinese: true}},
		{"ministry", `<title>教育部</title><p>网站标识码bm05000001</p>`, extract.Portal{Name: "教育部", Code: "bm05000001"}},
		{"templates left empty", `<title>云溪</title><meta name="SiteName" content="网站名称"><meta name="SiteIDCode" content="政府网站标识码">`, extract.Portal{Name: "云溪"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := open(t, extract.Input{URL: "http://a.gov.cn/", Payload: []byte("<html><meta charset=utf-8>" + c.html)})
			if d := cmp.Diff(c.want, p.Portal()); d != "" {
				t.Errorf("Portal (-want +got):\n%s", d)
			}
		})
	}
}
