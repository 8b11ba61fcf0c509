package crawler

import (
	"context"
	"errors"
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
	k.c.holding.Lock()
	defer k.c.holding.Unlock()
	known := k.holds[host]
	now := k.c.now()
	if known != nil && now.Sub(known.read).Abs() < holdFresh {
		return nil
	}
	h, err := k.c.recallHold(k.wait, host)
	if err != nil {
		return err
	}
	k.holds[host] = &knownHold{Hold: h, read: now}
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
	k.c.holding.Lock()
	known := k.holds[host]
	count := known != nil && known.Times > 0
	k.c.holding.Unlock()
	if count && !k.frontier.hostRests(host) {
		k.change(host, func(h *archive.Hold) { h.Times = 0 })
	}
}

// change changes what is known of host, and keeps it. Where the archive cannot,
// the run ends.
func (k *crawl) change(host string, how func(h *archive.Hold)) {
	k.c.holding.Lock()
	defer k.c.holding.Unlock()
	known := k.holds[host]
	if known == nil { // that of a robots.txt elsewhere, say
		known = &knownHold{Hold: archive.Hold{Host: host}, read: k.c.now()}
		k.holds[host] = known
	}
	h := known.Hold
	how(&h)
	h.Told = k.c.now()
	h.Slower = k.c.fetcher.pace.slower(host)
	if err := k.keepHold(h); err != nil {
		k.stop(err)
	}
}

// keepHold keeps h, also while the run is being stopped. c.holding is held.
func (k *crawl) keepHold(h archive.Hold) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.wire), holdTime)
	defer cancel()
	if err := archive.KeepHold(ctx, k.c.store, k.run.ID, h); err != nil {
		return err
	}
	k.holds[h.Host].Hold = h
	return nil
}

// keepSlowness keeps how much slower the hosts of the run are asked in its end,
// where that is news.
func (k *crawl) keepSlowness(ctx context.Context) error {
	k.c.holding.Lock()
	defer k.c.holding.Unlock()
	var all []error
	for host, known := range k.holds {
		slower := k.c.fetcher.pace.slower(host)
		if slower == 0 && known.Slower == 0 {
			continue
		}
		h := known.Hold
		h.Slower, h.Told = slower, k.c.now()
		all = append(all, archive.KeepHold(ctx, k.c.store, k.run.ID, h))
	}
	return errors.Join(all...)
}
