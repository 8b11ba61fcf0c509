package export

import "io"

// SetParts sets how many records and captures stand between two checkpoints, and
// between two reports of progress.
func SetParts(records, captures int) {
	partRecords, partCaptures = records, captures
	if observeEvery = 256; records < observeEvery {
		observeEvery = records
	}
}

// AppendJSONL appends a record as a line.
func AppendJSONL(dst []byte, r Record) ([]byte, error) { return appendJSONL(dst, r) }

// WriteReceipt writes r as a receipt.
func WriteReceipt(w io.Writer, r Receipt) error { return r.writeTo(w) }
