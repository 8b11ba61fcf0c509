// Command bench measures what a crawl costs: it builds fangzhi, serves a
// generated portal from another process, crawls it and asks the operating
// system what the crawl took.
//
//	go run ./bench           the whole, some minutes
//	go run ./bench -quick    the same figures from small portals, under a minute
//	go run ./bench -check    exit status 1 when a target is missed
//
// The figures: CPU seconds per 1,000 pages for a first crawl and for an
// unchanged second one that asks for every page; the peak of resident memory
// for a small portal and for a large one; the rate over slow answers against
// the ideal; and how many URLs were asked for more than once in one crawl.
//
//	main.go      flags, and the order of things
//	measure.go   figures, targets, the table
//	crawl.go     the processes: portal and crawl
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"fangzhi/bench/process"
)

// options are the flags.
type options struct {
	pages, large int           // of the small and of the large portal
	latency      time.Duration // of the slow one
	slow         int           // pages of the slow one
	concurrency  int
	codings      string
	archive      string
	program      string
	keep         bool
	check        bool
}

var errMissed = errors.New("a target is missed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); {
	case err == nil:
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

func run(ctx context.Context, args []string, out, notes io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(notes)
	flags.IntVar(&o.pages, "pages", 5_000, "`articles` of the small portal")
	flags.IntVar(&o.large, "large", 50_000, "`articles` of the large portal; 0: leave it out")
	flags.IntVar(&o.slow, "slow", 5_000, "`articles` of the portal with latency; 0: leave it out")
	flags.DurationVar(&o.latency, "latency", 50*time.Millisecond, "`time` that the slow portal takes to answer")
	flags.IntVar(&o.concurrency, "concurrency", 16, "`connections` of a crawl")
	flags.StringVar(&o.codings, "codings", "none", "content `codings` that the portal offers, as for the portal command")
	flags.StringVar(&o.archive, "archive", "", "crawl into this `archive` (it must be empty) and measure the small portal only; default: SQLite in a temporary directory")
	flags.StringVar(&o.program, "program", "", "measure this `binary` of fangzhi instead of building one")
	flags.BoolVar(&o.keep, "keep", false, "keep the temporary directory with the archives and the crawls' messages")
	flags.BoolVar(&o.check, "check", false, "exit with status 1 when a target is missed")
	quick := flags.Bool("quick", false, "small portals: 1,000, 5,000 and 1,000 articles")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return errUsage
	}
	if *quick {
		o.pages, o.large, o.slow = 1_000, 5_000, 1_000
	}
	if o.archive != "" {
		o.large, o.slow = 0, 0
	}

	b, err := newBench(ctx, o, notes)
	if err != nil {
		return err
	}
	defer b.close()
	process.WarnBusy(notes, "rates will be low, costs somewhat high")
	figures, err := b.measure(ctx)
	if err != nil {
		return err
	}
	if err := table(out, figures); err != nil {
		return err
	}
	if o.check && missed(figures) {
		return errMissed
	}
	return nil
}

// measure makes all the crawls.
func (b *bench) measure(ctx context.Context) ([]figure, error) {
	small, err := b.twice(ctx, site{name: "small", articles: b.pages})
	if err != nil {
		return nil, err
	}
	figures := []figure{
		firstCost(b.pages, small[0]),
		secondCost(b.pages, small[1]),
		peak(b.pages, small[0], small[1]),
	}
	repeated := small
	if b.large > 0 {
		large, err := b.twice(ctx, site{name: "large", articles: b.large})
		if err != nil {
			return nil, err
		}
		figures = append(figures,
			firstCost(b.large, large[0]), secondCost(b.large, large[1]), peak(b.large, large[0], large[1]))
		repeated = append(repeated, large...)
	}
	if b.slow > 0 {
		slow, err := b.once(ctx, site{name: "slow", articles: b.slow, latency: b.latency})
		if err != nil {
			return nil, err
		}
		figures = append(figures, rate(b.latency, b.concurrency, slow))
		repeated = append(repeated, slow)
	}
	return append(figures, fetchedTwice(repeated)), nil
}
