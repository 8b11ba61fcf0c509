package export

// SetParts sets how many records and captures stand between two checkpoints, and
// between two reports of progress.
func SetParts(records, captures int) {
	partRecords, partCaptures = records, captures
	if observeEvery = 256; records < observeEvery {
		observeEvery = records
	}
}
