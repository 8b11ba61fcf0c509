package crawler_test

import (
	"testing"

	"fangzhi/crawler"
)

func TestAlike(t *testing.T) {
	for _, c := range []struct{ name, x, y, want string }{
		{"https", "http://a.gov.cn/yw/t20240520_100001.html", "https://a.gov.cn/yw/t20240520_100001.html", "certain"},
		{"www.", "http://a.gov.cn/yw/1.html", "http://www.a.gov.cn/yw/1.html", "certain"},
		{"another host", "http://a.gov.cn/yw/1.html", "http://b.a.gov.cn/yw/1.html", "different"},
		{"another port", "http://a.gov.cn/yw/1.html", "http://a.gov.cn:8080/yw/1.html", "different"},
		{"index", "http://a.gov.cn/yw/", "http://a.gov.cn/yw/index.html", "certain"},
		{"default.aspx", "http://a.gov.cn/", "http://a.gov.cn/default.aspx", "certain"},
		{"index with a query", "http://a.gov.cn/index.php", "http://a.gov.cn/index.php?id=3", "different"},
		{"index of a list's second page", "http://a.gov.cn/yw/index.html", "http://a.gov.cn/yw/index_1.html", "different"},
		{"TRS, for telephones", "http://a.gov.cn/yw/202107/t20210713_9468077.html", "http://a.gov.cn/yw/202107/t20210713_9468077_wap.html", "certain"},
		{"TRS, app and print", "http://a.gov.cn/t20230608_2213652_app.shtml", "http://a.gov.cn/t20230608_2213652_print.shtml", "certain"},
		{"TRS, second page of the article", "http://a.gov.cn/t20230608_2213652.shtml", "http://a.gov.cn/t20230608_2213652_1.shtml", "different"},
		{"a word that is no copy's", "http://a.gov.cn/how_to.html", "http://a.gov.cn/how_to_print.html", "different"},
		{"mobile index", "http://a.gov.cn/yw/index.shtml", "http://a.gov.cn/yw/index_m.shtml", "certain"},
		{"NFCMS, for telephones", "http://a.gov.cn/x/content/post_9360641.html", "http://a.gov.cn/x/content/mpost_9360641.html", "certain"},
		{"Hanweb, another column", "http://a.gov.cn/art/2022/6/29/art_60085_11394426.html", "http://www.a.gov.cn/art/2022/6/29/art_33718_11394426.html", "unless titled"},
		{"Hanweb, another day", "http://a.gov.cn/art/2022/6/29/art_1_2.html", "http://a.gov.cn/art/2022/6/28/art_3_2.html", "different"},
		{"Hanweb, another article", "http://a.gov.cn/art/2022/6/29/art_1_2.html", "http://a.gov.cn/art/2022/6/29/art_1_3.html", "different"},
		{"Hanweb, tokens", "http://a.gov.cn/col/col1229123351/art/2026/art_0123456789abcdef0123456789abcdef.html",
			"http://a.gov.cn/col/col1229123352/art/2026/art_0123456789abcdef0123456789abcdef.html", "unless titled"},
		{"VSB, another column", "http://a.gov.cn/info/1001/1234.htm", "http://a.gov.cn/info/1002/1234.htm", "if titled"},
		{"VSB, by parameters", "http://a.gov.cn/info/1001/39834.htm", "http://a.gov.cn/content.jsp?urltype=news.NewsContentUrl&wbtreeid=1276&wbnewsid=39834", "if titled"},
		{"VSB, another site of it", "http://a.gov.cn/info/1001/1234.htm", "http://a.gov.cn/jyj/info/1001/1234.htm", "different"},
		{"VSB, another article", "http://a.gov.cn/info/1001/1234.htm", "http://a.gov.cn/info/1001/1235.htm", "different"},
		{"letter case", "http://a.gov.cn/YW/1.html", "http://a.gov.cn/yw/1.html", "if titled"},
		{"parameters", "http://a.gov.cn/show.asp?id=1", "http://a.gov.cn/show.asp?id=2", "different"},
		{"lists of gkmlpt", "http://a.gov.cn/gkmlpt/index#505", "http://a.gov.cn/gkmlpt/index#506", "different"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, pair := range [][2]string{{c.x, c.y}, {c.y, c.x}} {
				if got := crawler.Alike(pair[0], pair[1]); got != c.want {
					t.Errorf("%s and %s: %s, want %s", pair[0], pair[1], got, c.want)
				}
			}
			if same := crawler.ItemOf(c.x) == crawler.ItemOf(c.y); same != (c.want != "different") {
				t.Errorf("items are the same: %v", same)
			}
		})
	}
}

func TestSameTitle(t *testing.T) {
	const title = "关于印发云溪县防汛抗旱应急预案的通知"
	for _, c := range []struct {
		x, y string
		want bool
	}{
		{title, title, true},
		{"关于印发云溪县防汛…", title, true},
		{title, "关于印发 云溪县防汛抗旱...", true},
		{"关于印发云溪县防汛…", "关于印发云溪县防汛抗旱应急…", true},
		{"关于印发云溪县防汛", title, false}, // not cut: another title
		{"关于…", title, false},
		{"", title, false},
		{"", "", false},
		{"关于举行听证会的公告", title, false},
	} {
		if got := crawler.SameTitle(c.x, c.y); got != c.want {
			t.Errorf("SameTitle(%q, %q) = %v", c.x, c.y, got)
		}
	}
}
