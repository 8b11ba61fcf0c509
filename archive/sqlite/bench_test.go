//go:build unix

package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// timed counts the processor time of do and the items it was for.
type timed struct {
	spent time.Duration
	items int
}

func (m *timed) run(b *testing.B, items int, do func()) {
	b.StartTimer()
	before := cpu()
	do()
	m.spent += cpu() - before
	m.items += items
	b.StopTimer()
}

func (m *timed) report(b *testing.B) {
	b.ReportMetric(float64(m.spent.Microseconds())/1000/float64(m.items), "cpu-ms/item")
}

func BenchmarkRecord(b *testing.B) {
	for _, size := range []int{1, 10, 64} {
		b.Run(fmt.Sprintf("new/batch=%d", size), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
			run := begin(b, store, began)
			b.StopTimer()
			var m timed
			for n := 0; n < b.N; n += size {
				var batch []archive.Entry
				for i := range size {
					batch = append(batch, item(run, n+i))
				}
				m.run(b, size, func() {
					if err := store.Record(context.Background(), run, batch); err != nil {
						b.Fatal(err)
					}
				})
			}
			m.report(b)
		})
		b.Run(fmt.Sprintf("unchanged/batch=%d", size), func(b *testing.B) {
			store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
			run := begin(b, store, began)
			b.StopTimer()
			entries := fill(b, store, run, 2048)
			var m timed
			for n := 0; n < b.N; n += size {
				var batch []archive.Entry
				for i := range size {
					at := (n + i) % len(entries)
					entries[at] = unchanged(run, entries[at], 1)
					batch = append(batch, entries[at])
				}
				m.run(b, size, func() {
					if err := store.Record(context.Background(), run, batch); err != nil {
						b.Fatal(err)
					}
				})
			}
			m.report(b)
		})
	}
}

func BenchmarkRead(b *testing.B) {
	store := open(b, filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
	run := begin(b, store, began)
	fill(b, store, run, 5000)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	urls := make([]string, 124)
	for i := range urls {
		urls[i] = address(i * 40)
	}
	unknown := make([]string, 124)
	for i := range unknown {
		unknown[i] = address(500_000 + i)
	}
	sketch := archive.SketchOf(archive.Article{Body: words(rand.New(rand.NewPCG(9, 9)), 400)})
	for _, c := range []struct {
		name string
		do   func(i int) error
	}{
		{"page", func(i int) error { _, err := store.Page(ctx, "zjg-edz", address(i*7919%5000)); return err }},
		{"due/n=16", func(i int) error {
			_, err := store.Due(ctx, "zjg-edz", began.AddDate(0, 0, 2), 16, archive.Except{})
			return err
		}},
		{"known/124 known", func(i int) error { _, err := store.Known(ctx, "zjg-edz", urls); return err }},
		{"known/124 unknown", func(i int) error { _, err := store.Known(ctx, "zjg-edz", unknown); return err }},
		{"alike/none", func(i int) error { _, err := store.Alike(ctx, sketch); return err }},
		{"payload", func(i int) error {
			_, err := store.Payload(ctx, archive.DigestOf(item(run, i%50).Payload))
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			before := cpu()
			for i := range b.N {
				if err := c.do(i); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
	b.Run("scan/5000 snapshots", func(b *testing.B) {
		for range b.N {
			n := 0
			for _, err := range store.Snapshots(ctx, archive.Filter{Latest: true}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	path := filepath.Join(b.TempDir(), "archive.db")
	store := open(b, path, sqlite.Options{})
	run := begin(b, store, began)
	const n = 5000
	fill(b, store, run, n)
	ask := func(b *testing.B, q string) {
		for range b.N {
			for _, err := range store.Search(context.Background(), q, archive.Filter{Limit: 20}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	reader := open(b, path, sqlite.Options{ReadOnly: true})
	b.Run("look through 5000", func(b *testing.B) {
		for range b.N {
			for _, err := range reader.Search(context.Background(), "粮食丰收 龙舟", archive.Filter{}) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("index", func(b *testing.B) {
		before, size := cpu(), fileSize(b, path)
		if err := store.Index(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64((cpu()-before).Microseconds())/1000/n, "cpu-ms/item")
		b.ReportMetric(float64(fileSize(b, path)-size)/n, "bytes/item")
	})
	for _, q := range []string{"开发", "粮食丰收", "安", "引资 图书", "龙"} {
		b.Run(q, func(b *testing.B) { ask(b, q) })
	}
}

func fileSize(tb testing.TB, path string) (size int64) {
	tb.Helper()
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(path + suffix); err == nil {
			size += info.Size()
		}
	}
	return size
}

// BenchmarkGrowth records many items, and reports what each costs at the end
// and how much memory the process takes then.
func BenchmarkGrowth(b *testing.B) {
	n := 20_000
	if s := os.Getenv("FANGZHI_BENCH_ITEMS"); s != "" {
		fmt.Sscan(s, &n)
	}
	path := filepath.Join(b.TempDir(), "archive.db")
	store := open(b, path, sqlite.Options{})
	run := begin(b, store, began)
	for range b.N {
		var m timed
		start := time.Now()
		for i := 0; i < n; i += 64 {
			var batch []archive.Entry
			for j := range 64 {
				batch = append(batch, item(run, i+j))
			}
			if i < n-n/10 {
				if err := store.Record(context.Background(), run, batch); err != nil {
					b.Fatal(err)
				}
				continue
			}
			m.run(b, 64, func() {
				if err := store.Record(context.Background(), run, batch); err != nil {
					b.Fatal(err)
				}
			})
		}
		m.report(b)
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		b.ReportMetric(float64(n)/time.Since(start).Seconds(), "items/s")
		b.ReportMetric(float64(fileSize(b, path))/float64(n), "file-bytes/item")
		b.ReportMetric(float64(residentPeak(b))/(1<<20), "peak-MB")
		n = 0 // a second round would find everything known
	}
}

func residentPeak(tb testing.TB) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return u.Maxrss << 10
}
