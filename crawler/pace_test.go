package crawler_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// starts lets n users make requests that take took each, and returns when they
// started, after the first.
func starts(t *testing.T, p crawler.Pace, n int, took time.Duration, want ...crawler.Politeness) (at []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n {
		u := &crawler.User{}
		wg.Go(func() {
			if err := p.Start(t.Context(), "a.cn", u, want[i%len(want)]); err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			at = append(at, time.Since(began))
			mu.Unlock()
			time.Sleep(took)
			p.Well("a.cn")
		})
		synctest.Wait()
	}
	wg.Wait()
	slices.Sort(at)
	return at
}

func seconds(n ...float64) (d []time.Duration) {
	for _, s := range n {
		d = append(d, time.Duration(s*float64(time.Second)))
	}
	return d
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		name string
		took time.Duration
		want []crawler.Politeness
		at   []time.Duration
	}{
		{"delay", 0, []crawler.Politeness{{Delay: 2 * time.Second, Parallel: 9}}, seconds(0, 2, 4, 6)},
		{"delay from start to start", time.Second, []crawler.Politeness{{Delay: 2 * time.Second, Parallel: 9}}, seconds(0, 2, 4, 6)},
		{"answers slower than the delay", 3 * time.Second, []crawler.Politeness{{Delay: 2 * time.Second}}, seconds(0, 3, 6, 9)},
		{"no delay, one at a time", time.Second, []crawler.Politeness{{}}, seconds(0, 1, 2, 3)},
		{"no delay, three at a time", time.Second, []crawler.Politeness{{Parallel: 3}}, seconds(0, 0, 0, 1)},
		{"the more considerate site holds", time.Second,
			[]crawler.Politeness{{Parallel: 3}, {Parallel: 1, Delay: 2 * time.Second}}, seconds(0, 2, 4, 6)},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if d := cmp.Diff(c.at, starts(t, crawler.NewPace(crawler.Limits{}), 4, c.took, c.want...)); d != "" {
					t.Errorf("starts (-want +got):\n%s", d)
				}
			})
		})
	}
}

func TestPaceBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, u := crawler.NewPace(crawler.Limits{Backoff: time.Second}), &crawler.User{}
		began := time.Now()
		var at []time.Duration
		for _, answer := range []func(string){p.Troubled, p.Troubled, p.Troubled, p.Well, p.Well, p.Well} {
			if err := p.Start(t.Context(), "a.cn", u, crawler.Politeness{}); err != nil {
				t.Fatal(err)
			}
			at = append(at, time.Since(began).Round(10*time.Millisecond))
			answer("a.cn")
		}
		want := seconds(0, 1, 3, 7, 10, 12.25)
		if d := cmp.Diff(want, at); d != "" {
			t.Errorf("starts (-want +got):\n%s", d)
		}
	})
}

