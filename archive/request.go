package archive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Request is how a page is asked for where a GET of its URL does not bring it:
// lists that a script fills are asked of services, with a form or JSON for a
// body and the headers of the script.
type Request struct {
	Method string            `json:"method,omitempty"` // "": GET
	URL    string            `json:"url"`              // to ask for, absolute
	Body   string            `json:"body,omitempty"`
	Header map[string]string `json:"header,omitempty"` // besides those of every request, by canonical name
	Family string            `json:"family,omitempty"` // of portal software: who reads the answer
	Hint   string            `json:"hint,omitempty"`   // what the family has to know for that and the answer does not say
}

// Verb is the request's method.
func (r Request) Verb() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// maxReplayBody is the longest body, in bytes, that a replay URL spells out.
const maxReplayBody = 1200

// ReplayURL returns the URL under which the answer is known: that of a GET is
// its own; other methods get it with the method and the body as parameters, the
// way replay software looks them up (pywb and warcio: __wb_method and the
// fields of a form, the leaves of JSON, or else the body in base64). A body
// that is too long for a URL is named by its digest.
func (r Request) ReplayURL() string {
	method := r.Verb()
	if method == http.MethodGet {
		return r.URL
	}
	mark := "?"
	if strings.Contains(r.URL, "?") {
		mark = "&"
	}
	query := r.query()
	if len(query) > maxReplayBody {
		query = "__wb_post_data=" + string(DigestOf([]byte(r.Body)))
	}
	return r.URL + mark + "__wb_method=" + method + "&" + query
}

// query is the body as parameters.
func (r Request) query() string {
	media, _, _ := mime.ParseMediaType(r.Header["Content-Type"])
	if strings.HasPrefix(strings.TrimSpace(r.Body), "{") {
		media = "application/json" // forms do not start so, whatever the header says
	}
	switch media {
	case "application/x-www-form-urlencoded":
		return r.Body
	case "application/json", "text/plain":
		if q, err := leaves(r.Body); err == nil {
			return q
		}
	}
	return "__wb_post_data=" + base64.StdEncoding.EncodeToString([]byte(r.Body))
}

// leaves lists the values of JSON text in their order, each under the key that
// stands nearest above it; from the second time on a key has its number after
// it: key, key.2_, key.3_.
func leaves(text string) (string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var b strings.Builder
	times := map[string]int{}
	add := func(key string, value any) {
		if value == nil {
			value = "null"
		}
		if s, ok := value.(string); ok && s == "" {
			return
		}
		times[key]++
		if n := times[key]; n > 1 {
			key = fmt.Sprintf("%s.%d_", key, n)
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(key) + "=" + url.QueryEscape(fmt.Sprint(value)))
	}
	var value func(key string) error
	value = func(key string) error {
		t, err := d.Token()
		if err != nil {
			return err
		}
		delim, nested := t.(json.Delim)
		if !nested {
			add(key, t)
			return nil
		}
		for d.More() {
			below := key
			if delim == '{' {
				name, err := d.Token()
				if err != nil {
					return err
				}
				below, _ = name.(string)
			}
			if err := value(below); err != nil {
				return err
			}
		}
		_, err = d.Token() // its end
		return err
	}
	if err := value(""); err != nil {
		return "", err
	}
	if _, err := d.Token(); err != io.EOF {
		return "", fmt.Errorf("more than one value")
	}
	return b.String(), nil
}
