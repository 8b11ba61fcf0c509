package crawler

import (
	"fmt"
	"hash/maphash"

	"fangzhi/archive"
	"fangzhi/crawler/discover"
)

// How far lists are walked: to what earlier runs knew, and not round and round.

// maxFurther bounds the further pages of one column's lists in a run.
const maxFurther = 10_000

// settledRows is how many rows at the end of a page have to be old ones for the
// rows behind them to be taken for old as well.
const settledRows = 2

// reachesBack says whether a page that brought news ends in rows that earlier
// runs knew, so that those on the next page are known, too. What counts is the
// longest list of the page: boxes beside it show what they like.
func (k *crawl) reachesBack(pages []lead, unknown map[string]bool) bool {
	count := map[uint32]int{}
	main := uint32(0)
	for i := range pages {
		if l := &pages[i]; l.row {
			count[l.kin]++
			if n := count[l.kin]; n > count[main] || main == 0 && n == count[0] {
				main = l.kin
			}
		}
	}
	rows, old := 0, 0
	for i := range pages {
		if l := &pages[i]; l.row && l.kin == main {
			rows++
			old++
			if unknown[l.url] || k.found.has(l.url) {
				old = 0
			}
		}
	}
	return rows > 0 && old >= min(settledRows, rows)
}

var listSeed = maphash.MakeSeed()

// repeats says whether a page of a list lists nothing, or what another one
// listed in this run. Servers answer numbers past the end, and parameters that
// they do not know, with the first page or the last. Rows that the crawl may not
// enter count as well: lists of other hosts' news go on, too. A service that
// lists nothing leads on only to other ways of asking.
func (k *crawl) repeats(p archive.Page, l *discover.List, pages []lead) bool {
	if len(l.Rows) == 0 && (len(pages) == 0 || p.Request != nil) {
		return p.Request == nil
	}
	var h maphash.Hash
	h.SetSeed(listSeed)
	for i := range l.Rows {
		h.WriteString(l.Rows[i].URL)
		h.WriteByte('\n')
	}
	for i := range pages {
		h.WriteString(pages[i].url)
		h.WriteByte('\n')
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	first, again := k.lists[h.Sum64()]
	if !again {
		k.lists[h.Sum64()] = p.URL
		return false
	}
	if first == p.URL {
		return false
	}
	if !l.Overlaps {
		k.notes.add(fmt.Sprintf("%s lists what %s lists: it is not walked on", p.URL, first))
	}
	return true
}

// maxBarren is how many pages of a column's new lists may bring nothing new in a
// row: each shows other rows than those before, and none that is unknown.
const maxBarren = 30

// barren counts a new page of a column's lists that brought news or not, and
// says whether there were too many without.
func (k *crawl) barren(column string, news bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if news {
		k.idle[column] = 0
		return false
	}
	k.idle[column]++
	if k.idle[column] < maxBarren {
		return false
	}
	k.notes.add(fmt.Sprintf("column %q: %d further pages of its lists in a row brought nothing new: they are not walked on", column, maxBarren))
	return true
}

// mayWalk counts a further page of a column's lists, and says whether it is not
// one too many.
func (k *crawl) mayWalk(column string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.walked[column] >= maxFurther {
		k.notes.add(fmt.Sprintf("column %q: only %d further pages of its lists are walked in one run", column, maxFurther))
		return false
	}
	k.walked[column]++
	return true
}
