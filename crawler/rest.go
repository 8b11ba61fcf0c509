package crawler

import (
	"fmt"
	"net/http"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// hostRecord is how a host has answered lately, in one run.
type hostRecord struct {
	unwelcome int // challenges and refusals in a row
	silent    int // answers in a row that were none
}

const (
	// unwelcomeMost is how many challenges and refusals in a row say that the
	// host wants no more of this: going on makes walls harder.
	unwelcomeMost = 3
	// silentMost is how many pages in a row get no answer, each asked for more
	// than once, before the host counts as down; with many requests at a time a
	// short breakdown hits as many pages at once.
	silentMost = 5
	// A host that had enough is left alone for so long by every run, and twice
	// as long each further time, up to archive.MaxHold.
	unwelcomeHold, silentHold = time.Hour, 10 * time.Minute
)

// heed counts how host answers, and leaves it alone when it had enough.
func (k *crawl) heed(host string, got answer, o archive.Outcome) {
	if k.importing != nil {
		return // how it answers now nobody knows
	}
	if o == archive.Challenged {
		k.c.fetcher.pace.trouble(host)
	}
	unwelcome := o == archive.Challenged || got.Status == http.StatusForbidden ||
		got.Status == http.StatusPreconditionFailed || extract.IsWall(got.Status)
	silent := got.Status == 0 || got.Status == http.StatusTooManyRequests || got.Status == http.StatusServiceUnavailable

	k.mu.Lock()
	r := k.hosts[host]
	if r == nil {
		r = &hostRecord{}
		k.hosts[host] = r
	}
	switch {
	case unwelcome:
		r.unwelcome, r.silent = r.unwelcome+1, 0
	case silent:
		r.silent++
	default:
		*r = hostRecord{}
	}
	reason, hold := "", time.Duration(0)
	if r.unwelcome >= unwelcomeMost {
		reason = fmt.Sprintf("%d answers in a row were challenges or refusals, the last with status %d", r.unwelcome, got.Status)
		hold = unwelcomeHold
	}
	if r.silent >= max(silentMost, 2*k.site.Politeness.Parallel) {
		reason = fmt.Sprintf("%d pages in a row got no answer", r.silent)
		if got.Status != 0 { // else it may be our line
			hold = silentHold
		}
	}
	k.mu.Unlock()
	switch {
	case !got.after.IsZero():
		reason = (&restingError{host: host, until: got.after}).Error()
	case hold > 0 && !k.frontier.hostRests(host):
		reason = k.hadEnough(host, hold, reason)
	}
	switch {
	case reason != "":
		k.rest(host, reason)
	case !unwelcome && !silent:
		k.wasWell(host)
	}
}

// rest leaves host alone for the rest of the run. Its pages stay due.
func (k *crawl) rest(host, reason string) {
	if k.frontier.rest(host) {
		k.note(fmt.Sprintf("%s is left alone for the rest of the run, its pages stay due: %s", host, reason))
		k.c.options.Log.Warn("a host is left alone for the rest of the run", "site", k.site.Name, "run", k.run.ID, "host", host, "reason", reason)
	}
}
