package discover

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"fangzhi/archive"
)

// pageNames are the names of parameters that number pages, lower-case without
// _ and -, and sizeNames those that say how many rows a page has.
var (
	pageNames = []string{"pageno", "pagenum", "pagenumber", "page", "pageindex", "curpage", "currentpage", "currpage", "current", "pageid", "pagecurrent", "nowpage", "toPage", "p", "pg", "pn"}
	sizeNames = []string{"pagesize", "perpage", "prepage", "rows", "size", "limit", "pagelimit", "rn", "n", "ps", "pernum", "pagerows", "num", "count", "length"}
	skipNames = []string{"offset", "start", "startrecord", "skip", "from", "first"}
)

func isName(name string, names []string) bool {
	name = plainName(name)
	for _, n := range names {
		if strings.ToLower(n) == name {
			return true
		}
	}
	return false
}

// step is where a request says which part of a list it asks for.
type step struct {
	inBody bool
	form   []parameter // of the query or a form
	object string      // JSON body
	at     int         // of form: the parameter's place
	name   string      // of it
	from   int         // its value
	offset bool        // it counts rows, not pages
	size   int         // rows of a page; 0: not said
}

// stepOf finds in a request what numbers its pages.
func stepOf(r archive.Request) (step, bool) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return step{}, false
	}
	if strings.HasPrefix(strings.TrimSpace(r.Body), "{") {
		if s, ok := stepIn(fieldsOf(r.Body)); ok {
			s.inBody, s.object = true, r.Body
			return s, true
		}
	} else if r.Body != "" {
		if s, ok := stepIn(decoded(r.Body)); ok {
			s.inBody = true
			return s, true
		}
	}
	return stepIn(decoded(u.RawQuery))
}

// stepIn finds the parameter that numbers pages, or else the one that counts
// rows.
func stepIn(form []parameter) (s step, ok bool) {
	s.form = form
	for _, p := range form {
		if isName(p.name, sizeNames) && isNumber(p.value) && s.size == 0 {
			s.size = atoi(p.value)
		}
	}
	for _, names := range [][]string{pageNames, skipNames} {
		for _, wanted := range names {
			for i, p := range form {
				if plainName(p.name) == strings.ToLower(wanted) && isNumber(p.value) && len(p.value) < 7 {
					s.at, s.name, s.from = i, p.name, atoi(p.value)
					s.offset = isName(p.name, skipNames)
					return s, true
				}
			}
		}
	}
	return s, false
}

// fieldsOf are the plain values at the top of a JSON object.
func fieldsOf(body string) (form []parameter) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &object) != nil {
		return nil
	}
	keys := make([]string, 0, len(object))
	for k := range object {
		keys = append(keys, k)
	}
	sortNames(keys)
	for _, k := range keys {
		form = append(form, parameter{k, strings.Trim(string(object[k]), `"`)})
	}
	return form
}

// to is r for the part of the list that n tells.
func (s step) to(r archive.Request, n int) archive.Request {
	value := decimal(n)
	switch {
	case s.object != "":
		key := regexp.MustCompile(`("` + regexp.QuoteMeta(s.name) + `"\s*:\s*"?)\d+`)
		r.Body = key.ReplaceAllString(s.object, fmt.Sprintf("${1}%s", value))
	case s.inBody:
		r.Body = encoded(s.set(value))
	default:
		u, err := url.Parse(r.URL)
		if err != nil {
			return archive.Request{}
		}
		r.URL = withQuery(u, encoded(s.set(value)))
	}
	return r
}

func (s step) set(value string) []parameter {
	form := append([]parameter(nil), s.form...)
	form[s.at].value = value
	return form
}

// stepped are the requests that follow r, whose answer held some rows of total,
// on pages in all; 0 where it is not told. Where neither is told it is the next
// one.
func stepped(r archive.Request, rows, total, pages int) (next []archive.Request) {
	s, ok := stepOf(r)
	if !ok || rows == 0 {
		return nil
	}
	size := s.size
	if size == 0 || rows > size {
		size = rows
	}
	stride, last := 1, 0
	if s.offset {
		stride = size
		if rows < size && (total == 0 || s.from+rows < total) {
			stride = rows // the server hands out fewer than it is asked for
		}
		last = total - 1
		if total == 0 && pages > 0 {
			last = pages*size - 1
		}
	} else {
		first := 1
		if s.from == 0 {
			first = 0
		}
		if rows < size && total > rows && s.from == first {
			size = rows
		}
		switch {
		case pages > 0:
			last = pages - 1 + first
		case total > 0:
			last = (total+size-1)/size - 1 + first
		}
		if first == 0 && last > 0 {
			last++ // whether numbers start at 0 or 1 is not known
		}
	}
	for n := s.from + stride; len(next) < maxNext; n += stride {
		if last > 0 && n > last || last == 0 && len(next) == 1 {
			break
		}
		if total > 0 && last <= 0 {
			break
		}
		next = append(next, s.to(r, n))
	}
	return next
}
