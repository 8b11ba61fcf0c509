// Package sqlite keeps an archive in one SQLite file: an archive.Store that
// needs no server.
//
// The file is in WAL mode with full synchronisation, so what Record has
// acknowledged survives a crash and a loss of power. One connection writes and
// several read; other processes may read and write the same file at the same
// time, a writer waiting for the other. Copy the file with its -wal file, or
// when no process has it open.
//
// The package never opens the file itself beside SQLite: closing a file in the
// same process would drop SQLite's locks on it (POSIX advisory locks).
//
//	open.go       options, connections, closing
//	place.go      where the file is, and what is wrong with that
//	migrate.go    whose file it is, and the steps of its format: migrations/*.sql
//	sums.go       checksums for what had none
//	space_*.go    how much room the disk has
//	fault.go      what SQLite's errors mean
//	write.go      the one writer, its transactions and statements
//	row.go        how values become columns and come back
//	article.go    the column that holds an article, read
//	record.go     entries
//	discover.go   pages found on a page, seeds
//	import.go     what is taken from another archive
//	mend.go       what is damaged, put into its place
//	log.go        the log of entries and its checkpoint
//	run.go        runs
//	listing.go    iterators, in chunks
//	query.go      pages, snapshots, visits, runs, summaries
//	frontier.go   Due, Known
//	alike.go      Alike, and how sketches get into their table
//	payload.go    bytes by digest, and Check
//	again.go      other readings of versions
//	learn.go      what crawls learnt of a site
//	terms.go      the words of a text and of a query
//	index.go      the search index
//	words.go      its words held against the texts
//	search.go     Search
package sqlite
