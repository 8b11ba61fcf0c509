package export

// SetParts sets how many records and captures stand between two checkpoints.
func SetParts(records, captures int) { partRecords, partCaptures = records, captures }
