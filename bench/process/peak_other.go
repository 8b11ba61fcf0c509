//go:build !unix

package process

import "os"

// Peak cannot tell on this system.
func Peak(*os.ProcessState) int64 { return 0 }
