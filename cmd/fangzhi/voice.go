package main

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"strings"
)

// log returns the logger for people's eyes on standard error.
func (a *app) log() *slog.Logger {
	level := slog.LevelInfo
	switch {
	case a.verbose:
		level = slog.LevelDebug
	case a.quiet:
		level = slog.LevelWarn
	}
	options := &slog.HandlerOptions{Level: level}
	if a.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

// takeLog makes what libraries log a detail of our log: net/http, say, tells of
// bytes that a server sends unasked. It returns what undoes that.
func (a *app) takeLog() (undo func()) {
	to, flags := log.Writer(), log.Flags()
	log.SetOutput(foreignLog{a})
	log.SetFlags(0)
	return func() {
		log.SetOutput(to)
		log.SetFlags(flags)
	}
}

type foreignLog struct{ app *app }

func (l foreignLog) Write(line []byte) (int, error) {
	l.app.log().Debug(strings.TrimSpace(string(line)))
	return len(line), nil
}

// say writes a line for people on standard error: for programs where those are
// asked for, so that all of a log is of one form.
func (a *app) say(level slog.Level, kind, text string) {
	switch {
	case a.logFormat == "json":
		a.log().Log(context.Background(), level, text)
	case kind != "":
		fmt.Fprintln(a.stderr, "fangzhi: "+kind+": "+safe(text))
	default:
		fmt.Fprintln(a.stderr, "fangzhi: "+safe(text))
	}
}

// fail says what went wrong.
func (a *app) fail(text string) { a.say(slog.LevelError, "", text) }

// again is what the person gave of the flags that say which archive is meant,
// for commands that are advised.
func (a *app) again() string {
	flags := ""
	if a.config != "" {
		flags += " --config " + a.config
	}
	if a.archive != "" {
		flags += " --archive " + a.archive
	}
	return flags
}

// hint says what may help.
func (a *app) hint(format string, args ...any) {
	if !a.quiet {
		a.say(slog.LevelInfo, "hint", fmt.Sprintf(format, args...))
	}
}
