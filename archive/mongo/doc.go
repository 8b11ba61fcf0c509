// Package mongo keeps an archive in a MongoDB database: an archive.Store that
// many machines can share. It needs no replica set: it uses no multi-document
// transactions and no change streams, and of MongoDB's features only those
// that a standalone server and FerretDB have as well.
//
// Every write waits for the journal of a majority, every read sees only what a
// majority holds; a URI cannot weaken that.
//
// # How an entry becomes whole
//
// Record writes the parts of a batch in this order, each in one bulk write:
// payloads, pages discovered, snapshots, visits, and then the pages visited. A
// page's own document is the commit point of its entries. Its versions count
// from 1 without a gap, and so do its visits (seq); the page says how far both
// are committed. Whatever has a higher number, a crash left there: listings and
// searches look the pages up in passing, some hundred at a time, and pass over
// it. Nothing needs a sweep after a crash, and recording an entry again
// completes it.
//
// The numbers stand under unique indexes, so the next entry of the page finds
// its number taken by the leftover; it is only then that leftovers are searched
// for, and removed. Payloads and discovered pages are good on their own: one
// that a crash left without the entry that brought it does no harm.
//
// A page is committed on condition that it is as it was when the batch was
// planned, and both the beginning of a batch and its commit check that the run
// is still open. A process that lost its run, however slow, thus cannot write
// over what its successor recorded.
//
// # How an entry is sealed
//
// A visit is recorded with the hash of its leaf and a mark that it is not in the
// log yet. Leaves are added some hundred at a time: every thousand entries, and
// when a run is closed. What a crash leaves unsealed, the next process to seal
// takes; Log tells how much there is.
//
// # Collections
//
//	pages      one document a page
//	snapshots  one a version; article is a document that mongosh can query
//	words      what Search finds a snapshot by, under its _id
//	visits     the ledger
//	log        a leaf for each visit; _id is its number
//	runs       _id is the run's ID
//	payloads   _id is the digest; data as coding says: identity, zstd, gridfs
//	large      a GridFS bucket, for what does not fit into a document
//	readings   how versions read before they were read again
//	learnt     what crawls learnt of a site: the last under each name
//	meta       whose database this is, and its format; the last checkpoint of the log
//
// Times are BSON dates; an article's time of publication stands there twice,
// as a date and, with its offset, as RFC 3339 text. A zero field is absent.
//
// # Files
//
//	open.go       options, connecting, closing, the format
//	uri.go        what a URI says, and keeping its password
//	indexes.go    an index for every query
//	value.go      dates, text of any bytes, headers
//	document.go, article.go, absence.go   archive's types as documents
//	decode.go     documents as far as they can be read
//	sums.go       checksums for what had none
//	plan.go       what a batch comes to: pure
//	record.go     writing that, and the fence
//	seal.go       giving visits their leaves
//	import.go     what is taken from another archive
//	mend.go       what is damaged, put into its place
//	log.go        the log, its nodes and its checkpoint
//	leftover.go   removing what a crash left
//	bulk.go       inserting and removing many
//	found.go      pages found on a page, seeds
//	run.go        runs
//	list.go       iterators over queries, and what they pass over
//	resume.go     the documents of a query across lines that break
//	query.go      pages, snapshots, visits, runs, summaries
//	frontier.go   Due, Known, Alike
//	payload.go, large.go   bytes by digest
//	again.go      other readings of versions
//	behind.go     pages whose latest version was read again
//	learn.go      what crawls learnt of a site
//	words.go      the words of a text and of a query
//	index.go      giving snapshots their words
//	search.go, rank.go   Search
//	check.go, words_check.go   Check; the words held against the texts
//	drop.go       a database of a test, taken away
package mongo
