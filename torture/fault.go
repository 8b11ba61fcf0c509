package torture

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"fangzhi/crawler/portaltest"
)

// blows are what may become of a call, by its kind.
var blows = []struct {
	name  string
	kinds []string
	fate  func(c *call) (fate, bool)
}{
	{"killed", []string{"write", "sync", "truncate", "open", "unlink", "rename"}, func(*call) (fate, bool) { return fate{kill: true}, true }},
	{"EIO", []string{"write", "sync", "truncate", "open", "unlink", "rename"}, func(*call) (fate, bool) { return fate{errno: syscall.EIO}, true }},
	{"ENOSPC", []string{"write", "truncate", "open", "rename"}, func(*call) (fate, bool) { return fate{errno: syscall.ENOSPC}, true }},
	{"short", []string{"write"}, func(c *call) (fate, bool) { return fate{short: len(c.data) / 2}, len(c.data) > 1 }},
}

// lasting is a disk that stays full from some write on.
const lasting = "disk full from then on"

// Faults crawls into a new SQLite archive as often as the crawl makes calls, and
// has another of them fail each time: with EIO, with ENOSPC, by writing half, by
// a kill; and has the disk full from each write on. The archive as it is then is
// verified, crawled again, and held against the portal.
func Faults(ctx context.Context, o Options, articles int) (f Figures, err error) {
	began := time.Now()
	f.Name = "SQLite: every call failed"
	defer func() { f.Took = time.Since(began) }()
	p, base, stop, err := newPortal(articles, 1, 0, portaltest.Options{})
	if err != nil {
		return f, err
	}
	defer stop()

	count := map[string]int{} // calls of a crawl that goes well, by kind
	dir, free, err := o.scratch()
	if err != nil {
		return f, err
	}
	exit, said, err := o.trace(ctx, base, dir, false, func(c *call) fate {
		count[c.kind]++
		return fate{}
	})
	free()
	if err != nil || exit != 0 {
		return f, fmt.Errorf("crawl under trace: exit code %d, %w: %s", exit, err, tail(said))
	}
	delete(count, "say")
	type task struct {
		blow string
		kind string
		n    int
		fate func(c *call) (fate, bool)
	}
	var tasks []task
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		f.Points += count[kind]
		for _, b := range blows {
			if slices.Contains(b.kinds, kind) {
				for n := range count[kind] {
					tasks = append(tasks, task{b.name, kind, n + 1, b.fate})
				}
			}
		}
	}
	for n := range count["write"] {
		tasks = append(tasks, task{lasting, "write", n + 1, func(*call) (fate, bool) { return fate{errno: syscall.ENOSPC}, true }})
	}
	tasks = slices.DeleteFunc(tasks, func(t task) bool { return o.skips(t.n) })
	o.logf("%d calls, %d faults", f.Points, len(tasks))
	var mu sync.Mutex
	err = spread(ctx, len(tasks), runtime.GOMAXPROCS(0), func(ctx context.Context, i int) error {
		t := tasks[i]
		dir, free, err := o.scratch()
		if err != nil {
			return err
		}
		seen, hit := 0, false
		reported := reports{}
		exit, said, err := o.trace(ctx, base, dir, false, func(c *call) fate {
			if c.kind == "say" {
				data := slices.Clone(c.data)
				c.done = func(n int64) {
					if n > 0 {
						reported.hear(data[:n])
					}
				}
				return fate{}
			}
			if c.kind != t.kind {
				return fate{}
			}
			if seen++; seen != t.n && !(t.blow == lasting && seen > t.n) {
				return fate{}
			}
			x, ok := t.fate(c)
			hit = hit || ok
			return x
		})
		if err != nil {
			return fmt.Errorf("%s %d %s: %w", t.kind, t.n, t.blow, err)
		}
		lost, faults, err := o.held(ctx, sqliteIn(dir), p, base, false, reported)
		mu.Lock()
		defer mu.Unlock()
		if hit {
			f.Tried++
		}
		f.Acked += reported.total()
		f.Lost += lost
		if lost > 0 {
			faults = append(faults, fmt.Sprintf("%d reported visits are lost", lost))
		}
		for _, fault := range faults {
			f.Faults = append(f.Faults, fmt.Sprintf("%s %d of %d, %s, exit code %d: %s (%s)", t.kind, t.n, count[t.kind], t.blow, exit, fault, tail(said)))
		}
		if len(faults) == 0 {
			free()
		}
		if f.Tried%200 == 0 {
			o.logf("%d faults injected", f.Tried)
		}
		return err
	})
	return f, err
}
