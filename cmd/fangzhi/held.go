package main

import (
	"context"
	"fmt"
	"time"

	"fangzhi/archive"
)

// holdsOf are those of hosts that are to be left alone now.
func holdsOf(ctx context.Context, store archive.Store, hosts []string, now time.Time) (active []archive.Hold, err error) {
	for _, host := range hosts {
		h, err := archive.HoldOf(ctx, store, host)
		if err != nil {
			return nil, err
		}
		if h.Active(now) {
			active = append(active, h)
		}
	}
	return active, nil
}

// heldUntil says until when a host is left alone, and why.
func heldUntil(h archive.Hold) string {
	why := "it asked for that"
	if h.Reason != "" {
		why = h.Reason
	}
	return fmt.Sprintf("%s is left alone until %s: %s, told %s", h.Host, moment(h.Until), why, moment(h.Told))
}
