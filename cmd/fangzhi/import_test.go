package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/archive/export"
	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// What fangzhi exported and takes up again is what it was, record by record:
// what each version says, and what was served.
func TestImportOfAnExport(t *testing.T) {
	from, site := countyDays(t)
	wantRecords, wantWARC := records(t, from), warcRecords(t, from)
	outcomes := archive.Tally{}
	for v, err := range from.Visits(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		outcomes[v.Outcome]++
	}
	for _, o := range []archive.Outcome{
		archive.New, archive.Changed, archive.Unchanged, archive.NotModified, archive.Moved, archive.Gone, archive.Withdrawn,
		archive.Restored, archive.Unreachable, archive.Refused, archive.Unreadable,
	} {
		if outcomes[o] == 0 {
			t.Errorf("the crawl had no visit that ended as %s: %v", o, outcomes)
		}
	}
	for _, format := range []export.Format{export.WARC, export.WACZ} {
		files := toFiles(t, from, format)
		for name, open := range stores(t) {
			if format == export.WACZ && name != "sqlite" {
				continue
			}
			t.Run(string(format)+" into "+name, func(t *testing.T) {
				to := open(t)
				report, err := taken(t.Context(), t, to, site, files)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(outcomes, report.Stored); diff != "" {
					t.Errorf("outcomes (-want +got):\n%s", diff)
				}
				if report.Behind+report.Lost+report.Failed+len(report.Over) > 0 {
					t.Errorf("report %+v", report)
				}
				if diff := cmp.Diff(wantRecords, records(t, to)); diff != "" {
					t.Errorf("records (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(wantWARC, warcRecords(t, to)); diff != "" {
					t.Errorf("WARC (-want +got):\n%s", diff)
				}
				verified(t, to)

				again, err := taken(t.Context(), t, to, site, files)
				if err != nil || again.Stored.Total() != 0 || again.Known != report.Stored.Total() {
					t.Errorf("again: %+v, %v", again, err)
				}
			})
		}
	}
}

// Web archives of a few days each, taken up one after the other, come to what there
// was; the last of them alone lacks nothing that its revisits refer to.
func TestImportOfParts(t *testing.T) {
	from, site := countyDays(t)
	first := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	ends := []time.Time{{}, first.AddDate(0, 0, 1), first.AddDate(0, 0, 3), first.AddDate(0, 0, 6), {}}
	whole := newSQLite(t)
	for i := range ends[1:] {
		part := toFiles(t, from, export.WARC, export.Selection{Since: ends[i], Until: ends[i+1]})
		for _, to := range []archive.Store{whole, newSQLite(t)} {
			report, err := taken(t.Context(), t, to, site, part)
			if err != nil || report.Behind+report.Lost+report.Failed+len(report.Over) > 0 {
				t.Errorf("part %d: %+v, %v", i, report, err)
			}
			verified(t, to)
		}
	}
	if diff := cmp.Diff(records(t, from), records(t, whole)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(warcRecords(t, from), warcRecords(t, whole)); diff != "" {
		t.Errorf("WARC (-want +got):\n%s", diff)
	}
}

// An import whose process is killed at any time is gone on with by the same
// command, and comes to the same.
func TestImportKilled(t *testing.T) {
	from, _ := countyDays(t)
	files := toFiles(t, from, export.WARC)
	program := filepath.Join(t.TempDir(), "fangzhi")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, program); err != nil {
		t.Skip(err)
	}
	command := func(path string) *exec.Cmd {
		cmd := exec.Command(program, append([]string{"import", "-q", "--site", "county", "--archive", "sqlite:" + path}, files...)...)
		cmd.Dir = t.TempDir()
		return cmd
	}
	whole := filepath.Join(t.TempDir(), "whole.db")
	begun := time.Now()
	if out, err := command(whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	takes := time.Since(begun)
	held := func(path string) ([]string, int) {
		store, err := sqlite.Open(t.Context(), path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		verified(t, store)
		visits := 0
		for _, err := range store.Visits(t.Context(), archive.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			visits++
		}
		return records(t, store), visits
	}
	want, visits := held(whole)
	path := filepath.Join(t.TempDir(), "killed.db")
	for i := range 4 {
		cmd := command(path)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(takes*time.Duration(2*i+3)/12, func() { cmd.Process.Kill() })
		cmd.Wait()
		timer.Stop()
	}
	if out, err := command(path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got, n := held(path)
	if diff := cmp.Diff(want, got); diff != "" || n != visits {
		t.Errorf("%d visits, want %d; records (-want +got):\n%s", n, visits, diff)
	}
}

// An export with a cursor tells of captures that were imported since, however
// old they are.
func TestCursorAfterImport(t *testing.T) {
	const page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>通知</title><h1>关于第%d件事的通知</h1><p>发布时间：2026-02-20</p><p>第%d件事的正文在这里，县政府办公室要求各单位认真组织实施，确保按时完成。</p>"
	file := func(days ...int) []string {
		var b strings.Builder
		for _, d := range days {
			block := fmt.Sprintf(page, d, d)
			fmt.Fprintf(&b, "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://www.yunxi.gov.cn/1.html\r\nWARC-Date: 2026-03-%02dT08:00:00Z\r\n"+
				"WARC-Record-ID: <urn:uuid:%d>\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", d, d, len(block), block)
		}
		path := filepath.Join(t.TempDir(), "x.warc")
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return []string{path}
	}
	site := crawler.Site{Name: "yunxi", Zone: portaltest.Shanghai, Columns: []crawler.Column{{Name: "要闻", URL: "http://www.yunxi.gov.cn/"}}}
	store, cursor := newSQLite(t), filepath.Join(t.TempDir(), "cursor")
	for i, step := range []struct {
		days []int
		want int
	}{{[]int{10}, 1}, {[]int{1, 2, 11}, 3}, {[]int{1, 11}, 0}} {
		if _, err := taken(t.Context(), t, store, site, file(step.days...)); err != nil {
			t.Fatal(err)
		}
		to := export.Target{Path: filepath.Join(t.TempDir(), "out"), Cursor: cursor}
		report, err := export.Run(t.Context(), store, export.Job{Format: export.WARC}, to)
		if err != nil || report.Records != step.want {
			t.Errorf("step %d: %d captures, want %d: %v", i, report.Records, step.want, err)
		}
	}
}
