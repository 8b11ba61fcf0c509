package crawler

import (
	"fmt"
	"net/http"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

// moved returns where a redirect leads, in canonical form, and the verdict with
// what is wrong with that.
func (k *crawl) moved(p archive.Page, c archive.Capture, v archive.Verdict) (string, archive.Verdict) {
	to, err := resolve(p.URL, c.Location())
	if err != nil {
		v.Reason += ": " + err.Error()
		return "", v
	}
	if to.url == p.URL {
		return "", archive.Verdict{
			Outcome: archive.Unreachable,
			Reason:  fmt.Sprintf("status %d: leads back to itself, %d times in a row", c.Status, maxHops+1),
		}
	}
	if why, text := k.scope.admit(to); why != admitted {
		v.Reason += ": out of the scope: " + text
	}
	return to.url, v
}

// maxMoves is how many redirects in a row, each to another page, a run follows:
// twice what browsers' users would put up with.
const maxMoves = 20

// followMove makes the page that p moved to due, as what p was.
func (k *crawl) followMove(f *finding, p archive.Page) error {
	to, err := canonical(f.entry.Page.MovedTo)
	if err != nil {
		return nil
	}
	if why, _ := k.scope.admit(to); why != admitted {
		return nil
	}
	k.mu.Lock()
	n := k.moves[p.URL] + 1
	k.moves[to.url] = max(k.moves[to.url], n)
	k.mu.Unlock()
	if n > maxMoves {
		f.entry.Visit.Reason += fmt.Sprintf(": not followed, after %d redirects in a row", maxMoves)
		k.note(fmt.Sprintf("%s is the end of %d redirects in a row: it is not followed", p.URL, maxMoves))
		return nil
	}
	target := archive.Page{
		Site: p.Site, URL: to.url, Column: p.Column, Kind: archive.KindUnread, State: archive.StateDiscovered,
		FoundOn: p.URL, Anchor: p.Anchor, ListedDay: p.ListedDay, Depth: p.Depth,
		FirstSeen: f.entry.Visit.At, Due: k.run.Started,
	}
	if p.Kind == archive.KindList {
		target.Kind = archive.KindList
	}
	unknown, err := k.unknown([]string{to.url})
	if err != nil {
		return err
	}
	if unknown[to.url] {
		f.fresh = append(f.fresh, target)
	} else {
		f.again = append(f.again, target)
	}
	return nil
}

// doorText is how much, in bytes, a page may say that is nothing but a redirect.
const doorText = 300

// forwarded is the visit to a page that is nothing but a redirect, written as a
// meta refresh or a script: it moved, as by a redirect of HTTP. Ok is false for
// every other page.
func (k *crawl) forwarded(p archive.Page, a address, got answer, page *extract.Page, r *archive.Reading) (f finding, ok bool) {
	if got.Status != http.StatusOK || p.Request != nil || r.Trouble != archive.TroubleNone && r.Trouble != archive.TroubleUnreadable {
		return f, false
	}
	if len(r.Article.Body) > doorText {
		return f, false
	}
	ref, evidence := discover.Forward(page, p.URL)
	if ref == "" {
		return f, false
	}
	to, err := resolve(p.URL, ref)
	if err != nil || to.url == p.URL {
		return f, false
	}
	v := archive.Verdict{Outcome: archive.Moved, Reason: evidence, Keep: true}
	if why, text := k.scope.admit(to); why != admitted {
		v.Reason += ": out of the scope: " + text
	}
	e := archive.Settle(k.run.ID, p, got.Capture, r, v)
	e.Page.MovedTo, e.Visit.MovedTo = to.url, to.url
	e.Page.Due = k.dueAgain(e.Page, got)
	k.heed(a.host, got, v.Outcome)
	return finding{entry: e, was: p}, true
}
