package configs

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// join is the path of name within path.
func join(path, name string) string {
	if strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == '"' || !unicode.IsPrint(c) }) {
		name = strconv.Quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// unknownKey says what name may have been meant to be.
func unknownKey(name string, known []string) string {
	best, most := "", 3
	for _, k := range known {
		if d := distance(name, k); d < most && d < len(k) {
			best, most = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("unknown key; did you mean %q?", best)
	}
	return "unknown key; known are: " + strings.Join(known, ", ")
}

// distance is how many letters have to be changed, added or taken away to make
// b of a (Levenshtein). Keys are short.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
