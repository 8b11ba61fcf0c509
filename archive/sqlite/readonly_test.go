package sqlite_test

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/storetest"
)

// A watched archive is written through one store and read through another that
// may only read: what a `list` sees while a crawl goes on.
type watched struct {
	archive.Store
	reader *sqlite.Store
}

func (w watched) Page(ctx context.Context, site, url string) (archive.Page, error) {
	return w.reader.Page(ctx, site, url)
}
func (w watched) Pages(ctx context.Context, f archive.Filter) iter.Seq2[archive.Page, error] {
	return w.reader.Pages(ctx, f)
}
func (w watched) Snapshots(ctx context.Context, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return w.reader.Snapshots(ctx, f)
}
func (w watched) Visits(ctx context.Context, f archive.Filter) iter.Seq2[archive.Visit, error] {
	return w.reader.Visits(ctx, f)
}
func (w watched) Runs(ctx context.Context, f archive.Filter) iter.Seq2[archive.Run, error] {
	return w.reader.Runs(ctx, f)
}
func (w watched) Summaries(ctx context.Context, by time.Time) ([]archive.Summary, error) {
	return w.reader.Summaries(ctx, by)
}
func (w watched) Payload(ctx context.Context, d archive.Digest) ([]byte, error) {
	return w.reader.Payload(ctx, d)
}
func (w watched) Payloads(ctx context.Context) iter.Seq2[archive.Digest, error] {
	return w.reader.Payloads(ctx)
}
func (w watched) Check(ctx context.Context, part, parts int) iter.Seq2[string, error] {
	return w.reader.Check(ctx, part, parts)
}
func (w watched) Due(ctx context.Context, site string, by time.Time, n int, except archive.Except) ([]archive.Page, error) {
	return w.reader.Due(ctx, site, by, n, except)
}
func (w watched) Known(ctx context.Context, site string, urls []string) (map[string]bool, error) {
	return w.reader.Known(ctx, site, urls)
}
func (w watched) Alike(ctx context.Context, sketch archive.Sketch) ([]archive.Snapshot, error) {
	return w.reader.Alike(ctx, sketch)
}
func (w watched) Learnt(ctx context.Context, site, name string) ([]byte, error) {
	return w.reader.Learnt(ctx, site, name)
}
func (w watched) Earlier(ctx context.Context, f archive.Filter) iter.Seq2[archive.Earlier, error] {
	return w.reader.Earlier(ctx, f)
}
func (w watched) Search(ctx context.Context, q string, f archive.Filter) iter.Seq2[archive.Snapshot, error] {
	return w.reader.Search(ctx, q, f)
}

// Read through a store of its own, an archive keeps all its promises, the
// search for what nobody indexed yet among them. The keys of sketches are
// folded in after every second version.
func TestWatched(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) archive.Store {
		path := filepath.Join(t.TempDir(), "archive.db")
		writer := open(t, path, sqlite.Options{})
		writer.FoldEvery(2)
		return watched{writer, open(t, path, sqlite.Options{ReadOnly: true})}
	})
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	writer := open(t, path, sqlite.Options{})
	run := begin(t, writer, began)
	fill(t, writer, run, 3)
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	store := open(t, path, sqlite.Options{ReadOnly: true})
	for name, err := range map[string]error{
		"record": store.Record(t.Context(), run, nil),
		"begin":  store.BeginRun(t.Context(), archive.Run{}, nil),
		"renew":  store.RenewRun(t.Context(), run, began),
		"end":    store.EndRun(t.Context(), archive.Run{ID: run}),
		"reread": store.Reread(t.Context(), run, nil),
		"learn":  store.Learn(t.Context(), run, "zjg-edz", "furniture", nil),
		"index":  store.Index(t.Context()),
	} {
		if err == nil || !strings.Contains(err.Error(), "for reading only") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := store.Page(t.Context(), "zjg-edz", address(1)); err != nil {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed, %v", err)
	}
}
