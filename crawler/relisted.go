package crawler

import (
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"fangzhi/archive"
)

// missed are the pages of the site that were gone when the run first looked, by hash:
// where a list has one of them again, it is asked for in this run.
type missed struct {
	once  sync.Once
	known map[uint64]bool
	err   error
}

// maxMissed bounds them, at some 5 MB: those beyond wait until they are due.
const maxMissed = 200_000

// isListedAgain says whether the page at url, which a list lists, is one that had a
// version, is gone, and was missing from the lists at its last visit. One that was
// listed then is asked for by the revisit policy, and one that is withdrawn once a day:
// nothing tells where it was listed since.
func (k *crawl) isListedAgain(url string) (bool, error) {
	k.missed.once.Do(k.recallMissed)
	if k.missed.err != nil || !k.missed.known[maphash.String(rowSeed, url)] {
		return false, k.missed.err
	}
	p, err := k.c.store.Page(k.wire, k.site.Name, url)
	if gone(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for %s, which is listed again: %w", url, err)
	}
	switch {
	case !p.State.Gone() || p.Versions == 0 || !p.LastVisit.Before(k.run.Started):
		return false, nil
	case p.State == archive.StateWithdrawn:
		return k.run.Started.Sub(p.LastVisit) >= 24*time.Hour-minRevisit, nil
	}
	for v, err := range k.c.store.Visits(k.wire, archive.Filter{Site: k.site.Name, URL: url, Newest: true, Limit: 1}) {
		if err != nil {
			return false, fmt.Errorf("the last visit to %s: %w", url, err)
		}
		return v.Absence != nil && len(v.Absence.Lists) > 0, nil
	}
	return false, nil
}

func (k *crawl) recallMissed() {
	k.missed.known = map[uint64]bool{}
	if k.importing != nil {
		return
	}
	for _, state := range []archive.State{archive.StateGone, archive.StateWithdrawn} {
		for p, err := range k.c.store.Pages(k.wire, archive.Filter{Site: k.site.Name, State: state}) {
			if err != nil {
				k.missed.err = fmt.Errorf("look for pages that are gone: %w", err)
				return
			}
			if len(k.missed.known) == maxMissed {
				return
			}
			k.missed.known[maphash.String(rowSeed, p.URL)] = true
		}
	}
}
