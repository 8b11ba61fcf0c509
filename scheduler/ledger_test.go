package scheduler_test

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// ledger keeps runs as archive.Store promises to.
type ledger struct {
	mu   sync.Mutex
	runs map[string]archive.Run
	fail error // of everything, while it is set
}

func newLedger(runs ...archive.Run) *ledger {
	l := &ledger{runs: map[string]archive.Run{}}
	for _, r := range runs {
		r.ID = archive.RunID(r.Site, r.Planned)
		l.runs[r.ID] = r
	}
	return l
}

func (l *ledger) Runs(_ context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	return func(yield func(archive.Run, error) bool) {
		l.mu.Lock()
		var found []archive.Run
		for _, r := range l.runs {
			if (f.Site == "" || r.Site == f.Site) && (f.Until.IsZero() || r.Planned.Before(f.Until)) {
				found = append(found, r)
			}
		}
		fail := l.fail
		l.mu.Unlock()
		if fail != nil {
			yield(archive.Run{}, fail)
			return
		}
		slices.SortFunc(found, func(x, y archive.Run) int {
			return cmp.Or(x.Planned.Compare(y.Planned), cmp.Compare(x.Site, y.Site))
		})
		if f.Newest {
			slices.Reverse(found)
		}
		for i, r := range found {
			if f.Limit > 0 && i == f.Limit || !yield(r, nil) {
				return
			}
		}
	}
}

func (l *ledger) BeginRun(_ context.Context, r archive.Run, _ []archive.Page) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return l.fail
	}
	if r.ID != archive.RunID(r.Site, r.Planned) || r.Planned.Location() != time.UTC {
		return fmt.Errorf("run %q of %v: not its identity", r.ID, r.Planned)
	}
	if _, ok := l.runs[r.ID]; ok {
		return fmt.Errorf("begin run %s: %w", r.ID, archive.ErrTaken)
	}
	for id, open := range l.runs {
		if r.State != archive.RunRunning || open.Site != r.Site || open.State != archive.RunRunning {
			continue
		}
		if !open.Lease.Before(r.Started) {
			return fmt.Errorf("begin run %s: %w", r.ID, archive.ErrBusy)
		}
		open.State = archive.RunInterrupted
		l.runs[id] = open
	}
	l.runs[r.ID] = r
	return nil
}

func (l *ledger) end(r archive.Run) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[r.ID] = r
}

// lines says of each run of site in a line when it was planned, why, and how it
// ended.
func (l *ledger) lines(site string) (got []string) {
	for r := range l.Runs(context.Background(), archive.Filter{Site: site}) {
		line := strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r.Planned.Format("02 15:04"), r.Trigger, r.State, r.Reason))
		got = append(got, line)
	}
	return got
}

// portal crawls in no other way than by taking its time.
type portal struct {
	ledger *ledger
	takes  time.Duration
	how    func(tick crawler.Tick) error // nil: well
	begun  []string                      // site and start of each run
	most   int                           // runs at a time
	open   int
	mu     sync.Mutex
}

func (p *portal) crawl(ctx context.Context, site scheduler.Site, tick crawler.Tick) (archive.Run, error) {
	now := time.Now().UTC()
	run := archive.Run{
		ID: archive.RunID(site.Name, tick.Planned), Site: site.Name, Planned: tick.Planned, Trigger: tick.Trigger,
		Full: tick.Full, State: archive.RunRunning, Started: now, Lease: now.Add(24 * time.Hour),
	}
	if err := p.ledger.BeginRun(ctx, run, nil); err != nil {
		return archive.Run{}, err
	}
	p.mu.Lock()
	p.begun = append(p.begun, site.Name+" "+now.Format("02 15:04"))
	p.open++
	p.most = max(p.most, p.open)
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.open--
		p.mu.Unlock()
	}()
	run.State = archive.RunDone
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		run.State = archive.RunInterrupted
	}
	if p.how != nil {
		if err := p.how(tick); err != nil {
			run.State, run.Reason = archive.RunFailed, err.Error()
			p.ledger.end(run)
			return run, err
		}
	}
	p.ledger.end(run)
	return run, nil
}

// site is a site with a schedule in UTC.
func site(t testing.TB, name, expr string) scheduler.Site {
	t.Helper()
	s, err := scheduler.Parse(expr, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return scheduler.Site{Site: crawler.Site{Name: name}, Schedule: s, Expr: expr}
}
