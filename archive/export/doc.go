// Package export writes what an archive holds for others: records, one for each
// version of an article (or document), and captures, what was served. Either is
// sorted, streaming, and the same bytes each time for the same selection of the
// same archive.
//
// It reads through the few methods that it declares as Store, and knows neither
// a database nor the network nor the clock.
//
//	selection.go, job.go,     what is asked for, and in which format
//	name.go
//	pages.go                  the pages that may have it
//	record.go, records.go     pages and snapshots merged into records
//	stretch.go                stretches of pages, read and encoded side by side
//	captures.go               visits and payloads merged into captures
//	write.go                  the formats of records, and the switch between them
//	lines.go, jsonl.go,       one file each
//	csv.go, parquet.go,
//	atom.go, markdown.go
//	warc.go, wacz.go          the formats of captures
//	sorter.go, ahead.go       more items than fit in memory; reading while writing,
//	                          and side by side
//	run.go, fill.go,          an export to a file or folder, whole or not at all
//	publish.go
//	stage.go, journal.go      where it is made, and how it is taken up again
//	file.go, sync_*.go        files that last
//	cursor.go, ending.go,     what former exports have told, and how one ends
//	lock_*.go
//	receipt.go, bag.go        what is written beside an export
//	check.go                  an export held against that
package export
