package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// Several processes open one archive that is not there yet, write and read.
func TestProcesses(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	const processes, enough = 3, 30
	var group sync.WaitGroup
	failures := make([]error, processes)
	for i := range processes {
		group.Go(func() { failures[i] = helper(t.Context(), path, enough) })
	}
	group.Wait()
	// Helpers take the site over from each other: each records until it has
	// lost it, or has done enough.
	done := 0
	for _, err := range failures {
		if err == nil {
			done++
		} else if !strings.Contains(err.Error(), archive.ErrLost.Error()) {
			t.Error(err)
		}
	}
	if done == 0 {
		t.Error("no process came to its end")
	}
	if got := lines(t, open(t, path, sqlite.Options{})); len(got) > 0 {
		t.Errorf("check: %q", got)
	}
}

// helper runs a helper until it recorded enough batches.
func helper(ctx context.Context, path string, enough int) error {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), helperArchive+"="+path)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	n := 0
	for scanner := bufio.NewScanner(out); n < enough && scanner.Scan(); {
		if strings.HasPrefix(scanner.Text(), "recorded") {
			n++
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	if n < enough {
		return fmt.Errorf("helper: %s", complaint.String())
	}
	return nil
}

// While another process writes, readers read and a writer waits; when it waits
// too long it says why.
func TestBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{Wait: 100 * time.Millisecond})
	r := begin(t, store, began)
	fill(t, store, r, 2)
	lock, err := raw(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	holds(t, store, 2)
	err = store.Record(t.Context(), r, []archive.Entry{item(r, 2)})
	if err == nil || !strings.Contains(err.Error(), "another process has been writing for more than 100ms") {
		t.Errorf("record while another process writes: %v", err)
	}
	for _, err := range store.Search(t.Context(), "粮食", archive.Filter{}) {
		if err != nil {
			t.Errorf("search while another process writes: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := store.Record(ctx, r, []archive.Entry{item(r, 2)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("record until a deadline: %v", err)
	}
	if _, err := lock.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := store.Record(t.Context(), r, []archive.Entry{item(r, 2)}); err != nil {
		t.Errorf("record afterwards: %v", err)
	}
	holds(t, store, 3)
}

// What one store learns of pages and keys holds while another changes the file.
func TestTwoStores(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	one, two := open(t, path, sqlite.Options{}), open(t, path, sqlite.Options{})
	one.FoldEvery(3)
	two.FoldEvery(5)
	r := begin(t, one, began)
	var sketches []archive.Sketch
	for n := range 40 {
		e := item(r, n)
		sketches = append(sketches, e.Snapshot.Sketch)
		writer, reader := one, two
		if n%3 == 0 {
			writer, reader = two, one
		}
		known, err := reader.Known(t.Context(), "zjg-edz", []string{e.Page.URL})
		if err != nil || known[e.Page.URL] != (n > 0) { // the item before had found it
			t.Fatalf("item %d: known %v, %v", n, known, err)
		}
		if err := writer.Record(t.Context(), r, []archive.Entry{e}); err != nil {
			t.Fatal(err)
		}
		for i, sketch := range sketches {
			for name, store := range map[string]*sqlite.Store{"one": one, "two": two} {
				alike, err := store.Alike(t.Context(), sketch)
				if err != nil || len(alike) == 0 || alike[0].URL != address(i) {
					t.Fatalf("after %d items: item %d in store %s: %d alike, %v", n+1, i, name, len(alike), err)
				}
			}
		}
	}
}

// Close waits for what is under way; what comes later is told so.
func TestCloseWaits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.db")
	store := open(t, path, sqlite.Options{})
	r := begin(t, store, began)
	const workers = 4
	var group sync.WaitGroup
	started := make(chan struct{}, workers)
	recorded := make([]int, workers)
	for i := range workers {
		group.Go(func() {
			for n := range 10_000 {
				err := store.Record(context.Background(), r, []archive.Entry{item(r, 10_000*i+n)})
				if err == nil {
					for _, err = range store.Visits(context.Background(), archive.Filter{Limit: 20}) {
					}
				}
				if err != nil {
					if !strings.Contains(err.Error(), "the archive is closed") {
						t.Error(err)
					}
					return
				}
				if recorded[i]++; recorded[i] == 3 {
					started <- struct{}{}
				}
			}
		})
	}
	for range workers {
		<-started
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
	group.Wait()
	again := open(t, path, sqlite.Options{ReadOnly: true})
	for i, n := range recorded {
		for k := range n {
			whole(t, again, 10_000*i+k)
		}
	}
}
