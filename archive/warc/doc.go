// Package warc writes web archives: WARC 1.1 (ISO 28500:2017), one gzip member
// a record, and the CDXJ lines by which replay tools find a record. It reads WARC
// 1.0 and 1.1 as any tool writes them.
//
// It knows the formats alone: which captures become which records is decided by
// package export. Nothing in it depends on the clock or on chance, so the same
// records give the same bytes.
//
//	record.go   a record, its fields, ids made from names
//	writer.go   records to bytes, one gzip member each
//	reader.go   bytes to records, strict where two readings were possible
//	header.go   a record's header, as it stands in the file
//	members.go  the members of a gzip file
//	block.go    HTTP messages out of blocks
//	check.go    digests as tools write them
//	http.go     request and status lines with their headers, as blocks hold them
//	cdxj.go     the index line of a record
//	surt.go     the key that index lines are sorted by
package warc
