package archive_test

import (
	"testing"
	"time"

	"fangzhi/archive"
)

func TestStoodNearest(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	visits := []archive.Visit{
		{At: day(2), Outcome: archive.New, Status: 200, Payload: "a"},
		{At: day(5), Outcome: archive.NotModified, Status: 304},
		{At: day(6), Outcome: archive.Unreachable, Status: 500, Payload: "trouble"},
		{At: day(10), Outcome: archive.Changed, Status: 200, Payload: "b"},
		{At: day(12), Outcome: archive.Gone, Status: 404},
		{At: day(20), Outcome: archive.Restored, Status: 200, Payload: "b"},
	}
	for _, tt := range []struct {
		name   string
		at     time.Time
		digest archive.Digest
		found  time.Time
	}{
		{"before all", day(1), "a", day(2)},
		{"found standing", day(6), "a", day(5)},
		{"nearer to the change", day(8), "b", day(10)},
		{"as near to either", day(5).Add(day(10).Sub(day(5)) / 2), "a", day(5)},
		{"while it was gone", day(13), "b", day(10)},
		{"after all", day(30), "b", day(20)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := archive.StoodNearest(visits, tt.at); !ok || got.Digest != tt.digest || !got.At.Equal(tt.found) {
				t.Errorf("got %+v, %t, want %s of %s", got, ok, tt.digest, tt.found)
			}
		})
	}
	if got, ok := archive.StoodNearest(visits[2:3], day(6)); ok {
		t.Errorf("of a failure: %+v", got)
	}
}
