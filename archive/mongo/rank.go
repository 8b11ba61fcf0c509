package mongo

import (
	"cmp"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// hit is a snapshot that holds every phrase of a query.
type hit struct {
	id     bson.ObjectID
	key    key
	taken  bson.DateTime
	length int   // of the text, in bytes
	counts []int // of each phrase; one in the title counts as titleWeight
	score  float64
}

const titleWeight = 5

// match reads a snapshot's text for all phrases.
func match(d snapshotDoc, phrases []string) (hit, bool) {
	title, body := fold(string(d.Article.Title)), fold(string(d.Article.Body))
	h := hit{id: d.ID, key: d.page(), taken: d.TakenAt, length: len(title) + len(body), counts: make([]int, len(phrases))}
	for i, p := range phrases {
		h.counts[i] = titleWeight*count(title, p) + count(body, p)
		if h.counts[i] == 0 {
			return hit{}, false
		}
	}
	return h, true
}

// rank sorts hits by Okapi BM25 (k1 = 1.2, b = 0.75), without its weight for
// rare terms, which is the same for all that hold every one of them; of equals
// the newer comes first.
func rank(hits []hit) []hit {
	total := 0
	for _, h := range hits {
		total += h.length
	}
	for i := range hits {
		h := &hits[i]
		norm := 1.2 * (0.25 + 0.75*float64(h.length)*float64(len(hits))/float64(max(total, 1)))
		for _, n := range h.counts {
			h.score += float64(n) / (float64(n) + norm)
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.taken, a.taken),
			cmp.Compare(a.key.site, b.key.site), cmp.Compare(a.key.url, b.key.url))
	})
	return hits
}
