// Package export writes what an archive holds as records: one for each version
// of an article (or document), sorted, streaming, and the same bytes each time
// for the same selection of the same archive.
//
// It reads through the two listings that it declares as Store, and knows
// neither a database nor the network.
//
//	selection.go  which versions are asked for
//	record.go     the record: field order, times, what an absent value is
//	records.go    pages and snapshots merged into records
//	write.go      the formats, and the one switch between them
//	jsonl.go      JSON lines
//	csv.go        RFC 4180
//	file.go       a file that is there whole or not at all
package export
