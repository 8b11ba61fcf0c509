package crawler

import (
	"fmt"
	"slices"
	"strings"

	"fangzhi/lazyregexp"
)

// notes collects what a reader of a run should know.
type notes struct {
	texts   []string
	more    map[string]bool // what there is no room for
	refused map[refusal]int
	hosts   map[string]struct{} // other hosts that were linked
}

const (
	maxNotes      = 50
	maxMore       = 1000 // notes that are only counted
	maxNotedHosts = 10_000
)

func (n *notes) add(text string) {
	switch {
	case slices.Contains(n.texts, text):
	case len(n.texts) < maxNotes:
		n.texts = append(n.texts, text)
	case len(n.more) < maxMore:
		if n.more == nil {
			n.more = map[string]bool{}
		}
		n.more[text] = true
	}
}

// merge adds what one page's links were refused for.
func (n *notes) merge(o refusals) {
	if n.refused == nil {
		n.refused, n.hosts = map[refusal]int{}, map[string]struct{}{}
	}
	for why, count := range o.count {
		n.refused[refusal(why)] += count
	}
	for _, h := range o.hosts {
		if _, ok := n.hosts[h]; !ok && len(n.hosts) < maxNotedHosts {
			n.hosts[strings.Clone(h)] = struct{}{}
		}
	}
}

// lines are the notes, those that count first.
func (n *notes) lines() []string {
	var lines []string
	if c := n.refused[otherHost]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s to %s", number(c, "link"), number(len(n.hosts), "other host")))
	}
	if c := n.refused[otherPath] + n.refused[excludedPath]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s to paths that the scope leaves out", number(c, "link")))
	}
	if c := n.refused[unusable] + n.refused[placeholder]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s without a usable address", number(c, "link")))
	}
	if c := n.refused[tooDeep]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s deeper than %d links from a seed", number(c, "page"), maxDepth))
	}
	if c := n.refused[growing]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s to paths that grow without end", number(c, "link")))
	}
	if c := n.refused[copied]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s to the portal's copy in another script, or for readers who see badly", number(c, "link")))
	}
	if c := n.refused[searching]; c > 0 {
		lines = append(lines, fmt.Sprintf("%s that ask search forms", number(c, "link")))
	}
	lines = append(lines, n.texts...)
	switch {
	case len(n.more) == maxMore:
		lines = append(lines, fmt.Sprintf("and %d more notes at least", maxMore))
	case len(n.more) > 0:
		lines = append(lines, "and "+number(len(n.more), "more note"))
	}
	return lines
}

var counts = lazyregexp.New(`^\d+ links? (to \d+ other hosts?|to paths that the scope leaves out|without a usable address)$`)

// OnlyCounts says whether a note of a run tells no more than how many links were
// not followed, as on every portal: nothing that needs a look.
func OnlyCounts(note string) bool { return counts.MatchString(note) }

func number(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// refusals counts, for the links of one page, why they were not followed.
type refusals struct {
	count [refusalKinds]int
	hosts []string
}

func (r *refusals) add(why refusal, host string) {
	r.count[why]++
	if why == otherHost && !slices.Contains(r.hosts, host) {
		r.hosts = append(r.hosts, host)
	}
}
