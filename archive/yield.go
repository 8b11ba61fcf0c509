package archive

import (
	"fmt"
	"slices"
)

// Yield is what one run got out of one column. Compared with the yields of the
// runs before it tells when a portal was rebuilt: when its lists and articles
// are still answered and no longer read.
type Yield struct {
	Column string `json:"column"`
	Lists  int    `json:"lists"` // list pages whose content was read
	Lost   int    `json:"lost"`  // list pages that had been read once, and are gone or cannot be read
	Rows   int    `json:"rows"`  // the most rows that one list page has
	New    int    `json:"new"`   // articles read for the first time

	// Of the articles whose content was read, those with the field, and the
	// characters of all their bodies.
	Read    int `json:"read"`
	Titled  int `json:"titled"`
	Dated   int `json:"dated"`
	Sourced int `json:"sourced"`
	Body    int `json:"body"`
	// Alike are the articles read whose title is the site's name, or that of
	// the articles before them.
	Alike int `json:"alike,omitempty"`
	// Of the articles that changed, those that lost their title or half their
	// body.
	Changed int `json:"changed,omitempty"`
	Shrunk  int `json:"shrunk,omitempty"`
	// Of the articles that were there when they were last asked for, those that
	// answered and those that were gone.
	Asked int `json:"asked,omitempty"`
	Gone  int `json:"gone,omitempty"`

	// Suspect tells that the column is not read as it was; nil: nothing points
	// to that.
	Suspect *Suspicion `json:"suspect,omitempty"`
}

// Suspicion is why a column is suspect.
type Suspicion struct {
	Since  string `json:"since"` // ID of the run that raised it
	Sign   Sign   `json:"sign"`
	Reason string `json:"reason"` // for people
}

// Sign is what gave a suspicion, and so what can take it away.
type Sign string

// The signs of a portal that was rebuilt.
const (
	SignList     Sign = "list"     // the list cannot be read, or has hardly a row
	SignArticles Sign = "articles" // articles lost fields, or much of their text
	SignGone     Sign = "gone"     // too many articles are gone at once
)

const (
	// baseline is how many runs a column is compared with, those in which it was
	// suspect left out.
	baseline = 20
	// enoughRead is how many articles tell something about how a column is
	// read, enoughKnown how many of earlier runs say what is usual.
	enoughRead  = 3
	enoughKnown = 5
	// enoughGone is how many articles gone at once are too many.
	enoughGone = 5
)

// Judged returns y with the suspicion that it raises, or keeps up, after the
// runs before, newest first. It is pure. run is the ID of y's run.
//
// A suspicion ends with evidence: with a list that has rows as usual or leads to
// new articles that are read well, with articles that are read as before, with
// articles that are there. A run that saw nothing of the kind leaves it.
func (y Yield) Judged(run string, before []Run) Yield {
	var usual []Yield
	var last *Suspicion
	first := true
	for _, r := range before {
		i := slices.IndexFunc(r.Columns, func(o Yield) bool { return o.Column == y.Column })
		if i < 0 {
			continue
		}
		o := r.Columns[i]
		if first {
			last, first = o.Suspect, false
		}
		if o.Suspect == nil && len(usual) < baseline {
			usual = append(usual, o)
		}
	}
	y.Suspect = nil
	sign, reason := y.sign(usual)
	switch {
	case sign != "" && last != nil && last.Sign == sign:
		y.Suspect = &Suspicion{Since: last.Since, Sign: sign, Reason: reason}
	case sign != "":
		y.Suspect = &Suspicion{Since: run, Sign: sign, Reason: reason}
	case last != nil && !y.clears(last.Sign):
		y.Suspect = last
	}
	return y
}

// sign is what of y points to a portal that was rebuilt.
func (y Yield) sign(usual []Yield) (Sign, string) {
	if reason := y.listCollapsed(usual); reason != "" {
		return SignList, reason
	}
	if reason := y.articlesCollapsed(usual); reason != "" {
		return SignArticles, reason
	}
	if y.Gone >= enoughGone && 2*y.Gone >= y.Asked {
		return SignGone, fmt.Sprintf("%d of %d articles that were there are gone at once", y.Gone, y.Asked)
	}
	return "", ""
}

func (y Yield) listCollapsed(usual []Yield) string {
	var rows []int
	for _, o := range usual {
		if o.Lists > 0 && o.Rows > 0 {
			rows = append(rows, o.Rows)
		}
	}
	if len(rows) == 0 {
		return ""
	}
	slices.Sort(rows)
	typical := rows[len(rows)/2]
	switch {
	case y.Lists == 0 && y.Lost > 0:
		return "its list is gone, or cannot be read any more"
	case y.Lists == 0:
		return ""
	case y.Rows == 0:
		return fmt.Sprintf("its list has no row any more, where it had %d", typical)
	case 5*y.Rows < typical && y.New == 0:
		return fmt.Sprintf("its list has %d rows, where it had %d", y.Rows, typical)
	}
	return ""
}

func (y Yield) articlesCollapsed(usual []Yield) string {
	if y.Shrunk >= 2 && 2*y.Shrunk >= y.Changed {
		return fmt.Sprintf("%d of %d articles that changed lost their title or half their text", y.Shrunk, y.Changed)
	}
	var known Yield
	for _, o := range usual {
		known.Read += o.Read
		known.Titled += o.Titled
		known.Dated += o.Dated
		known.Sourced += o.Sourced
		known.Body += o.Body
		known.Alike += o.Alike
	}
	if y.Read < enoughRead || known.Read < enoughKnown {
		return ""
	}
	if 2*y.Alike > y.Read && 4*known.Alike < known.Read {
		return fmt.Sprintf("%d of %d articles have the site's name, or one another's title, for a title", y.Alike, y.Read)
	}
	for _, field := range []struct {
		name       string
		now, known int
	}{{"title", y.Titled, known.Titled}, {"date", y.Dated, known.Dated}, {"source", y.Sourced, known.Sourced}} {
		if 10*field.known >= 9*known.Read && 2*field.now < y.Read {
			return fmt.Sprintf("%d of %d articles have a %s, where nearly all had one", field.now, y.Read, field.name)
		}
	}
	if now, before := y.Body/y.Read, known.Body/known.Read; 2*now < before {
		return fmt.Sprintf("articles have %d characters on the average, where they had %d", now, before)
	}
	return ""
}

// clears says whether y, which gives no sign, is evidence against an earlier
// one.
func (y Yield) clears(sign Sign) bool {
	well := y.Read > 0 && 2*y.Titled > y.Read && y.Shrunk == 0
	switch sign {
	case SignList:
		return y.Lists > 0 && y.Rows > 0
	case SignArticles:
		return y.Read >= enoughRead && well
	}
	return y.Asked > 0 && 2*y.Gone < y.Asked || y.New > 0 && well
}

// Suspects says whether what a column, or the whole site, showed in r is more
// likely the work of a rebuilt portal than the truth about single pages, and
// why: nothing should be taken for withdrawn then. A site is suspect where half
// of its columns are, and at least two.
func (r Run) Suspects(column string) (reason string, yes bool) {
	suspect := 0
	for _, y := range r.Columns {
		if y.Suspect == nil {
			continue
		}
		if y.Column == column {
			return y.Suspect.Reason, true
		}
		suspect++
	}
	if suspect >= 2 && 2*suspect >= len(r.Columns) {
		return fmt.Sprintf("%d of the site's %d columns are suspect", suspect, len(r.Columns)), true
	}
	return "", false
}
