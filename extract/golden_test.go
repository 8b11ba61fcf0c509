package extract_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
	"fangzhi/extract"
)

var update = flag.Bool("update", false, "rewrite what the golden pages are expected to read as; a person reads the diff")

// golden stands beside each page of testdata: how it was served, what it
// imitates, and what is to be read from it.
type golden struct {
	URL         string            `json:"url"`
	Status      int               `json:"status"`
	ContentType string            `json:"content_type"`
	Header      map[string]string `json:"header,omitempty"`
	Imitates    string            `json:"imitates"`
	Want        wanted            `json:"want"`
}

type wanted struct {
	Kind      archive.Kind    `json:"kind"`
	Trouble   archive.Trouble `json:"trouble,omitempty"`
	Signature string          `json:"signature"`
	Charset   string          `json:"charset,omitempty"`
	Damaged   int             `json:"damaged,omitempty"`
	Missing   []string        `json:"missing,omitempty"`
	Article   archive.Article `json:"article"`
	Evidence  []string        `json:"evidence,omitempty"`
	Links     []extract.Link  `json:"links,omitempty"` // rows, documents and what leads on
}

func TestGoldenPages(t *testing.T) {
	pages, err := filepath.Glob("testdata/*/*.html")
	if err != nil || len(pages) < 40 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		name := strings.TrimSuffix(page, ".html")
		t.Run(strings.TrimPrefix(name, "testdata/"), func(t *testing.T) {
			payload, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var g golden
			if err := json.Unmarshal(b, &g); err != nil {
				t.Fatal(err)
			}
			header := http.Header{"Content-Type": {g.ContentType}}
			for k, v := range g.Header {
				header.Set(k, v)
			}
			got := readGolden(open(t, extract.Input{URL: g.URL, Status: g.Status, Header: header, Payload: payload}))
			if *update {
				g.Want = got
				out, err := marshal(g)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name+".json", out, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := marshal(g.Want)
			if err != nil {
				t.Fatal(err)
			}
			have, err := marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(have)); d != "" {
				t.Errorf("%s (-want +got)\n%s", g.Imitates, d)
			}
		})
	}
}

func readGolden(p *extract.Page) wanted {
	r := p.Reading()
	w := wanted{Kind: r.Kind, Trouble: r.Trouble, Signature: r.Signature, Charset: r.Charset, Damaged: r.Damaged, Article: r.Article}
	for _, m := range r.Missing {
		w.Missing = append(w.Missing, m.Field)
	}
	for _, e := range r.Article.Evidence {
		w.Evidence = append(w.Evidence, e.Field+": "+e.Method+" "+e.Where)
	}
	w.Article.Evidence = nil
	for _, l := range p.Links() {
		if l.Row || l.Next || l.Document {
			w.Links = append(w.Links, l)
		}
	}
	return w
}

func marshal(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return []byte(b.String()), err
}
