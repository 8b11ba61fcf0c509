//go:build unix

package process

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// Peak returns the peak of a finished process's resident memory in bytes.
func Peak(s *os.ProcessState) int64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return int64(usage.Maxrss) // bytes there, kilobytes elsewhere
	}
	return int64(usage.Maxrss) * 1024
}

// Spent is what this process took of the processors so far: a busy machine takes
// longer for the same, not more.
func Spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it can fail only for what is not this process
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
