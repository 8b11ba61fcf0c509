// Package torture proves what docs/archive.md promises: it has the real program
// crawl a portal on loopback, kills it, fails its calls, cuts its line, takes its
// power, and holds what the archive then has against what the program had
// reported and against what the portal published.
//
// It injects nothing into a store from within: the program is the one that users
// run, and what happens to it happens from outside.
//
//	torture.go                   what to do, and what came of it
//	portal.go, hold.go           the portal that is crawled; an archive held against it
//	kill.go                      a crawl killed at random, over and over, while the portal goes on
//	crash.go, disk.go            every moment of a crawl at which the process or the power may go
//	fault.go                     every call of a crawl failed: EIO, ENOSPC, short writes, kills
//	line.go, database.go         every message to a MongoDB server cut, delayed, sent twice
//	ptrace_*.go                  the calls of a process, seen and changed
package torture
