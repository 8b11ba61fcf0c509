package torture

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fangzhi/crawler/portaltest"
)

// parts is how many random parts of what was not synced are tried at each point.
const parts = 2

// Crashes traces a crawl into a new SQLite archive, and one after the portal
// changed, and rebuilds what is on the disk at every moment between two calls:
// where the process is killed there, and where the power goes. Each state is
// opened, verified, crawled again, and held against the portal.
func Crashes(ctx context.Context, o Options, articles int) (f Figures, err error) {
	began := time.Now()
	f.Name = "SQLite: process or power gone at every call"
	defer func() { f.Took = time.Since(began) }()
	p, base, stop, err := newPortal(articles, 1, articles, portaltest.Options{})
	if err != nil {
		return f, err
	}
	defer stop()
	dir, free, err := o.scratch()
	if err != nil {
		return f, err
	}
	defer free()
	// The calls of both crawls, in their order.
	var calls []call
	record := func(c *call) fate {
		made := *c
		c.done = func(returned int64) {
			if returned < 0 {
				return
			}
			if made.kind == "write" {
				made.data = made.data[:returned]
			}
			calls = append(calls, made)
		}
		return fate{}
	}
	for round := range 2 {
		if round == 1 {
			e := &editor{portal: p, random: rand.New(rand.NewPCG(o.Seed, 1)), publishes: articles}
			for range 2 * articles {
				e.work()
			}
		}
		if exit, said, err := o.trace(ctx, base, dir, true, record); err != nil || exit != 0 && exit != 3 {
			return f, fmt.Errorf("crawl under trace: exit code %d, %w: %s", exit, err, tail(said))
		}
	}

	type state struct {
		at       int
		how      string
		files    files
		reported reports
	}
	states := make(chan state, 4)
	seen := map[string]bool{}
	var mu sync.Mutex
	var failed error
	var workers sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work := func() {
		for s := range states {
			lost, faults, err := o.state(ctx, s.files, p, base, s.reported)
			mu.Lock()
			f.Tried++
			f.Lost += lost
			for _, fault := range faults {
				f.Faults = append(f.Faults, fmt.Sprintf("call %d of %d, %s: %s", s.at, len(calls), s.how, fault))
			}
			if lost > 0 {
				f.Faults = append(f.Faults, fmt.Sprintf("call %d of %d, %s: %d reported visits are lost", s.at, len(calls), s.how, lost))
			}
			if f.Tried%500 == 0 {
				o.logf("%d states tried, call %d of %d", f.Tried, s.at, len(calls))
			}
			if err != nil && failed == nil {
				failed = err
				cancel()
			}
			mu.Unlock()
		}
	}
	for range 2 {
		workers.Go(work)
	}
	d := &disk{dir: dir}
	reported := reports{}
	random := rand.New(rand.NewPCG(o.Seed, 2))
	for i, c := range calls {
		if c.kind == "say" {
			reported.hear(c.data)
			f.Acked = reported.total()
		} else {
			d.apply(c)
		}
		if o.skips(i + 1) {
			continue
		}
		f.Points++
		killed, lost := d.after(random, parts)
		try := func(how string, files files) {
			// What was reported is a part of the state.
			key := fmt.Sprintf("%x %d", files.sum(), reported.total())
			if seen[key] {
				return
			}
			seen[key] = true
			select {
			case states <- state{i + 1, how, files, maps.Clone(reported)}:
			case <-ctx.Done():
			}
		}
		try("process killed", killed)
		for n, files := range lost {
			try(fmt.Sprintf("power lost, case %d", n+1), files)
		}
		d.settle()
	}
	close(states)
	workers.Wait()
	return f, failed
}

// state holds one state of the disk against the portal.
func (o *Options) state(ctx context.Context, f files, p *portaltest.Portal, base string, reported reports) (int, []string, error) {
	dir, free, err := o.scratch()
	if err != nil {
		return 0, nil, err
	}
	if err := f.write(dir); err != nil {
		return 0, nil, err
	}
	lost, faults, err := o.held(ctx, sqliteIn(dir), p, base, true, reported)
	if lost == 0 && len(faults) == 0 {
		free()
	}
	return lost, faults, err
}

// trace runs a crawl under trace, and returns its exit code and what it said.
func (o *Options) trace(ctx context.Context, base, dir string, keep bool, meet func(*call) fate) (exit int, said []byte, err error) {
	log, err := os.CreateTemp(o.Dir, "said")
	if err != nil {
		return 0, nil, err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := o.command(ctx, base, sqliteIn(dir), keep)
	cmd.Stderr, cmd.Stdout = log, nil
	exit, err = traced(cmd, dir, meet)
	if err != nil {
		return exit, nil, err
	}
	said, err = os.ReadFile(filepath.Clean(log.Name()))
	return exit, said, err
}
