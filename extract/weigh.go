package extract

import "unicode"

// Weight is how much text says, in units of a Latin letter: a character of a
// script that writes a word in one or two of them counts three.
const wideWeight = 3

// weighRune returns a rune's weight; white space, punctuation and symbols have
// none.
func weighRune(r rune) int32 {
	switch {
	case r < 0x80:
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' {
			return 1
		}
		return 0
	case isWide(r):
		return wideWeight
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r):
		return 1
	}
	return 0
}

// isWide says whether r is Han, kana or Hangul.
func isWide(r rune) bool {
	return r >= 0x4e00 && r <= 0x9fff || r >= 0x3041 && r <= 0x30ff || r >= 0xac00 && r <= 0xd7af ||
		r >= 0x3400 && r <= 0x4dbf || r >= 0xf900 && r <= 0xfaff || r >= 0x20000 && r <= 0x3ffff || r == '〇' || r == '々'
}

func weigh(s string) (w int32) {
	for _, r := range s {
		w += weighRune(r)
	}
	return w
}

// isStop says whether r ends or parts a sentence. A full stop counts where it
// ends a word, which its caller checks.
func isStop(r rune) bool {
	switch r {
	case '。', '，', '；', '！', '？', '、', '؟', '،', '।', '…', ';', '!', '?', ',', '.':
		return true
	}
	return false
}