// A host that takes longer than usual to answer is left alone for as long, and
// approached again step by step. One that always takes long is no news.
func TestPaceSlowsWithTheServer(t *testing.T) {
	for _, c := range []struct {
		name   string
		waited []float64 // seconds
		at     []float64
	}{
		{"quick", []float64{0.1, 0.1, 0.1, 0.1}, []float64{0, 1, 2, 3}},
		{"a busy moment", []float64{0.1, 1.9, 0.1, 0.1}, []float64{0, 1, 2.9, 3.9}},
		{"slow, then quick again", []float64{0.1, 5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1},
			[]float64{0, 1, 12, 16.75, 20.56, 23.67, 26.25, 28.44, 30.33}},
		{"slower than is waited for", []float64{0.1, 60, 0.1}, []float64{0, 1, 78}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, u := crawler.NewPace(crawler.Limits{Backoff: time.Second}), &crawler.User{}
				began := time.Now()
				var at []time.Duration
				for _, s := range c.waited {
					if err := p.Start(t.Context(), "a.cn", u, crawler.Politeness{Delay: time.Second}); err != nil {
						t.Fatal(err)
					}
					at = append(at, time.Since(began).Round(10*time.Millisecond))
					waited := time.Duration(s * float64(time.Second))
					time.Sleep(waited)
					p.Answered("a.cn", waited)
				}
				want := seconds(c.at...)
				for i := range want {
					want[i] = want[i].Round(10 * time.Millisecond)
				}
				if d := cmp.Diff(want, at); d != "" {
					t.Errorf("starts (-want +got):\n%s", d)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		p, u := crawler.NewPace(crawler.Limits{Backoff: time.Second}), &crawler.User{}
		last := time.Now()
		for range 40 {
			if err := p.Start(t.Context(), "a.cn", u, crawler.Politeness{}); err != nil {
				t.Fatal(err)
			}
			last = time.Now()
			time.Sleep(3 * time.Second)
			p.Answered("a.cn", 3*time.Second)
		}
		if gap := time.Since(last); gap != 3*time.Second {
			t.Errorf("a host that always takes 3 s is asked every %v", gap)
		}
	})
}

// Whatever runs share a host, with answers that are quick, slow, and none: at no
// moment are more requests under way than the most considerate of those at it
// allows, nor does one start sooner after the last than any of them wants.
func TestPaceIsKept(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			p := crawler.NewPace(crawler.Limits{Backoff: 50 * time.Millisecond})
			var mu sync.Mutex
			at := map[*crawler.User]crawler.Politeness{}
			running, started, last := 0, 0, time.Time{}
			var runs sync.WaitGroup
			for range 8 {
				u := &crawler.User{}
				want := crawler.Politeness{Delay: time.Duration(random.IntN(5)) * 30 * time.Millisecond, Parallel: 1 + random.IntN(6)}
				requests, begin := 5+random.IntN(30), time.Duration(random.IntN(2000))*time.Millisecond
				took := make([]time.Duration, requests)
				for i := range took {
					took[i] = time.Duration(random.IntN(200)) * time.Millisecond
				}
				well := random.IntN(4) > 0
				runs.Go(func() {
					time.Sleep(begin)
					var workers sync.WaitGroup
					next := make(chan time.Duration, requests)
					for _, d := range took {
						next <- d
					}
					close(next)
					for range want.Parallel + 2 {
						workers.Go(func() {
							for d := range next {
								if err := p.Start(t.Context(), "a.cn", u, want); err != nil {
									t.Error(err)
									return
								}
								mu.Lock()
								at[u] = want
								running++
								started++
								now := time.Now()
								for _, w := range at {
									if running > w.Parallel {
										t.Errorf("seed %d: %d requests at a time, of a site that wants %d", seed, running, w.Parallel)
									}
									if gap := now.Sub(last); gap < w.Delay {
										t.Errorf("seed %d: %v between requests, of a site that wants %v", seed, gap, w.Delay)
									}
								}
								last = now
								mu.Unlock()
								time.Sleep(d)
								mu.Lock()
								running--
								mu.Unlock()
								if well {
									p.Answered("a.cn", d)
								} else {
									p.Troubled("a.cn")
								}
							}
						})
					}
					workers.Wait()
					mu.Lock()
					delete(at, u)
					mu.Unlock()
					p.Leave(u)
				})
			}
			runs.Wait()
			if started < 40 {
				t.Errorf("only %d requests", started)
			}
		})
	}
}

func TestPaceHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, u := crawler.NewPace(crawler.Limits{Wait: time.Minute}), &crawler.User{}
		began := time.Now()
		p.Hold("a.cn", began.Add(30*time.Second))
		if err := p.Start(t.Context(), "a.cn", u, crawler.Politeness{}); err != nil || time.Since(began) != 30*time.Second {
			t.Errorf("started after %v, %v; want 30s", time.Since(began), err)
		}
		p.Well("a.cn")
		p.Hold("a.cn", time.Now().Add(time.Hour))
		began = time.Now()
		err := p.Start(t.Context(), "a.cn", u, crawler.Politeness{})
		if want := "a.cn asked to be left alone until 2000-01-01T01:00:30Z"; err == nil || err.Error() != want || time.Since(began) != 0 {
			t.Errorf("after %v: %v; want at once: %s", time.Since(began), err, want)
		}
		if err := p.Start(t.Context(), "b.cn", u, crawler.Politeness{}); err != nil {
			t.Errorf("another host: %v", err)
		}
	})
}

func TestPaceGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := crawler.NewPace(crawler.Limits{})
		ctx, cancel := context.WithCancel(t.Context())
		if err := p.Start(ctx, "a.cn", &crawler.User{}, crawler.Politeness{}); err != nil {
			t.Fatal(err)
		}
		waited := make(chan error)
		go func() {
			waited <- p.Start(ctx, "a.cn", &crawler.User{}, crawler.Politeness{Delay: time.Hour})
		}()
		synctest.Wait()
		cancel()
		if err := <-waited; !errors.Is(err, context.Canceled) {
			t.Errorf("Start = %v, want the context's error", err)
		}
		if err := p.Start(ctx, "c.cn", &crawler.User{}, crawler.Politeness{}); !errors.Is(err, context.Canceled) {
			t.Errorf("Start on a free host = %v, want the context's error", err)
		}
	})
}

func TestPaceForgetsRunsThatAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, slow, fast := crawler.NewPace(crawler.Limits{}), &crawler.User{}, &crawler.User{}
		if err := p.Start(t.Context(), "a.cn", slow, crawler.Politeness{Delay: time.Hour}); err != nil {
			t.Fatal(err)
		}
		p.Well("a.cn")
		p.Leave(slow)
		began := time.Now()
		if err := p.Start(t.Context(), "a.cn", fast, crawler.Politeness{Delay: time.Second}); err != nil || time.Since(began) != time.Second {
			t.Errorf("started after %v, %v; want 1s", time.Since(began), err)
		}
	})
}

// Two sites share a host: the portal's own log tells whether together they keep
// to what the more considerate of them promises.
func TestTwoSitesShareAHost(t *testing.T) {
	const delay = 20 * time.Millisecond
	for _, c := range []struct {
		name               string
		considerate, hasty crawler.Politeness
		most               int
	}{
		{"parallel", crawler.Politeness{Parallel: 2}, crawler.Politeness{Parallel: 8}, 2},
		{"delay", crawler.Politeness{Parallel: 4, Delay: delay}, crawler.Politeness{Parallel: 4}, 4},
		{"one at a time with a delay", crawler.Politeness{Delay: delay}, crawler.Politeness{Parallel: 3, Delay: delay / 2}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			came := make(chan struct{})
			once := sync.OnceFunc(func() { close(came) })
			// What the considerate site is promised holds as long as it is at it:
			// up to its last request.
			var p *portaltest.Portal
			var most, considered atomic.Int64
			p = portaltest.New(portaltest.Options{Latency: 5 * time.Millisecond, OnRequest: func(q portaltest.Request) {
				if q.Path == "/c0/index.html" {
					once()
				}
				if strings.HasPrefix(q.Path, "/c0/") {
					most.Store(int64(p.MaxConcurrent()))
					considered.Store(int64(p.Total()))
				}
			}})
			for i, articles := range []int{24, 4} {
				path := fmt.Sprintf("c%d", i)
				p.AddColumn(portaltest.Column{Path: path, Name: path})
				for n := range articles {
					p.Publish(path, article(fmt.Sprintf("关于第%d次常务会议议定事项落实情况的通报（%d）", i, n)))
				}
			}
			r := newRig(t, p, func(o *crawler.Options) { o.Observe = nil })
			run := func(i int, polite crawler.Politeness) {
				site := r.site
				site.Name, site.Columns, site.Politeness = fmt.Sprintf("site-%d", i), r.site.Columns[i:i+1], polite
				if _, err := r.crawl.Run(t.Context(), site, crawler.Tick{}); err != nil {
					t.Error(err)
				}
			}
			// The considerate site is at it from before the hasty one's first
			// request until after its last.
			until := make(chan struct{})
			p.Break("/c0/index.html", 1, portaltest.Hold(until))
			var wg sync.WaitGroup
			wg.Go(func() { run(0, c.considerate) })
			<-came
			wg.Go(func() { run(1, c.hasty) })
			close(until)
			wg.Wait()
			if most := most.Load(); most > int64(c.most) {
				t.Errorf("%d requests at a time, want %d at most", most, c.most)
			}
			requests := p.Requests()
			if len(requests) < 1+2+20 {
				t.Fatalf("%d requests, want 23 at least", len(requests))
			}
			requests = requests[:considered.Load()]
			took := requests[len(requests)-1].At.Sub(requests[0].At)
			// The first may reach a busy machine's portal late: one delay is not asked for.
			if least := time.Duration(len(requests)-2) * c.considerate.Delay; took < least {
				t.Errorf("%d requests within %v, want %v at least", len(requests), took, least)
			}
		})
	}
}
