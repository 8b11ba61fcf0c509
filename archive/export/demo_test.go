package export_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nlnwa/gowarc"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// demo is the archive of the demo: its portal crawled, edited, and crawled in
// full a day later.
func demo(t *testing.T) archive.Store {
	t.Helper()
	portal := portaltest.Demo()
	_, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	store := inSQLite(t)
	site := siteOf(portal)
	for days := range 2 {
		now := func() time.Time { return time.Now().AddDate(0, 0, days) }
		c, err := crawler.New(store, crawler.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		run, err := c.Run(t.Context(), site, crawler.Tick{Planned: now(), Trigger: archive.TriggerManual, Full: days > 0})
		c.Close()
		if err != nil || run.State != archive.RunDone {
			t.Fatalf("crawl: %s %s, %v", run.State, run.Reason, err)
		}
		if days == 0 {
			if _, err := portal.NextDay(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return store
}

// A crawled archive passes where a made one does.
func TestDemoIsReadByOthers(t *testing.T) {
	store := demo(t)
	t.Run("gowarc and warcio", func(t *testing.T) {
		dir := toFolder(t, store, export.Job{Format: export.WARC})
		types := map[gowarc.RecordType]int{}
		strict(t, dir, func(r gowarc.WarcRecord, _ []byte) { types[r.Type()]++ })
		if types[gowarc.Response] < 40 || types[gowarc.Revisit] < 20 || types[gowarc.Request] != types[gowarc.Response] {
			t.Errorf("records by type: %v", types)
		}
		index := text(t, filepath.Join(dir, "index.cdxj"))
		if n := strings.Count(index, "\n"); n != types[gowarc.Response]+types[gowarc.Revisit] {
			t.Errorf("%d lines in the index of %v", n, types)
		}
		if diff := cmp.Diff(string(node(t, "index.mjs", dir)), index); diff != "" {
			t.Errorf("index (-warcio +ours):\n%s", diff)
		}
	})
	t.Run("duckdb", func(t *testing.T) {
		dir := t.TempDir()
		records := 0
		for _, f := range []export.Format{export.JSONL, export.CSV, export.Parquet} {
			j := export.Job{Format: f, Selection: export.Selection{Versions: export.All}}
			r, err := export.Run(t.Context(), store, j, export.Target{Path: filepath.Join(dir, "out."+string(f))})
			if err != nil {
				t.Fatal(err)
			}
			records = r.Records
		}
		var got map[string]int
		if err := json.Unmarshal(node(t, "duck.mjs", dir), &got); err != nil {
			t.Fatal(err)
		}
		for what, n := range got {
			switch lacks := strings.Contains(what, "lacks"); {
			case lacks && n != 0, !lacks && what != "instants" && n != records:
				t.Errorf("%s: %d, of %d records", what, n, records)
			}
		}
	})
}
