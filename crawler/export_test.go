package crawler

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

// Admit returns why scope s refuses rawURL, "" where it does not.
func Admit(s Scope, rawURL string) string {
	scope, err := newScope(s, nil)
	if err != nil {
		return err.Error()
	}
	a, err := canonical(rawURL)
	if err != nil {
		return err.Error()
	}
	_, why := scope.admit(a)
	return why
}

// Private says why ip is not a public address.
func Private(ip netip.Addr) string { return private(ip) }

// SetRead replaces what reads pages.
func (c *Crawler) SetRead(read func(extract.Input) (*extract.Page, error)) { c.read = read }

// ThisProcess is the owner of this process's runs.
func ThisProcess() string { return thisProcess() }

// IsZombie says whether a process ended and was not waited for.
func IsZombie(pid int) bool { return isZombie(pid) }

// UserAgent is how a crawler with a contact introduces itself.
func UserAgent(contact string) string { return userAgent(contact) }

// RobotsVerdict returns the rule of a robots.txt that bars path for the crawler
// token, "" where it may be fetched, and the Crawl-delay.
func RobotsVerdict(body, token, path string) (string, time.Duration) {
	rules := parseRobots(body, token)
	if bar, barred := rules.judge(path); barred {
		return bar.String(), rules.delay
	}
	return "", rules.delay
}

// A Pace gives tests the pace of hosts.
type Pace struct{ p *pace }

// A User is one run, to a Pace.
type User = user

// NewPace returns a pace by the real clock.
func NewPace(l Limits) Pace { return Pace{newPace(l.filled(), time.Now)} }

func (p Pace) Start(ctx context.Context, host string, u *User, want Politeness) error {
	return p.p.start(ctx, host, u, want)
}
func (p Pace) Well(host string)     { p.p.done(host, well, 0) }
func (p Pace) Troubled(host string) { p.p.done(host, troubled, 0) }

// Answered ends a request whose answer was well, after a wait.
func (p Pace) Answered(host string, waited time.Duration) { p.p.done(host, well, waited) }
func (p Pace) Hold(host string, until time.Time)          { p.p.hold(host, until, "") }
func (p Pace) Leave(u *User)                              { p.p.leave(u) }

// A Frontier gives tests the order in which pages are handed out.
type Frontier struct{ f *frontier }

func NewFrontier(started time.Time, most int, due func(context.Context, int, archive.Except) ([]archive.Page, error)) Frontier {
	return Frontier{newFrontier(started, most, due)}
}
func (f Frontier) Next(ctx context.Context) (archive.Page, bool, error) { return f.f.next(ctx) }
func (f Frontier) Done(urls ...string)                                  { f.f.done(urls...) }
func (f Frontier) Drop(url string)                                      { f.f.drop(url) }
func (f Frontier) Claim(url string) bool                                { return f.f.claim(url) }
func (f Frontier) Await(ctx context.Context, url string) error          { return f.f.await(ctx, url) }
func (f Frontier) Waits(url string) (over func())                       { return f.f.waits(url) }
func (f Frontier) Rest(host string) bool                                { return f.f.rest(host) }

// Alike says in words how sure two URLs are one page.
func Alike(x, y string) string {
	return [...]string{"different", "if titled", "unless titled", "certain"}[alike(x, y)]
}

var (
	ItemOf    = itemOf
	SameTitle = sameTitle
)

// NoteLines is what a run tells that was noted so.
func NoteLines(texts []string) []string {
	var n notes
	for _, text := range texts {
		n.add(text)
	}
	return n.lines()
}

// Token is the part of a User-Agent that robots.txt files are matched with.
func Token(agent string) string { return token(agent) }

// LedToNothing says whether n redirects from URLs like from, to new pages like
// to, are reason enough not to ask for more of them. Both have a %d.
func LedToNothing(from, to string, n int) bool {
	s := newShapes()
	for i := range n {
		f := finding{fresh: []archive.Page{{URL: fmt.Sprintf(to, i)}}}
		f.entry.Visit = archive.Visit{URL: fmt.Sprintf(from, i), Outcome: archive.Moved}
		s.count(&f)
	}
	a, err := canonical(fmt.Sprintf(from, n))
	if err != nil {
		panic(err)
	}
	_, yes := s.barren(a, false)
	return yes
}
