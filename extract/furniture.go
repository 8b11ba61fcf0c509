package extract

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"fangzhi/archive"
)

// Furniture is what repeats over the pages of one site, in more than one of its
// columns: statements under every article, teasers, hot lists. A single page
// cannot tell it from text; many can. What one column alone repeats is its form:
// notices of a kind close with the same paragraph, which is text all the same.
// The zero value knows nothing and is ready to learn. It is kept as JSON, and is
// not for use by several goroutines while one of them learns.
type Furniture struct {
	Pages int             `json:"pages"` // pages learnt from
	Lines map[uint64]Seen `json:"lines"` // by a hash of a line's letters and digits
}

// Seen is where a line was seen.
type Seen struct {
	Pages   int    `json:"n"` // that have it in their text
	Columns uint64 `json:"c"` // of these pages: a bit for each, by its name's hash
}

// Lesson is what one page teaches: the lines of its text, each once, by a hash
// of its letters and digits.
type Lesson []uint64

const (
	// furniturePages is how many pages must show a line before it is furniture.
	// Two or three may be reprints of one story.
	furniturePages = 4
	// furnitureEdge is the part of the pages learnt from, in percent, that must
	// show a line for it to be furniture at an edge of a text. Contact lines and
	// salutations of one column's notices repeat as well; few columns are as
	// large a part of a site as what stands under every article is.
	furnitureEdge = 40
	// furnitureInside is the same for a line between others: set phrases of
	// notices stand there, and no statement of the site's.
	furnitureInside = 80
	// furnitureLines bounds what is kept; the rarest lines go first.
	furnitureLines = 4096
	// furnitureAge is after how many pages what was learnt counts half: portals
	// are built anew, and a new statement must not wait for as many pages again
	// as the old one stood on.
	furnitureAge = 2048
)

// Lesson returns what the page teaches. Pages that are not articles, and those
// whose text a rule finds, have none.
func (p *Page) Lesson() Lesson {
	r := p.Reading()
	if r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone || p.raw == nil {
		return nil
	}
	lesson := Lesson{}
	seen := map[uint64]bool{}
	for i := p.span.lo; i < p.span.hi; i++ {
		if !p.raw[i-p.span.lo] || p.flat.lines[i].w < furnitureWeight {
			continue
		}
		if h := lineHash(p.flat.lineText(i)); !seen[h] {
			seen[h] = true
			lesson = append(lesson, h)
		}
	}
	return lesson
}

// Learn adds what a page of a column teaches. A page that is learnt from twice
// counts twice; callers learn from each page once, at its first version.
func (f *Furniture) Learn(l Lesson, column string) {
	if l == nil {
		return
	}
	if f.Lines == nil {
		f.Lines = map[uint64]Seen{}
	}
	f.Pages++
	bit := uint64(1) << (lineHash(column) % 64)
	for _, h := range l {
		f.Lines[h] = Seen{f.Lines[h].Pages + 1, f.Lines[h].Columns | bit}
	}
	if len(f.Lines) > 2*furnitureLines {
		f.forget()
	}
	if f.Pages >= 2*furnitureAge {
		f.Pages /= 2
		for h, s := range f.Lines {
			if f.Lines[h] = (Seen{s.Pages / 2, s.Columns}); s.Pages < 2 {
				delete(f.Lines, h)
			}
		}
	}
}

// Clone returns a copy that shares nothing with f.
func (f *Furniture) Clone() *Furniture {
	return &Furniture{Pages: f.Pages, Lines: maps.Clone(f.Lines)}
}

// Encode returns f as it is kept, ParseFurniture is its opposite.
func (f *Furniture) Encode() []byte {
	b, _ := json.Marshal(f) // numbers alone cannot fail
	return b
}

