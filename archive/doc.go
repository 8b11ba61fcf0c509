// Package archive is the vocabulary of fangzhi: pages, captures, articles,
// snapshots, visits and runs, the pure decisions about them, and the Store
// that keeps them.
//
// It knows nothing of drivers, HTML, HTTP clients or YAML and imports only the
// standard library.
//
//	page.go         a page: one URL over time, as one site's crawl sees it
//	request.go      how it is asked for, where a GET does not bring it
//	capture.go      one answered request, as served
//	article.go      what a page says, and how each part of it is known
//	saved.go        one that a crawler saved in a file
//	digest.go       the name of bytes
//	reading.go      what extract made of a capture
//	fingerprint.go  the hash of what an article says, blind to furniture
//	story.go        the sketch by which retold articles are found
//	visit.go        one line of the ledger
//	snapshot.go     one stored version
//	run.go          one crawl of one site
//	yield.go        what it got out of one column
//	robots.go, hold.go   what hosts want: robots.txt, to be left alone
//	leaf.go         what the log seals of an entry, byte for byte
//	tree.go         the log's hashes, and checkpoints
//	sum.go          checksums of what no hash proves
//	judge.go        capture + what we hold → outcome and reason
//	judge_kept.go   the same of documents and requisites
//	late.go         captures from before what we hold
//	entry.go        verdict → what to record, all of it
//	mask.go         a line that changes on every fetch, told from an edit
//	masks.go        what was learnt of these, and what is on trial
//	absence.go      gone or withdrawn: the evidence, and what it amounts to
//	store.go        what every store promises
//	again.go        another reading of a version, and how it read before
//	import.go       what one archive takes from another
//	copy.go, copy_log.go, copy_page.go, copy_to.go   a whole archive into another, by its log
//	copy_rest.go    and what the log does not name
//	mend.go         what has a checksum, restored from another archive
//	copying.go      that an archive is a copy, and whether it is whole
//	recall.go       a capture as it was recorded
//	requisite.go    what stood at a page at a moment
//	history.go      one page's URLs over time
//	verify.go, verify_page.go, verify_log.go, verify_sum.go   the promises held against an archive
//	verification.go a verification part by part, and how the last one went
package archive
