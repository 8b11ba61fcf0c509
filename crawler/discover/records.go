package discover

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// A record is one object of a JSON answer, its values by their names.
type record map[string]any

// table is the list that a JSON answer holds: the array whose objects look most
// like rows, and the numbers that stand around it.
type table struct {
	rows    []Row
	records []record
	total   int
	pages   int
	path    string // names that lead to the array, parted by dots: the evidence
	short   string // why it holds more than is read of it; "": it does not
}

const maxJSONDepth = 12

// maxJSONRecords is how many records of one answer are read; tests set it.
var maxJSONRecords = 200_000

// tableOf reads JSON as a list, whatever its values are called: of its arrays of
// objects the one with most rows, each with a title and an address or, through
// place, a way to one. Texts that hold JSON are read as what they hold.
func (a *Answer) tableOf(text string, place func(record) string) (table, bool) {
	v, err := parseJSON(text)
	if err != nil {
		return table{}, false
	}
	var best table
	found := false
	a.search(v, nil, 0, place, func(t table) {
		if !found || len(t.rows) > len(best.rows) {
			best, found = t, true
		}
	})
	if !found {
		return table{}, false
	}
	best.total, best.pages = totals(v, strings.Split(best.path, "."))
	return best, true
}

// parseJSON reads JSON, also as the argument of a function (JSONP).
func parseJSON(text string) (any, error) {
	text = strings.TrimLeft(text, " \t\r\n\ufeff\u200b")
	if isCallback(start(text)) {
		_, text, _ = strings.Cut(text, "(")
		if i := strings.LastIndexByte(text, ')'); i >= 0 {
			text = text[:i]
		}
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		if rest := strings.TrimSpace(text[d.InputOffset():]); strings.Trim(rest, ";") != "" {
			return nil, io.ErrUnexpectedEOF
		}
	}
	return v, nil
}

// search calls each with every array of objects below v that has rows. An empty
// array where rows could stand counts as a list of none.
func (a *Answer) search(v any, path []string, depth int, place func(record) string, each func(table)) {
	if depth > maxJSONDepth {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range names(v) {
			a.search(v[name], append(path[:len(path):len(path)], name), depth+1, place, each)
		}
	case string:
		if inner, ok := nested(v); ok {
			a.search(inner, path, depth+1, place, each)
		}
	case []any:
		t := table{path: strings.Join(path, ".")}
		if len(v) > maxJSONRecords {
			t.short = fmt.Sprintf("%d of its %d records are read", maxJSONRecords, len(v))
		}
		for _, item := range v[:min(len(v), maxJSONRecords)] {
			object, ok := item.(map[string]any)
			if !ok {
				if text, isText := item.(string); isText {
					if inner, holds := nested(text); holds {
						object, ok = inner.(map[string]any)
					}
				}
			}
			if !ok {
				continue
			}
			t.records = append(t.records, object)
			if row, ok := a.row(object, place); ok {
				t.rows = append(t.rows, row)
			}
		}
		// Of records that are no rows some may hold the list.
		if 2*len(t.rows) > len(t.records) || len(v) == 0 && listName(path) {
			each(t)
			return
		}
		for _, item := range v[:min(len(v), 200)] {
			a.search(item, path, depth+1, place, each)
		}
	}
}

// nested is the JSON that a text holds.
func nested(text string) (any, bool) {
	if t := strings.TrimSpace(text); len(t) < 2 || t[0] != '{' && t[0] != '[' {
		return nil, false
	}
	v, err := parseJSON(text)
	return v, err == nil
}

// listName says whether a name is one that services give to lists.
func listName(path []string) bool {
	if len(path) == 0 {
		return true
	}
	switch strings.ToLower(path[len(path)-1]) {
	case "data", "list", "rows", "records", "results", "result", "items", "articles", "infodata", "content", "datalist", "listvo", "docs", "page", "array", "news":
		return true
	}
	return false
}

// names are the names of an object's values, those first that hold lists, so
// that equal lists are always told apart in the same way.
func names(v map[string]any) []string {
	all := make([]string, 0, len(v))
	for name := range v {
		all = append(all, name)
	}
	sortNames(all)
	return all
}

// totals looks for how many rows and pages there are in all: in the object that
// holds the array, and in those around it.
func totals(v any, path []string) (total, pages int) {
	for {
		switch x := v.(type) {
		case string:
			inner, ok := nested(x)
			if !ok {
				return total, pages
			}
			v = inner
			continue
		case map[string]any:
			if n, ok := record(x).number(totalNames); ok {
				total = n
			}
			if n, ok := record(x).number(countNames); ok {
				pages = n
			}
			if len(path) == 0 || path[0] == "" {
				return total, pages
			}
			v, path = x[path[0]], path[1:]
			continue
		}
		return total, pages
	}
}

// Names of numbers, the better before the worse: some call the rows of this page
// count, and those of all pages total.
var (
	totalNames = []string{"total", "totalcount", "totalrecord", "totalrecords", "totalnum", "totalnumber", "totalelements", "totalrows", "totalsize", "totalhits", "totals",
		"recordtotal", "recordcount", "rowcount", "allcount", "numfound", "datacount", "infocount", "count"}
	countNames = []string{"totalpage", "totalpages", "pagetotal", "pagecount", "allpage", "countpage", "pagenumtotal", "pages"}
)

// number is the first value of these names that is a whole number.
func (r record) number(names []string) (int, bool) {
	for _, wanted := range names {
		for name, v := range r {
			if plainName(name) == wanted {
				if n, ok := integer(v); ok {
					return n, true
				}
			}
		}
	}
	return 0, false
}

// integer is the whole number that a value is or spells.
func integer(v any) (int, bool) {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil && n >= 0 && n < 1e9
	case string:
		if !isNumber(v) || len(v) > 9 {
			return 0, false
		}
		return atoi(v), true
	}
	return 0, false
}
