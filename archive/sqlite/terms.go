package sqlite

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The words of a text, for a tokenizer that parts at spaces. A run of Chinese
// (or of kana, Hangul, Bopomofo) becomes its overlapping pairs of characters
// and then its last character alone; any other run of letters and digits
// becomes a word in lower case. So 通知2026 is "通知 知 2026", a phrase of pairs
// finds any two or more characters in a row, and every character begins a word.

// classes of characters
const (
	gap = iota
	letter
	han
)

// class says what r is to the search, and what it is indexed as.
func class(r rune) (int, rune) {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return letter, r
		case 'A' <= r && r <= 'Z':
			return letter, r + 'a' - 'A'
		}
		return gap, r
	case 0x4e00 <= r && r <= 0x9fff, 0x3400 <= r && r <= 0x4dbf:
		return han, r
	case 0xff01 <= r && r <= 0xff5e: // full-width ASCII
		return class(r - 0xff01 + '!')
	case 0x2000 <= r && r <= 0x2bff, 0x3000 <= r && r <= 0x3004, 0x3008 <= r && r <= 0x3020: // punctuation, symbols
		return gap, r
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return han, r
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
		return letter, unicode.ToLower(r)
	}
	return gap, r
}

// appendTerms appends the words of text to b, each with a space after it.
func appendTerms(b []byte, text string) []byte {
	before, last := gap, rune(0) // the class and value of the character before
	for _, r := range text {
		is, r := class(r)
		if before == han { // now it is known what follows it
			b = utf8.AppendRune(b, last)
			if is == han {
				b = utf8.AppendRune(b, r)
			}
			b = append(b, ' ')
		}
		if before == letter && is != letter {
			b = append(b, ' ')
		}
		if is == letter {
			b = utf8.AppendRune(b, r)
		}
		before, last = is, r
	}
	switch before {
	case han:
		b = append(utf8.AppendRune(b, last), ' ')
	case letter:
		b = append(b, ' ')
	}
	return b
}

// A phrase is one word of a query as the terms that stand in a row where the
// word is held. With prefix the last of them only begins a term.
type phrase struct {
	terms  string // with a space after each
	prefix bool
}

// phrases are the words of q. A word without a letter or digit is none.
func phrases(q string) []phrase {
	var all []phrase
	seen := map[string]bool{}
	for _, word := range strings.FieldsFunc(q, unicode.IsSpace) {
		p := phrase{terms: string(appendTerms(nil, word))}
		if p.terms == "" || seen[word] {
			continue
		}
		seen[word] = true
		// A run of Chinese at the end may go on in the text: its last character
		// is the first of a pair there, or stands alone.
		terms := strings.Fields(p.terms)
		if last := terms[len(terms)-1]; isHan(last) {
			if before := len(terms) - 2; before >= 0 && isPair(terms[before]) {
				p.terms = strings.TrimSuffix(p.terms, last+" ")
			} else {
				p.prefix = true
			}
		}
		all = append(all, p)
	}
	return all
}

func isHan(term string) bool {
	r, size := utf8.DecodeRuneInString(term)
	is, _ := class(r)
	return is == han && size == len(term)
}

// isPair says whether term is two characters of a run: only such a term can
// stand before the last character of the same run.
func isPair(term string) bool {
	r, size := utf8.DecodeRuneInString(term)
	is, _ := class(r)
	return is == han && size < len(term)
}

func (p phrase) count(terms string) int {
	return strings.Count(terms, p.needle())
}

func (p phrase) needle() string {
	if p.prefix {
		return " " + strings.TrimSuffix(p.terms, " ")
	}
	return " " + p.terms
}

// match is the query in the language of FTS5
// (https://www.sqlite.org/fts5.html#full_text_query_syntax). Terms hold
// letters and digits only, so nothing in a quoted phrase needs an escape.
func match(all []phrase) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteByte('"')
		b.WriteString(strings.TrimSuffix(p.terms, " "))
		b.WriteByte('"')
		if p.prefix {
			b.WriteByte('*')
		}
		b.WriteByte(' ')
	}
	return b.String()
}
