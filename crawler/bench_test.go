package crawler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/bench/process"
	"fangzhi/crawler"
)

// BenchmarkRun crawls a portal of 5,000 articles in another process, once for
// the first time and once unchanged, with the real archive. Of interest are
// the CPU seconds a 1,000 pages; -benchtime 1x is enough.
func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		articles := "5000"
		if n := os.Getenv("ARTICLES"); n != "" {
			articles = n
		}
		_, line := child(b, "portal", "ARTICLES="+articles)
		base, _, _ := strings.Cut(line, " ")
		store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "archive.db"), sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		c, err := crawler.New(store, crawler.Options{})
		if err != nil {
			b.Fatal(err)
		}
		site, err := crawler.AdHoc(base + "/")
		if err != nil {
			b.Fatal(err)
		}
		site.AllowPrivate = true
		site.Politeness = crawler.Politeness{Parallel: 16}
		for _, name := range []string{"first", "second"} {
			cpu, started := process.Spent(), time.Now()
			run, err := c.Run(b.Context(), site, crawler.Tick{})
			if err != nil {
				b.Fatal(err)
			}
			cpu, took := process.Spent()-cpu, time.Since(started)
			pages := float64(run.Articles.Total() + run.Lists.Total())
			b.ReportMetric(cpu.Seconds()/pages*1000, name+"-cpu-s/1000")
			b.ReportMetric(pages/took.Seconds(), name+"-pages/s")
			b.Logf("%s: %.0f pages, articles %v, lists %v, notes %v", name, pages, run.Articles, run.Lists, run.Notes)
			if name == "second" && run.Articles[archive.NotModified]+run.Articles[archive.Unchanged] != run.Articles.Total() {
				b.Errorf("second run: %v", run.Articles)
			}
		}
		b.ReportMetric(float64(peakMemory())/(1<<20), "peak-MB")
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// peakMemory is the most memory that the process had, in bytes.
func peakMemory() (bytes int64) {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if n, err := fmt.Sscanf(line, "VmHWM: %d kB", &bytes); n == 1 && err == nil {
			return bytes << 10
		}
	}
	return 0
}
