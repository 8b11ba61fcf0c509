package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// said is what the demo's portal says, as an export should tell it.
type said struct {
	URL, Title, Published, Source, Author, Column, Body string
	Attachments                                         []string
}

// What the portal published is what the archive exports: to the letter, and
// nothing around it.
func TestDemoPortalIsReadExactly(t *testing.T) {
	portal := portaltest.Demo()
	_, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	store, err := openStore(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), create)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	cr, err := crawler.New(store, crawler.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cr.Run(t.Context(), demoSite(portal), crawler.Tick{}); err != nil {
		t.Fatal(err)
	}
	got := exported(t.Context(), t, store)
	for _, a := range portal.Truth() {
		column := ""
		for _, c := range portal.Columns() {
			if c.Path == a.Column {
				column = c.Name
			}
		}
		want := said{
			URL: a.URL, Title: a.Title, Source: a.Source, Author: a.Author, Column: column,
			Published: export.Published{At: a.Published, DayOnly: a.DayOnly}.String(),
			Body:      strings.Join(a.Body, "\n\n"),
		}
		for _, f := range a.Files {
			want.Attachments = append(want.Attachments, f.Name)
		}
		t.Run(a.Title, func(t *testing.T) {
			if d := cmp.Diff(want, got[a.URL]); d != "" {
				t.Errorf("%s (-published +read)\n%s", a.URL, d)
			}
		})
	}
}

func exported(ctx context.Context, t *testing.T, store archive.Store) map[string]said {
	t.Helper()
	all := map[string]said{}
	for r, err := range export.Records(ctx, store, export.Selection{}) {
		if err != nil {
			t.Fatal(err)
		}
		s := said{URL: r.URL, Title: r.Title, Published: r.Published.String(), Source: r.Source, Author: r.Author, Column: r.Column, Body: r.Body}
		for _, a := range r.Attachments {
			s.Attachments = append(s.Attachments, a.Name)
		}
		all[r.URL] = s
	}
	return all
}
