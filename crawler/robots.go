package crawler

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"fangzhi/archive"
	"fangzhi/extract"
)

const (
	robotsSize  = 512 << 10        // RFC 9309, 2.5: at least 500 KiB
	robotsHops  = 5                // RFC 9309, 2.3.1.2
	robotsAgain = 10 * time.Minute // a file that could not be had is tried again after
)

// robots keeps the robots.txt of each origin, and asks for it when it is
// needed, once at a time. What rules it gives is kept in the archive, too, for
// other processes.
type robots struct {
	fetcher *fetcher
	token   string
	store   Store // nil: there is none

	mu    sync.Mutex
	files map[robotsKey]*robotsFile
}

type robotsKey struct {
	origin string
	line   *line // it is asked by: others may not reach it, or reach another
}

type robotsFile struct {
	turn  chan struct{} // holds one token: whoever takes it may read and write the rest
	at    time.Time     // when it was fetched
	until time.Time
	rules robotsRules
	fault string // why nothing may be fetched

	status int // with fault "", as fetched
	body   string
}

// permit is what robots.txt says of one URL.
type permit struct {
	delay   time.Duration // the least from one request to the next
	barred  string        // the rule that forbids it, for people
	allowed string        // the rule that allows it, "" where none matches
	unknown string        // why it cannot be known, so that nothing may be fetched
}

func newRobots(f *fetcher, token string, store Store) *robots {
	return &robots{fetcher: f, token: token, store: store, files: map[robotsKey]*robotsFile{}}
}

// ask returns what robots.txt says of the errand's URL. The error is that of a
// context, a *restingError, or the archive's.
func (r *robots) ask(ctx, wire context.Context, e errand) (permit, error) {
	key := robotsKey{e.to.origin(), e.line}
	r.mu.Lock()
	file := r.files[key]
	if file == nil {
		file = &robotsFile{turn: make(chan struct{}, 1)}
		file.turn <- struct{}{}
		r.files[key] = file
	}
	r.mu.Unlock()

	select {
	case <-file.turn:
	case <-ctx.Done():
		return permit{}, ctx.Err()
	}
	defer func() { file.turn <- struct{}{} }()
	if !file.holds(e, r.fetcher.now()) {
		if err := r.renew(ctx, wire, e, file); err != nil {
			return permit{}, err
		}
	}
	if file.fault != "" {
		return permit{unknown: file.fault}, nil
	}
	return r.judge(file.rules, e.to), nil
}

// judge is what rules say of an address.
func (r *robots) judge(rules robotsRules, to address) permit {
	p := permit{delay: rules.delay}
	if most := r.fetcher.limits.Delay; most >= 0 {
		p.delay = min(p.delay, most)
	}
	path := to.url[len(to.origin()):]
	switch rule, barred := rules.judge(path); {
	case barred:
		p.barred = fmt.Sprintf("robots.txt: %v", rule)
	case rule.line > 0:
		p.allowed = fmt.Sprintf("robots.txt: %v", rule)
	}
	return p
}

// holds says whether the file is to be gone by for an errand.
func (f *robotsFile) holds(e errand, now time.Time) bool {
	return archive.RobotsFile{Fetched: f.at, Expires: f.until}.Fresh(now) && !f.at.Before(e.robotsSince)
}

// renew takes the file from the archive, where another run has fetched it by now,
// or else from its origin; then it is kept for others, unless it could not be had.
func (r *robots) renew(ctx, wire context.Context, e errand, file *robotsFile) error {
	origin, way := e.to.origin(), e.line.way
	if r.store != nil {
		kept, err := archive.RobotsOf(ctx, r.store, origin, way)
		if err != nil && !errors.Is(err, archive.ErrNotFound) {
			return err
		}
		if now := r.fetcher.now(); err == nil && kept.Fresh(now) && !kept.Fetched.Before(e.robotsSince) {
			file.keep(parseRobots(kept.Body, r.token), "", kept.Fetched)
			return nil
		}
	}
	if err := r.read(ctx, wire, e, file); err != nil || file.fault != "" || e.run == "" || r.store == nil {
		return err
	}
	return archive.KeepRobots(wire, r.store, e.run, archive.RobotsFile{
		Origin: origin, Way: way, Fetched: file.at, Expires: file.until, Status: file.status, Body: file.body,
	})
}

// read fetches the file of the errand's origin. Redirects are followed to
// other hosts too; what is found there counts for the first.
func (r *robots) read(ctx, wire context.Context, e errand, file *robotsFile) error {
	at := e.to.origin() + "/robots.txt"
	e.size, e.conditions, e.request, e.known = robotsSize, nil, nil, ""
	for hop := 0; ; hop++ {
		to, err := canonical(at)
		if err != nil {
			file.keep(robotsRules{}, "", r.fetcher.now())
			return nil
		}
		e.to = to
		got, err := r.fetcher.fetch(ctx, wire, e)
		if err != nil {
			return err
		}
		if location := got.Location(); location != "" && hop < robotsHops {
			if next, err := resolve(at, location); err == nil {
				at = next.url
				continue
			}
		}
		file.take(got, r.token, r.fetcher.now())
		return nil
	}
}

// take decides what an answer means (RFC 9309, 2.3.1).
func (f *robotsFile) take(got answer, token string, now time.Time) {
	failed := func(why string) {
		f.keep(robotsRules{}, "robots.txt: "+why+": nothing may be fetched until it can be read", now)
	}
	switch address := (*AddressError)(nil); {
	case errors.As(got.fault, &address):
		f.keep(robotsRules{}, address.Error(), now)
	case got.Status == 0:
		failed(got.Failure)
	case got.Status == http.StatusTooManyRequests, got.Status >= 500:
		// 429 is counted with the servers' errors: the host is asking for a
		// pause, not telling that it has no rules.
		failed(fmt.Sprintf("status %d %s", got.Status, http.StatusText(got.Status)))
	case got.Status >= 300:
		f.keep(robotsRules{}, "", now)
	case got.Truncated != "" && got.Truncated != "length":
		failed("cut short: " + got.Failure)
	default:
		// A damaged coding leaves what could be unpacked; rules that are there
		// are kept to.
		body, _ := extract.DecodeContent(got.Header.Get("Content-Encoding"), got.Payload, robotsSize)
		if bytes.HasPrefix(body, []byte{0xff, 0xfe}) || bytes.HasPrefix(body, []byte{0xfe, 0xff}) { // UTF-16, as some editors save it
			text, _, _, _ := extract.Decode(extract.Input{Payload: body})
			body = []byte(text)
		}
		f.keep(parseRobots(string(body), token), "", now)
		f.body = string(body)
	}
	f.status = got.Status
}

func (f *robotsFile) keep(rules robotsRules, fault string, now time.Time) {
	f.rules, f.fault, f.at, f.until, f.body = rules, fault, now, now.Add(archive.MaxRobots), ""
	if fault != "" {
		f.until = now.Add(robotsAgain)
	}
}

// sitemaps are those that the robots.txt of an origin names, as far as it was
// read.
func (r *robots) sitemaps(origin string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, file := range r.files {
		if key.origin != origin {
			continue
		}
		select {
		case <-file.turn:
			named := file.rules.sitemaps
			file.turn <- struct{}{}
			return named
		default: // it is being read
		}
	}
	return nil
}
