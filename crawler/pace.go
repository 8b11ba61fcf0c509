package crawler

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// pace keeps requests to each host apart, over all runs of the process: so
// many at a time, so long from one start to the next. It slows down for a host
// that is in trouble and waits as long as a host asks it to.
type pace struct {
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	hosts map[string]*hostPace
}

// hostPace is where the pace of one host stands.
type hostPace struct {
	users   map[*user]Politeness // of the runs that are at it
	running int
	last    time.Time     // when the last request started; or ended, where the host was slow to answer it
	penalty time.Duration // added to the delay while the host is slow or in trouble
	usual   time.Duration // that the host lets wait for an answer, on the average of late
	held    time.Time     // no request before
	why     string        // it is held, "": it said so itself
	line    []*turn       // requests that wait, the one that came first in front
	wake    chan struct{} // closed, and made anew, when a waiting request may look again
}

// user is one run, to the pace.
type user struct {
	waiting func(text string)                  // told what a long wait is for; may be nil
	held    func(host string, until time.Time) // told what a host asked for; may be nil
}

// turn is one request's place in the line.
type turn struct{ _ byte }

// restingError says that a host wants no request for longer than a run waits.
type restingError struct {
	host  string
	until time.Time
	why   string // "": the host said so itself
}

func (e *restingError) Error() string {
	if e.why != "" {
		return fmt.Sprintf("%s: no request before %s", e.why, e.until.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("%s asked to be left alone until %s", e.host, e.until.UTC().Format(time.RFC3339))
}

func newPace(l Limits, now func() time.Time) *pace {
	return &pace{limits: l, now: now, hosts: map[string]*hostPace{}}
}

func (p *pace) host(name string) *hostPace {
	h := p.hosts[name]
	if h == nil {
		h = &hostPace{users: map[*user]Politeness{}, wake: make(chan struct{})}
		p.hosts[name] = h
	}
	return h
}

// tellAfter is how long a wait is before it is worth a word.
const tellAfter = 3 * time.Second

// start waits until a request to host may start, and counts it as started; the
// caller says done when it is over. It returns the context's error, or a
// *restingError when the host asked for more patience than Limits.Wait.
func (p *pace) start(ctx context.Context, host string, u *user, want Politeness) error {
	told, mine := false, new(turn)
	p.mu.Lock()
	h := p.host(host)
	h.line = append(h.line, mine)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		h.line = slices.DeleteFunc(h.line, func(t *turn) bool { return t == mine })
		h.signal()
	}()
	for {
		p.mu.Lock()
		h.users[u] = want
		now := p.now()
		wait, why := h.wait(now)
		if wait <= 0 && h.line[0] != mine {
			wait, why = noSlot, ""
		}
		if wait <= 0 && ctx.Err() == nil {
			h.running++
			h.last = now
			p.mu.Unlock()
			return nil
		}
		wake, resting := h.wake, restingError{host, h.held, h.why}
		p.mu.Unlock()

		if err := ctx.Err(); err != nil {
			return err
		}
		if p.limits.Wait >= 0 && resting.until.Sub(now) > p.limits.Wait {
			return &resting
		}
		if wait >= tellAfter && !told && u.waiting != nil && why != "" {
			told = true
			u.waiting(fmt.Sprintf("%s: %s, %v to go", host, why, wait.Round(time.Second)))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// noSlot stands for the wait for another request to start or end.
const noSlot = time.Hour

// wait is how long a request has to wait from now, and, where that is not the
// usual delay, what for.
func (h *hostPace) wait(now time.Time) (time.Duration, string) {
	slots, delay := 0, time.Duration(0)
	for _, p := range h.users {
		if n := max(p.Parallel, 1); slots == 0 || n < slots {
			slots = n
		}
		delay = max(delay, p.Delay)
	}
	if d := h.held.Sub(now); d > 0 {
		return d, "the host asked for a pause"
	}
	if h.running >= slots {
		return noSlot, ""
	}
	if h.last.IsZero() {
		return 0, ""
	}
	why := ""
	if h.penalty > 0 {
		delay += h.penalty
		why = "slowed down, the host is slow or in trouble"
	}
	return min(h.last.Add(delay).Sub(now), delay), why // the clock may have been set back
}

// health is what an answer says about its host.
type health int

const (
	neutral health = iota
	well
	troubled
)

// done ends a request that start let through, after the host let wait so long
// for the answer.
func (p *pace) done(host string, how health, waited time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.host(host)
	h.running--
	if how == well && h.slowed(waited) {
		h.penalty = max(h.penalty, min(waited, maxPenalty*p.limits.Backoff))
		h.last = p.now()
	} else {
		h.felt(how, p.limits)
	}
	h.signal()
}

// busyMoment is how long any host may take to answer now and then.
const busyMoment = 2 * time.Second

// slowed says whether a wait for an answer tells that the host can hardly keep
// up: four times as long as usual, and longer than a busy moment. The host is
// then left alone for as long again.
func (h *hostPace) slowed(waited time.Duration) bool {
	usual := h.usual
	h.usual += (waited - usual) / 8
	return waited > max(4*usual, busyMoment)
}

// trouble slows host down for what only reading its answer could tell.
func (p *pace) trouble(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.host(host).felt(troubled, p.limits)
}

// maxPenalty bounds the delay that is added for a host in trouble, as a
// multiple of Limits.Backoff.
const maxPenalty = 16

// felt doubles the penalty for trouble, and takes a quarter off for each good
// answer: a host is approached again more slowly than it is left.
func (h *hostPace) felt(how health, l Limits) {
	switch how {
	case troubled:
		h.penalty = min(max(2*h.penalty, l.Backoff), maxPenalty*l.Backoff)
	case well:
		h.penalty -= h.penalty / 4
		if h.penalty < l.Backoff/4 {
			h.penalty = 0
		}
	}
}

// hold keeps all requests from host until then; why is "" where the host said so
// itself.
func (p *pace) hold(host string, until time.Time, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.host(host); until.After(h.held) {
		h.held, h.why = until, why
	}
}

// lift lets requests to host start again.
func (p *pace) lift(host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.host(host)
	h.held, h.why = time.Time{}, ""
	h.signal()
}

// slow has host approached no faster than it was left, where nothing newer is
// known of it.
func (p *pace) slow(host string, by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.host(host); h.last.IsZero() && by > 0 {
		h.penalty = max(h.penalty, min(by, maxPenalty*p.limits.Backoff))
	}
}

// slower is how much is added to host's delay.
func (p *pace) slower(host string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.host(host).penalty
}

// leave takes back what u asked for: its run is over.
func (p *pace) leave(u *user) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range p.hosts {
		if _, ok := h.users[u]; ok {
			delete(h.users, u)
			h.signal()
		}
	}
}

func (h *hostPace) signal() {
	close(h.wake)
	h.wake = make(chan struct{})
}
