//go:build !unix

package process

import (
	"os"
	"time"
)

// Peak cannot tell on this system.
func Peak(*os.ProcessState) int64 { return 0 }

var started = time.Now()

// Spent is the time since this process began, for what it took of the
// processors cannot be told on this system.
func Spent() time.Duration { return time.Since(started) }
