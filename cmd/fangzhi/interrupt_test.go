package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Who interrupts a command is told that, and how to go on, and not on which
// statement it was; what went wrong besides is not lost.
func TestInterrupted(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	listing := fmt.Errorf("list snapshots: %w", context.Canceled)
	broken := errors.New("disk full")
	for _, tt := range []struct {
		name string
		ctx  context.Context
		err  error
		code int
		want string
	}{
		{"a listing", over, listing, exitInterrupted, "interrupted"},
		{"what goes on", over, goesOn(over, fmt.Errorf("%w: the same command goes on after 5000", listing)), exitInterrupted, "interrupted; run the same command again to go on"},
		{"what went wrong", over, goesOn(over, broken), exitInterrupted, "disk full"},
		{"what went wrong as well", over, goesOn(over, errors.Join(context.Canceled, broken)), exitInterrupted, "context canceled\ndisk full"},
		{"what has said it", over, exit{exitInterrupted, errors.New("interrupted: nothing was imported")}, exitInterrupted, "interrupted: nothing was imported"},
		{"nobody did", t.Context(), goesOn(t.Context(), listing), exitFailed, listing.Error()},
	} {
		if code, err := ended(tt.ctx, tt.err); code != tt.code || err.Error() != tt.want {
			t.Errorf("%s: exit code %d, %q; want %d, %q", tt.name, code, err, tt.code, tt.want)
		}
	}
}
