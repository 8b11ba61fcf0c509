// Command export measures what exports cost: it fills a SQLite archive with
// generated articles, exports it in each format by fangzhi and asks the
// operating system what that took.
//
//	go run ./bench/export                    200,000 articles, some minutes
//	go run ./bench/export -articles 20000    the same figures from fewer
//	go run ./bench/export -archive a.db      fills a.db, or measures with what it holds
//	go run ./bench/export -check             exit status 1 when a target is missed
//
//	main.go       flags, the exports, the table
//	generate.go   the archive
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"fangzhi/bench/process"
)

// target is what an export has to reach on two cores.
type target struct {
	name string
	args []string
	rate float64 // records a second; of a web archive those of the WARC
	each float64 // WARC records that a capture makes
}

var targets = []target{
	{"jsonl", []string{"--format", "jsonl"}, 20_000, 1},
	{"jsonl --zstd", []string{"--format", "jsonl", "--zstd"}, 0, 1},
	{"csv", []string{"--format", "csv"}, 20_000, 1},
	{"parquet", []string{"--format", "parquet"}, 6_000, 1},
	{"atom", []string{"--format", "atom"}, 0, 1},
	{"markdown", []string{"--format", "markdown"}, 0, 1},
	{"warc", []string{"--format", "warc"}, 5_000, 3},
	{"wacz", []string{"--format", "wacz"}, 5_000, 3},
}

// targetPeak is the most memory that an export may take, in bytes.
const targetPeak = 200_000_000

var errMissed = errors.New("a target is missed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, notes io.Writer) error {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	flags.SetOutput(notes)
	articles := flags.Int("articles", 200_000, "`articles` in the archive")
	archive := flags.String("archive", "", "use the archive at `PATH`, and make it where it is not there; default: one in a temporary directory")
	only := flags.String("only", "", "measure these `formats` alone: a list with commas")
	check := flags.Bool("check", false, "exit with status 1 when a target is missed")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fangzhi-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *archive == "" {
		*archive = filepath.Join(dir, "archive.db")
	}
	if _, err := os.Stat(*archive); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(notes, "bench: an archive of %d articles is made\n", *articles)
		if err := generate(ctx, *archive, *articles); err != nil {
			return err
		}
	}
	program := filepath.Join(dir, "fangzhi")
	if err := process.Build(ctx, program, "./cmd/fangzhi", notes); err != nil {
		return err
	}
	process.WarnBusy(notes, "records/s will be low, records/CPU s about right")
	missed := false
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "export\trecords/s\ttarget\trecords/CPU s\tpeak MB\tsize MB\t")
	for _, t := range targets {
		if *only != "" && !strings.Contains(","+*only+",", ","+t.args[1]+",") {
			continue
		}
		ok, err := measure(ctx, w, t, program, *archive, filepath.Join(dir, "out"))
		if err != nil {
			return err
		}
		missed = missed || !ok
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if *check && missed {
		return errMissed
	}
	return nil
}

func measure(ctx context.Context, out io.Writer, t target, program, archive, to string) (ok bool, err error) {
	defer os.RemoveAll(to)
	args := append([]string{"export", "--archive", "sqlite:" + archive, "-o", to}, t.args...)
	cmd := exec.CommandContext(ctx, program, args...)
	var said strings.Builder
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return false, fmt.Errorf("%s: %w: %s", t.name, err, said.String())
	}
	took := time.Since(began)
	records := 0
	if _, err := fmt.Sscanf(said.String(), "fangzhi: hint: %d", &records); err != nil {
		return false, fmt.Errorf("%s: said %q", t.name, said.String())
	}
	size := int64(0)
	filepath.Walk(to, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			size += info.Size()
		}
		return nil
	})
	rate := float64(records) * t.each / took.Seconds()
	peak := process.Peak(cmd.ProcessState)
	ok = rate >= t.rate && peak <= targetPeak
	verdict, wanted := "ok", "-"
	if !ok {
		verdict = "MISSED"
	}
	if t.rate > 0 {
		wanted = fmt.Sprintf("%.0f", t.rate)
	}
	spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	fmt.Fprintf(out, "%s\t%.0f\t%s\t%.0f\t%.0f\t%.0f\t%s\n", t.name, rate, wanted, float64(records)*t.each/spent.Seconds(), float64(peak)/1e6, float64(size)/1e6, verdict)
	return ok, nil
}
