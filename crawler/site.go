package crawler

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Site is one portal, as a run crawls it.
type Site struct {
	Name       string         // in the archive, the command line and logs
	Title      string         // for people
	Zone       *time.Location // of the dates that its pages print; nil: told by the host
	Columns    []Column
	Scope      Scope
	Everything bool // follow every link of list pages and seeds, not only the rows of columns
	Rules      extract.Rules
	Articles   []string // patterns of paths, as in Scope: links of list pages that match are rows, whatever they look like
	WalkEvery  int      // every so many runs walk all lists to their ends; 0: 28, negative: none
	Preset     string   // "auto" or a family's name
	Politeness Politeness
	Keep       Keep
	MaxPages   int // pages visited in one run; 0: no limit
	// AllowPrivate lets loopback, private and link-local addresses be dialled,
	// AllowAddresses those in its ranges.
	AllowPrivate   bool
	AllowAddresses []netip.Prefix
	// Proxy is the address of a proxy, http, https, socks5 or socks5h; NoProxy
	// for none, "" for the environment's.
	Proxy      string
	TLS        TLS
	Withdrawal archive.Withdrawal // what makes a page that is gone a withdrawn one
	// Revisit says when p, as it is after a visit at the time now, is due
	// again; the zero time: never. Nil: DefaultRevisit.
	Revisit func(p archive.Page, now time.Time) time.Time
}

// Column is one list of news (栏目); its URL is a seed.
type Column struct {
	Name string
	URL  string
}

// Politeness is what a crawl may ask of a host. Between sites that share a
// host the more considerate one holds for all.
type Politeness struct {
	Delay    time.Duration // from the start of one request to that of the next; 0 is legal
	Parallel int           // requests at a time; 0: 1
}

// adHocPoliteness is how a portal is asked of which nothing is known.
var adHocPoliteness = Politeness{Delay: time.Second, Parallel: 1}

// AdHoc returns the site of which no more is known than an address: its host,
// with and without "www.", is the scope, every link of its list pages is followed,
// and its name is the host. It asks once a second.
func AdHoc(rawURL string) (Site, error) {
	a, err := canonical(rawURL)
	if err != nil {
		return Site{}, fmt.Errorf("%q: %w", rawURL, err)
	}
	return Site{
		Name: a.host, Title: a.host,
		Columns:    []Column{{URL: a.url}},
		Scope:      Scope{Hosts: []string{a.host}},
		Everything: true,
		Preset:     "auto",
		Politeness: adHocPoliteness,
	}, nil
}

// unplanned says whether s has no revisit policy, so that asking for a run of
// it means looking at all of it.
func (s *Site) unplanned() bool { return s.Everything && s.Revisit == nil }

// DefaultRevisit is for sites without a policy of their own. Lists are not due
// by age: every run begins with those that are seeds, and goes on from there as
// far as it finds something new. A page whose last visits could not tell what
// it says is due at the next run, daily from the fourth such visit on; a
// requisite until then, and otherwise with a page that needs it. The others are
// due daily in the week after they were found or changed, weekly in
// the first quarter, monthly then.
func DefaultRevisit(p archive.Page, now time.Time) time.Time {
	const day = 24 * time.Hour
	switch {
	case p.Kind == archive.KindRequisite && (p.Failures == 0 || p.Failures > 3):
		return time.Time{} // a page that needs it asks for it
	case p.Failures > 3:
		return now.Add(day)
	case p.Failures > 0:
		return now
	case p.Kind == archive.KindList:
		return time.Time{}
	}
	latest := p.FirstSeen
	if p.LastChange.After(latest) {
		latest = p.LastChange
	}
	switch age := now.Sub(latest); {
	case age < 7*day:
		return now.Add(day)
	case age < 90*day:
		return now.Add(7 * day)
	}
	return now.Add(30 * day)
}

// Problem is one mistake in what makes a site.
type Problem struct {
	Field string // as in columns[2].url
	Value string
	Text  string // what would be right
}

func (p Problem) Error() string { return fmt.Sprintf("%s: %q: %s", p.Field, p.Value, p.Text) }

// Problems are all the mistakes found at once.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(field, value, text string) {
	*p = append(*p, Problem{Field: field, Value: value, Text: text})
}

// err is p as an error, nil where there is none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

const maxName = 100

// Validate returns every mistake in s as Problems, nil when there is none.
func (s *Site) Validate() error {
	var problems Problems
	if s.Name == "" || len(s.Name) > maxName || strings.ContainsFunc(s.Name, notInName) {
		problems.add("name", s.Name, "must be 1 to 100 letters, digits and any of - _ . : []")
	}
	if len(s.Columns) == 0 {
		problems.add("columns", "", "must have one column at least")
	}
	scope, err := newScope(s.Scope, s.Columns)
	if mistakes, ok := err.(Problems); ok {
		problems = append(problems, mistakes...)
	}
	first := map[string]int{}
	for i, column := range s.Columns {
		field := fmt.Sprintf("columns[%d].url", i)
		a, err := canonical(column.URL)
		if err != nil {
			problems.add(field, column.URL, err.Error())
			continue
		}
		if why, text := scope.admit(a); why != admitted {
			problems.add(field, column.URL, "must be in the scope: "+text)
		}
		if before, taken := first[a.url]; taken {
			problems.add(field, column.URL, fmt.Sprintf("must not be the URL of columns[%d] again", before))
			continue
		}
		first[a.url] = i
	}
	if err := s.Rules.Validate(); err != nil {
		problems.add("rules", "", err.Error())
	}
	if _, mistakes := patterns("articles", s.Articles); len(mistakes) > 0 {
		problems = append(problems, mistakes...)
	}
	if s.Politeness.Delay < 0 {
		problems.add("politeness.delay", s.Politeness.Delay.String(), "must not be negative")
	}
	if s.Politeness.Parallel < 0 {
		problems.add("politeness.parallel", fmt.Sprint(s.Politeness.Parallel), "must be 1 or more")
	}
	s.Keep.validate(&problems)
	if s.MaxPages < 0 {
		problems.add("max_pages", fmt.Sprint(s.MaxPages), "must be 0, for no limit, or more")
	}
	if _, err := proxyFor(s.Proxy); err != nil {
		problems.add("proxy", ProxyText(s.Proxy), err.Error())
	}
	s.TLS.validate(&problems)
	return problems.err()
}

func notInName(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`/\@"'<>|`, r) || r >= 0x80 && r < 0xa0
}
