package crawler_test

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A process that was killed and not waited for is dead, though it can still be
// signalled.
func TestZombieIsDead(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc here")
	}
	child := exec.Command("cat")
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if crawler.IsZombie(child.Process.Pid) {
		t.Error("a process that waits for its input is told to be a zombie")
	}
	child.Process.Kill()
	for !crawler.IsZombie(child.Process.Pid) {
		if t.Context().Err() != nil {
			t.Fatal("a killed process that nobody waited for is told to be alive")
		}
		runtime.Gosched()
	}
	in.Close()
	child.Wait()
}

// The open run of a process that died on this host does not keep the site for
// as long as its lease: it is closed, with what it did.
func TestOwnerIsDead(t *testing.T) {
	host, _ := os.Hostname()
	host = strings.ReplaceAll(host, ":", "_")
	for _, c := range []struct {
		name, owner string
		busy        bool
	}{
		{"dead", host + ":2147483646:abcdef01", false},
		{"a former process with our id", strings.Join(append(strings.Split(crawler.ThisProcess(), ":")[:2], "00000000"), ":"), false},
		{"ourselves", crawler.ThisProcess(), true},
		{"alive", host + ":1:abcdef01", os.Getpid() != 1},
		{"another host", "elsewhere:2147483646:abcdef01", true},
		{"not known", "somebody", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := oneArticle(portaltest.Options{})
			r := newRig(t, p)
			now := time.Now().Add(-time.Second).UTC().Truncate(time.Millisecond)
			open := archive.Run{
				ID: archive.RunID(r.site.Name, now), Site: r.site.Name, Planned: now, State: archive.RunRunning,
				Trigger: archive.TriggerManual, Owner: c.owner, Started: now, Lease: now.Add(time.Minute),
			}
			if err := r.store.BeginRun(t.Context(), open, nil); err != nil {
				t.Fatal(err)
			}
			_, err := r.crawl.Run(t.Context(), r.site, crawler.Tick{})
			if errors.Is(err, archive.ErrBusy) != c.busy || err != nil && !c.busy {
				t.Errorf("the next run: %v, want it to be busy: %v", err, c.busy)
			}
			old := all(t, r.store.Runs(t.Context(), archive.Filter{Run: open.ID}))[0]
			if !c.busy && (old.State != archive.RunInterrupted || old.Reason != "its process died") {
				t.Errorf("the old run is %s: %s", old.State, old.Reason)
			}
		})
	}
}

// A run whose process died ended when it gave its last sign of life at the latest, not
// hours later, when somebody saw it; nor after the next one began.
func TestDeadRunEnds(t *testing.T) {
	for _, ago := range []time.Duration{5 * time.Hour, time.Second} {
		p, _ := oneArticle(portaltest.Options{})
		r := newRig(t, p)
		began := time.Now().Add(-ago).UTC().Truncate(time.Millisecond)
		dead := archive.Run{
			ID: archive.RunID(r.site.Name, began), Site: r.site.Name, Planned: began, State: archive.RunRunning,
			Trigger: archive.TriggerManual, Owner: strings.Split(crawler.ThisProcess(), ":")[0] + ":2147483646:abcdef01",
			Started: began, Lease: began.Add(time.Hour),
		}
		if err := r.store.BeginRun(t.Context(), dead, nil); err != nil {
			t.Fatal(err)
		}
		next := r.run()
		old := all(t, r.store.Runs(t.Context(), archive.Filter{Run: dead.ID}))[0]
		if old.State != archive.RunInterrupted || old.Ended.Before(old.Started) || old.Ended.After(next.Started) || old.Ended.After(dead.Lease) {
			t.Errorf("begun %v ago: %s, from %v to %v, its lease to %v; the next began %v", ago, old.State, old.Started, old.Ended, dead.Lease, next.Started)
		}
	}
}
