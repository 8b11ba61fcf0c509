package main

import (
	"context"
	"errors"
	"testing"

	"fangzhi/archive"
)

// What cuts a copy short tells of what it was about to write alone, which is not
// all that was copied.
func TestCutShortCopy(t *testing.T) {
	full := errors.New("copy: import: the disk is full, nothing of this was written")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		copied archive.CopyReport
		want   string
	}{
		{"nothing before", t.Context(), archive.CopyReport{Size: 7}, full.Error()},
		{"some before", t.Context(), archive.CopyReport{Leaves: 256, Payloads: 1}, full.Error() + "; what was copied before stands (256 entries, 1 payload), and the same command goes on from there"},
		{"payloads before", t.Context(), archive.CopyReport{Payloads: 30}, full.Error() + "; what was copied before stands (0 entries, 30 payloads), and the same command goes on from there"},
		{"interrupted", stopped, archive.CopyReport{Leaves: 256}, full.Error()},
	} {
		err := cutShort(tt.ctx, full, tt.copied)
		if err.Error() != tt.want || !errors.Is(err, full) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}
