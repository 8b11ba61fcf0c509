package extract

import (
	"strings"
	"time"
	"unicode/utf8"
)

// withClock reads the time of day after a date, where one stands there.
func withClock(s string, d stamp) stamp {
	if d.clock {
		return withZone(s, d)
	}
	j := d.end
	// Between date and time: blanks, T, commas, brackets, a weekday, a word.
	for skipped := 0; j < len(s) && skipped < 6; skipped++ {
		if isDigit(s[j]) {
			break
		}
		next := clockLead(s, j)
		if next == j {
			return d
		}
		j = next
	}
	n := digits(s, j)
	if n == 0 || n > 2 {
		return d
	}
	hour := number(s[j : j+n])
	k := skipBlanks(s, j+n)
	minute, sec, end := -1, 0, 0
	switch {
	case k < len(s) && (s[k] == ':' || s[k] == '.' && j > d.end || s[k] == 'h' || s[k] == 'H'):
		k = skipBlanks(s, k+1)
		if m := digits(s, k); m == 2 {
			minute, end = number(s[k:k+2]), k+2
		} else if m == 0 && (s[k-1] == 'h' || s[k-1] == 'H') {
			minute, end = 0, k
		}
	case strings.HasPrefix(s[k:], "时"), strings.HasPrefix(s[k:], "時"), strings.HasPrefix(s[k:], "点"), strings.HasPrefix(s[k:], "點"), strings.HasPrefix(s[k:], "시"):
		k = skipBlanks(s, k+3)
		m := digits(s, k)
		if m == 1 || m == 2 {
			minute, end = number(s[k:k+m]), k+m
			if strings.HasPrefix(s[end:], "分") || strings.HasPrefix(s[end:], "분") {
				end += 3
			}
		} else if m == 0 {
			minute, end = 0, k
		}
	}
	if minute < 0 || minute > 59 || hour > 24 {
		return d
	}
	if end < len(s) && s[end] == ':' && digits(s, end+1) == 2 {
		sec = number(s[end+1 : end+3])
		end += 3
	} else if digits(s, end) == 2 && strings.HasPrefix(s[end+2:], "秒") {
		sec = number(s[end : end+2])
		end += 5
	}
	before := s[d.end:j]
	hour, end = halfDay(s, before, hour, end)
	if hour > 23 || sec > 59 {
		return d
	}
	d.hour, d.minute, d.sec, d.clock, d.end = hour, minute, sec, true, end
	return withZone(s, d)
}

// clockLead returns the offset after one thing that may stand between a date
// and its time, or i where nothing of the kind does.
func clockLead(s string, i int) int {
	switch s[i] {
	case ' ', ',', 'T', '(', ')', '|', '-', '_', '.', '/', '[', ']', ';', '@':
		return i + 1
	}
	for _, w := range clockLeads {
		if strings.HasPrefix(s[i:], w) {
			return i + len(w)
		}
	}
	return i
}

var clockLeads = []string{
	"星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日", "星期天", "周一", "周二", "周三", "周四", "周五", "周六", "周日",
	"上午", "下午", "晚上", "中午", "凌晨", "早上", "午前", "午後", "오전", "오후", "·", "•", "│",
	"at ", "um ", "at", "à ", "a las ", "as ", "às ", "kl.", "kl ", "klo ", "o godz. ", "ore ", "om ", "в ", "v ", "godz. ",
	"h ", "Uhr", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "&nbsp;", "h:", "r.", "г.", "у ",
}

// halfDay applies am, pm, 上午 and 下午.
func halfDay(s, before string, hour, end int) (int, int) {
	after := strings.ToLower(s[end:min(len(s), end+8)])
	trim := strings.TrimLeft(after, " ")
	pm := strings.HasPrefix(trim, "pm") || strings.HasPrefix(trim, "p.m") ||
		strings.Contains(before, "下午") || strings.Contains(before, "晚上") || strings.Contains(before, "午後") || strings.Contains(before, "오후")
	am := strings.HasPrefix(trim, "am") || strings.HasPrefix(trim, "a.m")
	if am || strings.HasPrefix(trim, "p") && pm {
		end += len(after) - len(trim) + 2
	}
	switch {
	case pm && hour < 12:
		hour += 12
	case am && hour == 12:
		hour = 0
	}
	return hour, end
}

