package crawler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
	"fangzhi/extract"
)

// statement is what the portal writes under each of its texts.
const statement = "云溪融媒提醒广大读者，阅读本县新闻请认准官方发布渠道，共同维护清朗的网络空间，感谢您的理解和支持。"

// withStatements is a portal of n articles that all end with the statement, and
// their URLs.
func withStatements(n int) (p *portaltest.Portal, paths []string) {
	p = portaltest.New(portaltest.Options{})
	p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告"})
	return p, publishWithStatement(p, 0, n)
}

// publishWithStatement publishes the articles numbered from to to.
func publishWithStatement(p *portaltest.Portal, from, to int) (paths []string) {
	for i := from; i < to; i++ {
		a := article(fmt.Sprintf("县政府第%d次常务会议研究部署重点工作", 30+i))
		a.Published = a.Published.AddDate(0, 0, i)
		a.Body[0] = fmt.Sprintf("%d月上旬，县长在县政府三楼会议室主持召开第%d次常务会议，研究部署第%d项工作。", i%12+1, 30+i, i)
		a.Body[1] = fmt.Sprintf("会议听取了第%d小组的汇报，要求各乡镇在%d日以前落实责任，逐处登记，发现险情立即上报。", i, i%28+1)
		a.Body = append(a.Body, statement)
		paths = append(paths, p.Publish([]string{"yw", "tzgg"}[i%2], a))
	}
	return paths
}

// again lets every article be served with other bytes that say the same.
func again(t *testing.T, p *portaltest.Portal, paths []string) {
	t.Helper()
	for _, path := range paths {
		if err := p.CountViews(path, 1); err != nil {
			t.Fatal(err)
		}
	}
}

// What repeats over a site's pages is learnt and left out, and cuts no version
// of the pages that were read before it was known.
func TestFurnitureCutsNoVersion(t *testing.T) {
	p, paths := withStatements(6)
	r := newRig(t, p)
	r.run()
	for _, later := range publishWithStatement(p, 6, 12) {
		paths = append(paths, strings.TrimPrefix(later, r.base))
	}
	r.run()
	first := map[string]string{}
	with := 0
	for _, path := range paths {
		s := r.snapshots(r.base + path)
		if len(s) != 1 {
			t.Fatalf("%s: %d versions", path, len(s))
		}
		first[path] = s[0].Article.Body
		if strings.Contains(s[0].Article.Body, statement) {
			with++
		}
		if s[0].Reader != extract.Reader {
			t.Errorf("reader %d", s[0].Reader)
		}
	}
	if with == 0 || with > 6 {
		t.Fatalf("%d of %d articles were read with the statement, want some of the first 6", with, len(paths))
	}
	known, err := crawler.KnownFurniture(t.Context(), r.store, r.site.Name)
	if err != nil || known.Pages != 12 || known.Digest() == "" {
		t.Fatalf("known of %d pages, %v", known.Pages, err)
	}

	again(t, p, paths)
	r.run()
	otherwise, told := 0, 0
	for _, path := range paths {
		v, page := r.last(r.base+path), r.page(r.base+path)
		if v.Outcome != archive.Unchanged || page.Versions != 1 {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
		if page.ReadAs != "" {
			otherwise++
		}
		// What stands beside a text changes with what is published: some were
		// read with what was learnt one run earlier.
		for _, v := range r.visits(r.base + path) {
			if strings.Contains(v.Reason, "read otherwise by now") {
				told++
			}
		}
	}
	if otherwise != with || told != with {
		t.Errorf("%d pages read otherwise, told of %d, want %d", otherwise, told, with)
	}

	again(t, p, paths)
	r.run()
	for _, path := range paths {
		if v := r.last(r.base + path); v.Outcome != archive.Unchanged || v.Reason != "other bytes that say the same" {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}
	known, err = crawler.KnownFurniture(t.Context(), r.store, r.site.Name)
	if err != nil || known.Pages != 12 {
		t.Errorf("each page is learnt from once: %d pages, %v", known.Pages, err)
	}
	sound(t, r)

	// An edit of the text is one, whichever way the page is read by now.
	if err := p.Edit(paths[0], func(a *portaltest.Article) { a.Body[0] += "会议还研究了其他事项。" }); err != nil {
		t.Fatal(err)
	}
	r.run()
	for i, path := range paths {
		want := 1
		if i == 0 {
			want = 2
		}
		if page := r.page(r.base + path); page.Versions != want || i == 0 && page.ReadAs != "" {
			t.Errorf("%s: %d versions, read as %q", path, page.Versions, page.ReadAs)
		}
	}
	if s := r.snapshots(r.base + paths[0]); strings.Contains(s[1].Article.Body, statement) || s[0].Article.Body != first[paths[0]] {
		t.Errorf("versions %+v", s)
	}
	sound(t, r)
}

// A change of the site's rules cuts no version.
func TestRulesCutNoVersion(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	r.run()
	for _, rules := range []extract.Rules{{Body: ".TRS_Editor p:first-of-type"}, {Title: ".position"}, {}} {
		r.site.Rules = rules
		again(t, p, []string{path})
		r.run()
		v := r.last(r.base + path)
		if v.Outcome != archive.Unchanged || !strings.Contains(v.Reason, "says what version 1 says") || v.Version != 1 {
			t.Errorf("rules %+v: %s: %s", rules, v.Outcome, v.Reason)
		}
	}
	if page := r.page(r.base + path); page.ReadAs != "" || page.Versions != 1 {
		t.Errorf("with the old rules again: %d versions, read as %q", page.Versions, page.ReadAs)
	}
	r.site.Rules = extract.Rules{Body: ".TRS_Editor p:first-of-type"}
	if err := p.Edit(path, func(a *portaltest.Article) { a.Body[0] += "会议还研究了其他事项。" }); err != nil {
		t.Fatal(err)
	}
	r.run()
	if v := r.last(r.base + path); v.Outcome != archive.Changed || r.page(r.base+path).Versions != 2 {
		t.Errorf("a real edit: %s: %s", v.Outcome, v.Reason)
	}
}

// What was learnt and is damaged is learnt anew, and the run says so.
func TestDamagedFurniture(t *testing.T) {
	p, _ := withStatements(6)
	r := newRig(t, p)
	at := time.Now().UTC().Truncate(time.Millisecond)
	run := archive.Run{ID: "r", Site: r.site.Name, Planned: at, State: archive.RunRunning, Started: at, Lease: at}
	if err := r.store.BeginRun(t.Context(), run, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.store.Learn(t.Context(), "r", r.site.Name, "furniture", []byte("{")); err != nil {
		t.Fatal(err)
	}
	run.State, run.Ended = archive.RunDone, at.Add(time.Second)
	if err := r.store.EndRun(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if done := r.run(); len(done.Notes) != 1 || !strings.Contains(done.Notes[0], "it is learnt anew") {
		t.Errorf("notes %q", done.Notes)
	}
	if known, err := crawler.KnownFurniture(t.Context(), r.store, r.site.Name); err != nil || known.Pages != 6 {
		t.Errorf("%v, %v", known, err)
	}
}

// sound fails the test at every promise that the archive does not keep.
func sound(t *testing.T, r *rig) {
	t.Helper()
	_, err := archive.Verify(context.Background(), r.store, archive.VerifyOptions{}, func(f archive.Fault) {
		t.Errorf("%s: %s", f.Object, f.Text)
	})
	if err != nil {
		t.Error(err)
	}
}
