package crawler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
	"fangzhi/extract"
)

// reread reads the rig's site again.
func (r *rig) reread(apply bool) (crawler.RereadReport, []crawler.Difference) {
	r.t.Helper()
	var all []crawler.Difference
	report, err := r.crawl.Reread(r.t.Context(), r.site, crawler.RereadOptions{Apply: apply, Observe: func(d crawler.Difference) { all = append(all, d) }})
	if err != nil {
		r.t.Fatal(err)
	}
	return report, all
}

// What is stored is read again by the rules and the furniture of today, and
// nobody is asked for anything.
func TestReread(t *testing.T) {
	p, paths := withStatements(6)
	r := newRig(t, p)
	r.run()
	before := r.snapshots(r.base + paths[0])[0]
	p.ForgetRequests()

	report, all := r.reread(false)
	with := report.Differ
	if with == 0 || report.Fields["body"] != with || len(all) != with || report.Failed != 0 || report.Older != 0 || report.Applied {
		t.Fatalf("%+v, %d differences", report, len(all))
	}
	for _, d := range all {
		if len(d.Fields) != 2 || !strings.Contains(d.Fields[0].Before, statement) || strings.Contains(d.Fields[0].Now, statement) || d.Fields[1].Now != statement {
			t.Errorf("%+v", d)
		}
	}
	if after := r.snapshots(r.base + paths[0])[0]; after.Fingerprint != before.Fingerprint || !after.ReadAt.IsZero() {
		t.Error("a dry run changed a version")
	}

	report, _ = r.reread(true)
	if report.Differ != with || !report.Applied {
		t.Errorf("%+v", report)
	}
	read := 0
	for _, path := range paths {
		s, page := r.snapshots(r.base+path), r.page(r.base+path)
		if len(s) != 1 || strings.Contains(s[0].Article.Body, statement) || page.Fingerprint != s[0].Fingerprint {
			t.Errorf("%s: %+v", path, s)
		}
		if !s[0].ReadAt.IsZero() {
			read++
		}
	}
	earlier := all2(t, r)
	if read != with || len(earlier) != with || !strings.Contains(earlier[0].Article.Body, statement) {
		t.Errorf("%d versions were read again, %d earlier readings, want %d", read, len(earlier), with)
	}
	if n := p.Counts(); len(n) != 0 {
		t.Errorf("the portal was asked for %v", n)
	}
	sound(t, r)
	if report, all := r.reread(true); report.Differ != 0 || len(all) != 0 || len(all2(t, r)) != with {
		t.Errorf("again: %+v", report)
	}

	// The next crawl finds all as it says.
	again(t, p, paths)
	r.run()
	for _, path := range paths {
		if v := r.last(r.base + path); v.Outcome != archive.Unchanged || v.Reason != "other bytes that say the same" {
			t.Errorf("%s: %s: %s", path, v.Outcome, v.Reason)
		}
	}

	// By rules that leave nothing to be read.
	r.site.Rules = extract.Rules{Remove: []string{"body *"}}
	report, all = r.reread(true)
	if report.Failed != 6 || report.Differ != 0 || report.Older != 6 || !strings.Contains(all[0].Failure, "no body") {
		t.Errorf("%+v, %+v", report, all[0])
	}
	sound(t, r)
}

func all2(t *testing.T, r *rig) []archive.Earlier {
	return all(t, r.store.Earlier(t.Context(), archive.Filter{Site: r.site.Name}))
}

// An article of several pages is read again whole.
func TestRereadParts(t *testing.T) {
	p, path, a := threeParts()
	r := newRig(t, p)
	r.run()
	r.site.Rules = extract.Rules{Title: ".position"}
	report, _ := r.reread(true)
	s := r.snapshots(r.base + path)
	if report.Fields["title"] != 1 || len(s) != 1 || s[0].Article.Body != strings.Join(a.Body, "\n\n") || !strings.Contains(s[0].Article.Title, "您当前的位置") {
		t.Errorf("%+v, %+v", report, s)
	}
	if page := r.page(r.base + path); page.Title != s[0].Article.Title {
		t.Errorf("the page is titled %q", page.Title)
	}
	sound(t, r)
}

// A page whose reading moved on without a version follows once its version
// reads so too.
func TestRereadMovesThePageOn(t *testing.T) {
	p, paths := withStatements(6)
	r := newRig(t, p)
	r.run()
	again(t, p, paths)
	r.run()
	moved := 0
	for _, path := range paths {
		if r.page(r.base+path).ReadAs != "" {
			moved++
		}
	}
	if moved == 0 {
		t.Fatal("no page moved on")
	}
	r.reread(true)
	for _, path := range paths {
		if page := r.page(r.base + path); page.ReadAs != "" {
			t.Errorf("%s: read as %s", path, page.ReadAs)
		}
	}
	sound(t, r)
}

// While a crawl of the site goes on nothing is read again, and a run that reads
// again tells so in the ledger.
func TestRereadHoldsTheSite(t *testing.T) {
	p, path := oneArticle(portaltest.Options{})
	r := newRig(t, p)
	r.run()
	at := time.Now().UTC().Truncate(time.Millisecond)
	open := archive.Run{ID: "other", Site: r.site.Name, Planned: at, State: archive.RunRunning, Trigger: archive.TriggerManual, Started: at, Lease: at.Add(time.Hour), Owner: "elsewhere:1:ab"}
	if err := r.store.BeginRun(t.Context(), open, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.crawl.Reread(t.Context(), r.site, crawler.RereadOptions{Apply: true}); !errors.Is(err, archive.ErrBusy) {
		t.Errorf("beside a crawl: %v", err)
	}
	if _, err := r.crawl.Reread(t.Context(), r.site, crawler.RereadOptions{}); err != nil {
		t.Errorf("a dry run beside a crawl: %v", err)
	}
	open.State, open.Ended = archive.RunDone, at.Add(time.Second)
	if err := r.store.EndRun(t.Context(), open); err != nil {
		t.Fatal(err)
	}

	// Stopped on the way it leaves a run that says so, and can be begun anew.
	ctx, cancel := context.WithCancel(t.Context())
	r.site.Rules = extract.Rules{Title: ".position"}
	if _, err := r.crawl.Reread(ctx, r.site, crawler.RereadOptions{Apply: true, Observe: func(crawler.Difference) { cancel() }}); err == nil {
		t.Error("was not stopped")
	}
	r.reread(true)
	var states []string
	for _, run := range all(t, r.store.Runs(t.Context(), archive.Filter{})) {
		if run.Trigger == archive.TriggerReread {
			states = append(states, string(run.State))
		}
	}
	if strings.Join(states, " ") != "interrupted done" {
		t.Errorf("runs %q", states)
	}
	if s := r.snapshots(r.base + path); !strings.Contains(s[0].Article.Title, "您当前的位置") {
		t.Errorf("titled %q", s[0].Article.Title)
	}
	sound(t, r)
}
