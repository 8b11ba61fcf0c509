// Package mongo keeps an archive in a MongoDB database: an archive.Store that
// many machines can share. It needs no replica set: it uses no multi-document
// transactions and no change streams, and of MongoDB's feature only those that
// a standalone server and FerretDB have as well.
//
// Every write waits for the journal of a majority, every read sees only what a
// majority holds; a URI cannot weaken that.
//
// # How an entry becomes whole
//
// Record writes the parts of a batch in this order, each in one bulk write:
// payloads, snapshots, pages discovered, visits, and then the pages visited. A
// page's own document is the commit point of its entries: it says up to which
// visit (last_visit) and up to which version (versions) the page's history
// goes. Whatever lies beyond, a crash left there. Listings and searches look
// the pages up in passing, some hundred at a time, and pass over it; the next
// Record of the page takes it away before it writes its own. So nothing needs a
// sweep after a crash, and recording an entry again completes it.
//
// Payloads and discovered pages are good on their own: one that a crash left
// without the entry that brought it does no harm.
//
// A page is written on condition that its last_visit is the one that was read
// when the batch began, and both the beginning of a batch and its commit check
// that the run is still open. A process that lost its run thus cannot write
// over what its successor recorded.
//
// # Collections
//
//	pages      one document a page
//	snapshots  one a version; article is a document that mongosh can query
//	visits     the ledger
//	runs       _id is the run's ID
//	payloads   _id is the digest; data as coding says: identity, zstd, gridfs
//	large      a GridFS bucket, for what does not fit into a document
//	meta       one document: whose database this is, and its format
//
// Times are BSON dates; an article's time of publication stands there twice,
// as a date and, with its offset, as RFC 3339 text. A zero field is absent.
//
// # Files
//
//	open.go       options, URI, connecting, closing, the format
//	indexes.go    an index for every query
//	value.go      dates, text of any bytes, headers
//	document.go, article.go   archive's types as documents
//	plan.go       what a batch comes to: pure
//	record.go     writing that, and the fence
//	found.go      pages found on a page, seeds
//	run.go        runs
//	list.go       iterators over cursors, and what they pass over
//	query.go      pages, snapshots, visits, runs, summaries
//	frontier.go   Due, Known, Alike
//	payload.go, large.go   bytes by digest
//	words.go      the words of a text and of a query
//	search.go, rank.go   Search
//	check.go      Check
package mongo
