//go:build !linux && !darwin && !freebsd

package sqlite

// freeSpace is not known here.
var freeSpace = func(string) (bytes uint64, known bool) { return 0, false }
