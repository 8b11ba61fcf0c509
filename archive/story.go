package archive

import (
	"math"
	"unicode/utf8"
)

// Sketch stands for the text of an article in a search for its reprints: two
// articles that share a key are candidates for being one story. An empty
// sketch has no candidates.
type Sketch []int64

const (
	shingleRunes  = 5   // length of a shingle, in characters of folded text
	sketchBands   = 8   // keys a sketch has
	bandRows      = 3   // minima that make up one key
	storyRunes    = 80  // shorter bodies are too alike by chance to be matched
	storyLikeness = 0.8 // shared shingles of all shingles that make one story
)

// SketchOf returns the sketch of a's body: one-permutation MinHash (Li, Owen,
// Zhang 2012) over shingles, in bands, so that of two texts sharing 80 % of
// their shingles 99.7 % share a key. A body under 80 characters has no sketch.
func SketchOf(a Article) Sketch {
	body := Fold(a.Body)
	if utf8.RuneCountInString(body) < storyRunes {
		return nil
	}
	var minima [sketchBands * bandRows]uint64
	for i := range minima {
		minima[i] = math.MaxUint64
	}
	eachShingle(body, func(h uint64) {
		bin := h % uint64(len(minima))
		minima[bin] = min(minima[bin], h/uint64(len(minima)))
	})
	sketch := make(Sketch, sketchBands)
	for band := range sketch {
		key := mix(uint64(band) + 1)
		for _, m := range minima[band*bandRows : (band+1)*bandRows] {
			key = mix(key ^ m)
		}
		sketch[band] = int64(key)
	}
	return sketch
}

// SameStory says whether a and b carry the same text: at least 80 % of the
// shingles of both together stand in each.
func SameStory(a, b Article) bool {
	x, y := Fold(a.Body), Fold(b.Body)
	if utf8.RuneCountInString(x) < storyRunes || utf8.RuneCountInString(y) < storyRunes {
		return false
	}
	if x == y {
		return true
	}
	seen := map[uint64]bool{}
	eachShingle(x, func(h uint64) { seen[h] = true })
	shared, all := 0, len(seen)
	both := map[uint64]bool{}
	eachShingle(y, func(h uint64) {
		if both[h] {
			return
		}
		both[h] = true
		if seen[h] {
			shared++
		} else {
			all++
		}
	})
	return float64(shared) >= storyLikeness*float64(all)
}

// eachShingle calls f with a hash of every run of shingleRunes characters.
func eachShingle(s string, f func(uint64)) {
	var window [shingleRunes]rune
	n := 0
	for _, r := range s {
		copy(window[:], window[1:])
		window[shingleRunes-1] = r
		if n++; n < shingleRunes {
			continue
		}
		h := uint64(0)
		for _, w := range window {
			h = mix(h ^ uint64(w))
		}
		f(h)
	}
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
