package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A full run that found less of a list than the list declares notes it, and one
// that found all of it does not.
func TestDeclaredTotals(t *testing.T) {
	for _, family := range []portaltest.Family{portaltest.HanwebJpage, portaltest.HanwebJpaas, portaltest.Epoint, portaltest.VSB, portaltest.GKMLPT} {
		r := newRig(t, gazette(family, 120))
		for range 2 {
			if notes := strings.Join(r.run(crawler.Tick{Full: true}).Notes, "\n"); strings.Contains(notes, "its list says") {
				t.Errorf("%v: %s", family, notes)
			}
		}
	}
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	rows := []string{fmt.Sprintf(`{"title":"县政府召开常务会议研究防汛工作","url":"%s","date":"2024-05-20"}`, path)}
	for n := range 4 {
		rows = append(rows, fmt.Sprintf(`{"title":"县政府召开第%d次常务会议","url":"/yw/202405/t20240520_%d.html","date":"2024-05-20"}`, n, n))
	}
	p.Break("/yw/index.html", 0, portaltest.Text(200, `{"total":50,"data":[`+strings.Join(rows, ",")+`]}`))
	for full, want := range map[bool]bool{true: true, false: false} {
		notes := strings.Join(r.run(crawler.Tick{Full: full}).Notes, "\n")
		if want != strings.Contains(notes, `column "要闻动态": its list says 50 rows, and its pages had 5: how it goes on may not be known`) {
			t.Errorf("full %v: notes %q", full, notes)
		}
	}
}
