package storetest

import (
	"bytes"
	"errors"
	"time"

	"fangzhi/archive"
)

var learnTests = []subtest{
	{"nothing learnt is ErrNotFound", func(f *fixture) {
		r := f.begin(site, 0)
		f.learn(r, site, "furniture", []byte("a"))
		for _, ask := range [][2]string{{site, "noise"}, {other, "furniture"}, {"", ""}} {
			if _, err := f.Learnt(f.Context(), ask[0], ask[1]); !errors.Is(err, archive.ErrNotFound) {
				f.Errorf("%q: got %v, want ErrNotFound", ask, err)
			}
		}
	}},
	{"comes back byte for byte, the last of each name and site", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		for _, data := range [][]byte{[]byte("first"), noise(archive.MaxLearnt), {}, {0xff, 0}} {
			f.learn(r, site, "furniture", data)
			f.learn(s, other, "furniture", []byte("other"))
			f.learn(r, site, "noise", []byte("noise"))
			f.wantLearnt(site, "furniture", data)
			f.wantLearnt(other, "furniture", []byte("other"))
			f.wantLearnt(site, "noise", []byte("noise"))
		}
	}},
	{"a run learns of no site too", func(f *fixture) {
		r, s := f.begin(site, 0), f.begin(other, 0)
		f.learn(r, "", "hold a.cn", []byte("a"))
		f.learn(s, "", "hold b.cn", []byte("b"))
		f.learn(s, "", "hold a.cn", []byte("c"))
		f.wantLearnt("", "hold a.cn", []byte("c"))
		f.wantLearnt("", "hold b.cn", []byte("b"))
	}},
	{"outlasts its run", func(f *fixture) {
		r := f.begin(site, 0)
		f.learn(r, site, "furniture", []byte("a"))
		f.end(r)
		f.wantLearnt(site, "furniture", []byte("a"))
		f.learn(f.begin(site, time.Hour), site, "furniture", []byte("b"))
		f.wantLearnt(site, "furniture", []byte("b"))
	}},
	{"more than MaxLearnt is refused", func(f *fixture) {
		r := f.begin(site, 0)
		f.learn(r, site, "furniture", []byte("a"))
		if err := f.Learn(f.Context(), r.ID, site, "furniture", noise(archive.MaxLearnt+1)); err == nil {
			f.Error("was kept")
		}
		f.wantLearnt(site, "furniture", []byte("a"))
	}},
	{"a run that is not open learns nothing", func(f *fixture) {
		r := f.begin(site, 0)
		f.wantErr("never begun", f.Learn(f.Context(), run(site, time.Minute).ID, site, "furniture", []byte("a")), archive.ErrLost)
		next := f.takeOver(r)
		f.learn(next, site, "furniture", []byte("b"))
		f.wantErr("taken over", f.Learn(f.Context(), r.ID, site, "furniture", []byte("a")), archive.ErrLost)
		f.end(next)
		f.wantErr("closed", f.Learn(f.Context(), next.ID, site, "furniture", []byte("a")), archive.ErrLost)
		f.wantLearnt(site, "furniture", []byte("b"))
	}},
	{"of several at once one holds whole", func(f *fixture) {
		r := f.begin(site, 0)
		for _, err := range together(4, func(i int) error {
			return f.Learn(f.Context(), r.ID, site, "furniture", bytes.Repeat([]byte{byte(i)}, 1000))
		}) {
			if err != nil {
				f.Error(err)
			}
		}
		got, err := f.Learnt(f.Context(), site, "furniture")
		if err != nil || len(got) != 1000 || !bytes.Equal(got, bytes.Repeat(got[:1], 1000)) {
			f.Errorf("got %d bytes, %v", len(got), err)
		}
	}},
}

func (f *fixture) learn(r archive.Run, site, name string, data []byte) {
	f.Helper()
	if err := f.Learn(f.Context(), r.ID, site, name, data); err != nil {
		f.Fatalf("learn %s of %s: %v", name, site, err)
	}
}

func (f *fixture) wantLearnt(site, name string, want []byte) {
	f.Helper()
	if got, err := f.Learnt(f.Context(), site, name); err != nil || !bytes.Equal(got, want) {
		f.Errorf("%s of %s: got %d bytes, %v, want %d", name, site, len(got), err, len(want))
	}
}
