// Package intake reads what crawlers saved in WARC and WACZ files: as captures,
// in the order of their dates over all files, for the archive to take up.
//
// Files are checked to their last byte before a capture is handed out, and
// refused as a whole where one of them could be read in two ways or is damaged.
// Memory does not grow with them: where each record stands is kept in a sorted
// file, and records are read again from their places.
//
//	intake.go    files, opened and checked
//	scan.go      one file's records, checked and noted
//	digest.go    what headers say of bytes
//	capture.go   records put together to captures
//	told.go      what fangzhi itself wrote beside its captures
//	wacz.go      the WARCs in a WACZ
//	table.go     rows on the disk, sorted and found again
package intake
