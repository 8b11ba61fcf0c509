package discover

// SetMaxRecords sets how many records of one answer are read, and returns what
// takes that back.
func SetMaxRecords(n int) (restore func()) {
	before := maxJSONRecords
	maxJSONRecords = n
	return func() { maxJSONRecords = before }
}