// withZone reads an offset after a time: Z, +08:00, +0800, GMT+8, UTC.
func withZone(s string, d stamp) stamp {
	j := d.end
	if j < len(s) && s[j] == '.' { // fractions of a second
		if n := digits(s, j+1); n > 0 && n <= 9 {
			j += 1 + n
		}
	}
	if j < len(s) && s[j] == 'Z' {
		d.zone, d.end = time.UTC, j+1
		return d
	}
	k := skipBlanks(s, j)
	named := false
	for _, w := range [...]string{"GMT", "UTC"} {
		if strings.HasPrefix(s[k:], w) {
			k, named = k+len(w), true
			break
		}
	}
	if k < len(s) && (s[k] == '+' || s[k] == '-') && (named || k == j || k+5 <= len(s)) {
		if offset, end, ok := readOffset(s, k); ok && (named || k == j || end-k >= 5) {
			d.zone, d.end = time.FixedZone("", offset), end
			return d
		}
	}
	if named {
		d.zone, d.end = time.UTC, k
	}
	return d
}

// readOffset reads +08:00, +0800 or +8 at k as seconds.
func readOffset(s string, k int) (offset, end int, ok bool) {
	n := digits(s, k+1)
	var h, m int
	end = k + 1 + n
	switch n {
	case 4:
		h, m = number(s[k+1:k+3]), number(s[k+3:k+5])
	case 1, 2:
		h = number(s[k+1 : k+1+n])
		if end < len(s) && s[end] == ':' && digits(s, end+1) == 2 {
			m = number(s[end+1 : end+3])
			end += 3
		}
	default:
		return 0, k, false
	}
	if h > 14 || m > 59 {
		return 0, k, false
	}
	offset = h*3600 + m*60
	if s[k] == '-' {
		offset = -offset
	}
	return offset, end, true
}

// namedDate reads a date whose month is the word of n bytes at i, with the day
// before or after it and the year after: 26 April 2022, April 26, 2022, 26 de
// abril de 2022. The day before is looked for backwards.
func namedDate(s string, i, n int) (stamp, bool) {
	month := monthOf(s[i : i+n])
	if month == 0 {
		return stamp{}, false
	}
	j := i + n
	if j < len(s) && s[j] == '.' {
		j++
	}
	if day, off, ok := dayBefore(s, i); ok {
		if year, end, ok := yearAfter(s, j); ok && valid(year, month, day) {
			return stamp{year: year, month: month, day: day, off: off, end: end, sure: true}, true
		}
	}
	k := skipBlanks(s, j)
	if k < len(s) && (s[k] == '-' || s[k] == '/') {
		k = skipBlanks(s, k+1)
	}
	m := digits(s, k)
	if m == 0 || m > 2 {
		return stamp{}, false
	}
	day := number(s[k : k+m])
	k += m
	for _, suffix := range [...]string{"st", "nd", "rd", "th", "."} {
		if strings.HasPrefix(s[k:], suffix) {
			k += len(suffix)
			break
		}
	}
	year, end, ok := yearAfter(s, k)
	if !ok || !valid(year, month, day) {
		return stamp{}, false
	}
	return stamp{year: year, month: month, day: day, off: i, end: end, sure: true}, true
}

// dayBefore reads a day number before the month at i: 26, 26th, 26., 26 de.
func dayBefore(s string, i int) (day, off int, ok bool) {
	head := strings.TrimRight(s[:i], " -/")
	for _, w := range [...]string{" de", " of", "º", "ª", "er", "st", "nd", "rd", "th", ".", " d'", "-го", " din", "일"} {
		if strings.HasSuffix(head, w) {
			head = strings.TrimRight(strings.TrimSuffix(head, w), " ")
			break
		}
	}
	end := len(head)
	start := end
	for start > 0 && isDigit(head[start-1]) && end-start < 3 {
		start--
	}
	if end == start || end-start > 2 {
		return 0, 0, false
	}
	day = number(head[start:end])
	return day, start, day >= 1 && day <= 31
}

