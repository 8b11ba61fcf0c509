package extract

import (
	"encoding/json"
	"sort"

	"fangzhi/archive"
)

// Furniture is what repeats over the pages of one site: statements under every
// article, teasers, hot lists. A single page cannot tell it from text; many can.
// The zero value knows nothing and is ready to learn. It is kept as JSON.
type Furniture struct {
	Pages int            `json:"pages"` // pages learnt from
	Lines map[uint64]int `json:"lines"` // by a hash of a line's letters and digits: the pages that have it in their text
}

const (
	// furniturePages is how many pages must show a line before it is furniture.
	// Two or three may be reprints of one story.
	furniturePages = 4
	// furnitureShare is the part of the pages learnt from, in percent, that must
	// show it: salutations and signatures repeat as well, in one column of many.
	furnitureShare = 20
	// furnitureLines bounds what is kept; the rarest lines go first.
	furnitureLines = 4096
)

// Learn adds an article's page: every line of its text, each once. Pages that
// are not articles have no text and teach nothing. A page that is learnt from
// twice counts twice; callers learn from each page once, at its first version.
func (f *Furniture) Learn(p *Page) {
	r := p.Reading()
	if r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone {
		return
	}
	if f.Lines == nil {
		f.Lines = map[uint64]int{}
	}
	f.Pages++
	seen := map[uint64]bool{}
	for i := p.span.lo; i < p.span.hi; i++ {
		if !p.learnt(i) {
			continue
		}
		h := lineHash(p.flat.lineText(i))
		if !seen[h] {
			seen[h] = true
			f.Lines[h]++
		}
	}
	if len(f.Lines) > 2*furnitureLines {
		f.forget()
	}
}

// learnt says whether line i of the text is one that can be furniture: short
// lines repeat in every trade's prose.
func (p *Page) learnt(i int) bool {
	return p.raw != nil && p.raw[i-p.span.lo] && p.flat.lines[i].w >= furnitureWeight
}

// furnitureWeight is what a line says at least to be furniture: four Han
// characters.
const furnitureWeight = 4 * wideWeight

// forget drops the rarest lines, down to the bound. Among lines as rare the
// choice is by hash, so that it does not depend on the order of learning.
func (f *Furniture) forget() {
	all := make([]uint64, 0, len(f.Lines))
	for h := range f.Lines {
		all = append(all, h)
	}
	sort.Slice(all, func(i, j int) bool {
		if a, b := f.Lines[all[i]], f.Lines[all[j]]; a != b {
			return a > b
		}
		return all[i] < all[j]
	})
	for _, h := range all[min(len(all), furnitureLines):] {
		delete(f.Lines, h)
	}
}

// Holds says whether a line of text is furniture by what was learnt.
func (f *Furniture) Holds(line string) bool {
	if f == nil || f.Pages < furniturePages {
		return false
	}
	n := f.Lines[lineHash(line)]
	return n >= furniturePages && 100*n >= furnitureShare*f.Pages
}

// Digest names what was learnt, as far as readings depend on it: the lines that
// are furniture. Furniture that holds none has no digest.
func (f *Furniture) Digest() archive.Digest {
	if f == nil {
		return ""
	}
	var held []uint64
	for h, n := range f.Lines {
		if n >= furniturePages && 100*n >= furnitureShare*f.Pages && f.Pages >= furniturePages {
			held = append(held, h)
		}
	}
	if len(held) == 0 {
		return ""
	}
	sort.Slice(held, func(i, j int) bool { return held[i] < held[j] })
	b, _ := json.Marshal(held) // numbers alone cannot fail
	return archive.DigestOf(b)
}

// lineHash is FNV-1a over the letters and digits of a line. Digits count:
// bulletins of prices and cases are the same but for their numbers, and are no
// furniture.
func lineHash(s string) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for _, r := range s {
		if weighRune(r) == 0 {
			continue
		}
		h = (h ^ uint64(r)) * prime
	}
	return h
}

// dropFurniture drops the lines of a text that the site's pages share. It
// leaves a text alone of which it would take more than half: a notice and its
// reprints are no furniture.
func (p *Page) dropFurniture(s *span) (dropped int) {
	if p.in.Known == nil || s.el < 0 {
		return 0
	}
	var all, lost int32
	var out []int
	for i := s.lo; i < s.hi; i++ {
		if !s.has(i) {
			continue
		}
		w := p.flat.lines[i].w
		all += w
		if w >= furnitureWeight && p.in.Known.Holds(p.flat.lineText(i)) {
			lost += w
			out = append(out, i)
		}
	}
	if 2*lost > all {
		return 0
	}
	for _, i := range out {
		s.drop(i)
	}
	return len(out)
}
