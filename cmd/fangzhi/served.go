package main

import (
	"context"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"fangzhi/archive"
	"fangzhi/extract"
)

// snapshotBy is snapshotOf or, where by is given, the version that stood then.
func snapshotBy(ctx context.Context, store archive.Store, p archive.Page, version int, by time.Time) (archive.Snapshot, error) {
	if by.IsZero() || p.Versions == 0 {
		return snapshotOf(ctx, store, p, version)
	}
	for s, err := range store.Snapshots(ctx, archive.Filter{Site: p.Site, URL: p.URL, Newest: true}) {
		if err != nil || !s.TakenAt.After(by) {
			return s, err
		}
	}
	return archive.Snapshot{}, fmt.Errorf("page %q: no version was there at %s; it was first seen %s", p.URL, moment(by), moment(p.FirstSeen))
}

// servedBy is an answer of the page's server: what version was read from, or,
// where a time is given or the page has no version, the last one by then that the
// archive holds.
func servedBy(ctx context.Context, store archive.Store, p archive.Page, version int, by time.Time) (archive.Visit, error) {
	if version > 0 || p.Versions > 0 && by.IsZero() {
		s, err := snapshotOf(ctx, store, p, version)
		return archive.Visit{Site: s.Site, URL: s.URL, Status: s.Status, Payload: s.Payload}, err
	}
	f, until := archive.Filter{Site: p.Site, URL: p.URL, Newest: true}, ""
	if !by.IsZero() {
		f.Until, until = by.Add(time.Millisecond), " by "+moment(by)
	}
	for v, err := range store.Visits(ctx, f) {
		if err != nil || v.Payload != "" {
			return v, err
		}
	}
	return archive.Visit{}, fmt.Errorf("page %q: no answer of its server is held%s: the page is %s; fangzhi log %s says why", p.URL, until, p.State, p.URL)
}

// showServed writes the answer that v brought: as it was served, or decoded.
func (a *app) showServed(ctx context.Context, store archive.Store, v archive.Visit, decoded bool) error {
	payload, err := store.Payload(ctx, v.Payload)
	if err != nil {
		return err
	}
	if !decoded && isTerminal(a.stdout) && !utf8.Valid(payload) {
		return usage("show --raw: what was served is no text that a terminal shows: write it to a file, or take --html")
	}
	if !decoded && isTerminal(a.stdout) {
		payload = []byte(safeLines(string(payload)))
	}
	if !decoded {
		_, err = a.stdout.Write(payload)
		return err
	}
	in := extract.Input{URL: v.URL, Status: v.Status, Header: v.Header, Payload: payload}
	for other, err := range store.Visits(ctx, archive.Filter{Site: v.Site, URL: v.URL}) {
		if err != nil {
			return err
		}
		if in.Header == nil && other.Payload == v.Payload {
			in.Header = other.Header // of the visit that brought it
		}
	}
	text, _, _, err := extract.Decode(in)
	if err != nil {
		return fmt.Errorf("decode %s: %w", v.URL, err)
	}
	if isTerminal(a.stdout) {
		text = safeLines(text)
	}
	_, err = io.WriteString(a.stdout, text)
	return err
}