// yearAfter reads a year after at most a few marks and small words.
func yearAfter(s string, j int) (year, end int, ok bool) {
	for skipped := 0; j < len(s) && skipped < 5; skipped++ {
		if isDigit(s[j]) {
			n := digits(s, j)
			if n != 4 {
				return 0, 0, false
			}
			return number(s[j : j+4]), j + 4, true
		}
		switch s[j] {
		case ' ', ',', '.', '-', '/', '\'':
			j++
			continue
		}
		moved := false
		for _, w := range [...]string{"de ", "del ", "of ", "th", "st", "nd", "rd", "kl"} {
			if strings.HasPrefix(s[j:], w) {
				j, moved = j+len(w), true
				break
			}
		}
		if !moved {
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// monthOf returns the month that a word names in any of the languages known.
func monthOf(w string) int {
	if len(w) < 3 || len(w) > 24 {
		return 0
	}
	var buf [32]byte
	b := buf[:0]
	for i := 0; i < len(w); i++ {
		if c := w[i]; c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			b = append(b, c)
		} else {
			return monthNames[strings.ToLower(w)]
		}
	}
	return monthNames[string(b)]
}

var monthNames = monthTable()

func monthTable() map[string]int {
	table := map[string]int{}
	for _, names := range [][12]string{
		{"january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept", "october oct", "november nov", "december dec"},
		{"januar jänner jän", "februar feber", "märz mär maerz mrz", "april", "mai", "juni", "juli", "august", "september", "oktober okt", "november", "dezember dez"},
		{"janvier janv", "février fevrier févr", "mars", "avril avr", "mai", "juin", "juillet juil", "août aout", "septembre", "octobre", "novembre", "décembre decembre déc"},
		{"enero ene", "febrero", "marzo", "abril abr", "mayo", "junio", "julio", "agosto ago", "septiembre setiembre", "octubre", "noviembre", "diciembre dic"},
		{"gennaio gen", "febbraio", "marzo", "aprile", "maggio mag", "giugno giu", "luglio lug", "agosto", "settembre set", "ottobre ott", "novembre", "dicembre"},
		{"janeiro", "fevereiro fev", "março marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro out", "novembro", "dezembro"},
		{"januari", "februari", "maart mrt", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"},
		{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "desember des"},
		{"tammikuuta tammikuu", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta", "elokuuta", "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta"},
		{"stycznia styczeń", "lutego luty", "marca marzec", "kwietnia kwiecień", "maja", "czerwca", "lipca", "sierpnia", "września", "października", "listopada", "grudnia"},
		{"ledna leden", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu", "prosince"},
		{"января янв", "февраля фев", "марта мар", "апреля апр", "мая", "июня", "июля", "августа авг", "сентября сен", "октября окт", "ноября", "декабря дек"},
		{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"},
		{"ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos", "eylül", "ekim", "kasım", "aralık"},
		{"ianuarie", "februarie", "martie", "aprilie", "mai", "iunie", "iulie", "august", "septembrie", "octombrie", "noiembrie", "decembrie"},
		{"január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október", "november", "december"},
		{"ιανουαρίου", "φεβρουαρίου", "μαρτίου", "απριλίου", "μαΐου", "ιουνίου", "ιουλίου", "αυγούστου", "σεπτεμβρίου", "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου"},
		{"januari", "februari pebruari", "maret", "april", "mei", "juni", "juli", "agustus agu", "september", "oktober okt", "november nop", "desember des"},
		{"يناير", "فبراير", "مارس", "أبريل ابريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
		{"janúar", "febrúar", "mars", "apríl", "maí", "júní", "júlí", "ágúst", "september", "október", "nóvember", "desember"},
		{"jaanuar", "veebruar", "märts", "aprill", "mai", "juuni", "juuli", "august", "september", "oktoober", "november", "detsember"},
		{"sausio", "vasario", "kovo", "balandžio", "gegužės", "birželio", "liepos", "rugpjūčio", "rugsėjo", "spalio", "lapkričio", "gruodžio"},
		{"janeris", "februaris", "marts", "aprilis", "maijs", "jūnijs", "jūlijs", "augusts", "septembris", "oktobris", "novembris", "decembris"},
	} {
		for m, list := range names {
			for _, w := range strings.Fields(list) {
				if _, held := table[w]; !held {
					table[w] = m + 1
				}
			}
		}
	}
	return table
}
