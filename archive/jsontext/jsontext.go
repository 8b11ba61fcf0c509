// Package jsontext looks eight bytes at a time for what makes a text slow to read
// and write: what JSON escapes, and what is not UTF-8. The text of articles is
// Chinese, whose characters have three bytes, and nearly always free of both.
package jsontext

import (
	"math/bits"
	"unicode/utf8"
)

// ones has a one in each of eight bytes.
const ones = 0x0101010101010101

// eight returns the eight bytes of s from n on, the first one lowest.
func eight(s string, n int) uint64 {
	s = s[n : n+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Plain returns how many bytes there are in s before the first quote, backslash or
// control character.
func Plain(s string) int {
	n := 0
	for ; n+8 <= len(s); n += 8 {
		w := eight(s, n)
		// A byte of x-ones*k borrows from its highest bit when that of x is below k.
		// The lowest such byte is one for certain; those above may be its victims.
		quote, slash := w^ones*'"', w^ones*'\\'
		if found := ((w-ones*' ')&^w | (quote-ones)&^quote | (slash-ones)&^slash) & (ones << 7); found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for ; n < len(s); n++ {
		if c := s[n]; c < ' ' || c == '"' || c == '\\' {
			break
		}
	}
	return n
}

// Valid is utf8.ValidString.
func Valid(s string) bool {
	for len(s) >= 24 {
		w := eight(s, 0)
		if w&(ones<<7) == 0 { // ASCII
			s = s[8:]
			continue
		}
		// Eight characters of three bytes in three words.
		n := 24
		if !threes(w, 1|1<<24|1<<48) || !threes(eight(s, 8), 1<<8|1<<32|1<<56) || !threes(eight(s, 16), 1<<16|1<<40) {
			for n < len(s) && !utf8.RuneStart(s[n]) {
				n++
			}
			if !utf8.ValidString(s[:n]) {
				return false
			}
		}
		s = s[n:]
	}
	return utf8.ValidString(s)
}

// threes says whether w is of characters of three bytes, whose first bytes are those
// where lead has a one. Of some that begin with E0 or ED there are none in UTF-8: for
// these it is false.
func threes(w, lead uint64) bool {
	rest := ones &^ lead
	low := w & (lead * 0x0F) // a half byte carries when 0F is added, unless it is 0
	return w&(lead*0xF0|rest*0xC0) == lead*0xE0|rest*0x80 &&
		(low+lead*0x0F)&((low^lead*0x0D)+lead*0x0F)&(lead*0x10) == lead*0x10
}
