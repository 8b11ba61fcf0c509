package archive

import "time"

// Stood is what one of a page's visits found there.
type Stood struct {
	Digest Digest
	At     time.Time // of the visit that found it
}

// StoodNearest returns what stood at a page nearest to the moment at, by its
// visits, oldest first, as a replay of the page that needs it takes it; ok is
// false where none of them found bytes that the archive holds.
func StoodNearest(visits []Visit, at time.Time) (nearest Stood, ok bool) {
	var stands Digest
	for _, v := range visits {
		switch {
		case v.Outcome.Failed():
			continue
		case v.Payload != "" && stateAfter(Page{}, v.Outcome).There():
			stands = v.Payload
		case v.Status != 304:
			stands = ""
		}
		if stands != "" && (!ok || v.At.Sub(at).Abs() < nearest.At.Sub(at).Abs()) {
			nearest, ok = Stood{stands, v.At}, true
		}
	}
	return nearest, ok
}
