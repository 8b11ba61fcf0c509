package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
	"fangzhi/torture"
)

const tortureHelp = `Prove that nothing is lost: have this very program crawl a portal on loopback,
and do to it what machines do. What it had reported as stored has to be in the
archive afterwards; the archive has to be sound; and crawling again has to make
it true to what the portal published.

  kills    killed at random, over and over, while editors publish, change and
           take back; in SQLite, and with --mongodb in MongoDB too
  crashes  SQLite: each moment between two calls of a crawl, rebuilt as it is
           when the process is killed there, and when the power goes: with what
           was not synced lost, in part or whole, in any order, torn
  faults   SQLite: each call of a crawl failed: EIO, ENOSPC, half written, killed
  lines    MongoDB: each message of a crawl cut before the server has it, cut
           before the answer, late, sent twice, and the process killed there

Half of the kills fall on one crawl, the others on crawls of the same portal
again; the figures say how many fell on the opening of the archive, on lists, on
articles, and on the closing of a run. Crashes and faults want Linux on amd64. No
network is needed, and no archive of yours is touched.

Exit codes: 0 nothing was lost, 1 it could not be done, 2 wrong usage, 5 a
promise was broken, 130 interrupted.`

var tortures = []string{"kills", "crashes", "faults", "lines"}

type tortureFlags struct {
	only     []string
	kills    int
	articles int
	every    int
	seed     uint64
	mongodb  string
	json     bool
}

func tortureCommand(a *app) *cobra.Command {
	var f tortureFlags
	cmd := &cobra.Command{
		Use:     "torture",
		Short:   "Prove that nothing is lost, by kills and faults",
		Long:    tortureHelp,
		Example: "  fangzhi torture --only kills --kills 100\n  fangzhi torture --mongodb mongodb://127.0.0.1:27017/",
		Args:    needs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range f.only {
				if !slices.Contains(tortures, name) {
					return usage("--only: %q: must be one of %s", name, strings.Join(tortures, ", "))
				}
			}
			if f.kills < 1 || f.every < 1 || f.articles < 1 {
				return usage("torture: --kills, --every and --articles must be 1 or more")
			}
			return a.torture(cmd.Context(), f)
		},
	}
	cmd.Flags().StringSliceVar(&f.only, "only", tortures, "only these `TORTURES`")
	cmd.Flags().IntVar(&f.kills, "kills", 500, "kill the program `N` times in each store")
	cmd.Flags().IntVar(&f.articles, "articles", 150, "`ARTICLES` of the portal that the killed program crawls; a quarter for MongoDB")
	cmd.Flags().IntVar(&f.every, "every", 1, "try every `N`th point only")
	cmd.Flags().Uint64Var(&f.seed, "seed", uint64(a.now().UnixNano()), "what chance begins with; the same seed kills at the same moments")
	cmd.Flags().StringVar(&f.mongodb, "mongodb", "", "torture archives on this server too, in databases made for it: mongodb://HOST/")
	cmd.Flags().BoolVar(&f.json, "json", false, "the figures as JSON, a line each")
	return cmd
}

