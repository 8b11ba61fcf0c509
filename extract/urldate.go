package extract

import (
	"net/url"
	"strings"
)

// urlStamp returns the day that a URL's path names: t20220629_1.html,
// /2022/06/29/, /art/2022/6/29/, /2022-06-29/, /20220629/, /2005-07/31/. A
// month alone does not count.
func urlStamp(raw string) stamp {
	u, err := url.Parse(raw)
	if err != nil {
		return stamp{}
	}
	p := u.Path
	for i := 0; i < len(p); {
		if !isDigit(p[i]) {
			i++
			continue
		}
		n := digits(p, i)
		switch {
		case n == 8 || n > 8 && n <= 20 && strings.HasPrefix(p[i:], "20"):
			y, m, d := number(p[i:i+4]), number(p[i+4:i+6]), number(p[i+6:i+8])
			if valid(y, m, d) && (n == 8 || n >= 12) {
				return stamp{year: y, month: m, day: d, off: i, end: i + 8, sure: n == 8}
			}
		case n == 4:
			y := number(p[i : i+4])
			if j := i + 4; j < len(p) && (p[j] == '/' || p[j] == '-' || p[j] == '_') {
				if s, ok := pathMonthDay(p, j+1, y); ok {
					s.off = i
					return s
				}
			}
		case n == 6: // 202206/29 and 202206/t20220629
			y, m := number(p[i:i+4]), number(p[i+4:i+6])
			if j := i + 6; j < len(p) && (p[j] == '/' || p[j] == '-') {
				if k := digits(p, j+1); (k == 1 || k == 2) && valid(y, m, number(p[j+1:j+1+k])) && (j+1+k >= len(p) || p[j+1+k] == '/') {
					return stamp{year: y, month: m, day: number(p[j+1 : j+1+k]), off: i, end: j + 1 + k}
				}
			}
		}
		i += n
	}
	return stamp{}
}

// pathMonthDay reads 06/29, 06-29 or 0629 after a year.
func pathMonthDay(p string, j, year int) (stamp, bool) {
	n := digits(p, j)
	if n == 4 && valid(year, number(p[j:j+2]), number(p[j+2:j+4])) {
		return stamp{year: year, month: number(p[j : j+2]), day: number(p[j+2 : j+4]), end: j + 4}, true
	}
	if n == 0 || n > 2 || j+n >= len(p) || p[j+n] != '/' && p[j+n] != '-' && p[j+n] != '_' {
		return stamp{}, false
	}
	m, k := number(p[j:j+n]), j+n+1
	n = digits(p, k)
	if n == 0 || n > 2 || !valid(year, m, number(p[k:k+n])) {
		return stamp{}, false
	}
	return stamp{year: year, month: m, day: number(p[k : k+n]), end: k + n, sure: true}, true
}
