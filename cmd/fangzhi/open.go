package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
	"fangzhi/archive/sqlite"
	"fangzhi/configs"
)

const (
	defaultConfig  = "fangzhi.yaml"
	defaultArchive = "sqlite:fangzhi.db"

	archiveVariable = "FANGZHI_ARCHIVE" // names the archive where no flag does
)

// loadConfig reads the configuration. Without --config a missing fangzhi.yaml
// is an empty configuration: ok tells whether there was one.
func (a *app) loadConfig() (c configs.Config, ok bool, err error) {
	path := a.config
	if path == "" {
		path = defaultConfig
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return configs.Config{}, false, nil
		}
	}
	c, err = configs.Load(path)
	if err != nil {
		var problems configs.Problems
		if errors.As(err, &problems) {
			return c, true, err
		}
		return c, true, exit{exitConfig, err}
	}
	return c, true, nil
}

// readConfig is loadConfig for a command that reads an archive, and would be the
// better for a configuration and can do without: where the archive is named
// besides, one that cannot be read is told and left out.
func (a *app) readConfig() (configs.Config, error) {
	c, _, err := a.loadConfig()
	if err == nil || a.archive == "" && os.Getenv(archiveVariable) == "" {
		return c, err
	}
	for line := range strings.Lines(err.Error()) {
		a.say(slog.LevelWarn, "warning", strings.TrimSpace(line))
	}
	a.say(slog.LevelWarn, "warning", "going on without the configuration, which cannot be read: the archive is named besides")
	return configs.Config{}, nil
}

// warn prints what the configuration leaves to be desired.
func (a *app) warn(c configs.Config) {
	if a.quiet {
		return
	}
	for _, w := range c.Warnings {
		a.say(slog.LevelWarn, "warning", w.Error())
	}
}

// access is what a command does with the archive.
type access int

const (
	read   access = iota // there has to be one; nothing is written
	update               // there has to be one
	create               // it is made where there is none
)

// open opens the archive that the flag, the environment or the configuration
// names. One that is a part of another is not recorded into; else that is told.
func (a *app) open(ctx context.Context, how access) (archive.Store, error) {
	store, spec, err := a.openNamed(ctx, how)
	if err != nil {
		return nil, err
	}
	if err := a.tellPart(ctx, store, spec, how == create); err != nil {
		store.Close()
		return nil, err
	}
	return store, nil
}

// tellPart tells what the archive in store is only a part of, which is an error
// where something is to be recorded into it.
func (a *app) tellPart(ctx context.Context, store archive.Store, spec string, recording bool) error {
	c, err := archive.CopyingOf(ctx, store)
	switch {
	case errors.Is(err, archive.ErrCorrupt) && !recording:
		a.warnUnknownPart(spec, err)
	case errors.Is(err, archive.ErrCorrupt):
		return fmt.Errorf("archive %s: %w: it may be a part, and nothing is recorded into it; %s", nameOf(spec), err, unknownPart(spec))
	case err != nil:
		return err
	case c.Open() && recording:
		return fmt.Errorf("archive %s %s; where that is lost, fangzhi copy --keep-part %s takes it as it is", nameOf(spec), partOf(c, spec), nameOf(spec))
	case c.Part() && !a.quiet:
		a.say(slog.LevelWarn, "warning", fmt.Sprintf("archive %s %s", nameOf(spec), partOf(c, spec)))
	}
	return nil
}

// warnUnknownPart tells that the archive spec does not tell any more whether it is a
// part; err says why.
func (a *app) warnUnknownPart(spec string, err error) {
	a.say(slog.LevelWarn, "warning", fmt.Sprintf("archive %s: %v; %s", nameOf(spec), err, unknownPart(spec)))
}

// openNamed is open for commands that tell by themselves what the archive is a
// part of.
func (a *app) openNamed(ctx context.Context, how access) (store archive.Store, spec string, err error) {
	if spec, err = a.archiveSpec(); err != nil {
		return nil, spec, err
	}
	store, err = a.openAt(ctx, spec, how)
	return store, spec, err
}

