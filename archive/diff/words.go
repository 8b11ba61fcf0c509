package diff

import (
	_ "embed"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dictionary holds Chinese words of one to four characters, by length. It is
// searched where it lies, so it costs no start-up and no memory: a section for
// each length, its entries sorted, each the characters as big-endian UTF-16 and
// a byte: how rare the word is, in quarters of a bit, and 0x80 for a name of a
// place or an office. The first three bytes for each section count its entries.
//
// 73,000 words of jieba's, those that it counts 20 times or more. A segmenter
// with the whole of it takes 0.7 s and 200 MB to start.
//
//go:embed words.bin
var dictionary string

const (
	longestWord = 4
	unknownCost = 100 // of a character that the dictionary does not have
	nameFlag    = 0x80
)

// section holds the words of one length.
type section struct {
	entries string
	width   int
}

var sections = func() (all [longestWord]section) {
	at := 3 * longestWord
	for i := range all {
		n := int(dictionary[3*i])<<16 | int(dictionary[3*i+1])<<8 | int(dictionary[3*i+2])
		all[i].width = 2*(i+1) + 1
		end := at + n*all[i].width
		all[i].entries, at = dictionary[at:end], end
	}
	return all
}()

// look returns what the dictionary says of a word: its cost and whether it is a
// name; ok is false where it does not have it.
func look(word []rune) (cost int, name, ok bool) {
	var key [2 * longestWord]byte
	for i, r := range word {
		key[2*i], key[2*i+1] = byte(r>>8), byte(r)
	}
	s, k := sections[len(word)-1], string(key[:2*len(word)])
	n := len(s.entries) / s.width
	i := sort.Search(n, func(i int) bool { return s.entries[i*s.width:(i+1)*s.width-1] >= k })
	if i == n || s.entries[i*s.width:(i+1)*s.width-1] != k {
		return 0, false, false
	}
	b := s.entries[(i+1)*s.width-1]
	return int(b &^ nameFlag), b&nameFlag != 0, true
}

// Words cuts s into words: numbers whole, Latin words whole, Chinese by the
// dictionary, white space and every mark on its own. Joined they are s.
func Words(s string) []string {
	var words []string
	for len(s) > 0 {
		n := wordEnd(s)
		if head := s[:n]; isHan(head) {
			words = cutHan(words, head)
		} else {
			words = append(words, head)
		}
		s = s[n:]
	}
	return words
}

// wordEnd returns the length of the first word of s; of Chinese that of all the
// characters up to what is not.
func wordEnd(s string) int {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case first == '\n':
		return size
	case unicode.IsSpace(first):
		return spanOf(s, func(r rune) bool { return unicode.IsSpace(r) && r != '\n' })
	case strings.ContainsRune(numerals, first):
		if n := spanOf(s, func(r rune) bool { return strings.ContainsRune(numerals, r) }); n > size {
			return n // 三十亿; one alone may be part of a word
		}
	case isDigit(first):
		return numberEnd(s)
	}
	switch {
	case han(first):
		n := 0
		for n < len(s) {
			r, size := utf8.DecodeRuneInString(s[n:])
			if !han(r) || n > 0 && startsNumeral(s[n:]) {
				break
			}
			n += size
		}
		return n
	case unicode.IsLetter(first):
		return spanOf(s, func(r rune) bool { return !han(r) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) })
	}
	return size
}

// numerals are the characters of Chinese numbers.
const numerals = "〇零一二三四五六七八九十百千万亿两"

// startsNumeral says whether s starts with two characters of a number.
func startsNumeral(s string) bool {
	a, n := utf8.DecodeRuneInString(s)
	b, _ := utf8.DecodeRuneInString(s[n:])
	return strings.ContainsRune(numerals, a) && strings.ContainsRune(numerals, b)
}

// numberEnd is the length of the number at the start of s: 1,234.5 and 12:30
// are each one, and so are 3A and 2026年's 2026.
func numberEnd(s string) int {
	n := 0
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if isDigit(r) || unicode.IsLetter(r) && !han(r) {
			n += size
			continue
		}
		next, _ := utf8.DecodeRuneInString(s[n+size:])
		if !strings.ContainsRune(".,:．/-", r) || !isDigit(next) {
			break
		}
		n += size
	}
	return n
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

// han says whether r is a character that the dictionary may have.
func han(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func isHan(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return han(r) && !startsNumeral(s)
}

// spanOf is the length of the start of s whose characters are all in.
func spanOf(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

// cutHan appends the words of a run of Chinese: the cut that costs least, each
// word costing what its rarity says.
func cutHan(words []string, s string) []string {
	runes := []rune(s)
	best := make([]int, len(runes)+1) // the cost of what begins there
	take := make([]int, len(runes))
	for i := len(runes) - 1; i >= 0; i-- {
		best[i] = int(^uint(0) >> 1)
		for n := 1; n <= longestWord && i+n <= len(runes); n++ {
			cost, _, ok := look(runes[i : i+n])
			if !ok {
				if n > 1 {
					continue
				}
				cost = unknownCost
			}
			if cost += best[i+n]; cost <= best[i] {
				best[i], take[i] = cost, n
			}
		}
	}
	for i := 0; i < len(runes); i += take[i] {
		words = append(words, string(runes[i:i+take[i]]))
	}
	return words
}
