//go:build linux

package extract_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"testing"
	"time"

	"fangzhi/bench/process"
	"fangzhi/extract"
)

// costOf reads a page and says what that took of the processor.
func costOf(t testing.TB, page []byte) time.Duration {
	before := process.Spent()
	p, err := extract.Open(extract.Input{URL: "http://a.gov.cn/t20240101_1.html", Payload: page})
	if err != nil {
		t.Fatal(err)
	}
	p.Reading()
	p.Links()
	p.Lesson()
	return process.Spent() - before
}

// hostileChild names the environment of a process that reads one hostile page
// and says what it took: its peak of memory is nobody else's.
const hostileChild = "FANGZHI_HOSTILE"

func TestMain(m *testing.M) {
	name := os.Getenv(hostileChild)
	if name == "" {
		os.Exit(m.Run())
	}
	page := []byte(hostilePages(10 << 20)[name]())
	runtime.GC()
	took := costOf(new(testing.B), page)
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	fmt.Printf("%d %d\n", took.Milliseconds(), u.Maxrss>>10)
}

// Ten megabytes of anything are read within two seconds of the processor and
// 300 MiB, the page itself and the test's own megabytes included. -short and the
// race detector leave it out.
func TestHostilePages(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("reads 700 MB of pages, and measures what that takes")
	}
	var alone sync.RWMutex
	for name := range hostilePages(0) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			alone.RLock()
			took, peak := readHostile(t, name)
			alone.RUnlock()
			for again := 0; took > hostileTime && again < 2; again++ {
				alone.Lock() // beside others it is dearer: the caches are theirs too
				took, peak = readHostile(t, name)
				alone.Unlock()
			}
			t.Logf("%.2f s, %d MiB", took.Seconds(), peak)
			if took > hostileTime {
				t.Errorf("took %s of the processor", took)
			}
			if peak > hostileMemory {
				t.Errorf("took %d MiB", peak)
			}
		})
	}
}

const (
	hostileTime   = 2 * time.Second
	hostileMemory = 300 // MiB
)

// readHostile has another process read a page.
func readHostile(t *testing.T, name string) (took time.Duration, peak int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	// On one processor: what collecting garbage takes of idle ones, waiting for the
	// others, is nobody's loss and differs from time to time.
	child.Env = append(os.Environ(), hostileChild+"="+name, "GOMAXPROCS=1")
	out, err := child.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var ms int
	if _, err := fmt.Sscan(string(out), &ms, &peak); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return time.Duration(ms) * time.Millisecond, peak
}

// Four times the page takes about four times as long: nothing is looked at once
// for each of its like. Garbage is collected between two readings, for when that
// comes due within one is chance.
func TestCostGrowsLinearly(t *testing.T) {
	if raced {
		t.Skip("measures what reading takes")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for name := range hostilePages(0) {
		t.Run(name, func(t *testing.T) {
			few, many := hostilePages(128 << 10)[name](), hostilePages(512 << 10)[name]()
			short, long := leastCost(t, few), leastCost(t, many)
			if ratio := float64(long) / float64(max(short, time.Millisecond)); ratio >= 10 {
				t.Errorf("four times the page took %.1f times as long: %s and %s", ratio, short, long)
			}
		})
	}
}

// leastCost is the least that reading a page took of several times: what it takes
// beyond that is the machine's.
func leastCost(t *testing.T, page string) time.Duration {
	least := time.Hour
	for range 4 {
		runtime.GC()
		least = min(least, costOf(t, []byte(page)))
	}
	return least
}
