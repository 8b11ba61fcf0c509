package crawler_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// assault is one hostile server, and how a visit to it should end.
type assault struct {
	name   string
	url    string
	want   archive.Outcome
	reason string // part of it
}

// Every way we know in which a server can be hostile ends within the limits as
// one recorded outcome with a reason. All at once, they neither fill the memory
// nor hold up another site by the same crawler.
func TestHostileServers(t *testing.T) {
	pad := strings.Repeat("x", 1<<10)
	far := strings.Repeat("a", 40<<10)
	cookies := ""
	for i := range 40 {
		cookies += fmt.Sprintf("Set-Cookie: c%d=%s\r\n", i, pad)
	}
	count := atomic.Int64{}
	attacks := []assault{
		// Bodies.
		{"endless", hostile(t, false, forEver(okHTML+"\r\n", pad, 0)), archive.Truncated, "cut short (length) after 1048576 bytes"},
		{"endless in chunks", hostile(t, false, forEver(okHTML+"Transfer-Encoding: chunked\r\n\r\n", "400\r\n"+pad+"\r\n", 0)), archive.Truncated, "cut short (length) after 1048576 bytes"},
		{"endless in chunks of one", hostile(t, false, forEver(okHTML+"Transfer-Encoding: chunked\r\n\r\n", strings.Repeat("1\r\nx\r\n", 100), 0)), archive.Truncated, "cut short ("},
		{"chunk extensions", hostile(t, false, forEver(okHTML+"Transfer-Encoding: chunked\r\n\r\n", strings.Repeat("1;"+pad+"\r\nx\r\n", 20), 0)), archive.Truncated, "chunked encoding contains too much non-data"},
		{"trailers", hostile(t, false, forEver(okHTML+"Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\nx\r\n0\r\n", "X: "+pad+"\r\n", 0)), archive.Truncated, "suspiciously long trailer"},
		{"chunk of 16 EiB", hostile(t, false, says(okHTML, "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff0\r\n")), archive.Truncated, "http chunk length too large"},
		{"trickle", hostile(t, false, forEver(okHTML+"\r\n", "x", 10*time.Millisecond)), archive.Truncated, "too few bytes a second"},
		{"trickle with a length", hostile(t, false, forEver(okHTML+"Content-Length: 900000\r\n\r\n", "x", 10*time.Millisecond)), archive.Truncated, "too few bytes a second"},
		{"just fast enough", hostile(t, false, forEver(okHTML+"\r\n", strings.Repeat("x", 400), 10*time.Millisecond)), archive.Truncated, "took too long in all"},
		{"stall", hostile(t, false, silent(okHTML+"\r\n"+fine)), archive.Truncated, "no byte for too long"},

		// Headers.
		{"no answer", hostile(t, false, silent("")), archive.Unreachable, "no answer in time"},
		{"half a status line", hostile(t, false, silent("HTTP/1.1 20")), archive.Unreachable, "no answer in time"},
		{"slow header", hostile(t, false, forEver(okHTML, "X: y\r\n", 20*time.Millisecond)), archive.Unreachable, "no answer in time"},
		{"slow header, byte by byte", hostile(t, false, forEver(okHTML+"X: ", "x", 10*time.Millisecond)), archive.Unreachable, "no answer in time"},
		{"headers without end", hostile(t, false, forEver(okHTML, "X-Y: "+pad+"\r\n", 0)), archive.Unreachable, "server response headers exceeded"},
		{"a header without end", hostile(t, false, forEver(okHTML+"X: ", pad, 0)), archive.Unreachable, "server response headers exceeded"},
		{"a status line without end", hostile(t, false, forEver("HTTP/1.1 200 ", pad, 0)), archive.Unreachable, "server response headers exceeded"},
		{"interim answers", hostile(t, false, forEver("", "HTTP/1.1 103 Early Hints\r\nLink: <"+pad+">\r\n\r\n", 0)), archive.Unreachable, "server response headers exceeded"},
		{"short interim answers", hostile(t, false, forEver("", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 40), 0)), archive.Unreachable, "server response headers exceeded"},
		{"slow interim answers", hostile(t, false, forEver("", "HTTP/1.1 102 Processing\r\n\r\n", 20*time.Millisecond)), archive.Unreachable, "no answer in time"},
		{"another protocol", hostile(t, false, silent("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")), archive.Unreadable, "status 101 Switching Protocols: not an answer with a page"},

		// Packed.
		{"gzip bomb", hostile(t, false, bomb("gzip", 64)), archive.Unreadable, "unpacks to more than the limit"},
		{"br bomb", hostile(t, false, bomb("br", 64)), archive.Unreadable, "unpacks to more than the limit"},
		{"deflate bomb", hostile(t, false, bomb("deflate", 64)), archive.Unreadable, "unpacks to more than the limit"},
		{"zstd bomb", hostile(t, false, bomb("zstd", 64)), archive.Unreadable, "unpacks to more than the limit"},
		{"gzip in gzip bomb", hostile(t, false, bomb("gzip, gzip", 256)), archive.Unreadable, "unpacks to more than the limit"},
		{"br in zstd bomb", hostile(t, false, bomb("zstd, br", 256)), archive.Unreadable, "unpacks to more than the limit"},
		{"a hundred codings", hostile(t, false, says(okHTML, "Content-Encoding: ", strings.Repeat("gzip, ", 100), "gzip\r\nContent-Length: 1\r\n\r\nx")), archive.Unreadable, "more than 4 layers"},

		// Lengths and ends.
		{"longer than there is", hostile(t, false, says(okHTML, "Content-Length: 1000\r\n\r\n", fine)), archive.Truncated, "cut short (disconnect) after 28 bytes: unexpected EOF"},
		{"8 EiB", hostile(t, false, says(okHTML, "Content-Length: 9223372036854775807\r\n\r\n", fine)), archive.Truncated, "cut short (disconnect) after 28 bytes"},
		{"shorter than there is", hostile(t, false, says(okHTML, "Content-Length: 5\r\n\r\n", fine)), archive.New, "list"},
		{"a negative length", hostile(t, false, says(okHTML, "Content-Length: -1\r\n\r\n", fine)), archive.Unreachable, "bad Content-Length"},
		{"two lengths", hostile(t, false, says(okHTML, "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", fine)), archive.Unreachable, "Content-Length"},
		{"chunks that are none", hostile(t, false, says(okHTML, "Transfer-Encoding: chunked\r\n\r\nzz\r\n")), archive.Truncated, "invalid byte in chunk length"},
		{"an unknown transfer coding", hostile(t, false, says(okHTML, "Transfer-Encoding: gzip\r\n\r\n", fine)), archive.Unreachable, "unsupported transfer encoding"},
		{"closes at once", hostile(t, false, says("")), archive.Unreachable, "EOF"},
		{"closes in the status line", hostile(t, false, says("HTTP/1.1 20")), archive.Unreachable, "malformed HTTP status code"},
		{"closes in the header", hostile(t, false, says(okHTML, "X-Y")), archive.Unreachable, "malformed MIME header"},
		{"closes in a chunk", hostile(t, false, says(okHTML, "Transfer-Encoding: chunked\r\n\r\n400\r\n", fine)), archive.Truncated, "unexpected EOF"},

		// Redirects and cookies.
		{"redirects without end", hostile(t, false, redirects(func(string) string { return fmt.Sprintf("/r%d", count.Add(1)) }, "")), archive.Moved, "status 302 Found: to "},
		{"redirects in a circle", hostile(t, false, redirects(func(path string) string {
			return map[string]string{"/list": "/b", "/b": "/c", "/c": "/list"}[path]
		}, "")), archive.Moved, `status 302 Found: to "/b"`},
		{"to itself, with cookies without end", hostile(t, false, redirects(func(string) string { return fmt.Sprintf("/list#%d", count.Add(1)) }, cookies)), archive.Unreachable, "leads back to itself, 6 times in a row"},
		{"to an address of 40 kB", hostile(t, false, redirects(func(string) string { return "/" + far }, "")), archive.Moved, "must not be longer than 2000 bytes"},
		{"to a local file", hostile(t, false, redirects(func(string) string { return "file:///etc/passwd" }, "")), archive.Moved, "scheme must be http or https"},
		{"to a name with escapes", hostile(t, false, redirects(func(string) string { return "http://a\x1b[31m/" }, "")), archive.Unreachable, "malformed MIME header line"},

		// Not HTTP.
		{"SSH", hostile(t, false, says("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")), archive.Unreachable, "malformed HTTP"},
		{"HTTP/0.9", hostile(t, false, says(fine)), archive.Unreachable, "malformed HTTP"},
		{"bytes", hostile(t, false, says("\x15\x03\x01\x00\x02\x02\x46\x00\xff\r\n\r\n")), archive.Unreachable, "malformed HTTP"},
		{"bytes without end", hostile(t, false, forEver("", "\x00\x1b[2J", 0)), archive.Unreachable, "server response headers exceeded"},
		{"status 1000", hostile(t, false, says("HTTP/1.1 1000 Yes\r\n\r\n")), archive.Unreachable, "malformed HTTP status code"},
		{"status 000", hostile(t, false, says("HTTP/1.1 000 No\r\nContent-Length: 0\r\n\r\n")), archive.Unreachable, `status "000 No": there is none below 100`},
		{"HTTP/9.9", hostile(t, false, says("HTTP/9.9 200 OK\r\n\r\n")), archive.Unreadable, "empty"},
		{"TLS that is none", strings.Replace(hostile(t, true, says("HTTP/1.0 400 Bad Request\r\n\r\n")), "http:", "https:", 1), archive.Unreachable, "robots.txt: "},
		{"TLS that never answers", strings.Replace(raw(t, nil, func(c net.Conn) { io.Copy(io.Discard, c) }), "http:", "https:", 1), archive.Unreachable, "TLS handshake timeout"},

		// robots.txt.
		{"robots.txt without end", hostile(t, true, forEver("HTTP/1.1 200 OK\r\n\r\n", "Disallow: /x\n", 0)), "", ""},
		{"robots.txt, a bomb", hostile(t, true, bomb("gzip", 64)), "", ""},
		{"robots.txt, redirects without end", hostile(t, true, redirects(func(string) string { return fmt.Sprintf("/r%d", count.Add(1)) }, "")), archive.Moved, ""},
		{"robots.txt that never comes", hostile(t, true, silent("")), archive.Unreachable, "robots.txt: no answer in time: nothing may be fetched"},

		// HTTP/2.
		{"h2: resets", hostile2(t, func(f *http2.Framer, s uint32) { f.WriteRSTStream(s, http2.ErrCodeInternal) }), archive.Unreachable, "INTERNAL_ERROR"},
		{"h2: refuses every stream", hostile2(t, func(f *http2.Framer, s uint32) { f.WriteRSTStream(s, http2.ErrCodeRefusedStream) }), archive.Unreachable, "REFUSED_STREAM"},
		{"h2: goes away", hostile2(t, func(f *http2.Framer, s uint32) { f.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, []byte(pad)) }), archive.Unreachable, ""},
		{"h2: reset in the body", hostile2(t, func(f *http2.Framer, s uint32) {
			head2(f, s)
			f.WriteData(s, false, []byte(fine))
			f.WriteRSTStream(s, http2.ErrCodeCancel)
		}), archive.Truncated, "cut short (disconnect)"},
		{"h2: no answer", hostile2(t, func(*http2.Framer, uint32) {}), archive.Unreachable, "timeout awaiting response headers"},
		{"h2: endless", hostile2(t, func(f *http2.Framer, s uint32) {
			head2(f, s)
			go repeat(func() error { return f.WriteData(s, false, []byte(pad)) })
		}), archive.Truncated, "cut short ("},
		{"h2: empty frames", hostile2(t, func(f *http2.Framer, s uint32) {
			head2(f, s)
			go repeat(func() error { return f.WriteData(s, false, nil) })
		}), archive.Truncated, "cut short ("},
		{"h2: pings", hostile2(t, func(f *http2.Framer, s uint32) {
			go repeat(func() error { return f.WritePing(false, [8]byte{1}) })
		}), archive.Unreachable, ""},
		{"h2: settings", hostile2(t, func(f *http2.Framer, s uint32) {
			go repeat(func() error { return f.WriteSettings(http2.Setting{ID: http2.SettingHeaderTableSize, Val: 1}) })
		}), archive.Unreachable, ""},
		{"h2: headers go on without end", hostile2(t, func(f *http2.Framer, s uint32) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: fields(":status", "200")})
			go repeat(func() error { return f.WriteContinuation(s, false, fields("x-"+pad, pad)) })
		}), archive.Unreachable, ""},
		{"h2: a header too large", hostile2(t, func(f *http2.Framer, s uint32) {
			f.WriteHeaders(http2.HeadersFrameParam{StreamID: s, BlockFragment: fields(":status", "200")})
			for range 9 {
				f.WriteContinuation(s, false, fields("x", strings.Repeat(pad, 8)))
			}
			f.WriteContinuation(s, true, nil)
		}), archive.Unreachable, ""},
		{"h2: interim answers", hostile2(t, func(f *http2.Framer, s uint32) {
			go repeat(func() error {
				return f.WriteHeaders(http2.HeadersFrameParam{StreamID: s, EndHeaders: true, BlockFragment: fields(":status", "103", "link", pad)})
			})
		}), archive.Unreachable, ""},
		{"h2: not HTTP/2", raw2(t), archive.Unreachable, ""},
	}
	// What is asked for while a page is read; first, for the good site to meet them.
	for n := range 10 {
		attacks = append([]assault{{fmt.Sprintf("further pages that trickle, %d", n), hostile(t, false, slowParts), archive.New, "list"}}, attacks...)
	}

	// The good site, and beside it one like it that a crawler of its own asks,
	// which nobody attacks: a busy machine holds up both alike, and the good one
	// falls behind where attacks hold it up.
	const articles, delay = 150, 20 * time.Millisecond
	var asked, askedBeside, behind atomic.Int64
	portal := func(count func()) *portaltest.Portal {
		p := portaltest.New(portaltest.Options{OnRequest: func(portaltest.Request) { count() }})
		p.AddColumn(portaltest.Column{Path: "yw", Name: "要闻动态"})
		for n := range articles {
			p.Publish("yw", article(fmt.Sprintf("关于第%d次常务会议议定事项落实情况的通报", n)))
		}
		return p
	}
	p := portal(func() { asked.Add(1) })
	beside := portal(func() {
		lag := askedBeside.Add(1) - asked.Load()
		for most := behind.Load(); lag > most && !behind.CompareAndSwap(most, lag); most = behind.Load() {
		}
	})
	limits := crawler.Limits{
		Size: 1 << 20, Header: 64 << 10, Connect: time.Second,
		Answer: 700 * time.Millisecond, Idle: 400 * time.Millisecond, Total: 1500 * time.Millisecond, Rate: 4_000,
		Repeats: 1, Backoff: time.Millisecond,
	}
	options := func(o *crawler.Options) {
		o.Observe = nil
		o.Workers = 64
		o.Limits = limits
	}
	r, alone := newRig(t, p, options), newRig(t, beside, options)
	r.site.Politeness = crawler.Politeness{Delay: delay}
	alone.site.Politeness, alone.site.Name = r.site.Politeness, "beside"
	alone.crawl = alone.crawler(r.store, options) // the archive is everybody's

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	debug.FreeOSMemory()
	watched, stop := context.WithCancel(ctx)
	defer stop()
	most := heapPeak(watched)
	var wg sync.WaitGroup
	good := []*rig{r, alone}
	missed := make([]int, len(good))
	for i, r := range good {
		wg.Go(func() {
			run, err := r.crawl.Run(ctx, r.site, crawler.Tick{})
			if missed[i] = articles - run.Articles[archive.New]; err != nil || missed[i] > articles/30 {
				t.Errorf("the good site: %v, %v", run.Articles, err)
			}
		})
	}
	// What a busy machine makes end in another way is tried once more, by itself
	// and with more patience.
	began := time.Now()
	at := make(chan bool, 32)
	again := make([]bool, len(attacks))
	for i, a := range attacks {
		wg.Go(func() {
			at <- true
			defer func() { <-at }()
			again[i] = a.against(t, ctx, r, r.crawl, limits.Total, fmt.Sprint("hostile-", i)) != ""
		})
	}
	wg.Wait()
	stop()
	if grown := <-most; grown > 96<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	} else {
		t.Logf("%d attacks within %v; the heap grew by %d MiB at most", len(attacks), time.Since(began).Round(10*time.Millisecond), grown>>20)
	}
	if n := behind.Load(); n > articles/3 {
		t.Errorf("the good site was %d of %d requests behind one that is not attacked", n, askedBeside.Load())
	} else {
		t.Logf("the good site was %d of %d requests behind one that is not attacked, at most", n, askedBeside.Load())
	}
	limits.Answer, limits.Idle, limits.Total = 4*time.Second, 3*time.Second, 6*time.Second
	patient := r.crawler(r.store, func(o *crawler.Options) { o.Observe, o.Limits = nil, limits })
	for i, g := range good {
		if missed[i] == 0 {
			continue
		}
		t.Logf("the good site: %d articles once more", missed[i])
		if run, err := patient.Run(ctx, g.site, crawler.Tick{Full: true}); err != nil || run.Articles[archive.New] != missed[i] {
			t.Errorf("the good site, once more: %v, %v", run.Articles, err)
		}
	}
	for i, a := range attacks {
		if again[i] {
			t.Logf("%s: once more", a.name)
			if fault := a.against(t, ctx, r, patient, limits.Total, fmt.Sprint("again-", i)); fault != "" {
				t.Errorf("%s: %s", a.name, fault)
			}
		}
	}
}

