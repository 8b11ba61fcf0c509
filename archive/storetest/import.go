package storetest

import (
	"errors"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// imported is what an archive with the run r, done, and these entries holds.
func imported(r archive.Run, entries ...archive.Entry) (in archive.Import, want holdings) {
	r.State, r.Ended = archive.RunDone, r.Started.Add(time.Minute)
	in.Runs = []archive.Run{r}
	pages := map[string]int{}
	for n, e := range entries {
		in.Leaves = append(in.Leaves, archive.Leaf{
			N: int64(n), Hash: archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot)), Visit: e.Visit, Snapshot: e.Snapshot,
		})
		if e.Payload != nil {
			in.Payloads = append(in.Payloads, e.Payload)
			want.Payloads = append(want.Payloads, e.Visit.Payload)
		}
		if i, known := pages[e.Page.URL]; known {
			in.Pages[i] = e.Page
		} else {
			pages[e.Page.URL] = len(in.Pages)
			in.Pages = append(in.Pages, e.Page)
		}
		want.Visits = append(want.Visits, e.Visit)
		if e.Snapshot != nil {
			want.Snapshots = append(want.Snapshots, *e.Snapshot)
		}
	}
	want.Pages, want.Runs = in.Pages, in.Runs
	return in, want
}

// story is storyOfThree as another archive holds it, and a page that nobody
// visited.
func importedStory(r archive.Run) (archive.Import, holdings) {
	batch := storyOfThree(r)
	batch[0].Discovered = nil
	for i := range batch {
		batch[i].Page.Also, batch[i].Page.Item = []string{"通知公告"}, 77
	}
	in, want := imported(r, batch...)
	in.Pages = append(in.Pages, unread(r.Site, url(8)))
	in.Lessons = []archive.Lesson{{Site: "", Name: "hold a.cn", Data: []byte("{}")}, {Site: r.Site, Name: "furniture", Data: []byte{0, 1}}, {Site: r.Site, Name: "other", Data: nil}}
	want.Pages = in.Pages
	return in, want
}

