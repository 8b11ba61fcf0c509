package crawler

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"fangzhi/archive"
)

// knownHold is what a run knows of a host.
type knownHold struct {
	archive.Hold
	read time.Time // when the archive was asked
}

// holdFresh is how long a run goes by what it read of a host: another process
// may have met it since.
const holdFresh = time.Minute

// holdTime is how long the archive may take to keep a hold.
const holdTime = 10 * time.Second

// keptHold is how long a pause is at least that is kept for other processes.
const keptHold = 10 * time.Second

// recallHold has the pace of host be what the archive knows of it.
func (c *Crawler) recallHold(ctx context.Context, host string) (archive.Hold, error) {
	h, err := archive.HoldOf(ctx, c.store, host)
	if err != nil {
		return h, err
	}
	now := c.now()
	if h.Active(now) {
		c.fetcher.pace.hold(host, h.Until, h.Reason)
	}
	c.fetcher.pace.slow(host, h.SlowerAt(now))
	return h, nil
}

// recallHold is that of the crawler, for a host that the run is about to ask. A
// run that ignores holds lifts it at its first request.
func (k *crawl) recallHold(host string) error {
	defer k.c.holding.lock(host)()
	known := k.holds.of(host)
	now := k.c.now()
	if known != nil && now.Sub(known.read).Abs() < holdFresh {
		return nil
	}
	h, err := k.c.recallHold(k.wait, host)
	if err != nil {
		return err
	}
	k.holds.set(&knownHold{Hold: h, read: now})
	if known == nil && k.ignoreHolds {
		k.c.fetcher.pace.lift(host)
		if h.Active(now) {
			h.Until, h.Reason, h.Times = time.Time{}, "", 0
			return k.keepHold(h)
		}
	}
	return nil
}

// asked keeps what a host asked for.
func (k *crawl) asked(host string, until time.Time) {
	if until.Sub(k.c.now()) < keptHold {
		return
	}
	k.change(host, func(h *archive.Hold) {
		if until.After(h.Until) {
			h.Until, h.Reason = until, ""
		}
	})
}

// hadEnough leaves host alone after it showed why that it wants no more: for
// longer each time. It returns for how long, in words.
func (k *crawl) hadEnough(host string, first time.Duration, why string) string {
	until := time.Time{}
	k.change(host, func(h *archive.Hold) {
		h.Times++
		wait := first
		for range h.Times - 1 {
			wait = min(2*wait, archive.MaxHold)
		}
		until = k.c.now().Add(wait)
		h.Until, h.Reason = until, why
	})
	k.c.fetcher.pace.hold(host, until, why)
	return (&restingError{host, until, why}).Error()
}

// wasWell ends the count of the times that host had enough.
func (k *crawl) wasWell(host string) {
	unlock := k.c.holding.lock(host)
	known := k.holds.of(host)
	count := known != nil && known.Times > 0
	unlock()
	if count && !k.frontier.hostRests(host) {
		k.change(host, func(h *archive.Hold) { h.Times = 0 })
	}
}

// change changes what is known of host, and keeps it. Where the archive cannot,
// the run ends.
func (k *crawl) change(host string, how func(h *archive.Hold)) {
	defer k.c.holding.lock(host)()
	known := k.holds.of(host)
	if known == nil { // that of a robots.txt elsewhere, say
		known = &knownHold{Hold: archive.Hold{Host: host}, read: k.c.now()}
		k.holds.set(known)
	}
	h := known.Hold
	how(&h)
	h.Told = k.c.now()
	h.Slower = k.c.fetcher.pace.slower(host)
	if err := k.keepHold(h); err != nil {
		k.stop(err)
	}
}

// keepHold keeps h, also while the run is being stopped. The host is locked.
func (k *crawl) keepHold(h archive.Hold) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.wire), holdTime)
	defer cancel()
	if err := archive.KeepHold(ctx, k.c.store, k.run.ID, h); err != nil {
		return err
	}
	k.holds.of(h.Host).Hold = h
	return nil
}

// keepSlowness keeps how much slower the hosts of the run are asked in its end,
// where that is news.
func (k *crawl) keepSlowness(ctx context.Context) error {
	var all []error
	for _, host := range k.holds.hosts() {
		all = append(all, k.keepSlownessOf(ctx, host))
	}
	return errors.Join(all...)
}

func (k *crawl) keepSlownessOf(ctx context.Context, host string) error {
	defer k.c.holding.lock(host)()
	known := k.holds.of(host)
	slower := k.c.fetcher.pace.slower(host)
	if slower == 0 && known.Slower == 0 {
		return nil
	}
	h := known.Hold
	h.Slower, h.Told = slower, k.c.now()
	return archive.KeepHold(ctx, k.c.store, k.run.ID, h)
}

// knownHolds are the holds that a run knows, by host. What a hold says is read and
// changed by whoever has locked its host.
type knownHolds struct {
	mu sync.Mutex
	by map[string]*knownHold
}

func (h *knownHolds) of(host string) *knownHold {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.by[host]
}

func (h *knownHolds) set(known *knownHold) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.by == nil {
		h.by = map[string]*knownHold{}
	}
	h.by[known.Host] = known
}

func (h *knownHolds) hosts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.by))
}

// hostLocks lock hosts one by one: what the archive takes to keep the hold of one
// must not keep others waiting.
type hostLocks struct {
	mu sync.Mutex
	by map[string]*hostLock
}

type hostLock struct {
	sync.Mutex
	wanted int // by how many; under hostLocks.mu
}

// lock returns what unlocks host again.
func (l *hostLocks) lock(host string) (unlock func()) {
	l.mu.Lock()
	if l.by == nil {
		l.by = map[string]*hostLock{}
	}
	one := l.by[host]
	if one == nil {
		one = &hostLock{}
		l.by[host] = one
	}
	one.wanted++
	l.mu.Unlock()
	one.Lock()
	return func() {
		one.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if one.wanted--; one.wanted == 0 {
			delete(l.by, host)
		}
	}
}
