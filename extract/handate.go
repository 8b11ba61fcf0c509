package extract

import (
	"strings"
	"unicode/utf8"
)

// eraDate reads a Japanese era's year: 令和6年.
func eraDate(s string, i, v int) (int, bool) {
	before := strings.TrimRight(s[:i], " ")
	switch {
	case strings.HasSuffix(before, "令和"):
		return v + 2018, true
	case strings.HasSuffix(before, "平成"):
		return v + 1988, true
	}
	return 0, false
}

// hanDate reads a date in Chinese numerals: 二〇二二年十二月十三日.
func hanDate(s string, i int, r rune) (stamp, bool) {
	if _, ok := hanDigit(r); !ok {
		return stamp{}, false
	}
	year, j, ok := hanNumber(s, i, true)
	if !ok || !strings.HasPrefix(s[j:], "年") {
		return stamp{}, false
	}
	month, j, ok := hanNumber(s, skipBlanks(s, j+len("年")), false)
	if !ok || !strings.HasPrefix(s[j:], "月") {
		return stamp{}, false
	}
	day, j, ok := hanNumber(s, skipBlanks(s, j+len("月")), false)
	if !ok || !strings.HasPrefix(s[j:], "日") || !valid(year, month, day) {
		return stamp{}, false
	}
	return stamp{year: year, month: month, day: day, off: i, end: j + len("日"), sure: true}, true
}

func hanDigit(r rune) (int, bool) {
	switch r {
	case '〇', '○', '零', 'Ｏ', '０', '◯', '0':
		return 0, true
	case '元':
		return 1, true
	case '十':
		return 10, true
	case '廿':
		return 20, true
	}
	for i, d := range [...]rune{'一', '二', '三', '四', '五', '六', '七', '八', '九'} {
		if r == d {
			return i + 1, true
		}
	}
	return 0, false
}

// hanNumber reads Chinese numerals at i, digit by digit for a year.
func hanNumber(s string, i int, year bool) (v, next int, ok bool) {
	count := 0
	for i < len(s) && count < 5 {
		r, size := utf8.DecodeRuneInString(s[i:])
		d, is := hanDigit(r)
		if !is {
			if r == ' ' && count > 0 {
				i += size
				continue
			}
			break
		}
		switch {
		case year:
			v = v*10 + d
		case d == 10 && v > 0:
			v *= 10
		default:
			v += d
		}
		i += size
		count++
	}
	return v, i, count > 0 && (!year || count == 4)
}
