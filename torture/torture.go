package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"fangzhi/archive"
)

// Options say what is tortured. Program, Dir and Open have to be set.
type Options struct {
	Program string // the binary of fangzhi
	Dir     string // for archives; what is left of a failure stays in it
	// Open opens an archive as the program would, and makes it where there is none.
	Open func(ctx context.Context, spec string) (archive.Store, error)
	// Drop takes away an archive that is not a file; Empty what is in it, and leaves
	// its collections for the next one.
	Drop, Empty func(ctx context.Context, spec string) error
	Seed        uint64 // of everything that is left to chance
	// Every is how far apart the points are that are tried; 0: all of them.
	Every int
	Log   io.Writer // how it goes on; nil: not told
}

// Figures are what was done, and what came of it.
type Figures struct {
	Name   string        `json:"name"`
	Points int           `json:"points"`   // moments, calls or messages that were tried
	Tried  int           `json:"tried"`    // states of the disk, faults or kills
	Acked  int           `json:"reported"` // visits that the program had reported as stored before it was stopped
	Lost   int           `json:"lost"`     // of these, visits that are not in the archive
	Faults []string      `json:"faults"`   // whatever else was not as promised
	Took   time.Duration `json:"took_ns"`  // in all
	// Phases say how many kills fell on what.
	Phases map[string]int `json:"phases,omitempty"`
}

// Bad says whether a promise was broken.
func (f Figures) Bad() bool { return f.Lost > 0 || len(f.Faults) > 0 }

func (o *Options) logf(format string, args ...any) {
	if o.Log != nil {
		fmt.Fprintf(o.Log, "torture: "+format+"\n", args...)
	}
}

// command is a crawl of the portal at base into the archive spec, which reports
// each visit as a line of JSON once it is durable; with keep it keeps documents
// and requisites.
func (o *Options) command(ctx context.Context, base, spec string, keep bool) *exec.Cmd {
	cmd := exec.CommandContext(ctx, o.Program, "crawl", base+"/", "--archive", spec, "--allow-private",
		"--delay", "0", "--concurrency", "4", "-v", "--log-format", "json")
	if keep {
		cmd.Args = append(cmd.Args, "--keep", "attachments,requisites")
	}
	cmd.Dir = o.Dir // no configuration of the caller's
	cmd.Env = append(os.Environ(), "FANGZHI_ARCHIVE=")
	return cmd
}

// reports are the visits that a program reported, by URL.
type reports map[string]int

// hear takes in what a program said: whole lines of it.
func (r reports) hear(said []byte) {
	for line := range bytes.Lines(said) {
		var v struct{ Msg, URL string }
		if bytes.HasSuffix(line, []byte("\n")) && json.Unmarshal(line, &v) == nil && v.Msg == "visit" {
			r[v.URL]++
		}
	}
}

func (r reports) total() (n int) {
	for _, count := range r {
		n += count
	}
	return n
}

// skips says whether point n, counted from 1, is left out.
func (o *Options) skips(n int) bool { return o.Every > 1 && n%o.Every != 0 }

// spread has f do each of n things, atOnce of them at a time.
func spread(ctx context.Context, n, atOnce int, f func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error { return f(ctx, i) })
	}
	return group.Wait()
}

// Memory makes a folder in memory, where the machine has a place for that: what
// is there is as good as a disk's to whoever dies, and quicker. Else dir.
func Memory(dir string) string {
	made, err := os.MkdirTemp("/dev/shm", "fangzhi-torture-")
	if err != nil {
		return dir
	}
	return made
}

// scratch makes a folder for one archive. Free takes it away.
func (o *Options) scratch() (dir string, free func(), err error) {
	dir, err = os.MkdirTemp(o.Dir, "a")
	if err != nil {
		return "", nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", nil, err
	}
	return dir, func() { os.RemoveAll(dir) }, nil
}

func sqliteIn(dir string) string { return "sqlite:" + filepath.Join(dir, "archive.db") }

// tail is the end of what a program said.
func tail(b []byte) string {
	s := strings.TrimSpace(string(b))
	return s[max(0, len(s)-500):]
}

// CanTrace says whether Crashes and Faults can be had on this machine.
func CanTrace() bool { return canTrace }
