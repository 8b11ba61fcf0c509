package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// Kills crawls a portal into the archive spec with the real program, kills it at
// random moments of its life, kills times in all, and starts it again, while
// editors publish, change and take back. In the end the program is let be, and
// the archive has to be true to the portal.
func Kills(ctx context.Context, o Options, spec string, articles, kills int) (f Figures, err error) {
	began := time.Now()
	f.Name = "killed at random, edits going on"
	defer func() { f.Took = time.Since(began) }()
	p, base, stop, err := newPortal(articles, portaltest.Options{Latency: time.Millisecond, PageSize: 20, KeepLog: 1})
	if err != nil {
		return f, err
	}
	defer stop()
	random := rand.New(rand.NewPCG(o.Seed, 3))
	edit := &editor{portal: p, random: rand.New(rand.NewPCG(o.Seed, 4))}

	// How long a whole crawl takes tells when to kill.
	first := time.Now()
	reported := reports{}
	if _, err := o.kill(ctx, base, spec, 0, reported); err != nil {
		return f, err
	}
	whole := time.Since(first)
	o.logf("a crawl takes %v", whole.Round(time.Millisecond))

	var editing sync.WaitGroup
	working, rest := context.WithCancel(ctx)
	defer func() {
		rest()
		editing.Wait()
	}()
	editing.Go(func() {
		for {
			select {
			case <-working.Done():
				return
			case <-time.After(20 * time.Millisecond):
				edit.work()
			}
		}
	})
	finished := 0
	for f.Tried < kills && ctx.Err() == nil {
		after := time.Duration(random.Int64N(int64(whole)) + 1)
		killed, err := o.kill(ctx, base, spec, after, reported)
		if err != nil {
			return f, err
		}
		// However quick the machine is by now: kills fall on all of a crawl's life
		// as long as one crawl in four is quicker than they are.
		if killed {
			whole += whole / 25
		} else {
			whole -= whole / 10
		}
		f.Points++
		if killed {
			f.Tried++
		} else {
			finished++
		}
		if !killed || f.Tried%50 != 0 {
			continue
		}
		lost, faults, err := o.look(ctx, spec, reported)
		if err != nil {
			return f, err
		}
		f.Lost = max(f.Lost, lost)
		for _, fault := range faults {
			f.Faults = append(f.Faults, fmt.Sprintf("after %d kills: %s", f.Tried, fault))
		}
		o.logf("%d kills, %d crawls came to their end, %d edits, %d visits reported, %d lost", f.Tried, finished, edit.edits, reported.total(), lost)
	}
	rest()
	editing.Wait()
	f.Acked = reported.total()
	lost, faults, err := o.held(ctx, spec, p, base, reported)
	f.Lost = max(f.Lost, lost)
	f.Faults = append(f.Faults, faults...)
	return f, err
}

// kill runs a crawl and kills it after a while; 0: not at all.
func (o *Options) kill(ctx context.Context, base, spec string, after time.Duration, reported reports) (killed bool, err error) {
	log, err := os.CreateTemp(o.Dir, "said")
	if err != nil {
		return false, err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd := o.command(ctx, base, spec)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return false, err
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err = cmd.Wait()
	said, readErr := os.ReadFile(log.Name())
	if readErr != nil {
		return false, readErr
	}
	reported.hear(said)
	failed, isExit := err.(*exec.ExitError)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err == nil:
		return false, nil
	case isExit && failed.ExitCode() == -1:
		return true, nil
	case isExit && failed.ExitCode() == 3: // done, and some pages failed
		return false, nil
	}
	return false, fmt.Errorf("crawl: %w: %s", err, tail(said))
}

// look holds the archive as it is against what was reported.
func (o *Options) look(ctx context.Context, spec string, reported reports) (int, []string, error) {
	var store archive.Store
	store, err := o.Open(ctx, spec)
	if err != nil {
		return 0, nil, err
	}
	defer store.Close()
	return sound(ctx, store, reported)
}
