package archive_test

import (
	"testing"
	"time"

	"fangzhi/archive"
)

// A robots.txt is gone by for a day, whatever clocks did meanwhile.
func TestRobotsFileFresh(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		expires time.Time
		now     time.Time
		want    bool
	}{
		{"just fetched", at.Add(archive.MaxRobots), at, true},
		{"a day later", at.Add(archive.MaxRobots), at.Add(archive.MaxRobots), false},
		{"fetched by a clock that ran ahead", at.Add(archive.MaxRobots), at.Add(-2 * time.Minute), false},
		{"fetched before the clock was set back a little", at.Add(archive.MaxRobots), at.Add(-time.Second), true},
		{"for longer than a day", at.Add(archive.MaxRobots + 1), at, false},
	} {
		if got := (archive.RobotsFile{Fetched: at, Expires: c.expires}).Fresh(c.now); got != c.want {
			t.Errorf("%s: fresh %v", c.name, got)
		}
	}
}
