package extract

import (
	"strings"
)

// plainest returns the best spelling among claims that have the same words as
// key, a site's name after them left off: templates lose the blank between
// kicker and title. Of equals the first is taken.
func plainest(key string, claims ...claim) (best claim) {
	most := -1
	for _, c := range claims {
		text, ok := headLike(c.text, key)
		if !ok {
			continue
		}
		if score := strings.Count(text, " "); score > most {
			most, best = score, c
			best.text = text
		}
	}
	return best
}

// headLike returns the part of s, from its start, that has the words of key.
func headLike(s, key string) (string, bool) {
	if squeeze(s) == key {
		return s, true
	}
	if !strings.HasPrefix(squeeze(s), key) {
		return "", false
	}
	rest := key
	for i, r := range s {
		if rest == "" {
			if r == ' ' || weighRune(r) > 0 {
				return s[:i], r == ' '
			}
			continue
		}
		k := squeeze(string(r))
		if k == "" {
			continue
		}
		if !strings.HasPrefix(rest, k) {
			return "", false
		}
		rest = rest[len(k):]
	}
	return s, rest == ""
}

// sharedTail returns the title that a heading and a claim share behind two
// different kickers: more than half of each, from the start of a word.
func sharedTail(s string, c claim) (claim, bool) {
	a, b := []rune(s), []rune(c.text)
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && (n == len(a) || a[len(a)-n-1] != ' ') {
		n--
	}
	if 2*n <= len(a) || 2*n <= len(b) {
		return c, false
	}
	before := strings.TrimRight(string(a[:len(a)-n]), " ")
	other := strings.TrimRight(string(b[:len(b)-n]), " ")
	for _, head := range [...]string{before, other} {
		if !strings.HasSuffix(head, ":") && !strings.HasSuffix(head, "-") && !strings.HasSuffix(head, "–") && !strings.HasSuffix(head, "|") {
			return c, false
		}
	}
	c.text = string(a[len(a)-n:])
	return c, true
}

// agreement is how well a visible text fits a claimed one, 0 to 6; both are
// squeezed.
func agreement(a, b string) float64 {
	if a == "" || b == "" {
		return 0
	}
	switch {
	case a == b:
		return 6
	case strings.Contains(b, a):
		return 5 * min(1, float64(len(a))/float64(len(b))*1.6)
	case strings.Contains(a, b):
		return 4 * float64(len(b)) / float64(len(a))
	}
	x, y := []rune(a), []rune(b)
	if n := common(x, y); n > 0 {
		return 4 * float64(n) / float64(len(x)) * min(1, float64(n)/float64(len(y))*2)
	}
	return 0
}

// like says whether two titles are one to a reader.
func like(a, b string) bool {
	a, b = squeeze(a), squeeze(b)
	return a != "" && (a == b || len(a) >= 12 && strings.HasPrefix(b, a) || len(b) >= 12 && strings.HasPrefix(a, b))
}

// squeeze leaves letters and digits in lower case alone.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range halve(s) {
		if weighRune(r) > 0 {
			if r >= 'A' && r <= 'Z' {
				r |= 0x20
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// common is the length of the longest common substring.
func common(a, b []rune) int {
	if len(a) > 300 {
		a = a[:300]
	}
	if len(b) > 300 {
		b = b[:300]
	}
	row := make([]uint16, len(b)+1)
	best := uint16(0)
	for i := range a {
		prev := uint16(0)
		for j := range b {
			keep := row[j+1]
			if a[i] == b[j] {
				row[j+1] = prev + 1
				best = max(best, row[j+1])
			} else {
				row[j+1] = 0
			}
			prev = keep
		}
	}
	return int(best)
}

// titleParts are what parts a title from the names of column and site.
var titleParts = []string{" - ", " | ", " – ", " — ", "_", "|", " · ", " :: ", " » ", " « ", " > ", "--", "——", "-", "—", "｜", "丨", "－"}

// cutSite cuts the names of column and site off a <title>.
func (p *Page) cutSite(s string) string {
	for _, sep := range titleParts {
		parts := strings.Split(s, sep)
		if len(parts) < 2 {
			continue
		}
		if (sep == "-" || sep == "—" || sep == "——" || sep == "--") && !hasWide(s) {
			continue
		}
		long := 0
		for i := range parts {
			if weigh(parts[i]) > weigh(parts[long]) {
				long = i
			}
		}
		if weigh(parts[long]) >= 12 {
			return fold(parts[long])
		}
	}
	return s
}

func hasWide(s string) bool {
	for _, r := range s {
		if isWide(r) {
			return true
		}
	}
	return false
}
