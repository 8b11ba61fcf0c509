package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// TestMain lets the test's own binary stand in for fangzhi: the measurement is
// tested against a reader whose requests are known.
func TestMain(m *testing.M) {
	if os.Getenv("BENCH_STANDS_IN") != "" {
		if err := standIn(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// standIn asks for every article of the portal once, and for the home page
// twice.
func standIn(args []string) error {
	base := args[1]
	at := slices.Index(args, "--concurrency")
	connections, err := strconv.Atoi(args[at+1])
	if err != nil {
		return err
	}
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = connections
	resp, err := http.Get(base + "-/truth")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var group errgroup.Group
	group.SetLimit(connections)
	fetch := func(url string) {
		group.Go(func() error {
			resp, err := http.Get(url)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				return err
			}
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", url, resp.Status)
			}
			return nil
		})
	}
	fetch(base)
	fetch(base)
	for lines := json.NewDecoder(resp.Body); lines.More(); {
		var line struct {
			URL string `json:"url"`
		}
		if err := lines.Decode(&line); err != nil {
			return err
		}
		fetch(line.URL)
	}
	return group.Wait()
}

func TestMeasures(t *testing.T) {
	t.Setenv("BENCH_STANDS_IN", "1")
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	var out, notes bytes.Buffer
	err = run(t.Context(), []string{"-program", self, "-pages", "200", "-large", "300", "-slow", "100", "-latency", "1ms", "-check"}, &out, &notes)
	if !errors.Is(err, errMissed) {
		t.Fatalf("error %v, want the one of a missed target\n%s", err, notes.String())
	}
	for _, want := range []string{
		"first crawl of 200 pages", "202 requests in", "unchanged second crawl of 300 pages", "302 requests in",
		"peak memory at 300 pages", "rate at 1ms with 16 connections", "of 16000 pages/s",
		"URLs asked for twice in a crawl", "small, crawl 1: 1, such as [/]",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

func TestFailedCrawlIsNoFigure(t *testing.T) {
	var out, notes bytes.Buffer
	err := run(t.Context(), []string{"-program", "false", "-pages", "10", "-large", "0", "-slow", "0"}, &out, &notes)
	if err == nil || !strings.Contains(err.Error(), "small, crawl 1: crawl http://127.0.0.1:") || out.Len() > 0 {
		t.Errorf("error %v, output %q", err, out.String())
	}
}

func TestTargets(t *testing.T) {
	c := crawl{name: "c", requests: 1000, cpu: 2 * time.Second, wall: 4 * time.Second, peak: 150_000_000}
	for _, tt := range []struct {
		name     string
		figure   figure
		measured string
		ok       bool
	}{
		{"first", firstCost(1000, c), "2.00 CPU s/1000", true},
		{"second", secondCost(1000, c), "2.00 CPU s/1000", false},
		{"nothing asked for", firstCost(0, crawl{}), "0.00 CPU s/1000", false},
		{"peak", peak(1000, c), "150 MB", true},
		{"peak of the larger", peak(1000, c, crawl{peak: 151_000_000}), "151 MB", false},
		{"peak unknown", peak(1000, crawl{}), "unknown here", false},
		{"rate", rate(50*time.Millisecond, 16, c), "78 % of the ideal", false},
		{"rate of fewer connections", rate(50*time.Millisecond, 14, c), "89 % of the ideal", true},
		{"none twice", fetchedTwice([]crawl{c, c}), "0", true},
		{"two twice", fetchedTwice([]crawl{c, {twice: 2}}), "2", false},
	} {
		if tt.figure.measured != tt.measured || tt.figure.ok != tt.ok {
			t.Errorf("%s: %q, ok %t; want %q, %t", tt.name, tt.figure.measured, tt.figure.ok, tt.measured, tt.ok)
		}
	}
}
