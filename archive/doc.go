// Package archive is the vocabulary of fangzhi: pages, captures, articles,
// snapshots, visits and runs, the pure decisions about them, and the Store
// that keeps them.
//
// It knows nothing of drivers, HTML, HTTP clients or YAML and imports only the
// standard library.
//
//	page.go         a page: one URL over time, as one site's crawl sees it
//	capture.go      one answered request, as served
//	article.go      what a page says, and how each part of it is known
//	reading.go      what extract made of a capture
//	fingerprint.go  the hash of what an article says, blind to furniture
//	story.go        the sketch by which retold articles are found
//	visit.go        one line of the ledger
//	snapshot.go     one stored version
//	run.go          one crawl of one site
//	leaf.go         what the log seals of an entry, byte for byte
//	tree.go         the log's hashes, and checkpoints
//	judge.go        capture + what we hold → outcome and reason
//	entry.go        verdict → what to record, all of it
//	mask.go         a line that changes on every fetch, told from an edit
//	masks.go        what was learnt of these, and what is on trial
//	absence.go      gone or withdrawn: the evidence, and what it amounts to
//	store.go        what every store promises
//	again.go        another reading of a version, and how it read before
//	import.go       what one archive takes from another
//	copy.go         a whole archive into another, by its log
//	copy_rest.go    and what the log does not name
//	mend.go         what has a checksum, restored from another archive
//	copying.go      that an archive is a copy, and whether it is whole
//	recall.go       a capture as it was recorded
//	verify.go, verify_page.go, verify_log.go   the promises held against an archive
//	verification.go a verification part by part, and how the last one went
package archive
