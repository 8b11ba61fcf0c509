package crawler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"fangzhi/archive"
)

// thisProcess names the process as an owner of runs. The random part tells it
// from a former one with its id: in a container every process has the same.
var thisProcess = sync.OnceValue(func() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s:%d:%08x", strings.ReplaceAll(host, ":", "_"), os.Getpid(), rand.Uint32())
})

// OwnerIsDead says whether owner was a process of this host that is no more.
func OwnerIsDead(owner string) bool {
	theirs, ours := strings.Split(owner, ":"), strings.Split(thisProcess(), ":")
	if len(theirs) != 3 || theirs[0] != ours[0] || owner == thisProcess() {
		return false
	}
	pid, err := strconv.Atoi(theirs[1])
	if err != nil || pid <= 0 {
		return false
	}
	if pid == os.Getpid() {
		return true // its id is ours now
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	defer p.Release()
	err = p.Signal(syscall.Signal(0))
	return errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) || isZombie(pid)
}

// isZombie says whether a process ended and nobody asked how: it can still be
// signalled. Where there is no /proc it says no, and the lease has to pass.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// proc(5): the state follows the name, which may hold parentheses itself.
	_, rest, ok := strings.Cut(string(stat[bytes.LastIndexByte(stat, ')')+1:]), " ")
	return ok && (strings.HasPrefix(rest, "Z") || strings.HasPrefix(rest, "X"))
}

// closeOrphans closes the site's open runs whose process died on this host, so
// that the site does not have to wait for their lease to pass. They ended before now,
// when another run begins.
func (c *Crawler) closeOrphans(ctx context.Context, site string, now time.Time) error {
	var orphans []archive.Run
	for run, err := range c.store.Runs(ctx, archive.Filter{Site: site, RunState: archive.RunRunning}) {
		if err != nil {
			return fmt.Errorf("look for open runs: %w", err)
		}
		if run.State == archive.RunRunning && OwnerIsDead(run.Owner) {
			orphans = append(orphans, run)
		}
	}
	for _, run := range orphans {
		run.State, run.Reason, run.Ended = archive.RunInterrupted, "its process died", now
		if run.Lease.Before(now) {
			run.Ended = run.Lease // after that it did nothing more
		}
		if run.Ended.Before(run.Started) { // a clock was put back
			run.Ended = run.Started
		}
		if err := c.recount(ctx, &run); err != nil {
			return err
		}
		if err := c.store.EndRun(ctx, run); err != nil && !errors.Is(err, archive.ErrLost) {
			return fmt.Errorf("close run %s, whose process died: %w", run.ID, err)
		}
		c.options.Log.Info("closed a run whose process died", "site", site, "run", run.ID)
	}
	return nil
}

// recount makes up a run's tally from the ledger.
func (c *Crawler) recount(ctx context.Context, run *archive.Run) error {
	run.Articles, run.Lists, run.Requisites, run.Requests, run.Bytes = archive.Tally{}, archive.Tally{}, archive.Tally{}, 0, 0
	for visit, err := range c.store.Visits(ctx, archive.Filter{Site: run.Site, Run: run.ID}) {
		if err != nil {
			return fmt.Errorf("count the visits of run %s: %w", run.ID, err)
		}
		count(run, visit)
		run.Requests += visit.Attempts
	}
	return nil
}

// count adds a visit to a run's tally.
func count(run *archive.Run, visit archive.Visit) {
	run.Bytes += visit.Bytes
	switch visit.Kind {
	case archive.KindPart: // its article counts
	case archive.KindRequisite:
		run.Requisites[visit.Outcome]++
	case archive.KindList:
		run.Lists[visit.Outcome]++
	default:
		run.Articles[visit.Outcome]++
	}
}

// takeUpWithin is how long after a full run was cut short another one takes it
// up: later, pages that it had looked at would be old news.
const takeUpWithin = 24 * time.Hour

// takenUp returns since when visits count for a full run that starts now: the
// start of the last run where that was full and was cut short, else zero.
func (c *Crawler) takenUp(ctx context.Context, site string, now time.Time) (time.Time, error) {
	for run, err := range c.store.Runs(ctx, archive.Filter{Site: site, Newest: true}) {
		if err != nil {
			return time.Time{}, fmt.Errorf("look for a run to take up: %w", err)
		}
		if run.State == archive.RunSkipped || run.State == archive.RunMissed || !run.Trigger.Crawls() {
			continue
		}
		cut := run.State == archive.RunInterrupted || run.State == archive.RunFailed ||
			run.State == archive.RunRunning && run.Lease.Before(now)
		if !cut || !run.Full || now.Sub(run.Started) > takeUpWithin {
			return time.Time{}, nil
		}
		if !run.FullSince.IsZero() && now.Sub(run.FullSince) <= takeUpWithin {
			return run.FullSince, nil
		}
		return run.Started, nil
	}
	return time.Time{}, nil
}

// keepLease moves the run's lease along until ctx ends. When the run was lost
// to another process it says so.
func (k *crawl) keepLease(ctx context.Context, lost func(error)) {
	every := time.NewTicker(k.c.options.Lease / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		err := k.c.store.RenewRun(ctx, k.run.ID, k.c.now().Add(k.c.options.Lease))
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, archive.ErrLost):
			lost(fmt.Errorf("renew the lease: %w", err))
			return
		default:
			k.c.options.Log.Warn("could not renew the lease", "site", k.site.Name, "run", k.run.ID, "error", err)
		}
	}
}

// snapshot returns run as it stands, sharing nothing with it.
func snapshot(run archive.Run) archive.Run {
	run.Articles, run.Lists, run.Requisites = maps.Clone(run.Articles), maps.Clone(run.Lists), maps.Clone(run.Requisites)
	return run
}
