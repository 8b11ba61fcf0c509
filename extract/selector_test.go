package extract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"fangzhi/bench/process"
	"fangzhi/extract"
)

const selected = `<body><div id=a class="x y"><p>1</p><ul><li>2<li class=z>3<li>4</ul><p class="q, r">5<span>6</span></p></div>
<div id=b><div class=x><div><p>7</p></div></div><p>8</p></div><a href="?a > b">9</a><p>10</p></body>`

// A selector finds what the library finds by it.
func TestSelectors(t *testing.T) {
	root, err := html.Parse(strings.NewReader(selected))
	if err != nil {
		t.Fatal(err)
	}
	for _, css := range []string{
		"p", "*", "div p", "div>p", "div > p", "ul+p", "ul ~ p", "p + ul li ~ li", ".x p, #b > p", "div div div p", "div .x p", "body div.x > ul > li.z + li",
		`a[href="?a > b"]`, `p[class='q, r'] span`, "li:nth-child(2n + 1)", "li:not(.z)", "div:has(span)", `p:contains("1")`, "div:not(.x, #b) p", "li:first-child ~ li:last-child",
		"nothing here", "div  \t p", "*+*", "p ~ p", "html > body > div", ":not(p) > p",
	} {
		group, err := cascadia.ParseGroup(css)
		if err != nil {
			t.Fatalf("%s: %v", css, err)
		}
		got, err := extract.Select(root, css)
		if err != nil {
			t.Errorf("%s: %v", css, err)
			continue
		}
		want := cascadia.QueryAll(root, group)
		if len(got) != len(want) {
			t.Errorf("%s: %d nodes, want %d", css, len(got), len(want))
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: node %d differs", css, i)
			}
		}
	}
}

// No page makes a selector expensive, however deep it is nested; selectors that
// would be are refused.
func TestSelectorsAreBounded(t *testing.T) {
	page := strings.Repeat("<div class=m>", 450) + strings.Repeat("<p>x</p>", 20_000) + strings.Repeat("</div>", 450)
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	began := process.Spent() // a busy machine takes longer, not more
	for _, css := range []string{"a.zz " + strings.Repeat("div ", 30) + "p", "a ~ " + strings.Repeat("p ~ ", 20) + "p", ".m .m .m .m .m .m p:not(p)"} {
		if found, err := extract.Select(root, css); err != nil || len(found) != 0 {
			t.Errorf("%s: %d nodes, %v", css, len(found), err)
		}
	}
	if took := process.Spent() - began; took > 20*time.Second {
		t.Errorf("took %v", took)
	}
	for css, want := range map[string]string{
		"div:has(div:has(p))":            "must not have :has() within another",
		"div:has(div p)":                 "must have one part only within :has()",
		"div:not(div > p) p":             "must have one part only within :not()",
		strings.Repeat("p ", 33):         "must not have more than 32 parts",
		strings.Repeat("p,", 1500) + "p": "must not be longer than 2000 bytes",
		"p[":                             "",
	} {
		if _, err := extract.Select(root, css); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", css, err, want)
		}
	}
}
