package extract

import "strings"

// Imprint is what a page shows, so that two pages can be compared: its lines, by a
// hash of their letters and digits. It is small against the page.
type Imprint struct {
	name   string // of its <title>, squeezed
	lines  map[uint64]imprinted
	weight int32
}

type imprinted struct {
	weight int32
	prose  bool // running text
	row    bool // a link, as rows of lists are
}

const (
	// imprintWeight is what a line says at least to be compared: two Han
	// characters.
	imprintWeight = 2 * wideWeight
	// imprintLines bounds what is remembered of a page.
	imprintLines = 2000
	// sameShare is the part of each of two pages, in percent, that the other has as
	// well where they are one: of what home pages say some changes by the minute.
	sameShare = 90
	// sameRows is how many rows they have in common then. Pages that scripts fill
	// are all alike before that, and the frame of a portal is on all its pages.
	sameRows = 3
	// likeShare is the part of each of two pages, in percent, that the other has as
	// well where they are one home page at different times. The menus of a portal and
	// the rows beside its articles are less of its home page.
	likeShare = 40
)

// Imprint returns the page's.
func (p *Page) Imprint() Imprint {
	m := Imprint{name: squeeze(p.flat.title), lines: map[uint64]imprinted{}}
	for i := range p.flat.lines {
		l := &p.flat.lines[i]
		if l.flags&lineHidden != 0 || l.w < imprintWeight || len(m.lines) == imprintLines {
			continue
		}
		h := lineHash(p.flat.lineText(i))
		if _, known := m.lines[h]; known {
			continue
		}
		m.lines[h] = imprinted{l.w, l.isProse(), 2*l.lw > l.w && l.lw >= rowWeight}
		m.weight += l.w
	}
	return m
}

// Same says whether a page shows what another page does, which is a list or a
// home page, and nothing to speak of besides: no running text of its own, and
// nearly all of the other's lines.
func (m Imprint) Same(other Imprint) bool {
	for h, l := range m.lines {
		if _, ok := other.lines[h]; !ok && l.prose {
			return false
		}
	}
	return m.shares(other, sameShare)
}

// Resembles says whether a page that reads as a list is what a home page was at
// another time: it has its name, and much of what it shows.
func (m Imprint) Resembles(home Imprint) bool {
	return m.name != "" && m.name == home.name && m.shares(home, likeShare)
}

// shares says whether each of two pages has such a part of the other, in percent,
// and rows of it.
func (m Imprint) shares(other Imprint, percent int32) bool {
	shared, rows := int32(0), 0
	for h, l := range m.lines {
		o, ok := other.lines[h]
		if !ok {
			continue
		}
		shared += l.weight
		if l.row && o.row {
			rows++
		}
	}
	return rows >= sameRows && 100*shared >= percent*m.weight && 100*shared >= percent*other.weight
}

// Bears says whether the page has a title for its own: in its head, or on it
// otherwise than as a link. Lists cut titles short and put dots there.
func (p *Page) Bears(title string) bool {
	key := squeeze(strings.TrimRight(strings.TrimSpace(title), ".…"))
	if key == "" {
		return false
	}
	if strings.Contains(squeeze(p.flat.title), key) {
		return true
	}
	if v, _ := p.flat.metaOf("articletitle"); strings.Contains(squeeze(v), key) {
		return true
	}
	for i := range p.flat.lines {
		if l := &p.flat.lines[i]; 2*l.lw <= l.w && l.w >= int32(len(key))/3 && strings.Contains(squeeze(p.flat.lineText(i)), key) {
			return true
		}
	}
	return false
}
