package configs

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"fangzhi/crawler"
	"fangzhi/scheduler"
)

// DefaultPoliteness holds for a site that does not say.
var DefaultPoliteness = crawler.Politeness{Delay: 2 * time.Second, Parallel: 1}

const (
	maxDelay    = time.Hour
	maxParallel = 64
)

// isPlainName says whether name, of 64 characters at most, needs no quotes in a
// shell, and can be held by the path in a message.
func isPlainName(name string) bool {
	return utf8.RuneCountInString(name) <= 64 && plainName.MatchString(name)
}

var plainName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]*$`)

// siteReader reads one site.
type siteReader struct {
	*reader
	at     value
	fields map[string]value
	places map[string]value // by path within the site, as crawler.Problem names it
}

// site reads one site. Whatever has a mistake is left out of it.
func (r *reader) site(v value) scheduler.Site {
	if name := nameOf(v.node); isPlainName(name) {
		v.path = "sites." + name
	}
	first := len(r.problems)
	s := siteReader{reader: r, at: v, places: map[string]value{}}
	s.fields = r.mapping(v, "name", "title", "timezone", "schedule", "on_missed", "columns", "scope", "everything",
		"preset", "articles", "walk_every", "rules", "politeness", "revisit", "withdrawal", "keep", "max_pages", "allow_private", "proxy", "tls")
	if _, ok := v.node.(ast.MapNode); !ok {
		return scheduler.Site{}
	}
	var site scheduler.Site
	site.Name = s.name()
	site.Title = s.optional("title", site.Name)
	site.Columns = s.columns()
	site.Scope = s.scope()
	site.Everything = s.truth(s.fields["everything"])
	preset := s.preset()
	site.Preset, site.Rules = preset.Name, under(s.rules(s.fields["rules"]), preset.Rules)
	site.Articles = s.articles(preset)
	site.WalkEvery = s.walkEvery()
	site.Politeness = s.politeness()
	site.Keep = s.keep()
	site.MaxPages, _ = s.number(s.fields["max_pages"], 0, 1_000_000_000)
	site.AllowPrivate, site.AllowAddresses = s.allowPrivate()
	site.Proxy = s.proxy(s.fields["proxy"], s.via)
	site.TLS = s.tls()
	site.Zone = s.zone(site.Columns)
	site.Expr, site.Schedule = s.schedule(site.Zone)
	site.OnMissed = s.onMissed()
	site.Withdrawal = s.withdrawal()
	policy := s.revisit()
	site.Policy, site.Revisit = policy, policy.Due
	if site.Everything {
		site.Revisit = policy.DueWithLists
	}
	s.check(site.Site, s.problems[first:])
	return site
}

// check has the crawler look for what only it can tell. What was found before
// is not said twice.
func (s *siteReader) check(site crawler.Site, found Problems) {
	var more crawler.Problems
	if !errors.As(site.Validate(), &more) {
		return
	}
	said := map[string]bool{}
	for _, p := range found {
		said[p.Path] = true
	}
	for _, p := range more {
		at := s.place(p.Field)
		if _, exact := s.places[p.Field]; !exact || at.path == "" {
			at.path = join(s.at.path, p.Field)
		}
		if said[at.path] {
			continue
		}
		if p.Value == "" {
			s.mistake(at, "%s", p.Text)
		} else {
			s.mistake(at, "%q: %s", p.Value, p.Text)
		}
	}
}

// place returns where field is written, or else what it belongs to.
func (s *siteReader) place(field string) value {
	for ; field != ""; field = field[:max(0, strings.LastIndexAny(field, ".["))] {
		if v, ok := s.places[field]; ok {
			return v
		}
	}
	return s.at
}

// nameOf returns the name of a site before the site is read.
func nameOf(n ast.Node) string {
	m, ok := n.(ast.MapNode)
	if !ok {
		return ""
	}
	for it := m.MapRange(); it.Next(); {
		if name, ok := it.Value().(*ast.StringNode); ok && it.Key().GetToken().Value == "name" {
			return name.Value
		}
	}
	return ""
}

// missing reports that a field that has to be there is not, unless v has a
// mistake that was reported.
func (r *reader) missing(of value, key string, v value, wanted string) {
	if v.node == nil {
		r.mistake(value{at: of.at, path: join(of.path, key)}, "is missing: %s", wanted)
	}
}

func (s *siteReader) name() string {
	v := s.fields["name"]
	s.places["name"] = v
	name, ok := s.text(v)
	switch {
	case !ok:
		s.missing(s.at, "name", v, "a short name, such as zjg-edz")
	case !isPlainName(name):
		s.mistake(v, "%q: must be letters and digits with - _ . in between, 64 at most", name)
		return ""
	}
	return name
}

func (s *siteReader) optional(key, absent string) string {
	if text, ok := s.text(s.fields[key]); ok {
		return text
	}
	return absent
}

func (s *siteReader) columns() []crawler.Column {
	list := s.fields["columns"]
	s.places["columns"] = list
	if list.node == nil {
		s.missing(s.at, "columns", list, "at least one {name, url} of a list of news")
	}
	var columns []crawler.Column
	lines := map[string]int{}
	for i, v := range s.list(list, "columns, each {name: …, url: …}") {
		fields := s.mapping(v, "name", "url")
		var c crawler.Column
		var ok bool
		if c.Name, ok = s.text(fields["name"]); !ok {
			s.missing(v, "name", fields["name"], "what the portal calls the column, such as 通知公告")
		} else if line, twice := lines[c.Name]; twice {
			s.mistake(fields["name"], "%q: is the name of the column in line %d too: names must differ", c.Name, line)
		} else {
			lines[c.Name] = fields["name"].at.Position.Line
		}
		if c.URL, ok = s.text(fields["url"]); !ok {
			s.missing(v, "url", fields["url"], "the address of the column's first list page")
		}
		s.places[fmt.Sprintf("columns[%d]", i)] = v
		s.places[fmt.Sprintf("columns[%d].url", i)] = fields["url"]
		columns = append(columns, c)
	}
	return columns
}

func (s *siteReader) scope() crawler.Scope {
	fields := s.mapping(s.fields["scope"], "hosts", "include", "exclude")
	read := func(key string) []string {
		list, at := s.texts(fields[key])
		for i, v := range at {
			s.places[fmt.Sprintf("scope.%s[%d]", key, i)] = v
		}
		return list
	}
	return crawler.Scope{Hosts: read("hosts"), Include: read("include"), Exclude: read("exclude")}
}
