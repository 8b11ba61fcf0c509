package crawler_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"fangzhi/archive/sqlite"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// TestMain lets the test binary be a process of its own: one that crawls, to be
// killed, or one that serves a portal, so that its work is not measured.
func TestMain(m *testing.M) {
	switch os.Getenv("FANGZHI_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "portal":
		childPortal()
	case "crawl":
		childCrawl()
	case "look":
		childLook()
	}
}

// child starts the test binary in a role, with arguments in its environment.
// The first line that it prints comes back with it.
func child(t testing.TB, role string, environment ...string) (*exec.Cmd, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), "FANGZHI_TEST_CHILD="+role), environment...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // its end tells the child to go, also when the test is killed
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: no word from it: %v", role, err)
	}
	return cmd, strings.TrimSpace(line)
}

func childPortal() {
	number := func(name string) int { n, _ := strconv.Atoi(os.Getenv(name)); return n }
	p := portaltest.New(portaltest.Options{
		Articles: number("ARTICLES"), Latency: time.Duration(number("LATENCY_MS")) * time.Millisecond, KeepLog: 1,
	})
	base, stop, err := p.Start()
	if err != nil {
		panic(err)
	}
	fmt.Println(base, strings.Join(p.Seeds(), " "))
	io.Copy(io.Discard, os.Stdin)
	stop()
}

func childCrawl() {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, os.Getenv("ARCHIVE"), sqlite.Options{})
	if err != nil {
		panic(err)
	}
	told := false
	c, err := crawler.New(store, crawler.Options{Limits: brief, Observe: func(e crawler.Event) {
		if !told && e.Run.Articles.Total() >= 20 {
			told = true
			fmt.Println("under way")
		}
	}})
	if err != nil {
		panic(err)
	}
	site, err := crawler.AdHoc(os.Getenv("SEED"))
	if err != nil {
		panic(err)
	}
	site.AllowPrivate = true
	site.Politeness = crawler.Politeness{Parallel: 4, Delay: time.Millisecond}
	if _, err := c.Run(ctx, site, crawler.Tick{}); err != nil {
		panic(err)
	}
}
