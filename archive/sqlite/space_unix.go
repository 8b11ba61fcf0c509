//go:build linux || darwin || freebsd

package sqlite

import "syscall"

// freeSpace returns how many bytes may still be written in dir; known is false
// where the system does not tell.
var freeSpace = func(dir string) (bytes uint64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true
}
