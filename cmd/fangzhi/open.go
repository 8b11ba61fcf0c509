package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// warn prints what the configuration leaves to be desired.
func (a *app) warn(c configs.Config) {
	if a.quiet {
		return
	}
	for _, w := range c.Warnings {
		fmt.Fprintln(a.stderr, "fangzhi: warning: "+safe(w.Error()))
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
// names.
func (a *app) open(ctx context.Context, how access) (archive.Store, error) {
	spec := a.archive
	if spec == "" {
		spec = os.Getenv("FANGZHI_ARCHIVE")
	}
	if spec == "" {
		c, _, err := a.loadConfig()
		if err != nil {
			return nil, err
		}
		spec = c.Archive
	}
	if spec == "" {
		spec = defaultArchive
	}
	return openStore(ctx, spec, how)
}

var errNoArchive = errors.New("there is none yet; fangzhi crawl makes it, --archive names another")

// openStore opens the archive spec. What kinds of archive there are is said
// here alone.
func openStore(ctx context.Context, spec string, how access) (archive.Store, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	switch {
	case kind == "sqlite" && rest != "":
		if _, err := os.Stat(rest); how != create && errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("archive %s: %w", spec, errNoArchive)
		}
		return sqlite.Open(ctx, rest, sqlite.Options{ReadOnly: how == read})
	case kind == "mongodb" || kind == "mongodb+srv":
		store, err := mongo.Open(ctx, spec, mongo.Options{ReadOnly: how != create})
		if errors.Is(err, archive.ErrNotFound) {
			return nil, fmt.Errorf("%w; %w", err, errNoArchive)
		}
		if err != nil || how != update {
			return store, err
		}
		store.Close() // it is there: now to be written
		return mongo.Open(ctx, spec, mongo.Options{})
	}
	return nil, usage("archive %q: must be sqlite:PATH or mongodb://HOST/NAME", spec)
}
