// Package scheduler decides when: when a site is crawled next, what becomes of
// ticks that could not be kept, and when a page is due again.
//
// It does not crawl. A tick goes to the function that Scheduler was given, and
// its record to the archive, where one insert decides which of several
// processes has it.
//
//	cron.go       cron expressions, read strictly
//	field.go      one field of an expression
//	next.go       the next tick in a time zone, right over changes of the clock
//	site.go       a site with its schedule; ticks that have come
//	scheduler.go  the loop: waits, starts runs, records how ticks ended
//	jobs.go       runs on their way, and how they end
//	keep.go       what becomes of a tick: run, made up, skipped, missed
//	clock.go      time, as a field
//	revisit.go    when a page is due again: pure
package scheduler