var importTests = []subtest{
	{"of nothing is well", func(f *fixture) {
		f.unchanged("an empty import", func() { f.importAll(archive.Import{}) })
	}},
	{"adds all as it is", func(f *fixture) {
		in, want := importedStory(run(site, 0))
		f.importAll(in)
		f.equal("holdings", f.holdings(), sortedPayloads(want))
		f.equal("leaves", f.leaves(0), in.Leaves)
		f.equal("lessons", collect(f.T, f.Lessons(f.Context())), in.Lessons)
		f.equal("page", f.page(url(1)), in.Pages[0])
	}},
	{"again changes nothing", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		f.importAll(in)
		f.unchanged("importing again", func() { f.importAll(in) })
		f.unchanged("importing the leaves again", func() { f.importAll(archive.Import{Leaves: in.Leaves[1:]}) })
		f.equal("leaves", f.leaves(0), in.Leaves)
	}},
	{"goes on from a part", func(f *fixture) {
		in, want := importedStory(run(site, 0))
		f.importAll(archive.Import{Runs: in.Runs, Pages: in.Pages[:1], Leaves: in.Leaves[:1]})
		f.importAll(archive.Import{Leaves: in.Leaves[:2], Payloads: in.Payloads})
		in.Runs = nil
		f.importAll(in)
		f.equal("holdings", f.holdings(), sortedPayloads(want))
		f.equal("leaves", f.leaves(0), in.Leaves)
	}},
	{"puts runs, pages and lessons in the place of theirs", func(f *fixture) {
		in, want := importedStory(run(site, 0))
		open := in
		open.Runs = []archive.Run{run(site, 0)}
		open.Pages = []archive.Page{unread(site, url(1)), unread(site, url(8))}
		open.Lessons = []archive.Lesson{{Site: site, Name: "furniture", Data: []byte("old")}}
		f.importAll(open)
		f.importAll(in)
		f.equal("holdings", f.holdings(), sortedPayloads(want))
		f.equal("lessons", collect(f.T, f.Lessons(f.Context())), in.Lessons)
		next := in.Pages[0]
		next.Also, next.Due = nil, time.Time{}
		f.importAll(archive.Import{Pages: []archive.Page{next}})
		f.equal("page", f.page(url(1)), next)
	}},
	{"closes a run before it opens the next", func(f *fixture) {
		first := f.begin(site, 0)
		done := first
		done.State, done.Ended = archive.RunDone, first.Started.Add(time.Minute)
		next := run(site, -time.Hour)
		f.importAll(archive.Import{Runs: []archive.Run{next, done}})
		f.equal("runs", collect(f.T, f.Runs(f.Context(), archive.Filter{})), []archive.Run{next, done})
		third := run(site, time.Hour)
		if err := f.Import(f.Context(), archive.Import{Runs: []archive.Run{third}}); !errors.Is(err, archive.ErrBusy) {
			f.Errorf("a second open run: %v, want ErrBusy", err)
		}
	}},
	{"is refused where the log is another one", func(f *fixture) {
		r := f.begin(site, 0)
		own := visit(r, unread(site, url(5)), time.Second, text("标题", "自己的"))
		f.record(r, own)
		f.seal(t0)
		f.end(r)
		in, _ := importedStory(run(site, time.Hour))
		f.refuses("a log with an entry of its own", in, archive.ErrDiverged)
		in.Leaves = in.Leaves[2:]
		f.refuses("a gap", in, archive.ErrDiverged)
	}},
	{"is refused where leaves do not follow on", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		in.Leaves = []archive.Leaf{in.Leaves[0], in.Leaves[2]}
		f.refuses("a gap within", in, archive.ErrDiverged)
	}},
	{"is refused where a leaf is not that of its visit", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		in.Leaves[2].Visit.Reason = "all is well"
		f.refuses("a changed visit", in, archive.ErrCorrupt)
		err := f.Import(f.Context(), in)
		if err == nil || !strings.Contains(err.Error(), "leaf 2, the visit of "+in.Leaves[2].Visit.URL+" at 20") {
			f.Errorf("%v: does not name the visit", err)
		}
	}},
	{"of what is damaged", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		in.Leaves[2].Visit.Reason, in.Leaves[2].Damaged = "all is well", true
		in.Leaves[0] = archive.Leaf{Hash: in.Leaves[0].Hash, Damaged: true}
		f.importAll(in)
		f.unchanged("importing it again", func() { f.importAll(in) })
		in.Leaves[2].Damaged = false
		f.equal("leaves", f.leaves(0), in.Leaves[1:])
		if log := f.log(); log.Size != 3 || log.Unsealed != 0 {
			f.Errorf("log %+v", log)
		}
		// It is an archive like any other.
		r := f.begin(site, time.Hour)
		f.record(r, same(r, f.page(url(1)), 2*time.Hour))
		f.end(r)
		f.equal("log", [2]int64{f.log().Size, int64(f.log().Unsealed)}, [2]int64{4, 0})
	}},
	{"is refused where a leaf has no page or no run", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		f.refuses("without the run", archive.Import{Pages: in.Pages, Leaves: in.Leaves}, archive.ErrNotFound)
		f.refuses("without the page", archive.Import{Runs: in.Runs, Leaves: in.Leaves}, archive.ErrNotFound)
	}},
	{"is an archive like any other", func(f *fixture) {
		in, _ := importedStory(run(site, 0))
		in.Leaves[1].Snapshot.Article.Body = prose(5)
		in.Leaves[1].Hash = archive.LeafHash(archive.LeafOf(in.Leaves[1].Visit, in.Leaves[1].Snapshot))
		f.importAll(in)
		f.equal("found", f.searchURLs("标题", archive.Filter{}), []string{url(1)})
		alike, err := f.Alike(f.Context(), archive.SketchOf(text("", prose(5))))
		if err != nil || len(alike) != 1 || alike[0].Version != 2 {
			f.Errorf("alike: %d, %v", len(alike), err)
		}
		r := f.begin(site, time.Hour)
		p := f.page(url(1))
		again := visit(r, p, 2*time.Hour, text("标题", "又一版"))
		fresh := visit(r, f.page(url(8)), 2*time.Hour, text("标题", "正文"))
		f.record(r, again, fresh)
		f.end(r)
		f.equal("page", f.page(url(1)).Versions, 3)
		f.equal("log", [2]int64{f.log().Size, f.log().Checkpoint.Size}, [2]int64{5, 5})
		f.equal("visits", len(collect(f.T, f.Visits(f.Context(), archive.Filter{URL: url(1)}))), 4)
	}},
	{"reads versions again", func(f *fixture) {
		in, want := importedStory(run(site, 0))
		a := archive.Again{Site: site, URL: url(1), Version: 2, At: t0.Add(time.Hour), Rules: archive.DigestOf(nil), Reader: 3, Article: text("另题", "另文")}
		b := a
		b.At, b.Article = t0.Add(2*time.Hour), text("又题", "又文")
		in.Again = []archive.Again{a, b}
		in.Pages[0].Title, in.Pages[0].Fingerprint = "又题", archive.FingerprintOf(b.Article)
		f.importAll(in)
		f.unchanged("importing the readings again", func() { f.importAll(archive.Import{Again: in.Again}) })
		latest := want.Snapshots[1]
		latest.ReadAt, latest.Article, latest.Fingerprint, latest.Rules, latest.Reader = b.At, b.Article, archive.FingerprintOf(b.Article), b.Rules, b.Reader
		f.equal("snapshots", collect(f.T, f.Snapshots(f.Context(), archive.Filter{})), []archive.Snapshot{want.Snapshots[0], latest})
		f.equal("earlier readings", len(collect(f.T, f.Earlier(f.Context(), archive.Filter{}))), 2)
		f.equal("leaves", f.leaves(0), in.Leaves)
		f.equal("page", f.page(url(1)), in.Pages[0])
		f.equal("found", f.searchURLs("又文", archive.Filter{}), []string{url(1)})
		a.Version = 9
		f.refuses("another version", archive.Import{Again: []archive.Again{a}}, archive.ErrNotFound)
	}},
	{"of many", func(f *fixture) {
		r := run(site, 0)
		var entries []archive.Entry
		for n := range 120 {
			e := visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text(url(n), prose(n)))
			entries = append(entries, e, same(r, e.Page, time.Hour+time.Duration(n)*time.Second))
		}
		in, _ := imported(r, entries...)
		for from := 0; from < len(in.Leaves); from += 50 {
			f.importAll(archive.Import{Runs: in.Runs, Pages: in.Pages, Payloads: in.Payloads, Leaves: in.Leaves[from:min(from+50, len(in.Leaves))]})
		}
		f.equal("leaves", f.leaves(0), in.Leaves)
		f.equal("pages", collect(f.T, f.Pages(f.Context(), archive.Filter{})), in.Pages)
		f.equal("visits", len(collect(f.T, f.Visits(f.Context(), archive.Filter{}))), 240)
	}},
}

// sortedPayloads is h with its payloads in the order of their listing.
func sortedPayloads(h holdings) holdings {
	slices.Sort(h.Payloads)
	return h
}

func (f *fixture) importAll(in archive.Import) {
	f.Helper()
	if err := f.Import(f.Context(), in); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) refuses(what string, in archive.Import, want error) {
	f.Helper()
	f.unchanged(what, func() {
		if err := f.Import(f.Context(), in); !errors.Is(err, want) {
			f.Errorf("%s: %v, want %v", what, err, want)
		}
	})
}
