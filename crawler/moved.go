package crawler

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

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

// sentAway says whether an article that was there redirects to what is no article: a
// column of its site, or a home page that does not lie where home pages do; v says so
// then. Where the portal's first page leads lies its home page, and so does a page
// that shows what that one shows. Ref is where it redirects, and how by what.
func (k *crawl) sentAway(p archive.Page, ref, how string, s *seat, v *archive.Verdict) error {
	if v.Outcome != archive.Moved || p.Versions == 0 || !k.expectsArticle(p) {
		return nil
	}
	to, err := resolve(p.URL, ref)
	if err != nil || to.url == p.URL {
		return nil
	}
	gone := func(what string) {
		*v = archive.Verdict{Outcome: archive.Gone, Reason: fmt.Sprintf("%s: to %s, which is not the article", how, what)}
	}
	if k.columns[to.url] {
		gone("the column " + to.url)
		return nil
	}
	if why, _ := k.scope.admit(to); why != admitted || !isFolder(to.url) {
		return nil
	}
	home, err := k.homeOf(p, to.url, s)
	if err != nil || home == "" {
		return err
	}
	if home == to.url {
		gone(fmt.Sprintf("%s, where the home page %s/ leads", home, to.origin()))
		return nil
	}
	there, ok, err := k.standInAt(to.url, true)
	if !ok || err != nil {
		return err
	}
	first, ok, err := k.standInAt(home, true)
	if ok && err == nil && there.imprint.Same(first.imprint) {
		gone(fmt.Sprintf("%s, which shows what the home page %s does", to.url, home))
	}
	return err
}

// isFolder says whether a URL is that of a folder, as home pages have: articles have
// names.
func isFolder(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.RawQuery != "" {
		return false
	}
	name := path.Base(u.Path)
	switch name = strings.ToLower(strings.TrimSuffix(name, path.Ext(name))); name {
	case "index", "default", "home", "main":
		return true
	}
	return strings.HasSuffix(u.Path, "/")
}

// maxMoves is how many redirects in a row, each to another page, a run follows:
// twice what browsers' users would put up with.
const maxMoves = 20

// followMove makes the page that p moved to due, as what p was.
func (k *crawl) followMove(f *finding, p archive.Page) error {
	to, err := canonical(f.entry.Page.MovedTo)
	if err != nil || f.entry.Visit.Outcome != archive.Moved {
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
func (k *crawl) forwarded(p archive.Page, a address, got answer, page *extract.Page, r *archive.Reading, s *seat) (f finding, ok bool, err error) {
	if got.Status == http.StatusNotFound || got.Status == http.StatusGone || r.Trouble == archive.TroubleSoft404 {
		return k.sentOn(p, a, got, page, r, s)
	}
	if got.Status != http.StatusOK || p.Request != nil || r.Trouble != archive.TroubleNone && r.Trouble != archive.TroubleUnreadable {
		return f, false, nil
	}
	if len(r.Article.Body) > doorText {
		return f, false, nil
	}
	ref, evidence := discover.Forward(page, p.URL)
	if ref == "" {
		return f, false, nil
	}
	to, err := resolve(p.URL, ref)
	if err != nil || to.url == p.URL {
		return f, false, nil
	}
	v := archive.Verdict{Outcome: archive.Moved, Reason: evidence, Keep: true}
	if err := k.sentAway(p, ref, evidence, s, &v); err != nil {
		return f, false, err
	}
	if v.Outcome != archive.Moved {
		v.Keep = true
		if err := k.unlessTrouble(p, ref, s, &v); err != nil {
			return f, false, err
		}
		return k.settledAs(p, a, got, r, v), true, nil
	}
	return k.settledMove(p, a, got, r, to, v), true, nil
}

// settledMove is the visit to a page that leads to another one by what it says.
func (k *crawl) settledMove(p archive.Page, a address, got answer, r *archive.Reading, to address, v archive.Verdict) finding {
	if why, text := k.scope.admit(to); why != admitted {
		v.Reason += ": out of the scope: " + text
	}
	e := archive.Settle(k.run.ID, p, got.Capture, r, v)
	e.Page.MovedTo, e.Visit.MovedTo = to.url, to.url
	e.Page.Due = k.dueAgain(e.Page, got)
	k.heed(a.host, got, v.Outcome)
	return finding{entry: e, was: p}
}
