package sqlite

import (
	"encoding/json"
	"strconv"
	"strings"

	"fangzhi/archive"
	"fangzhi/archive/jsontext"
)

// article scans the column that holds an article: JSON as this package writes
// it. By reflection that took a quarter of an export's time.
type article struct{ to *archive.Article }

func (a article) Scan(src any) error {
	text, ok := src.(string)
	if ok {
		if read, ok := readArticle(text); ok {
			*a.to = read
			return nil
		}
	}
	return object{a.to}.Scan(src)
}

// readArticle reads an article that encode wrote, as encoding/json would. It is
// false for whatever else may be JSON of an article, which is left to that.
func readArticle(text string) (a archive.Article, ok bool) {
	if !jsontext.Valid(text) {
		return a, false
	}
	r := reader{left: text}
	r.object(func(key string) {
		switch key {
		case "title":
			a.Title = r.text()
		case "subtitle":
			a.Subtitle = r.text()
		case "source":
			a.Source = r.text()
		case "author":
			a.Author = r.text()
		case "editor":
			a.Editor = r.text()
		case "document_number":
			a.DocumentNumber = r.text()
		case "index_number":
			a.IndexNumber = r.text()
		case "issuer":
			a.Issuer = r.text()
		case "written":
			a.Written = r.text()
		case "published":
			before := len(r.left)
			text := r.text()
			escaped := before-len(r.left) != len(text)+len(`""`)
			if err := a.Published.UnmarshalText([]byte(text)); err != nil || escaped {
				r.failed = true
			}
		case "day_only":
			a.DayOnly = r.take("true") || !r.take("false") && r.fail()
		case "body":
			a.Body = r.text()
		case "left_out":
			a.LeftOut = r.text()
		case "pictures":
			a.Pictures = []string{}
			r.list(func() { a.Pictures = append(a.Pictures, r.text()) })
		case "attachments":
			a.Attachments = []archive.Attachment{}
			r.list(func() { a.Attachments = append(a.Attachments, r.attachment()) })
		case "evidence":
			a.Evidence = make([]archive.Evidence, 0, 4)
			r.list(func() { a.Evidence = append(a.Evidence, r.evidence()) })
		default:
			r.failed = true
		}
	})
	return a, !r.failed && r.left == ""
}

func (r *reader) attachment() (f archive.Attachment) {
	r.object(func(key string) {
		switch key {
		case "name":
			f.Name = r.text()
		case "url":
			f.URL = r.text()
		case "digest":
			f.Digest = archive.Digest(r.text())
		default:
			r.failed = true
		}
	})
	return f
}

func (r *reader) evidence() (e archive.Evidence) {
	r.object(func(key string) {
		switch key {
		case "field":
			e.Field = r.text()
		case "method":
			e.Method = r.text()
		case "where":
			e.Where = r.text()
		case "confidence":
			e.Confidence = r.number()
		case "others":
			e.Others = []string{}
			r.list(func() { e.Others = append(e.Others, r.text()) })
		default:
			r.failed = true
		}
	})
	return e
}

// reader reads JSON without white space. Once it has failed, what it returns
// means nothing.
type reader struct {
	left   string
	failed bool
}

func (r *reader) fail() bool {
	r.failed = true
	return false
}

// take goes past token, if that comes next.
func (r *reader) take(token string) bool {
	if len(r.left) < len(token) || r.left[:len(token)] != token {
		return false
	}
	r.left = r.left[len(token):]
	return true
}

// object calls field with each key, to read its value. A key that comes twice is
// a failure: encoding/json makes one value of both.
func (r *reader) object(field func(key string)) {
	if !r.take("{") {
		r.fail()
		return
	}
	if r.take("}") {
		return
	}
	var seen [16]string
	for n := 0; !r.failed; n++ {
		key := r.text()
		for _, other := range seen[:min(n, len(seen))] {
			r.failed = r.failed || other == key
		}
		if n == len(seen) || r.failed || !r.take(":") {
			r.fail()
			return
		}
		seen[n] = key
		field(key)
		if !r.take(",") {
			if !r.take("}") {
				r.fail()
			}
			return
		}
	}
}

func (r *reader) list(item func()) {
	if !r.take("[") {
		r.fail()
		return
	}
	if r.take("]") {
		return
	}
	for !r.failed {
		item()
		if !r.take(",") {
			if !r.take("]") {
				r.fail()
			}
			return
		}
	}
}

// text reads a string. What it returns does not keep the rest of the JSON in
// memory.
func (r *reader) text() string {
	if !r.take(`"`) {
		r.fail()
		return ""
	}
	plain := true
	for i := jsontext.Plain(r.left); i < len(r.left); i += jsontext.Plain(r.left[i:]) {
		switch r.left[i] {
		case '"':
			s := r.left[:i]
			r.left = r.left[i+1:]
			if plain {
				return strings.Clone(s)
			}
			return r.unescaped(s)
		case '\\':
			plain = false
			i = min(i+2, len(r.left))
		default:
			r.fail()
			return ""
		}
	}
	r.fail()
	return ""
}

// unescaped is the string that stands in JSON as s.
func (r *reader) unescaped(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	rest := s
	for {
		i := strings.IndexByte(rest, '\\')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i])
		switch c := rest[i+1]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '"', '\\', '/':
			b.WriteByte(c)
		default: // \u, and what is rare
			var all string
			if err := json.Unmarshal([]byte(`"`+s+`"`), &all); err != nil {
				r.fail()
			}
			return all
		}
		rest = rest[i+2:]
	}
}

// number reads a number between 0 and 1.
func (r *reader) number() float64 {
	n := 0
	for n < len(r.left) && (r.left[n] >= '0' && r.left[n] <= '9' || r.left[n] == '.') {
		n++
	}
	token := r.left[:n]
	f, err := strconv.ParseFloat(token, 64)
	if n == 0 || err != nil || n > 1 && token[1] != '.' || token[0] == '.' || token[n-1] == '.' {
		r.fail()
	}
	r.left = r.left[n:]
	return f
}
