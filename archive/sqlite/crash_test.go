package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// helperArchive names the archive to a process of this test's own.
const helperArchive = "FANGZHI_TEST_HELPER_ARCHIVE"

func TestMain(m *testing.M) {
	if path := os.Getenv(upgradeArchive); path != "" {
		store, err := sqlite.Open(context.Background(), path, sqlite.Options{})
		if err == nil {
			err = store.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if path := os.Getenv(cutArchive); path != "" {
		if err := rereadAndImport(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if path := os.Getenv(helperArchive); path != "" {
		if err := help(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// help records items in batches under a run of its own, and tells each batch
// when it was acknowledged: its run, the first item and the one after the last.
// It goes on until it is killed.
func help(path string) error {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	at := began.Add(time.Duration(os.Getpid()) * time.Second)
	r := archive.Run{
		ID: archive.RunID("zjg-edz", at), Site: "zjg-edz", Planned: at, State: archive.RunRunning,
		Started: time.Now(), Lease: time.Now().Add(-time.Minute), // the next helper may take over
	}
	if err := store.BeginRun(ctx, r, nil); err != nil {
		return err
	}
	store.FoldEvery(20)
	from := os.Getpid() * 100_000
	for n := from; ; {
		var batch []archive.Entry
		for range 1 + rand.IntN(9) {
			batch = append(batch, item(r.ID, n+len(batch)))
		}
		if err := store.Record(ctx, r.ID, batch); err != nil {
			return err
		}
		fmt.Println("recorded", n, n+len(batch))
		n += len(batch)
		if rand.IntN(10) == 0 {
			for _, err := range store.Search(ctx, "粮食", archive.Filter{Limit: 1}) {
				if err != nil {
					return err
				}
			}
		}
	}
}

// Whatever a process was doing when it was killed: each entry that was
// acknowledged is in the archive, and none in part.
func TestKill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	var acknowledged [][2]int
	kills := 20
	if testing.Short() {
		kills = 3
	}
	for range kills {
		acknowledged = append(acknowledged, killed(t, path)...)
	}
	store := open(t, path, sqlite.Options{})
	if got := lines(t, store); len(got) > 0 {
		t.Errorf("check: %q", got)
	}
	items := 0
	for _, batch := range acknowledged {
		for n := batch[0]; n < batch[1]; n++ {
			items++
			whole(t, store, n)
		}
	}
	// What was on its way at the kill may be there, and then all of its batch.
	extra := 0
	for v, err := range store.Visits(t.Context(), archive.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		extra++
		if cuts := collect(t, store, archive.Filter{Site: v.Site, URL: v.URL}); len(cuts) != 1 {
			t.Errorf("%s: %d versions", v.URL, len(cuts))
		}
		if _, err := store.Payload(t.Context(), v.Payload); err != nil {
			t.Error(err)
		}
	}
	if extra -= items; extra < 0 || extra > 9*kills {
		t.Errorf("%d items beyond the %d acknowledged", extra, items)
	}
	if items < kills {
		t.Errorf("only %d items were acknowledged", items)
	}
	t.Logf("%d kills, %d acknowledged, %d on their way", kills, items, extra)
}

func collect(t *testing.T, store *sqlite.Store, f archive.Filter) []archive.Snapshot {
	t.Helper()
	var all []archive.Snapshot
	for s, err := range store.Snapshots(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// whole fails the test unless the nth item is there in all its parts.
func whole(t *testing.T, store *sqlite.Store, n int) {
	t.Helper()
	want := item("", n)
	p, err := store.Page(t.Context(), "zjg-edz", address(n))
	if err != nil || p.Fingerprint != want.Page.Fingerprint || p.Versions != 1 {
		t.Errorf("item %d: page %+v, %v", n, p, err)
	}
	cuts := collect(t, store, archive.Filter{Site: "zjg-edz", URL: address(n)})
	if len(cuts) != 1 || cuts[0].Article.Body != want.Snapshot.Article.Body {
		t.Errorf("item %d: %d versions", n, len(cuts))
	}
	if _, err := store.Payload(t.Context(), want.Visit.Payload); err != nil {
		t.Errorf("item %d: %v", n, err)
	}
	urls := make([]string, len(want.Discovered))
	for i, p := range want.Discovered {
		urls[i] = p.URL
	}
	known, err := store.Known(t.Context(), "zjg-edz", urls)
	if err != nil || len(known) != len(urls) {
		t.Errorf("item %d: %d of %d discovered pages, %v", n, len(known), len(urls), err)
	}
	shared, err := store.Alike(t.Context(), want.Snapshot.Sketch)
	if err != nil || len(shared) == 0 || shared[0].URL != address(n) {
		t.Errorf("item %d: alike %d, %v", n, len(shared), err)
	}
}

// killed starts a helper, kills it at some moment after a few batches, and
// returns what it was acknowledged.
func killed(t *testing.T, path string) (batches [][2]int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperArchive+"="+path)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	patience := 1 + rand.IntN(5)
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var b [2]int
		if _, err := fmt.Sscanf(scanner.Text(), "recorded %d %d", &b[0], &b[1]); err != nil {
			continue
		}
		if batches = append(batches, b); len(batches) == patience {
			kill := time.AfterFunc(time.Duration(rand.IntN(20_000))*time.Microsecond, func() { cmd.Process.Kill() })
			defer kill.Stop()
		}
	}
	cmd.Wait()
	if complaint.Len() > 0 {
		t.Errorf("helper: %s", complaint.String())
	}
	return batches
}
