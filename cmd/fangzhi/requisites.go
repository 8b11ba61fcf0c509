package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/extract"
)

// requisite is what stood at an address that a version needs.
type requisite struct {
	URL     string         `json:"url"` // canonical
	Digest  archive.Digest `json:"digest,omitempty"`
	At      time.Time      `json:"at,omitzero"`       // of the visit that found it, the nearest to the version's time
	Missing string         `json:"missing,omitempty"` // why the archive holds nothing of it
}

// requisitesOf works out what version s needs, from its own bytes and those of
// the stylesheets that it needs, and what of it stood nearest to its time.
func requisitesOf(ctx context.Context, store archive.Store, s archive.Snapshot) ([]requisite, error) {
	var todo []extract.Requisite
	pages := append([]archive.Part{{URL: s.URL, Payload: s.Payload}}, s.Parts...)
	for _, p := range pages {
		if p.Payload == "" {
			continue
		}
		c, err := archive.Recall(ctx, store, s.Site, p.URL, p.Payload)
		if err != nil {
			return nil, err
		}
		page, err := extract.Open(extract.Input{URL: p.URL, Status: c.Status, Header: c.Header, Payload: c.Payload})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p.URL, err)
		}
		needs, _ := page.Requisites()
		todo = append(todo, needs...)
	}
	var all []requisite
	seen := map[string]bool{}
	for len(todo) > 0 && len(all) < extract.MaxRequisites {
		url, err := crawler.Canonical(todo[0].URL)
		todo = todo[1:]
		if err != nil || seen[url] {
			continue
		}
		seen[url] = true
		r, more, err := requisiteAt(ctx, store, s, url)
		if err != nil {
			return nil, err
		}
		all, todo = append(all, r), append(todo, more...)
	}
	return all, nil
}

// requisiteAt is what stood at url nearest to the time of s, and what that needs:
// more of a stylesheet, its target of a redirect.
func requisiteAt(ctx context.Context, store archive.Store, s archive.Snapshot, url string) (r requisite, more []extract.Requisite, err error) {
	r.URL = url
	p, err := store.Page(ctx, s.Site, url)
	if errors.Is(err, archive.ErrNotFound) {
		r.Missing = "never asked for"
		return r, nil, nil
	}
	if err != nil {
		return r, nil, err
	}
	visits, err := collect(store.Visits(ctx, archive.Filter{Site: s.Site, URL: url}))
	if err != nil {
		return r, nil, err
	}
	stood, ok := archive.StoodNearest(visits, s.TakenAt)
	switch {
	case ok:
		r.Digest, r.At = stood.Digest, stood.At
	case p.MovedTo != "":
		r.Missing = "redirects to " + p.MovedTo
		return r, []extract.Requisite{{URL: p.MovedTo}}, nil
	case len(visits) == 0:
		r.Missing = "not visited yet"
		return r, nil, nil
	default:
		last := visits[len(visits)-1]
		r.Missing = fmt.Sprintf("%s: %s", last.Outcome, last.Reason)
		return r, nil, nil
	}
	c, err := archive.Recall(ctx, store, s.Site, url, r.Digest)
	switch {
	case errors.Is(err, archive.ErrNotFound), errors.Is(err, archive.ErrCorrupt):
		r.Missing = err.Error()
		return r, nil, nil
	case err != nil:
		return r, nil, err
	case !extract.IsStyle(url, c.Header):
		return r, nil, nil
	}
	text, err := extract.DecodeContent(c.Header.Get("Content-Encoding"), c.Payload, 0)
	if err != nil {
		return r, nil, nil // what cannot be read needs nothing
	}
	more, _ = extract.StyleRequisites(url, string(text))
	return r, more, nil
}

// showRequisites shows what version s needs to look as it did.
func (a *app) showRequisites(ctx context.Context, store archive.Store, s archive.Snapshot, asJSON bool) error {
	all, err := requisitesOf(ctx, store, s)
	if err != nil {
		return err
	}
	out := newJSONLines(a.stdout)
	t := table{to: a.stdout}
	t.add("STOOD", "PAYLOAD", "URL")
	for _, r := range all {
		if asJSON {
			if err := out.write(r); err != nil {
				return err
			}
			continue
		}
		when, what := "-", r.Missing
		if r.Digest != "" {
			when, what = moment(r.At), string(r.Digest)[:len("sha256:")+12]
		}
		t.add(when, what, r.URL)
	}
	switch {
	case asJSON:
		return nil
	case len(all) == 0:
		a.hint("the version needs nothing but its own bytes")
		return nil
	}
	return t.print(a.stdout)
}

// kept says of each of a version's documents what the archive holds of it, and
// whether it was replaced since.
func kept(ctx context.Context, store archive.Store, s archive.Snapshot) ([]string, error) {
	lines := make([]string, len(s.Article.Attachments))
	for i, d := range s.Article.Attachments {
		url, err := crawler.Canonical(d.URL)
		if err != nil {
			continue
		}
		p, err := store.Page(ctx, s.Site, url)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		case d.Digest == "" && p.Payload != "":
			lines[i] = fmt.Sprintf("captured later than this version, at %s: the document has %s", moment(p.LastChange), plural(p.Versions, "version"))
		case d.Digest == "":
			lines[i] = fmt.Sprintf("not kept with this version; the document is %s, with %s", p.State, plural(p.Versions, "version"))
		case p.State == archive.StateMoved:
			lines[i] = "kept"
		case p.Payload != d.Digest:
			lines[i] = fmt.Sprintf("kept; replaced since by other bytes: the document has %s, the last of %s", plural(p.Versions, "version"), moment(p.LastChange))
		case !p.State.There():
			lines[i] = fmt.Sprintf("kept; the document is %s", p.State)
		default:
			lines[i] = "kept"
		}
	}
	return lines, nil
}
