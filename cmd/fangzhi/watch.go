package main

import (
	"context"
	"errors"
	"time"

	"fangzhi/archive"
	"fangzhi/configs"
)

// watch verifies the archive as often as the configuration asks for, until ctx
// is done. What it finds is logged, and kept for the status.
func (a *app) watch(ctx context.Context, store archive.Store, c configs.Verification) {
	for c.Every > 0 {
		wait, err := a.verifyWhenDue(ctx, store, c)
		if err != nil && ctx.Err() == nil {
			a.log().Error("the archive could not be verified", "reason", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// verifyWhenDue verifies the archive when that is due, and returns how long it is
// until the next time.
func (a *app) verifyWhenDue(ctx context.Context, store archive.Store, c configs.Verification) (wait time.Duration, err error) {
	last, err := archive.LastVerification(ctx, store)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return c.Every, err
	}
	// One that is still to come a wrong clock has dated.
	if next := last.Started.Add(c.Every); a.now().Before(next) && !last.Started.After(a.now()) {
		return next.Sub(a.now()), nil
	}
	v, err := archive.VerifyPart(ctx, store, c.Parts, a.now)
	if err != nil {
		return c.Every, err
	}
	log := a.log().With("part", v.Report.Part, "parts", v.Report.Parts, "took", v.Ended.Sub(v.Started).Round(time.Millisecond))
	switch {
	case v.Failure != "":
		log.Error("the archive could not be verified to its end", "reason", v.Failure, "faults", v.Report.Faults)
	case v.Report.Faults > 0:
		log.Error("the archive is damaged", "faults", v.Report.Faults, "first", v.Faults[0].Object+": "+v.Faults[0].Text)
	default:
		log.Info("the archive was verified", "visits", v.Report.Visits, "payloads", v.Report.PayloadsRead)
	}
	return max(0, v.Started.Add(c.Every).Sub(a.now())), nil
}
