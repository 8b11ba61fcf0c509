package main

import (
	"fmt"

	"fangzhi/archive"
)

// damagedVersions counts the versions that a command shows though they are not what was
// recorded.
type damagedVersions struct {
	*app
	n int
}

// tell says on standard error of s, before it is shown, that it is damaged, and
// returns whether it is.
func (d *damagedVersions) tell(s archive.Snapshot) bool {
	fault := s.Fault()
	if fault == "" {
		return false
	}
	d.n++
	fmt.Fprintf(d.stderr, "fangzhi: damaged: version %d of %s: %s\n", s.Version, safe(s.URL), safe(fault))
	return true
}

// err is what the command returns in the end, unless another error is.
func (d *damagedVersions) err() error {
	if d.n == 0 {
		return nil
	}
	return exit{exitDamaged, fmt.Errorf("what is shown of %s is not what was recorded, for the archive is damaged; fangzhi verify tells more, and with --repair restores it where another archive has it sound",
		plural(d.n, "version"))}
}
