package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Hold is what a host let know of how it wants to be asked: that it wants no
// request for a while, be it that it said so or that it met what it was asked
// with walls, and how much slower than usual. It is the host's, whatever site
// asks.
type Hold struct {
	Host   string        `json:"host"`  // as a URL has it, with the port where there is one
	Told   time.Time     `json:"told"`  // when
	Until  time.Time     `json:"until"` // no request before
	Reason string        `json:"reason,omitempty"`
	Times  int           `json:"times,omitempty"`     // in a row that it had enough, without an answer that was well between them
	Slower time.Duration `json:"slower_ns,omitempty"` // added to the delay
}

const (
	// MaxHold bounds how long a host is left alone: a slip of a few zeros, or a
	// clock that was wrong, must not end the watch over it.
	MaxHold = 24 * time.Hour
	// slowFor is how long it counts that a host was slow.
	slowFor = time.Hour
)

// Active says whether h keeps requests from its host at the time now.
func (h Hold) Active(now time.Time) bool {
	return now.Before(h.Until) && h.Until.Sub(now) <= MaxHold
}

// SlowerAt is Slower, as far as it counts at the time now.
func (h Hold) SlowerAt(now time.Time) time.Duration {
	if now.Sub(h.Told).Abs() > slowFor {
		return 0
	}
	return h.Slower
}

// holdName is what the hold of a host is kept as, learnt of no site.
func holdName(host string) string { return "hold " + host }

// HoldOf returns what is known of host, a hold that is not active where nothing
// is. What cannot be read is learnt anew.
func HoldOf(ctx context.Context, s interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, host string) (Hold, error) {
	none := Hold{Host: host}
	b, err := s.Learnt(ctx, "", holdName(host))
	if errors.Is(err, ErrNotFound) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("the hold of %s: %w", host, err)
	}
	h := none
	if json.Unmarshal(b, &h) != nil || h.Host != host {
		return none, nil
	}
	return h, nil
}

// KeepHold has s keep h, which run learnt, in place of what it had of the host.
func KeepHold(ctx context.Context, s interface {
	Learn(ctx context.Context, run, site, name string, data []byte) error
}, run string, h Hold) error {
	b, err := json.Marshal(h)
	if err == nil {
		err = s.Learn(ctx, run, "", holdName(h.Host), b)
	}
	if err != nil {
		return fmt.Errorf("keep the hold of %s: %w", h.Host, err)
	}
	return nil
}
