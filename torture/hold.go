package torture

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// site is the name of the ad-hoc site at base.
func site(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Host
}

// sound holds an archive against its own promises, and against what was
// reported as stored: it returns how many of the reported visits are missing,
// and what else is wrong.
func sound(ctx context.Context, store archive.Store, reported reports) (lost int, faults []string, err error) {
	_, err = archive.Verify(ctx, store, archive.VerifyOptions{}, func(f archive.Fault) {
		faults = append(faults, fmt.Sprintf("verify: %s: %s", f.Object, f.Text))
	})
	if err != nil {
		return 0, nil, fmt.Errorf("verify: %w", err)
	}
	held := map[string]int{}
	for v, err := range store.Visits(ctx, archive.Filter{}) {
		if err != nil {
			return 0, nil, fmt.Errorf("visits: %w", err)
		}
		held[v.URL]++
	}
	for url, n := range reported {
		lost += max(0, n-held[url])
	}
	return lost, faults, nil
}

// finish crawls base to its end, as the program would, with keep its documents and
// requisites too; once more where the first
// run only took up what an earlier one had left.
func finish(ctx context.Context, store archive.Store, base string, keep bool) error {
	c, err := crawler.New(store, crawler.Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	s, err := crawler.AdHoc(base + "/")
	if err != nil {
		return err
	}
	s.AllowPrivate, s.Politeness = true, crawler.Politeness{Parallel: 4}
	s.Keep = crawler.Keep{Attachments: keep, Requisites: keep}
	for {
		run, err := c.Run(ctx, s, crawler.Tick{})
		if err != nil {
			return err
		}
		if run.State != archive.RunDone {
			return fmt.Errorf("the run is %s: %s", run.State, run.Reason)
		}
		if run.FullSince.IsZero() {
			return nil
		}
	}
}

// truth says how a finished archive differs from what the portal published:
// every article that is there is held as it is now, each text once; every
// article that was taken back is known to be gone and has kept its versions; no
// run is open, and no page has not had its turn.
func truth(ctx context.Context, store archive.Store, p *portaltest.Portal, base string) (faults []string, err error) {
	name := site(base)
	note := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, a := range p.Truth() {
		page, err := store.Page(ctx, name, a.URL)
		if errors.Is(err, archive.ErrNotFound) {
			if a.State == portaltest.Live {
				note("%s: is not in the archive", a.URL)
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		var versions []archive.Snapshot
		for s, err := range store.Snapshots(ctx, archive.Filter{Site: name, URL: a.URL}) {
			if err != nil {
				return nil, err
			}
			if n := len(versions); n > 0 && versions[n-1].Fingerprint == s.Fingerprint && s.Kind == archive.KindArticle {
				note("%s: versions %d and %d say the same", a.URL, n, n+1)
			}
			versions = append(versions, s)
		}
		if len(versions) > a.Texts {
			note("%s: %d versions of %d texts", a.URL, len(versions), a.Texts)
		}
		if a.State != portaltest.Live {
			if there(page.State) {
				note("%s: is live in the archive, and was withdrawn", a.URL)
			}
			continue
		}
		if !there(page.State) || len(versions) == 0 {
			note("%s: is %s with %d versions, and is there", a.URL, page.State, len(versions))
			continue
		}
		last := versions[len(versions)-1].Article
		if want := strings.Join(a.Body, "\n\n"); last.Title != a.Title || last.Body != want {
			note("%s: says %q, %q in version %d; the portal says %q, %q", a.URL, last.Title, last.Body, len(versions), a.Title, want)
		}
	}
	more, err := keptTruth(ctx, store, p, base)
	if err != nil {
		return nil, err
	}
	faults = append(faults, more...)
	for page, err := range store.Pages(ctx, archive.Filter{}) {
		if err != nil {
			return nil, err
		}
		if page.Visits == 0 {
			note("%s: was found and never asked for", page.URL)
		}
	}
	for run, err := range store.Runs(ctx, archive.Filter{}) {
		if err != nil {
			return nil, err
		}
		if run.State == archive.RunRunning {
			note("run %s is still open", run.ID)
		}
	}
	return faults, nil
}

// keptTruth says how the documents and requisites of an archive differ from those of
// the portal: of every article that is there each is held as it is now, and what a
// version says of a document was one of its versions. Of a portal that has no
// styles nothing was kept.
func keptTruth(ctx context.Context, store archive.Store, p *portaltest.Portal, base string) (faults []string, err error) {
	name := site(base)
	note := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	holds := func(what, url string, want []byte) error {
		page, err := store.Page(ctx, name, url)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			note("%s %s: is not in the archive", what, url)
			return nil
		case err == nil && (!there(page.State) || page.Payload != archive.DigestOf(want)):
			note("%s %s: is %s with the bytes %s; the portal serves %s", what, url, page.State, page.Payload, archive.DigestOf(want))
		}
		return err
	}
	dressed := false
	for _, a := range p.Truth() {
		if a.State != portaltest.Live {
			continue
		}
		for _, f := range a.Files {
			dressed = true
			if err := holds("document", f.URL, f.Bytes); err != nil {
				return nil, err
			}
			if err := documentTruth(ctx, store, name, a.URL, f.URL, note); err != nil {
				return nil, err
			}
		}
		for _, f := range a.Pictures {
			if err := holds("picture", f.URL, f.Bytes); err != nil {
				return nil, err
			}
		}
	}
	for path, text := range styles {
		if dressed && path != "/css/style.css" { // which pages name with a number behind it
			if err := holds("style", base+path, []byte(text)); err != nil {
				return nil, err
			}
		}
	}
	return faults, nil
}

// documentTruth notes where a version of an article names bytes of its document
// that the document never had, or the document has two versions in a row that are
// the same.
func documentTruth(ctx context.Context, store archive.Store, site, article, document string, note func(string, ...any)) error {
	had := map[archive.Digest]bool{}
	var last archive.Digest
	for s, err := range store.Snapshots(ctx, archive.Filter{Site: site, URL: document}) {
		if err != nil {
			return err
		}
		if s.Payload == last {
			note("document %s: versions %d and %d are the same", document, s.Version-1, s.Version)
		}
		last, had[s.Payload] = s.Payload, true
	}
	for s, err := range store.Snapshots(ctx, archive.Filter{Site: site, URL: article}) {
		if err != nil {
			return err
		}
		for _, d := range s.Article.Attachments {
			if d.URL == document && d.Digest != "" && !had[d.Digest] {
				note("%s: version %d names bytes of its document that this never had: %s", article, s.Version, d.Digest)
			}
		}
	}
	return nil
}

func there(s archive.State) bool { return s == archive.StateLive || s == archive.StateRestored }

// held is all of it: an archive as a crash left it is sound, crawling again
// completes it, and it is then true to the portal.
func (o *Options) held(ctx context.Context, spec string, p *portaltest.Portal, base string, keep bool, reported reports) (lost int, faults []string, err error) {
	store, err := o.Open(ctx, spec)
	if err != nil {
		return 0, []string{"open: " + err.Error()}, ctx.Err()
	}
	defer store.Close()
	if lost, faults, err = sound(ctx, store, reported); err != nil {
		return lost, []string{err.Error()}, ctx.Err()
	}
	if err := finish(ctx, store, base, keep); err != nil {
		return lost, append(faults, "crawling again: "+err.Error()), ctx.Err()
	}
	_, more, err := sound(ctx, store, nil)
	if err != nil {
		return lost, append(faults, "after crawling again: "+err.Error()), ctx.Err()
	}
	for _, f := range more {
		faults = append(faults, "after crawling again: "+f)
	}
	more, err = truth(ctx, store, p, base)
	if err != nil {
		return lost, append(faults, "after crawling again: "+err.Error()), ctx.Err()
	}
	return lost, append(faults, more...), ctx.Err()
}
