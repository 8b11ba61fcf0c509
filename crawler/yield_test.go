package crawler_test

import (
	"fmt"
	"slices"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// suspects are the columns that a run holds suspect, and why.
func suspects(run archive.Run) map[string]string {
	all := map[string]string{}
	for _, y := range run.Columns {
		if y.Suspect != nil {
			all[y.Column] = y.Suspect.Reason
		}
	}
	return all
}

// rebuilt is a portal of two columns of ten articles each, and their paths.
func rebuilt(t *testing.T) (r *rig, p *portaltest.Portal, paths []string) {
	p = portaltest.New(portaltest.Options{})
	for _, c := range []string{"yw", "tzgg"} {
		p.AddColumn(portaltest.Column{Path: c, Name: c})
		for i := range 10 {
			paths = append(paths, p.Publish(c, article(fmt.Sprintf("%s第%d号文件的公开说明", c, i+1))))
		}
	}
	r = newRig(t, p)
	return r, p, paths
}

func TestYieldIsCounted(t *testing.T) {
	r, _, _ := rebuilt(t)
	run := r.run()
	if len(run.Columns) != 2 || len(suspects(run)) != 0 {
		t.Fatalf("columns %+v", run.Columns)
	}
	y := run.Columns[1]
	if y.Column != "yw" || y.Lists != 1 || y.Rows < 10 || y.New != 10 || y.Read != 10 || y.Titled != 10 || y.Dated != 10 || y.Sourced != 10 || y.Body < 1000 || y.Alike != 0 {
		t.Errorf("yield %+v", y)
	}
	second := r.run(crawler.Tick{Full: true}).Columns[1]
	if second.New != 0 || second.Asked != 10 || second.Gone != 0 {
		t.Errorf("yield of the second run %+v", second)
	}
}

// A portal rebuilt between runs: lists filled by a script that nobody knows,
// old URLs gone. The columns are suspect until they can be read again.
func TestRedesign(t *testing.T) {
	r, p, paths := rebuilt(t)
	had := r.run().Columns[1].Rows
	const shell = `<html><head><meta charset="utf-8"><title>云溪县人民政府</title></head><body><div id="app"></div><script src="/js/app.4f3a.js"></script></body></html>`
	p.Break("/yw/index.html", 0, portaltest.Text(200, shell))
	p.Break("/yw/20*", 0, portaltest.Status(404, ""))
	run := r.run(crawler.Tick{Full: true})
	want := fmt.Sprintf("its list has no row any more, where it had %d", had)
	if got := suspects(run); len(got) != 1 || got["yw"] != want {
		t.Errorf("suspects %v, want yw: %s", got, want)
	}
	if !slices.Contains(run.Notes, `column "yw" is suspect: `+want) {
		t.Errorf("notes %q", run.Notes)
	}
	if reason, yes := run.Suspects("yw"); !yes {
		t.Errorf("withdrawals are not held back: %s", reason)
	}
	for _, path := range paths[:10] {
		if page := r.page(r.base + path); page.State != archive.StateGone || page.Versions != 1 {
			t.Errorf("%s is %s with %d versions", path, page.State, page.Versions)
		}
	}
	// Nothing is asked: the suspicion stays.
	p.Break("/yw/index.html", 0, portaltest.Text(200, shell))
	still := r.run()
	if got := suspects(still); got["yw"] == "" {
		t.Errorf("suspects %v", got)
	}
	p.Mend("")
	p.Publish("yw", article("yw新的一期公报"))
	healed := r.run(crawler.Tick{Full: true})
	if got := suspects(healed); len(got) != 0 {
		t.Errorf("suspects %v", got)
	}
}

// Articles that keep their URLs and lose their text to a new template.
func TestRedesignOfArticles(t *testing.T) {
	s := &shelf{lists: map[string][][2]string{"/l": nil}, articles: map[string]string{}}
	for i := range 6 {
		path := fmt.Sprintf("/yw/t2024052%d_10000%d.html", i, i)
		s.articles[path] = fmt.Sprintf("第%d号防汛预案的通知", i)
		s.lists["/l"] = append(s.lists["/l"], [2]string{path, s.articles[path]})
	}
	r := s.rig(t)
	r.run()
	s.template = `<html><head><title>云溪县</title><meta name="ArticleTitle" content="%[1]s"></head><h1>%[1]s</h1><p>发布日期：2024-05-20 来源：云溪县人民政府办公室</p>
		<div id="zoom"><p>请使用新版浏览器访问本页面，谢谢您的支持与配合。</p></div>`
	run := r.run()
	if got := suspects(run); got["/l"] != "6 of 6 articles that changed lost their title or half their text" {
		t.Errorf("suspects %v", got)
	}
	s.template = ""
	if got := suspects(r.run()); len(got) != 0 {
		t.Errorf("suspects of a portal that is as it was: %v", got)
	}
}
