package crawler_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jimsmart/grobotstxt"

	"fangzhi/crawler"
)

// googleCase is one question of Google's published tests of its parser
// (github.com/google/robotstxt, robots_test.cc, Apache License 2.0).
type googleCase struct {
	Group   string `json:"group"`
	Robots  string `json:"robots"`
	Agent   string `json:"agent"`
	URL     string `json:"url"`
	Allowed bool   `json:"allowed"`
}

func googleCases(t *testing.T) []googleCase {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "robots", "google.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []googleCase
	for d := json.NewDecoder(f); ; {
		var c googleCase
		if err := d.Decode(&c); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	// Lines are read up to 2,083 characters eight times over, and no further.
	const most = 2083*8 - 1
	long := func(prefix string, n int) string { return prefix + strings.Repeat("a", n-len(prefix)) }
	bars := "user-agent: FooBot\n" + long("disallow: /x/", most) + "/qux\n"
	path := long("/x/", most-len("disallow: "))
	allows := "user-agent: FooBot\ndisallow: /\nallow: " + long("/x/", most-len("allow: ")) + "/qux\n"
	return append(cases,
		googleCase{"a line too long, cut", bars, "FooBot", "http://foo.bar/fux", true},
		googleCase{"a line too long, cut", bars, "FooBot", "http://foo.bar" + path + "/fux", false},
		googleCase{"a line too long, cut", allows, "FooBot", "http://foo.bar/", false},
	)
}

// What differs from Google's answers, on purpose.
func deviates(c googleCase) string {
	_, err := crawler.Canonical(c.URL)
	switch {
	case err != nil:
		return "not an address that is fetched"
	case c.Agent == "":
		return "the crawler has a name"
	case strings.Contains(c.Agent, " "):
		return "no product token: the crawler's name is one"
	case c.Group == "handle a percent encoded unreserved US-ASCII" && strings.HasSuffix(c.URL, "/baz"):
		return "RFC 9309, 2.2.2: escapes of unreserved characters are undone before they are compared"
	case c.Group == "GoogleOnly_IndexHTMLisDirectory":
		return "no rule of RFC 9309: /index.html and / are two addresses"
	case strings.Contains(c.Agent, ","):
		return "the crawler has one name"
	}
	return ""
}

// The library answers Google's published cases as they want it, and so does
// what we make of its parser.
func TestGoogleCases(t *testing.T) {
	asked, deviating := 0, map[string]int{}
	for _, c := range googleCases(t) {
		if got := grobotstxt.NewRobotsMatcher().AgentAllowed(c.Robots, c.Agent, c.URL); got != c.Allowed && !strings.Contains(c.Agent, ",") {
			t.Errorf("%s: the library: agent %q, %q: allowed %v, want %v; by:\n%.300s", c.Group, c.Agent, c.URL, got, c.Allowed, c.Robots)
		}
		if why := deviates(c); why != "" {
			deviating[why]++
			continue
		}
		asked++
		url, err := crawler.Canonical(c.URL)
		if err != nil {
			t.Fatal(err)
		}
		path := url[strings.Index(url, "://")+3:]
		path = path[strings.IndexByte(path, '/'):]
		bar, _ := crawler.RobotsVerdict(c.Robots, crawler.Token(c.Agent), path)
		if got := bar == ""; got != c.Allowed {
			t.Errorf("%s: agent %q, %q: allowed %v (%s), want %v; by:\n%.300s", c.Group, c.Agent, c.URL, got, bar, c.Allowed, c.Robots)
		}
	}
	t.Logf("%d cases; left out: %v", asked, deviating)
	if asked < 120 {
		t.Errorf("only %d cases were asked", asked)
	}
}
