package crawler

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gocolly/colly/v2"

	"fangzhi/archive"
)

// fetcher fetches single pages. It uses colly for the request and for nothing
// else: frontier, robots.txt, pace, redirects, cookies and charsets are ours,
// and the bytes are kept by the transport below.
type fetcher struct {
	limits     Limits
	agent      string
	now        func() time.Time
	pace       *pace
	wire       *transport
	collectors sync.Pool // of *colly.Collector, each used by one fetch at a time
}

func newFetcher(l Limits, agent string, parallel int, now func() time.Time) *fetcher {
	f := &fetcher{limits: l, agent: agent, now: now, pace: newPace(l, now), wire: newTransport(l, parallel)}
	client := &http.Client{
		Transport: f.wire,
		// A redirect is an answer like any other: its target is another page.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	f.collectors.New = func() any {
		c := &colly.Collector{}
		c.Init() // rather than NewCollector, which lets the environment change all this
		c.AllowURLRevisit = true
		c.IgnoreRobotsTxt = true
		c.ParseHTTPErrorResponse = true
		c.MaxBodySize = 0
		c.UserAgent = agent
		c.SetClient(client) // no jar: a cookie of one host is no other's business
		return c
	}
	return f
}

// errand is one page to fetch, and on whose behalf.
type errand struct {
	to         address
	known      string           // URL of the page; "": that of to
	request    *archive.Request // how to ask; nil: by a GET
	conditions http.Header      // If-None-Match, If-Modified-Since
	line       *line
	size       int64 // in place of Limits.Size, where it is not 0
	whole      bool  // what says that it is longer is not read at all
	user       *user
	politeness Politeness
	requests   *atomic.Int64 // counts what is sent

	run         string    // that a robots.txt is kept by; "": it is not kept
	robotsSince time.Time // one that was fetched before is asked for anew
}

// answer is what came of an errand.
type answer struct {
	archive.Capture
	fault error     // why there was no answer, or not all of it
	after time.Time // when the host wants to be asked again, where that is too long to wait
}

// maxHops is how often a redirect that leads back to the same page is followed:
// portals set a cookie and send the reader round.
const maxHops = 5

// fetch asks for a page, again when network or server fail. Waits give way to
// ctx, and what is on the wire to wire, which may outlive it. The error is that
// of the contexts, or a *restingError; then there is no answer.
func (f *fetcher) fetch(ctx, wire context.Context, e errand) (answer, error) {
	var last answer
	target := ""
	var cookies []*http.Cookie
	attempts, repeats, hops := 0, 0, 0
	for {
		if err := f.pace.start(ctx, e.to.host, e.user, e.politeness); err != nil {
			if attempts > 0 {
				break // what is known already is told
			}
			return answer{}, err
		}
		x, at, took := f.send(wire, e, target, cookies)
		sent := max(1, int(x.sent.Load()))
		attempts += sent
		e.requests.Add(int64(sent))
		if wire.Err() != nil && x.failure != nil {
			f.pace.done(e.to.host, neutral, 0)
			return answer{}, context.Cause(wire)
		}
		f.pace.done(e.to.host, healthOf(x), x.waited)
		last = answer{Capture: captureOf(x, e.page(), at, took), fault: x.failure}

		if next, ok := f.sameAgain(x, x.target.String(), e.to.url); ok && e.request == nil && hops < maxHops {
			hops++
			target, cookies = next, withCookies(cookies, x.header)
			continue
		}
		if after, ok := retryAfter(x, f.now()); ok {
			f.pace.hold(e.to.host, after, "")
			if e.user.held != nil {
				e.user.held(e.to.host, after)
			}
			if f.limits.Wait >= 0 && after.Sub(f.now()) > f.limits.Wait {
				last.after = after
				break
			}
		}
		if !repeatable(x) || repeats >= f.limits.Repeats {
			break
		}
		if sleep(ctx, f.limits.Backoff<<repeats) != nil {
			break
		}
		repeats++
	}
	last.Attempts = attempts
	return last, nil
}

// send makes one request. The target is that of the errand where it is "".
func (f *fetcher) send(ctx context.Context, e errand, target string, cookies []*http.Cookie) (x *exchange, at time.Time, took time.Duration) {
	x = &exchange{line: e.line, size: e.size, whole: e.whole}
	at = f.now()
	started := time.Now()
	header := http.Header{
		"User-Agent":      {f.agent},
		"Accept":          {"text/html,application/xhtml+xml,*/*;q=0.8"},
		"Accept-Encoding": {"gzip, br"},
	}
	method, to, body := e.asking(header)
	if target == "" {
		target = to
	}
	if x.target, x.failure = url.Parse(target); x.failure != nil {
		return x, at, 0
	}
	for name, values := range e.conditions {
		header[name] = values
	}
	if len(cookies) > 0 {
		header["Cookie"] = []string{cookieHeader(cookies)}
	}
	c := f.collectors.Get().(*colly.Collector)
	c.Context = context.WithValue(ctx, exchangeKey{}, x)
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	err := c.Request(method, target, content, nil, header)
	c.Context = context.Background()
	f.collectors.Put(c)
	if x.status == 0 && x.failure == nil {
		x.failure = errors.New("no request was made")
		if err != nil {
			x.failure = err
		}
	}
	return x, at, time.Since(started)
}

// captureOf is x in the archive's terms. The page's URL stands for the one that
// was asked for, which may hold a session.
func captureOf(x *exchange, pageURL string, at time.Time, took time.Duration) archive.Capture {
	c := archive.Capture{
		URL: pageURL, At: at.UTC().Truncate(time.Millisecond), Took: took,
		Request: x.request, Address: x.address, Protocol: x.protocol,
		Trust: x.trust, Security: x.security,
		Status: x.status, Header: x.header, Payload: x.payload, Truncated: x.truncated,
	}
	if x.failure != nil {
		c.Failure = failureText(x.failure)
	}
	return c
}

// sleep waits for d or for ctx, whose error it returns.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
