// Command fangzhi crawls regional government news into a versioned archive,
// and reads, checks and exports it.
//
// One file holds one command: its help on top, its flags, its work. open.go is
// where stores and configuration meet; print.go is all that knows of
// terminals.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // sites have zones, machines may have no zone database

	"fangzhi/archive"
	"fangzhi/configs"
)

// Exit codes.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitPartly      = 3 // done, but some pages failed
	exitConfig      = 4 // configuration unusable
	exitDamaged     = 5 // verify found damage
	exitUnreadable  = 6 // verify could not read the archive to its end
	exitInterrupted = 130
)

// exit is an error with an exit code of its own. Its err may be nil: then
// nothing more is said.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return exit{exitUsage, fmt.Errorf(format, args...)}
}

func main() {
	// Fewer collections for more garbage: pages are short-lived and few at a
	// time, so this costs some 10 MB.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(150)
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without the process: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	ctx, stop := interruptible(func() { a.say(slog.LevelInfo, "", "finishing what is in flight; once more to stop at once") })
	defer stop()
	defer a.takeLog()()
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code, err := ended(ctx, err)
	var problems configs.Problems
	errors.As(err, &problems)
	if problems != nil {
		for _, p := range problems {
			a.fail(p.Error())
		}
		return code
	}
	if text := err.Error(); text != "" {
		for line := range strings.Lines(text) { // of errors that were joined
			a.fail(strings.TrimSpace(line))
		}
	}
	return code
}

// ended is the exit code for err, and what there is to say of it.
func ended(ctx context.Context, err error) (int, error) {
	var coded exit
	var problems configs.Problems
	switch {
	case errors.As(err, &coded):
		return coded.code, err
	case errors.As(err, &problems):
		return exitConfig, err
	case ctx.Err() != nil && isInterrupted(err):
		return exitInterrupted, errors.New("interrupted")
	case ctx.Err() != nil:
		return exitInterrupted, err
	case errors.Is(err, archive.ErrCorrupt):
		return exitDamaged, err
	}
	return exitFailed, err
}

// goesOn is err or, where that is only that a command was interrupted which goes on
// where it was, what is to be done.
func goesOn(ctx context.Context, err error) error {
	if ctx.Err() != nil && isInterrupted(err) {
		return exit{exitInterrupted, errors.New("interrupted; run the same command again to go on")}
	}
	return err
}

// isInterrupted says whether err says nothing but that a command was interrupted.
func isInterrupted(err error) bool {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(several.Unwrap(), func(err error) bool { return !isInterrupted(err) })
	}
	if inner := errors.Unwrap(err); inner != nil {
		return isInterrupted(inner)
	}
	return errors.Is(err, context.Canceled)
}

// interruptible returns a context that the first SIGINT or SIGTERM ends; the
// second one ends the process. First is called upon the first.
func interruptible(first func()) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel()
			first()
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel()
	}
}
