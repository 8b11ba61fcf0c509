package main

import (
	"bytes"
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/configs"
	"fangzhi/crawler/portaltest"
)

// While fangzhi serves, the archive is verified when that is due, a part of the
// payloads after the other; what is found is logged, and stands in the status.
func TestVerifyWhenDue(t *testing.T) {
	portal := portaltest.Demo()
	url, stop, err := portal.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	path := filepath.Join(t.TempDir(), "a.db")
	spec := "sqlite:" + path
	var out, log bytes.Buffer
	if code := run([]string{"crawl", url, "--allow-private", "--delay", "0", "-q", "--archive", spec}, nil, &out, &log); code != 0 {
		t.Fatalf("exit code %d: %s", code, log.String())
	}
	store, err := openStore(t.Context(), spec, create)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	log.Reset()
	a := &app{stdout: &out, stderr: &log, logFormat: "text", now: func() time.Time { return now }}
	c := configs.Verification{Every: 24 * time.Hour, Parts: 3}
	status := func() string {
		t.Helper()
		var out bytes.Buffer
		if code := run([]string{"status", "--archive", spec}, nil, &out, &out); code != 0 {
			t.Fatalf("exit code %d: %s", code, out.String())
		}
		return out.String()
	}
	if got := status(); strings.Contains(got, "verified") {
		t.Errorf("before: %s", got)
	}
	read := 0
	for _, part := range []string{"part 1 of 3", "part 2 of 3", "part 3 of 3", "part 1 of 3"} {
		if wait, err := a.verifyWhenDue(t.Context(), store, c); err != nil || wait != 24*time.Hour {
			t.Fatalf("waits %s, %v", wait, err)
		}
		if got := status(); !strings.Contains(got, "("+part+"): no fault found") {
			t.Errorf("%s: %s", part, got)
		}
		read++
		now = now.Add(20 * time.Hour)
		if wait, err := a.verifyWhenDue(t.Context(), store, c); err != nil || wait != 4*time.Hour {
			t.Errorf("not due, waits %s, %v", wait, err)
		}
		now = now.Add(4 * time.Hour)
	}
	if n := strings.Count(log.String(), "the archive was verified"); n != read {
		t.Errorf("%d verifications logged, want %d:\n%s", n, read, log.String())
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE visits SET reason = 'all is well' WHERE id = 7`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := a.verifyWhenDue(t.Context(), store, c); err != nil {
		t.Fatal(err)
	}
	if got := status(); !strings.Contains(got, "(part 2 of 3): 1 fault found, the first: visit of http") {
		t.Errorf("status: %s", got)
	}
	if !strings.Contains(log.String(), "the archive is damaged") {
		t.Errorf("log: %s", log.String())
	}
	// It ends with serve.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a.watch(ctx, store, c)
}
