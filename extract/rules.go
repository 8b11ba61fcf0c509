package extract

import (
	"encoding/json"
	"fmt"

	"golang.org/x/net/html"

	"fangzhi/archive"
)

// Rules are CSS selectors (groups, parted by commas, are fine) that say where a
// site keeps what. An empty one leaves the field to the general methods; one
// that is given wins over them, and a page on which it finds nothing says so.
type Rules struct {
	Title    string   `yaml:"title,omitempty" json:"title,omitempty"`
	Subtitle string   `yaml:"subtitle,omitempty" json:"subtitle,omitempty"`
	Date     string   `yaml:"date,omitempty" json:"date,omitempty"`
	Source   string   `yaml:"source,omitempty" json:"source,omitempty"`
	Author   string   `yaml:"author,omitempty" json:"author,omitempty"`
	Body     string   `yaml:"body,omitempty" json:"body,omitempty"`
	Rows     string   `yaml:"rows,omitempty" json:"rows,omitempty"`     // a list's rows
	Next     string   `yaml:"next,omitempty" json:"next,omitempty"`     // the link to the following page
	Remove   []string `yaml:"remove,omitempty" json:"remove,omitempty"` // never part of a body
}

// IsZero says whether no rule is given.
func (r Rules) IsZero() bool {
	return r.Title == "" && r.Subtitle == "" && r.Date == "" && r.Source == "" && r.Author == "" &&
		r.Body == "" && r.Rows == "" && r.Next == "" && len(r.Remove) == 0
}

// Validate returns an error that names the first selector that cannot be read,
// by its key in YAML.
func (r Rules) Validate() error {
	_, err := r.compile()
	return err
}

// Digest names the rules: equal rules have equal digests, no rules have none.
func (r Rules) Digest() archive.Digest {
	if r.IsZero() {
		return ""
	}
	b, _ := json.Marshal(r) // strings alone cannot fail
	return archive.DigestOf(b)
}

// compiled are rules ready to match; a nil selector has no rule.
type compiled struct {
	title, subtitle, date, source, author, body, rows, next *selector
	remove                                                  []*selector
}

func (r Rules) compile() (c compiled, err error) {
	for _, x := range []struct {
		key, css string
		to       **selector
	}{
		{"title", r.Title, &c.title}, {"subtitle", r.Subtitle, &c.subtitle}, {"date", r.Date, &c.date},
		{"source", r.Source, &c.source}, {"author", r.Author, &c.author}, {"body", r.Body, &c.body},
		{"rows", r.Rows, &c.rows}, {"next", r.Next, &c.next},
	} {
		if x.css == "" {
			continue
		}
		if *x.to, err = parseSelector(x.css); err != nil {
			return c, fmt.Errorf("%s: %q: not a CSS selector: %w", x.key, x.css, err)
		}
	}
	for i, css := range r.Remove {
		group, err := parseSelector(css)
		if err != nil {
			return c, fmt.Errorf("remove[%d]: %q: not a CSS selector: %w", i, css, err)
		}
		c.remove = append(c.remove, group)
	}
	return c, nil
}

// matches returns the nodes that a rule finds, those inside another left out.
func matches(root *html.Node, group *selector) []*html.Node {
	if group == nil {
		return nil
	}
	var out []*html.Node
	for _, n := range group.all(root) {
		if len(out) > 0 && within(n, out[len(out)-1]) {
			continue
		}
		out = append(out, n)
	}
	return out
}

func within(n, outer *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == outer {
			return true
		}
	}
	return false
}

// nodeText returns the folded text of a node, or its content or value where it
// is a tag without text.
func nodeText(n *html.Node) string {
	for _, key := range [...]string{"content", "datetime"} {
		if v := attr(n, key); v != "" && (n.Data == "meta" || n.Data == "time") {
			return fold(v)
		}
	}
	f := flattener{flat: &flat{}, block: -1}
	f.children(n, -1)
	return fold(string(f.buf))
}
