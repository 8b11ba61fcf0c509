package portaltest

import (
	"io"
	"log"
	"maps"
	"net/http"
	"sync"
	"time"
)

// discard is for what net/http says about faults that were ordered.
var discard = log.New(io.Discard, "", 0)

// Request is one request that the portal got.
type Request struct {
	At         time.Time
	Method     string
	Path       string      // with the query, as sent
	Header     http.Header // as received; not to be changed
	Status     int         // 0: none was sent
	Bytes      int64       // of body handed to the line
	Fault      string      // name of the fault it met; "": none
	Concurrent int         // requests under way when it came, itself included
}

type requestLog struct {
	mu      sync.Mutex
	keep    int
	ring    []*entry
	next    int
	counts  map[string]int
	total   int
	current int
	most    int
}

type entry struct {
	mu sync.Mutex
	Request
}

func (e *entry) fault(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Fault = name
}

func (l *requestLog) begin(r *http.Request, at time.Time) *entry {
	e := &entry{Request: Request{At: at, Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header}}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.current++
	l.most = max(l.most, l.current)
	e.Concurrent = l.current
	if l.counts == nil {
		l.counts = map[string]int{}
	}
	l.counts[e.Path]++
	if len(l.ring) < l.keep {
		l.ring = append(l.ring, e)
	} else {
		l.ring[l.next] = e
		l.next = (l.next + 1) % l.keep
	}
	return e
}

func (l *requestLog) end(e *entry, status int, bytes int64) {
	e.mu.Lock()
	e.Status, e.Bytes = status, bytes
	e.mu.Unlock()
	l.mu.Lock()
	l.current--
	l.mu.Unlock()
}

// Requests returns what was asked for, in order of arrival: the last
// Options.KeepLog requests. Status and Bytes of a request under way are 0.
func (p *Portal) Requests() []Request {
	l := &p.log
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, 0, len(l.ring))
	for i := range l.ring {
		e := l.ring[(l.next+i)%len(l.ring)]
		e.mu.Lock()
		all = append(all, e.Request)
		e.mu.Unlock()
	}
	return all
}

// Count returns how many requests for url came in.
func (p *Portal) Count(url string) int {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return p.log.counts[p.path(url)]
}

// Counts returns how many requests came in for each path (with its query).
func (p *Portal) Counts() map[string]int {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return maps.Clone(p.log.counts)
}

// Total returns how many requests came in.
func (p *Portal) Total() int {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return p.log.total
}

// MaxConcurrent returns the most requests that were under way at one time.
func (p *Portal) MaxConcurrent() int {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	return p.log.most
}

// ForgetRequests starts the log and all counts anew; what is under way stays
// counted as such.
func (p *Portal) ForgetRequests() {
	l := &p.log
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next, l.counts, l.total, l.most = nil, 0, nil, 0, l.current
}

// countingWriter notes the status and the bytes of an answer.
type countingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
