package portaltest_test

import (
	"net/http"
	"strings"
	"testing"

	"fangzhi/crawler/portaltest"
)

func TestJpage(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.HanwebJpage}, 18)
	seed := p.Seeds()[1]
	list := get(t, seed).Body
	if list != get(t, seed+"?uid=28699&pageNum=2").Body {
		t.Error("the list page looks at its query")
	}
	_, data, _ := strings.Cut(list, `<script type="text/xml"><datastore>`)
	data, rest, _ := strings.Cut(data, "</datastore></script>")
	equal(t, "records in the list page: three pages", hrefs(data, "/art/"), want[:12])
	for _, s := range []string{"columnid: 11086", "unitid: '28699'", "webid: 73"} {
		if !strings.Contains(rest, s) {
			t.Errorf("the list page does not tell %s", s)
		}
	}
	const proxy, form = "/module/web/jpage/dataproxy.jsp", "application/x-www-form-urlencoded"
	const fields = "col=1&appid=1&webid=73&path=/&columnid=11086&sourceContentType=1&unitid=28699&webname=%E4%BA%91%E6%BA%AA&permissiontype=0"
	total := "<totalrecord>18</totalrecord>"
	for _, tt := range []struct {
		name, got string
		want      []string
		total     string
	}{
		{"second group", post(t, base+proxy+"?startrecord=13&endrecord=24&perpage=4", form, fields), want[12:], total},
		{"beyond the end", post(t, base+proxy+"?startrecord=25&endrecord=36&perpage=4", form, fields), nil, total},
		{"no numbers", post(t, base+proxy, form, fields), want[:12], total},
		{"another unit", post(t, base+proxy+"?startrecord=1&endrecord=12", form, strings.Replace(fields, "28699", "1", 1)), nil, "<totalrecord>0</totalrecord>"},
		{"another column", post(t, base+proxy+"?startrecord=1&endrecord=12", form, strings.Replace(fields, "11086", "1", 1)), nil, "<totalrecord>0</totalrecord>"},
		{"GET", get(t, base+proxy+"?page=1&"+fields).Body, want, total},
		{"GET of the second hundred", get(t, base+proxy+"?page=2&"+fields).Body, nil, total},
	} {
		equal(t, tt.name, hrefs(tt.got, "/art/"), tt.want)
		if !strings.Contains(tt.got, tt.total) {
			t.Errorf("%s: no %s", tt.name, tt.total)
		}
	}
	if !strings.HasPrefix(want[17], "/art/2026/9/1/art_11086_") {
		t.Errorf("article at %s, want day and month without noughts", want[17])
	}
	if other := strings.Replace(want[0], "art_11086_", "art_60085_", 1); get(t, base+other).Body != get(t, base+want[0]).Body {
		t.Error("the column's number in an article's URL is looked at")
	}
	if r := get(t, base+"/art/2026/9/2/art_11086_1.html"); r.Status != http.StatusNotFound {
		t.Errorf("no article: status %d", r.Status)
	}
}
