//go:build unix

package export

// LockNamed is lockNamed.
var LockNamed = lockNamed
