package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"fangzhi/archive"
)

var logTests = []subtest{
	{"is empty at first", func(f *fixture) {
		f.equal("log", f.log(), archive.Log{})
		f.equal("leaves", len(f.leaves(0)), 0)
		f.equal("checkpoint", f.seal(t0), archive.Checkpoint{})
	}},
	{"has a leaf for each visit, with the version that it cut", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.seal(t0)
		leaves := f.leaves(0)
		if len(leaves) != len(batch) {
			f.Fatalf("%d leaves, want %d", len(leaves), len(batch))
		}
		for n, e := range batch {
			f.equal("leaf", leaves[n], archive.Leaf{
				N: int64(n), Hash: archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot)), Visit: e.Visit, Snapshot: e.Snapshot,
			})
		}
		f.equal("size", f.log().Size, int64(3))
	}},
	{"seals what is stored, to the byte", func(f *fixture) {
		r := f.begin(site, 0)
		e := visit(r, unread(site, url(1)), time.Second, odd)
		e.Visit.Reason, e.Visit.Header["X"] = "a\nb", []string{"\xb9\xab\xd3\xda", "", "x: y"}
		f.record(r, e, same(r, e.Page, 2*time.Second), list(r, unread(site, pageL), 3*time.Second, unread(site, url(2))))
		f.seal(t0)
		for _, l := range f.leaves(0) {
			if got := archive.LeafHash(archive.LeafOf(l.Visit, l.Snapshot)); got != l.Hash {
				f.Errorf("leaf %d is %s, what is stored comes to %s:\n%s", l.N, l.Hash, got, archive.LeafOf(l.Visit, l.Snapshot))
			}
		}
	}},
	{"has one leaf for a visit that is recorded twice", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.seal(t0)
		f.record(r, batch...)
		f.seal(t0)
		f.equal("leaves", len(f.leaves(0)), 3)
	}},
	{"goes on where it was", func(f *fixture) {
		r := f.begin(site, 0)
		var tree archive.Tree
		for n := range 23 {
			e := visit(r, unread(site, url(n)), time.Duration(n)*time.Second, text(url(n), prose(n)))
			f.record(r, e)
			tree.Append(archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot)))
			if n%5 == 0 {
				c := f.seal(t0.Add(time.Duration(n) * time.Second))
				f.equal("checkpoint", c, archive.Checkpoint{Size: tree.Size(), Root: tree.Root(), At: t0.Add(time.Duration(n) * time.Second).Truncate(time.Second)})
				f.equal("kept checkpoint", f.log().Checkpoint, c)
			}
		}
		f.equal("unsealed and sealed", f.log().Size+int64(f.log().Unsealed), int64(23))
		f.seal(t0)
		for n, l := range f.leaves(17) {
			f.equal("number", l.N, int64(17+n))
			f.equal("visit", l.Visit.URL, url(17+n))
		}
		f.equal("leaves from 17", len(f.leaves(17)), 6)
		f.equal("leaves from the end", len(f.leaves(23)), 0)
	}},
	{"has the nodes of its tree", func(f *fixture) {
		r := f.begin(site, 0)
		want := map[archive.Node]archive.Hash{}
		var tree archive.Tree
		var batch []archive.Entry
		for n := range int64(9) {
			e := visit(r, unread(site, url(int(n))), time.Duration(n)*time.Second, text(url(int(n)), "正文"))
			batch = append(batch, e)
			for level, h := range tree.Append(archive.LeafHash(archive.LeafOf(e.Visit, e.Snapshot))) {
				want[archive.Node{Level: level, N: n >> level}] = h
			}
		}
		f.record(r, batch...)
		f.seal(t0)
		var nodes []archive.Node
		var hashes []archive.Hash
		for n, h := range want {
			nodes, hashes = append(nodes, n), append(hashes, h)
		}
		got, err := f.Nodes(f.Context(), nodes)
		if err != nil {
			f.Fatal(err)
		}
		f.equal("nodes", got, hashes)
		for _, n := range []archive.Node{{Level: 0, N: 9}, {Level: 1, N: 4}, {Level: 4, N: 0}} {
			if _, err := f.Nodes(f.Context(), []archive.Node{{Level: 0, N: 0}, n}); !errors.Is(err, archive.ErrNotFound) {
				f.Errorf("node %v: got %v, want ErrNotFound", n, err)
			}
		}
	}},
	{"tells the number of a visit's leaf", func(f *fixture) {
		r := f.begin(site, 0)
		batch := storyOfThree(r)
		f.record(r, batch...)
		f.seal(t0)
		for n, e := range batch {
			got, err := f.Sealed(f.Context(), site, e.Visit.URL, e.Visit.At)
			if err != nil || got != int64(n) {
				f.Errorf("visit %d: leaf %d, %v", n, got, err)
			}
		}
		for _, c := range []struct {
			site, url string
			at        time.Time
		}{{other, url(1), batch[0].Visit.At}, {site, url(2), batch[0].Visit.At}, {site, url(1), t0}} {
			if n, err := f.Sealed(f.Context(), c.site, c.url, c.at); !errors.Is(err, archive.ErrNotFound) {
				f.Errorf("%v: leaf %d, %v, want ErrNotFound", c, n, err)
			}
		}
	}},
	{"keeps a checkpoint only where it has grown", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		first := f.seal(t0)
		f.equal("checkpoint of the same log", f.seal(t0.Add(time.Hour)), first)
		f.record(r, visit(r, unread(site, url(2)), time.Minute, text("标题", "正文")))
		if next := f.seal(t0.Add(time.Hour)); next.Size != 4 || next.Root == first.Root || !next.At.Equal(t0.Add(time.Hour).Truncate(time.Second)) {
			f.Errorf("checkpoint %+v after %+v", next, first)
		}
	}},
	{"is sealed when a run is closed", func(f *fixture) {
		r := f.begin(site, 0)
		f.record(r, storyOfThree(r)...)
		f.end(r)
		l := f.log()
		f.equal("sizes", [3]int64{l.Size, int64(l.Unsealed), l.Checkpoint.Size}, [3]int64{3, 0, 3})
		f.equal("time", l.Checkpoint.At, r.Started.Add(time.Minute).Truncate(time.Second))
	}},
	{"is sealed by many at once", func(f *fixture) {
		runs := map[string]archive.Run{site: f.begin(site, 0), other: f.begin(other, 0)}
		var group sync.WaitGroup
		for name, r := range runs {
			for half := range 2 {
				group.Go(func() {
					for n := range 30 {
						p := unread(name, fmt.Sprintf("%s/%d", url(n), half))
						if err := f.Record(f.Context(), r.ID, []archive.Entry{visit(r, p, time.Duration(n)*time.Second, text("标题", prose(n)))}); err != nil {
							f.Error(err)
						}
						if _, err := f.Seal(f.Context(), t0); err != nil {
							f.Error(err)
						}
					}
				})
			}
		}
		group.Wait()
		f.seal(t0)
		var tree archive.Tree
		seen := map[string]bool{}
		for n, l := range f.leaves(0) {
			f.equal("number", l.N, int64(n))
			seen[l.Visit.Site+" "+l.Visit.URL] = true
			tree.Append(l.Hash)
		}
		f.equal("visits that have a leaf", len(seen), 120)
		f.equal("leaves", tree.Size(), int64(120))
		f.equal("root", f.log().Checkpoint.Root, tree.Root())
	}},
}

// odd is an article whose texts hold what stores like to change.
var odd = archive.Article{
	Title: "a\xff\x00<b>&\u2028", Body: "一\r\n\n二\t \U0001F600", Author: " ", Published: t0.In(time.FixedZone("", 5*3600+1800)),
	Pictures: []string{"", "https://x.example/1.jpg"}, Attachments: []archive.Attachment{{URL: ""}, {Name: "\xc0", URL: "u"}},
	Evidence: []archive.Evidence{{Field: "title", Confidence: 1.0 / 3, Others: []string{""}}},
}

func (f *fixture) log() archive.Log {
	f.Helper()
	l, err := f.Log(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	return l
}

func (f *fixture) seal(at time.Time) archive.Checkpoint {
	f.Helper()
	c, err := f.Seal(f.Context(), at)
	if err != nil {
		f.Fatal(err)
	}
	return c
}

func (f *fixture) leaves(from int64) []archive.Leaf {
	f.Helper()
	return collect(f.T, f.Leaves(f.Context(), from))
}
