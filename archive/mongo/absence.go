package mongo

import (
	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
)

// absenceDoc is the evidence of a visit that found a page gone, as it is stored.
type absenceDoc struct {
	Controls []sightingDoc `bson:"controls,omitempty"`
	Lists    []sightingDoc `bson:"lists,omitempty"`
	Doubt    text          `bson:"doubt,omitempty"`
	Rebuilt  bool          `bson:"rebuilt,omitempty"`
}

type sightingDoc struct {
	URL     string          `bson:"url"`
	At      bson.DateTime   `bson:"at"`
	Outcome archive.Outcome `bson:"outcome"`
}

func absenceDocOf(a *archive.Absence) *absenceDoc {
	if a == nil {
		return nil
	}
	return &absenceDoc{Controls: sightingDocs(a.Controls), Lists: sightingDocs(a.Lists), Doubt: text(a.Doubt), Rebuilt: a.Rebuilt}
}

func (d *absenceDoc) absence() *archive.Absence {
	if d == nil {
		return nil
	}
	return &archive.Absence{Controls: sightings(d.Controls), Lists: sightings(d.Lists), Doubt: string(d.Doubt), Rebuilt: d.Rebuilt}
}

func sightingDocs(all []archive.Sighting) (docs []sightingDoc) {
	for _, s := range all {
		docs = append(docs, sightingDoc{s.URL, dateOf(s.At), s.Outcome})
	}
	return docs
}

func sightings(docs []sightingDoc) (all []archive.Sighting) {
	for _, d := range docs {
		all = append(all, archive.Sighting{URL: d.URL, At: timeOf(d.At), Outcome: d.Outcome})
	}
	return all
}
