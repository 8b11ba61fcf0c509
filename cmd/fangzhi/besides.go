package main

import (
	"context"
	"errors"
	"fmt"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// besides is what the archive holds of what the latest version of a page has
// besides its own bytes, where the site keeps that.
type besides struct {
	Documents      int       `json:"documents"`
	DocumentsHeld  int       `json:"documents_held"`
	Requisites     int       `json:"requisites"`
	RequisitesHeld int       `json:"requisites_held"`
	Missing        []lacking `json:"missing,omitempty"` // the first of them
	Backlog        string    `json:"backlog,omitempty"` // when what is missing is asked for; "": all pages are gone through
}

// lacking is a document or requisite that the archive holds nothing of.
type lacking struct {
	URL string `json:"url"`
	Why string `json:"why"`
}

// maxLacking is how many of them are told one by one.
const maxLacking = 10

func (b *besides) lacks(url, why string) {
	if len(b.Missing) < maxLacking {
		b.Missing = append(b.Missing, lacking{url, why})
	}
}

// besides works out what there is besides s; nil where the site keeps nothing.
func (x *explainer) besides(ctx context.Context, s *archive.Snapshot, site scheduler.Site) (*besides, error) {
	backlog, known, err := crawler.BacklogOf(ctx, x.store, site.Name)
	if err != nil || s == nil || s.Kind != archive.KindArticle {
		return nil, err
	}
	attachments, requisites := backlog.Attachments || site.Keep.Attachments, backlog.Requisites || site.Keep.Requisites
	if !attachments && !requisites {
		return nil, nil
	}
	b := &besides{Backlog: untilWhen(backlog, known, site.Keep)}
	if attachments {
		for _, d := range s.Article.Attachments {
			held, why, err := documentHeld(ctx, x.store, s.Site, d)
			if err != nil {
				return nil, err
			}
			if b.Documents++; held {
				b.DocumentsHeld++
			} else {
				b.lacks(d.URL, why)
			}
		}
	}
	if !requisites {
		return b, nil
	}
	all, err := requisitesOf(ctx, x.store, *s)
	if errors.Is(err, archive.ErrNotFound) || errors.Is(err, archive.ErrCorrupt) {
		return b, nil // verify tells of damage
	}
	for _, r := range all {
		if b.Requisites++; r.Missing == "" {
			b.RequisitesHeld++
		} else {
			b.lacks(r.URL, r.Missing)
		}
	}
	return b, err
}

// documentHeld says whether the archive holds a document of a version, or
// captured it since.
func documentHeld(ctx context.Context, store archive.Store, site string, d archive.Attachment) (held bool, why string, err error) {
	url, err := crawler.Canonical(d.URL)
	if err != nil {
		return false, err.Error(), nil
	}
	for range 5 { // redirects
		p, err := store.Page(ctx, site, url)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			return false, "never asked for", nil
		case err != nil:
			return false, "", err
		case d.Digest != "" || p.Payload != "":
			return true, "", nil
		case p.State != archive.StateMoved || p.MovedTo == "":
			return false, fmt.Sprintf("%s at its last visit", p.State), nil
		}
		url = p.MovedTo
	}
	return false, "redirected more than 5 times in a row", nil
}

// untilWhen says when what pages lack that were stored before is asked for.
func untilWhen(b crawler.Backlog, known bool, keep crawler.Keep) string {
	switch {
	case !known || keep.Attachments && !b.Attachments || keep.Requisites && !b.Requisites:
		return "the next crawl begins to ask for what pages lack that were stored before"
	case b.Done:
		return ""
	case b.Left > 0:
		return fmt.Sprintf("%s could not be asked for, their hosts were left alone: again from %s on", counted(b.Left, "URL"), moment(b.Next))
	case b.After == "":
		return "the next crawl begins to ask for what pages lack that were stored before"
	}
	return fmt.Sprintf("%s gone through for what they lack, up to %s; the next crawl goes on", counted(b.Looked, "page"), b.After)
}

func (b *besides) print(line func(name, format string, args ...any)) {
	if b.Documents > 0 {
		line("documents", "%d of %d in the archive", b.DocumentsHeld, b.Documents)
	}
	if b.Requisites > 0 {
		line("requisites", "%d of %d in the archive", b.RequisitesHeld, b.Requisites)
	}
	for _, m := range b.Missing {
		line("missing", "%s: %s", m.URL, m.Why)
	}
	if more := b.Documents - b.DocumentsHeld + b.Requisites - b.RequisitesHeld - len(b.Missing); more > 0 {
		line("missing", "and %d more", more)
	}
	if b.Backlog != "" {
		line("to come", "%s", b.Backlog)
	}
}