// ParseFurniture reads what Encode wrote. Bytes that it cannot have written are
// an error.
func ParseFurniture(b []byte) (*Furniture, error) {
	f := &Furniture{}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("furniture: %w", err)
	}
	if f.Pages < 0 || f.Pages >= 2*furnitureAge || len(f.Lines) > 2*furnitureLines {
		return nil, fmt.Errorf("furniture: %d pages, %d lines: must be at most %d and %d", f.Pages, len(f.Lines), 2*furnitureAge, 2*furnitureLines)
	}
	for h, s := range f.Lines {
		if s.Pages < 1 || s.Pages > f.Pages || s.Columns == 0 {
			return nil, fmt.Errorf("furniture: line %d: on %d of %d pages, in columns %x", h, s.Pages, f.Pages, s.Columns)
		}
	}
	return f, nil
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
	slices.SortFunc(all, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(f.Lines[b].Pages, f.Lines[a].Pages), cmp.Compare(a, b))
	})
	for _, h := range all[min(len(all), furnitureLines):] {
		delete(f.Lines, h)
	}
}

// share is the part of the pages learnt from, in percent, that show a line; 0
// where they are too few to tell, or all of one column.
func (f *Furniture) share(s Seen) int {
	if f == nil || s.Pages < furniturePages || s.Columns&(s.Columns-1) == 0 {
		return 0
	}
	return 100 * s.Pages / f.Pages
}

// Digest names what was learnt, as far as readings depend on it: the lines that
// are furniture, and where. Furniture that holds none has no digest.
func (f *Furniture) Digest() archive.Digest {
	if f == nil {
		return ""
	}
	var edge, inside []uint64
	for h, seen := range f.Lines {
		if s := f.share(seen); s >= furnitureInside {
			inside = append(inside, h)
		} else if s >= furnitureEdge {
			edge = append(edge, h)
		}
	}
	if len(edge)+len(inside) == 0 {
		return ""
	}
	slices.Sort(edge)
	slices.Sort(inside)
	b, _ := json.Marshal([][]uint64{edge, inside}) // numbers alone cannot fail
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

// dropFurniture drops the lines of a text that the site's pages share: from both
// ends as far as they go on, and between other lines those that nearly all pages
// have. Salutations, closing words and signatures stay, whatever repeats them.
// It leaves a text alone of which it would take more than half: a notice and its
// reprints are no furniture. It returns those dropped that are more than links:
// what changes in them is told, for they may be text all the same.
func (p *Page) dropFurniture(s *span) (dropped []string) {
	if p.in.Known == nil || s.el < 0 {
		return nil
	}
	var kept []int
	all := int32(0)
	for i := s.lo; i < s.hi; i++ {
		if s.has(i) {
			kept = append(kept, i)
			all += p.flat.lines[i].w
		}
	}
	share := make([]int, len(kept))
	for k, i := range kept {
		if p.flat.lines[i].w >= furnitureWeight && !p.formal(i) {
			share[k] = p.in.Known.share(p.in.Known.Lines[lineHash(p.flat.lineText(i))])
		}
	}
	head, tail := 0, len(kept)
	for head < tail && share[head] >= furnitureEdge {
		head++
	}
	for tail > head && share[tail-1] >= furnitureEdge {
		tail--
	}
	lost := int32(0)
	var out []int
	for k, i := range kept {
		if k < head || k >= tail || share[k] >= furnitureInside {
			out = append(out, i)
			lost += p.flat.lines[i].w
		}
	}
	if 2*lost > all {
		return nil
	}
	for _, i := range out {
		s.drop(i)
		if l := &p.flat.lines[i]; 2*l.lw < l.w {
			dropped = append(dropped, p.flat.lineText(i))
		}
	}
	return dropped
}

// formal says whether a line is one of those that notices have in common and
// that are text all the same: a salutation, closing words, the name of an office.
func (p *Page) formal(i int) bool {
	text := p.flat.lineText(i)
	if strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":") {
		return true
	}
	if strings.HasPrefix(text, "特此") || strings.HasPrefix(text, "此致") || strings.HasPrefix(text, "现予公") {
		return true
	}
	return p.flat.lines[i].stops == 0 && isOffice(text)
}

// isOffice says whether a line is the name of an office and nothing else, as
// notices are signed with.
func isOffice(s string) bool {
	s = strings.ReplaceAll(s, " ", "")
	if n := utf8.RuneCountInString(s); n < 4 || n > 30 || strings.ContainsAny(s, "，。；：！？、,.;:!?") {
		return false
	}
	for _, end := range [...]string{"局", "厅", "部", "委", "委员会", "政府", "办公室", "办", "院", "会", "中心", "处", "所", "站", "队", "公司", "馆", "校", "大学", "集团", "小组", "指挥部", "法院", "银行"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}
