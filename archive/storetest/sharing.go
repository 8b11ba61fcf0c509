package storetest

import (
	"context"
	"errors"
	"iter"
	"time"

	"fangzhi/archive"
)

// listings are all iterators of a store, each with something to yield in a
// furnished archive.
func listings(ctx context.Context, s archive.Store) map[string]iter.Seq2[any, error] {
	return map[string]iter.Seq2[any, error]{
		"pages":     anything(s.Pages(ctx, archive.Filter{})),
		"snapshots": anything(s.Snapshots(ctx, archive.Filter{})),
		"visits":    anything(s.Visits(ctx, archive.Filter{})),
		"runs":      anything(s.Runs(ctx, archive.Filter{})),
		"payloads":  anything(s.Payloads(ctx)),
		"search":    anything(s.Search(ctx, "版", archive.Filter{})),
	}
}

func anything[T any](seq iter.Seq2[T, error]) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for v, err := range seq {
			if !yield(v, err) {
				return
			}
		}
	}
}

var sharingTests = []subtest{
	{"an iterator that is left early frees what it holds", func(f *fixture) {
		furnished(f)
		for range 30 {
			for name, seq := range listings(f.Context(), f.Store) {
				for _, err := range seq {
					if err != nil {
						f.Fatalf("%s: %v", name, err)
					}
					break
				}
			}
		}
		next := f.begin("a", time.Hour)
		f.record(next, gone(next, unread("a", url(1)), time.Hour))
	}},
	{"an iterator can be used again", func(f *fixture) {
		furnished(f)
		for name, seq := range listings(f.Context(), f.Store) {
			first, second := collect(f.T, seq), collect(f.T, seq)
			if len(first) == 0 {
				f.Errorf("%s yields nothing", name)
			}
			f.equal(name, second, first)
		}
	}},
	{"the store answers and records while it is listed", func(f *fixture) {
		furnished(f)
		r := f.begin("a", time.Hour)
		n := 0
		var nest func(depth int)
		nest = func(depth int) {
			for _, err := range f.Snapshots(f.Context(), archive.Filter{Site: other}) {
				if err != nil {
					f.Fatal(err)
				}
				if depth > 0 {
					nest(depth - 1)
					continue
				}
				n++
				f.record(r, gone(r, unread("a", url(n)), time.Hour))
				f.page(pageA)
				f.finds("第一版", archive.Filter{Site: "nowhere"})
			}
		}
		nest(20)
		f.equal("recorded", n, 1)
	}},
	{"many goroutines record and read at once", func(f *fixture) {
		const sites, rounds = 4, 12
		errs := together(2*sites, func(i int) error {
			name := string(rune('a' + i%sites))
			if i >= sites {
				return f.readAll(rounds)
			}
			r := run(name, 0)
			if err := f.BeginRun(f.Context(), r, []archive.Page{unread(name, url(0))}); err != nil {
				return err
			}
			for n := range rounds {
				one := visit(r, unread(name, url(n)), time.Duration(n)*time.Second, text("标题", prose(n)))
				two := visit(r, one.Page, time.Duration(n)*time.Second+time.Millisecond, text("标题", prose(n+100)))
				one.Discovered = []archive.Page{unread(name, url(n+1))}
				if err := f.Record(f.Context(), r.ID, []archive.Entry{one, two}); err != nil {
					return err
				}
			}
			r.State = archive.RunDone
			return f.EndRun(f.Context(), r)
		})
		if err := errors.Join(errs...); err != nil {
			f.Fatal(err)
		}
		f.equal("visits", len(collect(f.T, f.Visits(f.Context(), archive.Filter{}))), sites*rounds*2)
		f.equal("snapshots", len(collect(f.T, f.Snapshots(f.Context(), archive.Filter{}))), sites*rounds*2)
		f.equal("pages", len(f.pageURLs(archive.Filter{})), sites*(rounds+1))
		f.equal("payloads", len(collect(f.T, f.Payloads(f.Context()))), rounds*2)
	}},
	{"a context that has ended changes nothing", func(f *fixture) {
		_, r, _ := furnished(f)
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		next := run("a", 0)
		f.unchanged("calling", func() {
			f.wantErr("record", f.Record(ctx, r.ID, storyOfThree(r)), context.Canceled)
			f.wantErr("begin", f.BeginRun(ctx, next, []archive.Page{unread("a", url(1))}), context.Canceled)
			f.wantErr("renew", f.RenewRun(ctx, r.ID, t0), context.Canceled)
			f.wantErr("end", f.EndRun(ctx, r), context.Canceled)
		})
		_, err := f.Page(ctx, site, pageA)
		f.wantErr("page", err, context.Canceled)
		_, err = f.Due(ctx, site, t0, 1, archive.Except{})
		f.wantErr("due", err, context.Canceled)
		_, err = f.Known(ctx, site, []string{pageA})
		f.wantErr("known", err, context.Canceled)
		_, err = f.Summaries(ctx, t0)
		f.wantErr("summaries", err, context.Canceled)
		_, err = f.Alike(ctx, archive.Sketch{1})
		f.wantErr("alike", err, context.Canceled)
		_, err = f.Payload(ctx, archive.DigestOf([]byte("x")))
		f.wantErr("payload", err, context.Canceled)
		for name, seq := range listings(ctx, f.Store) {
			n, last := drain(seq)
			f.equal(name+" yields", n, 1)
			f.wantErr(name, last, context.Canceled)
		}
	}},
	{"a listing whose context ends yields the error last, once", func(f *fixture) {
		var seeds []archive.Page
		for n := range 3000 {
			seeds = append(seeds, unread(site, url(n)))
		}
		f.begin(site, 0, seeds...)
		ctx, cancel := context.WithCancel(f.Context())
		defer cancel()
		n, failures := 0, 0
		for _, err := range f.Pages(ctx, archive.Filter{}) {
			n++
			if failures > 0 {
				f.Fatal("something comes after the error")
			}
			if err != nil {
				failures++
				f.wantErr("pages", err, context.Canceled)
			}
			cancel()
		}
		if failures != 1 {
			f.Errorf("%d errors in %d", failures, n)
		}
	}},
}

// readAll reads everything there is, several times, whatever it is.
func (f *fixture) readAll(rounds int) error {
	for range rounds {
		for _, seq := range listings(f.Context(), f.Store) {
			if _, err := drain(seq); err != nil {
				return err
			}
		}
		if _, err := f.Due(f.Context(), "a", minute(9), 10, archive.Except{}); err != nil {
			return err
		}
	}
	return nil
}

// drain counts what seq yields, its error included.
func drain(seq iter.Seq2[any, error]) (n int, last error) {
	for _, err := range seq {
		n, last = n+1, err
	}
	return n, last
}
