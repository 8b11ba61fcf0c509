package discover

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxNumber is the highest number of a page that is believed: links that say
// 2023 lead to years.
const maxNumber = 1899

// linked returns what links lead to: first the one that says it leads to the
// following page, then the pages numbered higher than this one, in order; and the
// highest number that they show.
func linked(p *page) (found []string, highest int) {
	at := p.at
	type numbered struct {
		n   int
		url string
	}
	var numbers []numbered
	for _, l := range p.Links() {
		if l.Next {
			found = append(found, l.URL)
			continue
		}
		text := strings.Trim(l.Text, " []【】")
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxNumber {
			continue
		}
		u, err := url.Parse(l.URL)
		if err != nil {
			continue
		}
		// Some count from 0: the link that says 2 leads to index_1.html.
		if shown, higher := pageNumber(at, u); higher && (shown == n || shown == n-1) {
			numbers = append(numbers, numbered{shown, l.URL})
			highest = max(highest, n)
		}
	}
	slices.SortStableFunc(numbers, func(a, b numbered) int { return a.n - b.n })
	for _, n := range numbers {
		if !slices.Contains(found, n.url) {
			found = append(found, n.url)
		}
	}
	return found, highest
}

// pageNumber is the number under which u is a page of the list at, and whether
// that is higher than at's own: the number at the end of the file's name
// (index_2.html), or that of the only parameter in which the two differ
// (?page=2).
func pageNumber(at, u *url.URL) (n int, higher bool) {
	if u.Host != at.Host {
		return 0, false
	}
	folder, file := path.Split(at.Path)
	folder2, file2 := path.Split(u.Path)
	if folder2 == folder && u.RawQuery == at.RawQuery {
		stem, own := numberedFile(file)
		stem2, n := numberedFile(file2)
		if stem2 == stem || file == "" && (stem2 == "index" || stem2 == "list" || stem2 == "default") {
			return n, n > own
		}
	}
	if u.Path != at.Path {
		return 0, false
	}
	return numberedQuery(at.Query(), u.Query())
}

// numberedFile parts list_2.html into list and 2. A name without a number is
// the first page's.
func numberedFile(file string) (stem string, n int) {
	name := strings.TrimSuffix(file, path.Ext(file))
	end := strings.TrimRight(name, "0123456789")
	digits := name[len(end):]
	stem = strings.TrimRight(end, "_-")
	if digits == "" || len(digits) > 4 || stem == end || stem == "" {
		return name, 0
	}
	return stem, atoi(digits)
}

// numberedQuery is the number of the one parameter in which two queries differ,
// and whether it is higher than before.
func numberedQuery(at, to url.Values) (n int, higher bool) {
	differ := ""
	for name, values := range to {
		if slices.Equal(values, at[name]) {
			continue
		}
		if differ != "" || len(values) != 1 || len(at[name]) > 1 {
			return 0, false
		}
		differ = name
	}
	for name := range at {
		if _, ok := to[name]; !ok {
			return 0, false
		}
	}
	if differ == "" {
		return 0, false
	}
	n, err := strconv.Atoi(to.Get(differ))
	own, _ := strconv.Atoi(at.Get(differ))
	return n, err == nil && n > own
}
