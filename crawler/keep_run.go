package crawler

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"fangzhi/archive"
)

// keeping is what a run knows of what it keeps besides pages.
type keeping struct {
	flights singleflight.Group // a URL is asked for once, whoever needs it
	met     *urlSet            // requisites that this run looked after
	asked   *urlSet            // URLs that it asked for: recorded, or about to be
	begun   atomic.Int64       // towards Keep.PerRun
	capped  sync.Once

	unfilled bool // the run was stopped while it captured what stored versions lack

	mu     sync.Mutex
	shared []string            // in order: requisites that further pages of this run need too
	also   map[string][]string // of shared, by URL: columns whose pages need it, and that are not told yet
}

func newKeeping() *keeping {
	return &keeping{met: newURLSet(), asked: newURLSet(), also: map[string][]string{}}
}

// maxShared bounds how many requisites are looked at once more when a run ends.
const maxShared = 500

// share remembers a requisite that a further page needs, of the column also where
// that is to be told.
func (k *keeping) share(url, also string) {
	k.asked.remembers(url) // and goes on doing so
	k.mu.Lock()
	defer k.mu.Unlock()
	columns, known := k.also[url]
	if !known && len(k.shared) >= maxShared {
		return
	}
	if !known {
		k.shared = append(k.shared, url)
	}
	if also != "" && len(columns) < archive.MaxAlso {
		columns = append(columns, also)
	}
	k.also[url] = columns
}

// closeKept asks once more, at the end of a run, whether the requisites changed
// that it asked for and that it captured further pages with since: those pages
// stand between two visits then. Replay software takes of a requisite the first
// capture after the page's, which else would be that of a later run.
func (k *crawl) closeKept(context.Context) error {
	for i := 0; i < len(k.kept.shared); i++ {
		url := k.kept.shared[i]
		if !k.kept.asked.remembers(url) && len(k.kept.also[url]) == 0 {
			continue
		}
		p, err := k.c.store.Page(k.wire, k.site.Name, url)
		if errors.Is(err, archive.ErrNotFound) || err == nil && (!p.State.There() || p.Kind != archive.KindRequisite) || k.frontier.leaves(url) {
			continue
		}
		if err != nil {
			return err
		}
		e, got, err := k.askKept(p)
		if resting := (*restingError)(nil); errors.As(err, &resting) {
			k.rest(hostOf(url), resting.Error())
			continue
		}
		if err != nil {
			return err
		}
		f := finding{}
		for _, next := range got.needs {
			if a, err := canonical(next.URL); err == nil {
				k.kept.share(a.url, "")
			}
		}
		if err := k.keepRequisites(p, &f, got.needs, nil); err != nil { // of a style that changed
			return err
		}
		for _, column := range k.kept.also[url] {
			also := k.requisite(p, url, archive.KindRequisite, "")
			also.Column = column
			f.again = append(f.again, also)
		}
		e.Discovered = f.again
		k.recorder.add(finding{parts: []archive.Entry{e}})
	}
	return nil
}