func (a *app) torture(ctx context.Context, f tortureFlags) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "fangzhi-torture-")
	if err != nil {
		return err
	}
	o := torture.Options{
		Program: self, Dir: torture.Memory(dir), Seed: f.seed, Every: f.every, Drop: mongo.Drop, Empty: mongo.Empty,
		Open: func(ctx context.Context, spec string) (archive.Store, error) {
			if strings.HasPrefix(spec, "mongodb") { // a server that is kept busy here may answer late
				return mongo.Open(ctx, spec, mongo.Options{Wait: time.Minute})
			}
			return openStore(ctx, spec, create)
		},
	}
	if !a.quiet {
		o.Log = a.stderr
	}
	var mu sync.Mutex
	bad := false
	defer func() {
		if bad {
			fmt.Fprintf(a.stderr, "fangzhi: torture: the archives that are not as promised are in %s\n", o.Dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(dir), os.RemoveAll(o.Dir))
	}()
	a.hint("torture --seed %d does the same again", f.seed)
	show := func(figures torture.Figures, err error) error {
		if err != nil {
			return fmt.Errorf("torture: %s: %w", figures.Name, err)
		}
		mu.Lock()
		defer mu.Unlock()
		bad = bad || figures.Bad()
		return a.printFigures(figures, f.json)
	}
	// Crashes and faults keep the whole machine busy, one after the other. What mostly
	// waits, for a moment to kill at or for a server, goes on beside them.
	group, ctx := errgroup.WithContext(ctx)
	var busy []func() error
	for _, name := range f.only {
		switch {
		case (name == "crashes" || name == "faults") && !torture.CanTrace():
			fmt.Fprintf(a.stderr, "fangzhi: torture: %s: NOT DONE: they want Linux on amd64\n", name)
			continue
		case name == "lines" && f.mongodb == "":
			fmt.Fprintln(a.stderr, "fangzhi: torture: MongoDB: NOT DONE: there is no --mongodb")
			continue
		}
		switch name {
		case "kills":
			group.Go(func() error {
				return show(f.kill(ctx, o, "SQLite", "sqlite:"+filepath.Join(o.Dir, "killed.db"), f.articles))
			})
			if f.mongodb != "" {
				group.Go(func() error { return a.killMongo(ctx, o, f, show) })
			}
		case "crashes":
			busy = append(busy, func() error { return show(torture.Crashes(ctx, o, 2)) })
		case "faults":
			busy = append(busy, func() error { return show(torture.Faults(ctx, o, 2)) })
		case "lines":
			group.Go(func() error { return show(torture.Lines(ctx, o, f.mongodb, 2)) })
		}
	}
	group.Go(func() error {
		for _, do := range busy {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if bad {
		return exit{exitDamaged, errors.New("torture: a promise was broken")}
	}
	return nil
}

func (f tortureFlags) kill(ctx context.Context, o torture.Options, store, spec string, articles int) (torture.Figures, error) {
	figures, err := torture.Kills(ctx, o, spec, articles, f.kills)
	figures.Name = store + ": " + figures.Name
	return figures, err
}

// killMongo kills over fewer pages: each takes MongoDB longer.
func (a *app) killMongo(ctx context.Context, o torture.Options, f tortureFlags, show func(torture.Figures, error) error) error {
	spec, err := torture.WithDatabase(f.mongodb, fmt.Sprintf("%s%d", torture.ScratchPrefix, f.seed))
	if err != nil {
		return usage("--mongodb: %w", err)
	}
	figures, err := f.kill(ctx, o, "MongoDB", spec, max(f.articles/4, 1))
	if err = show(figures, err); err != nil || figures.Bad() {
		return err
	}
	return mongo.Drop(ctx, spec)
}

func (a *app) printFigures(f torture.Figures, asJSON bool) error {
	if asJSON {
		return newJSONLines(a.stdout).write(f)
	}
	_, err := fmt.Fprintf(a.stdout, "%s: %d points, %d tried, %d visits reported, %d lost, %d faults, %v\n",
		f.Name, f.Points, f.Tried, f.Acked, f.Lost, len(f.Faults), f.Took.Round(time.Second))
	if err == nil && len(f.Phases) > 0 {
		var phases []string
		for _, name := range slices.Sorted(maps.Keys(f.Phases)) {
			phases = append(phases, fmt.Sprintf("%s %d", name, f.Phases[name]))
		}
		_, err = fmt.Fprintf(a.stdout, "  %s\n", strings.Join(phases, ", "))
	}
	for _, fault := range f.Faults[:min(len(f.Faults), 20)] {
		fmt.Fprintf(a.stdout, "  %s\n", safe(fault))
	}
	if n := len(f.Faults) - 20; n > 0 {
		fmt.Fprintf(a.stdout, "  and %d more\n", n)
	}
	return err
}
