package mongo

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Search finds a snapshot by its words: of a run of Chinese (Japanese, Korean)
// each pair of neighbours and the last character alone, so that a character is
// the beginning of some word; of other writing the words themselves. They stand
// in an array under an ordinary index, in a collection of their own. MongoDB's text index is no help here: it
// reads the union of all the documents that hold any one of the words, and has
// a tokenizer of its own that would have to agree with ours.

// mostWords is how many words of one text are indexed. Only lists of numbers
// have more.
const mostWords = 300_000

// longestWord is how many bytes of a word are indexed.
const longestWord = 64

// wordsOf returns the words of an article's texts, each once.
func wordsOf(texts ...string) []string {
	size := 0
	for i, t := range texts {
		texts[i] = fold(t)
		size += len(texts[i]) / 4 // a word for each Chinese character, some of them twice
	}
	size = min(size, mostWords)
	seen, words := make(map[string]bool, size), make([]string, 0, size)
	for _, t := range texts {
		eachWord(t, func(w string, _ kind) {
			if !seen[w] && len(words) < mostWords {
				seen[w] = true
				words = append(words, w)
			}
		})
	}
	return words
}

// fold returns s in lower case, full-width letters and digits made half-width,
// and one blank for whatever stands between words.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	parted := false
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			} else if !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
				parted = true
				continue
			}
		case common(r):
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			r = unicode.ToLower(r)
		default:
			parted = true
			continue
		}
		if parted && b.Len() > 0 {
			b.WriteByte(' ')
		}
		parted = false
		b.WriteRune(r)
	}
	return b.String()
}

// common tells nearly all of Chinese at the first look.
func common(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

// unspaced tells writing that does not part its words.
func unspaced(r rune) bool {
	return common(r) || r >= 0x1100 &&
		unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
}

// kind is what a word is.
type kind int

const (
	whole  kind = iota // a pair, or a word of spaced writing
	tail               // the last character of a run, which ends a pair as well
	single             // a run of one character
)

// eachWord calls f with the words of a folded text.
func eachWord(folded string, f func(word string, k kind)) {
	word, last, lastSize := -1, -1, 0 // where a spaced word began; the character before in a run
	ends := single
	endRun := func() {
		if last >= 0 {
			f(folded[last:last+lastSize], ends)
		}
		last, ends = -1, single
	}
	endWord := func(end int) {
		if word >= 0 {
			f(cut(folded[word:end]), whole)
		}
		word = -1
	}
	for i, r := range folded {
		switch {
		case r == ' ':
			endRun()
			endWord(i)
		case unspaced(r):
			endWord(i)
			size := utf8.RuneLen(r)
			if last >= 0 {
				f(folded[last:i+size], whole)
				ends = tail
			}
			last, lastSize = i, size
		default:
			endRun()
			if word < 0 {
				word = i
			}
		}
	}
	endRun()
	endWord(len(folded))
}

// cut shortens a word to what is indexed of it.
func cut(word string) string {
	if len(word) <= longestWord {
		return word
	}
	word = word[:longestWord]
	for !utf8.ValidString(word) {
		word = word[:len(word)-1]
	}
	return word
}

// count is how often a folded text holds a folded phrase. The phrase's ends
// must be ends of words where they are of spaced writing.
func count(text, phrase string) int {
	first, _ := utf8.DecodeRuneInString(phrase)
	last, _ := utf8.DecodeLastRuneInString(phrase)
	n := 0
	for at := 0; ; {
		i := strings.Index(text[at:], phrase)
		if i < 0 {
			return n
		}
		from, to := at+i, at+i+len(phrase)
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		if (from == 0 || parts(before, first)) && (to == len(text) || parts(last, after)) {
			n++
			at = to
		} else {
			_, size := utf8.DecodeRuneInString(text[from:])
			at = from + size
		}
	}
}

// parts says whether a word may end between two neighbours.
func parts(a, b rune) bool { return a == ' ' || b == ' ' || unspaced(a) || unspaced(b) }
