// Command import measures what imports cost: it writes a WARC file of a generated
// portal, as another crawler would have saved it, imports it by fangzhi and asks
// the operating system what that took.
//
//	go run ./bench/import                      20,000 captures and 200,000, some minutes
//	go run ./bench/import -captures 20000      the first of them alone
//	go run ./bench/import -check               exit status 1 when a target is missed
//
//	main.go       flags, the imports, the table
//	generate.go   the file
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
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"fangzhi/bench/process"
)

const (
	targetRate = 400         // captures a second on two cores, pages of 38 KB
	targetPeak = 200_000_000 // bytes of resident memory, however many captures
)

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
	flags := flag.NewFlagSet("import", flag.ContinueOnError)
	flags.SetOutput(notes)
	captures := flags.String("captures", "20000,200000", "`captures` in the files that are imported: a list with commas")
	program := flags.String("program", "", "measure this `binary` of fangzhi instead of building one")
	keep := flags.String("keep", "", "keep the files and archives in `DIR`, and use the files that it has")
	check := flags.Bool("check", false, "exit with status 1 when a target is missed")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	dir, err := filepath.Abs(*keep)
	if err != nil {
		return err
	}
	if *keep == "" {
		if dir, err = os.MkdirTemp("", "fangzhi-bench-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	if *program == "" {
		*program = filepath.Join(dir, "fangzhi")
		if err := process.Build(ctx, *program, "./cmd/fangzhi", notes); err != nil {
			return err
		}
	}
	if *program, err = filepath.Abs(*program); err != nil {
		return err
	}
	process.WarnBusy(notes, "captures/s will be low, captures/CPU s about right")
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "captures\tcaptures/s\tcaptures/CPU s\tprocessors\tpeak MB\tWARC MB\tarchive MB\ttargets: %d/s, %d MB\n", targetRate, targetPeak/1_000_000)
	missed := false
	for _, text := range strings.Split(*captures, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("-captures: %q: must be numbers of 1 or more", text)
		}
		file := filepath.Join(dir, fmt.Sprintf("captures-%d.warc.gz", n))
		if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
			fmt.Fprintf(notes, "bench: %d captures are written\n", n)
			if err := generate(ctx, file, n); err != nil {
				return err
			}
		}
		ok, err := measure(ctx, w, *program, file, n)
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

// measure imports file, which has n captures, into an archive of its own.
func measure(ctx context.Context, out io.Writer, program, file string, n int) (ok bool, err error) {
	archive := strings.TrimSuffix(file, ".warc.gz") + ".db"
	for _, more := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(archive + more); err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, err
		}
	}
	cmd := exec.CommandContext(ctx, program, "import", file, "--site", host, "--archive", "sqlite:"+archive, "-q")
	cmd.Dir = filepath.Dir(file) // no configuration of the caller's
	began := time.Now()
	if said, err := cmd.CombinedOutput(); err != nil {
		return false, fmt.Errorf("import of %d captures: %w: %s", n, err, said)
	}
	took := time.Since(began).Seconds()
	spent := (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	rate, peak := float64(n)/took, process.Peak(cmd.ProcessState)
	ok = rate >= targetRate && peak <= targetPeak
	verdict := "ok"
	if !ok {
		verdict = "MISSED"
	}
	fmt.Fprintf(out, "%d\t%.0f\t%.0f\t%.2f\t%.0f\t%.0f\t%.0f\t%s\n",
		n, rate, float64(n)/spent, spent/took, float64(peak)/1e6, megabytes(file), megabytes(archive), verdict)
	return ok, nil
}

func megabytes(file string) float64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return float64(info.Size()) / 1e6
}
