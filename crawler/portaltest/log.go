package portaltest

import (
	"io"
	"log"
	"maps"
	"net/http"
	"strconv"
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
	mu   sync.Mutex
	over bool
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

// end notes how a request ended; what ended stays as it is.
func (l *requestLog) end(e *entry, status int, bytes int64) {
	e.mu.Lock()
	over := e.over
	if !over {
		e.Status, e.Bytes, e.over = status, bytes, true
	}
	e.mu.Unlock()
	if over {
		return
	}
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

// countingWriter notes the status and the bytes of an answer, and calls leave
// before its reader can know that it is whole: a reader's next request is not
// concurrent with this one.
type countingWriter struct {
	http.ResponseWriter
	leave  func(status int, bytes int64) // further calls do nothing
	status int
	bytes  int64
	length int64 // Content-Length, -1 without
}

func (w *countingWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		n, err := strconv.ParseInt(w.Header().Get("Content-Length"), 10, 64)
		if err != nil {
			n = -1
		}
		w.length = n
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	first := 0
	if len(b) > 0 && w.bytes+int64(len(b)) == w.length {
		first = len(b) - 1
		if n, err := w.ResponseWriter.Write(b[:first]); err != nil {
			w.bytes += int64(n)
			return n, err
		}
		w.leave(w.status, w.length)
	}
	n, err := w.ResponseWriter.Write(b[first:])
	w.bytes += int64(first + n)
	return first + n, err
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// leave notes the end of an answer whose rest goes past the server's writer;
// status 0 is for what the writer itself has seen.
func leave(w http.ResponseWriter, status int, bytes int64) {
	if w, ok := w.(*countingWriter); ok {
		if status == 0 {
			status, bytes = w.status, w.bytes
		}
		w.leave(status, bytes)
	}
}