// openToRepair is openNamed of an archive to be repaired, whose mark may be damaged.
func (a *app) openToRepair(ctx context.Context) (archive.Store, string, error) {
	store, spec, err := a.openNamed(ctx, update)
	if !errors.Is(err, sqlite.ErrUnmarked) {
		return store, spec, err
	}
	_, path, _ := strings.Cut(spec, ":")
	if err := sqlite.Mark(ctx, path); err != nil {
		return nil, spec, err
	}
	fmt.Fprintf(a.stdout, "restored: the application id of %s\n", nameOf(spec))
	return a.openNamed(ctx, update)
}

// archiveSpec names the archive: by the flag, the environment, the configuration.
func (a *app) archiveSpec() (string, error) {
	spec := a.archive
	if spec == "" {
		spec = os.Getenv(archiveVariable)
	}
	if spec == "" {
		c, _, err := a.loadConfig()
		if err != nil {
			return "", err
		}
		spec = c.Archive
	}
	if spec == "" {
		spec = defaultArchive
	}
	return spec, nil
}

// openAt is openStore, with a word on standard error about an upgrade.
func (a *app) openAt(ctx context.Context, spec string, how access) (archive.Store, error) {
	return openTelling(ctx, spec, how, func(from, to int) {
		if !a.quiet {
			a.say(slog.LevelInfo, "", fmt.Sprintf("the archive is of an older fangzhi: bringing it from format %d to %d", from, to))
		}
	})
}

// makeArchive is what to do where there is no archive.
const makeArchive = "fangzhi crawl makes it, --archive names another"

var errNoArchive = errors.New("there is none yet")

// openStore opens the archive spec; that of an older fangzhi is upgraded.
func openStore(ctx context.Context, spec string, how access) (archive.Store, error) {
	return openTelling(ctx, spec, how, nil)
}

// openTelling is openStore that tells of an upgrade before it is done. To be
// read, an archive needs to be of the newest format as well.
func openTelling(ctx context.Context, spec string, how access, upgrading func(from, to int)) (archive.Store, error) {
	store, err := openKind(ctx, spec, how, upgrading)
	if how != read || !errors.Is(err, archive.ErrOlder) {
		return store, err
	}
	if store, err = openKind(ctx, spec, update, upgrading); err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return openKind(ctx, spec, how, upgrading)
}

// openKind opens the archive spec. What kinds of archive there are is said here
// alone.
func openKind(ctx context.Context, spec string, how access, upgrading func(from, to int)) (archive.Store, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	switch {
	case kind == "sqlite" && rest != "":
		if _, err := os.Stat(rest); how != create && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("archive %s: %w; %s", spec, errNoArchive, makeArchive)
		}
		return sqlite.Open(ctx, rest, sqlite.Options{ReadOnly: how == read, Upgrading: upgrading})
	case kind == "mongodb" || kind == "mongodb+srv":
		store, err := mongo.Open(ctx, spec, mongo.Options{ReadOnly: how != create, Upgrading: upgrading})
		if errors.Is(err, archive.ErrNotFound) {
			return nil, fmt.Errorf("%w; %s", err, makeArchive)
		}
		if err == nil && how == update {
			store.Close() // it is there: now to be written
		}
		if how == update && (err == nil || errors.Is(err, archive.ErrOlder)) {
			return mongo.Open(ctx, spec, mongo.Options{Upgrading: upgrading})
		}
		return store, err
	}
	return nil, specError(spec)
}

func specError(spec string) error {
	return usage("archive %q: must be sqlite:PATH or mongodb://HOST/NAME", spec)
}

// validSpec says whether spec could be that of an archive.
func validSpec(spec string) error {
	switch kind, rest, _ := strings.Cut(spec, ":"); {
	case kind == "sqlite" && rest != "", kind == "mongodb", kind == "mongodb+srv":
		return nil
	}
	return specError(spec)
}

// nameOf is an archive's spec as it may be printed: without a password.
func nameOf(spec string) string {
	if strings.HasPrefix(spec, "mongodb") {
		return mongo.Name(spec)
	}
	return spec
}