// against lets a crawler loose on the attack as on any site, and returns how
// that ended in another way than it should, "" where it did not. No request may
// take longer than total.
func (a *assault) against(t *testing.T, ctx context.Context, r *rig, c *crawler.Crawler, total time.Duration, name string) string {
	began := time.Now()
	site := crawler.Site{
		Name: name, AllowPrivate: true, TLS: crawler.TLS{Unverified: true},
		Columns: []crawler.Column{{Name: "列表", URL: a.url + "/list"}}, MaxPages: 100,
	}
	run, err := c.Run(ctx, site, crawler.Tick{})
	if err != nil || run.State != archive.RunDone {
		return fmt.Sprintf("run %s, %v", run.State, err)
	}
	visits := all(t, r.store.Visits(t.Context(), archive.Filter{Site: site.Name, URL: a.url + "/list"}))
	if len(visits) != 1 {
		return fmt.Sprintf("%d visits", len(visits))
	}
	v := visits[0]
	if a.want != "" && v.Outcome != a.want || !strings.Contains(v.Reason, a.reason) || v.Reason == "" {
		return fmt.Sprintf("%s: %s\nwant %s: %s", v.Outcome, v.Reason, a.want, a.reason)
	}
	if v.Version != 0 || len(v.Reason) > 1000 || v.Bytes > 1<<20 || run.Requests > mostRequests {
		t.Errorf("%s: version %d, %d bytes, %d requests, a reason of %d bytes", a.name, v.Version, v.Bytes, run.Requests, len(v.Reason))
	}
	if took := time.Since(began); took > mostRequests*total {
		return fmt.Sprintf("ended after %v, want %v at most", took, mostRequests*total)
	}
	return ""
}

// mostRequests is how many requests an attack may bring a crawler to.
const mostRequests = 30

// heapPeak watches the heap until ctx is over, and tells then by how many bytes
// it grew at most.
func heapPeak(ctx context.Context) <-chan uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	told := make(chan uint64, 1)
	before := read()
	go func() {
		peak := before
		for ctx.Err() == nil {
			peak = max(peak, read())
			select {
			case <-time.After(5 * time.Millisecond):
			case <-ctx.Done():
			}
		}
		told <- peak - before
	}()
	return told
}

func head2(f *http2.Framer, stream uint32) {
	f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, EndHeaders: true, BlockFragment: fields(":status", "200", "content-type", "text/html")})
}

// repeat calls f until it fails: until the other side is gone.
func repeat(f func() error) {
	for f() == nil {
	}
}

// raw2 agrees on HTTP/2 and speaks something else.
func raw2(t *testing.T) string {
	_, pair := issue(t, nil, nil)
	config := of(pair)
	config.NextProtos = []string{"h2"}
	return raw(t, config, func(conn net.Conn) {
		io.WriteString(conn, okHTML+"\r\n"+fine)
	})
}
