package portaltest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Shanghai is the portal's zone. It is fixed, so that no time zone database is
// needed.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// Options says what portal to make. The zero value is an empty portal with
// the manners of a static site behind nginx.
type Options struct {
	PageSize  int              // rows of a list page; 0: 20
	Latency   time.Duration    // waited for before every answer
	Robots    string           // text of /robots.txt; "": there is none, 404
	Codings   []string         // content codings offered: gzip, br, zstd, deflate; nil: gzip; empty: none
	Validity  Validity         // which validators answers carry
	Now       func() time.Time // the editor's clock; nil: time.Now
	OnRequest func(Request)    // called when a request has come, before anything is answered; may wait
	KeepLog   int              // requests kept in the log, the oldest dropped first; 0: 10,000
	Address   string           // listened on by Start; "": 127.0.0.1:0

	// Articles makes a portal of that many articles instead of an empty one:
	// nothing of it is stored, each page is made up from its number when it is
	// asked for, the same each time.
	Articles  int
	Columns   int // the generated articles are spread over; 0: 8
	PageBytes int // size of a generated page, about; 0: 38,000
	Links     int // on a generated article page; 0: 124
}

// Validity is how a portal treats conditional requests.
type Validity string

// The ways with conditional requests.
const (
	ETagAndDate  Validity = ""        // ETag and Last-Modified, both true; 304 to either
	DateOnly     Validity = "date"    // Last-Modified alone
	NoValidators Validity = "none"    // neither, never a 304
	EverFresh    Validity = "fresh"   // new validators for every answer, never a 304
	Sticky       Validity = "sticky"  // the first ETag and date for ever, and 304s by them: a lie after an edit
	Careless     Validity = "ignored" // true validators that are not looked at: always 200
)

// Portal is a portal on loopback. Its methods may be called at any time, from
// several goroutines, while it serves.
type Portal struct {
	options Options
	log     requestLog
	faults  faultBook
	load    *load // nil: the content is what was published

	mu       sync.RWMutex
	base     string // of its URLs once started: "http://127.0.0.1:8080"
	latency  time.Duration
	robots   string
	validity Validity
	columns  []*column
	articles map[string]*Article // by path, the withdrawn ones too
	files    map[string]placed   // attachments and pictures, by path
	moved    map[string]string   // redirects: path to target
	answered uint64              // number of the last EverFresh answer
	lastID   int                 // of the last published article
}

// New makes a portal. It is an http.Handler, for any server; Start gives it one
// of its own.
func New(o Options) *Portal {
	if o.PageSize <= 0 {
		o.PageSize = 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.KeepLog <= 0 {
		o.KeepLog = 10_000
	}
	if o.Codings == nil {
		o.Codings = []string{"gzip"}
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	p := &Portal{
		options:  o,
		latency:  o.Latency,
		robots:   o.Robots,
		validity: o.Validity,
		articles: map[string]*Article{},
		files:    map[string]placed{},
		moved:    map[string]string{},
		lastID:   firstID,
	}
	p.log.keep = o.KeepLog
	if o.Articles > 0 {
		p.load = newLoad(o)
	}
	return p
}

// Start serves the portal on Options.Address. The URL has no slash at its end.
// stop ends the server with everything under way, and may be called twice.
func (p *Portal) Start() (baseURL string, stop func(), err error) {
	listener, err := net.Listen("tcp", p.options.Address)
	if err != nil {
		return "", nil, fmt.Errorf("start portal: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	// Handlers hold the gate open; stop closes it, which waits for them, and a
	// request that comes later finds it closed.
	var gate sync.RWMutex
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !gate.TryRLock() {
				panic(http.ErrAbortHandler)
			}
			defer gate.RUnlock()
			p.ServeHTTP(w, r)
		}),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          discard,
	}
	base := "http://" + listener.Addr().String()
	p.mu.Lock()
	p.base = base
	p.mu.Unlock()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // always ErrServerClosed: stop ends it
	}()
	return base, sync.OnceFunc(func() {
		cancel()
		_ = server.Close() // its listener is the only thing that could fail to close
		<-served
		gate.Lock()
	}), nil
}

// URL returns the absolute URL of a path once the portal is started, and the
// path before.
func (p *Portal) URL(path string) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.base + path
}

// SetLatency changes what is waited for before every answer.
func (p *Portal) SetLatency(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latency = d
}

// SetRobots changes /robots.txt; "" removes it. For a status of its own, order
// a fault on that path.
func (p *Portal) SetRobots(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.robots = text
}

// SetValidity changes how conditional requests are treated.
func (p *Portal) SetValidity(v Validity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.validity = v
}

// ServeHTTP answers one request, with the fault that was ordered for it if
// there is one.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := p.log.begin(r, p.options.Now())
	line := &countingWriter{ResponseWriter: w, leave: func(status int, bytes int64) { p.log.end(rec, status, bytes) }}
	// A fault may end the answer by a panic that the server understands.
	defer func() { line.leave(line.status, line.bytes) }()
	if p.options.OnRequest != nil {
		p.options.OnRequest(rec.Request)
	}
	p.mu.RLock()
	latency := p.latency
	p.mu.RUnlock()
	if !pause(r.Context(), latency) {
		panic(http.ErrAbortHandler) // an empty answer would be an answer
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		// Read here: what routes a request must not wait for its sender.
		form, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(form))
	default:
		line.Header().Set("Allow", "GET, HEAD")
		line.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	fault := p.faults.take(r)
	a := p.route(r)
	if fault.Name == "" {
		p.finish(a, r)
		a.send(line, r)
		return
	}
	rec.fault(fault.Name)
	if fault.alter != nil {
		fault.alter(p, a, r)
	}
	p.finish(a, r)
	if fault.late != nil {
		fault.late(a)
	}
	if fault.wire == nil {
		a.send(line, r)
		return
	}
	fault.wire(line, r, a)
}

// maxForm bounds what the portal reads of a posted form, in bytes.
const maxForm = 1 << 20

// path is the portal's own name for a URL: its path and query, as requested.
func (p *Portal) path(url string) string {
	if _, rest, ok := strings.Cut(url, "://"); ok {
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			return rest[i:]
		}
		return "/"
	}
	return url
}

// pause waits for d and says whether the request is still wanted then.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
