package portaltest_test

import (
	"strings"
	"testing"

	"fangzhi/crawler/portaltest"
)

func TestGKMLPT(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.GKMLPT}, 10)
	index := get(t, base+"/gkmlpt/index").Body
	if !strings.Contains(index, "SID: '200025'") || !strings.Contains(index, "{id: 506, name: '通知公告'}") || len(hrefs(index, "post_")) > 0 {
		t.Errorf("the index page says %s", index)
	}
	equal(t, "seed", p.Seeds()[1], base+"/gkmlpt/index#506")
	ask := func(path string) (links []string, total int) {
		t.Helper()
		var got struct {
			Total    int
			Articles []struct {
				URL   string
				Shown int64 `json:"display_publish_time"`
			}
		}
		decodeJSON(t, get(t, base+"/gkmlpt/api/all/"+path).Body, &got)
		for _, a := range got.Articles {
			links = append(links, strings.TrimPrefix(a.URL, base))
			if told, ok := p.Told(a.URL); !ok || told.Published.Unix() != a.Shown {
				t.Errorf("%s is dated %d", a.URL, a.Shown)
			}
		}
		return links, got.Total
	}
	for _, tt := range []struct {
		path  string
		zero  bool
		want  []string
		total int
	}{
		{"506?page=1&sid=200025", false, want[:4], 10},
		{"506?page=0&sid=200025", false, want[:4], 10},
		{"506?page=3&sid=200025", false, want[8:], 10},
		{"506?page=4&sid=200025", false, nil, 10},
		{"506?page=1&sid=1", false, nil, 0},
		{"999?page=1&sid=200025", false, nil, 0},
		{"506?page=0&sid=200025", true, want[:4], 10},
		{"506?page=1&sid=200025", true, want[4:8], 10},
	} {
		p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.GKMLPT, FromZero: tt.zero})
		links, total := ask(tt.path)
		equal(t, tt.path, links, tt.want)
		equal(t, tt.path+": total", total, tt.total)
	}
}
