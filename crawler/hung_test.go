package crawler_test

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A server can bring net/http to where it does not give a request back any more,
// cancelled or not: to be told of more than a stream's window may be, while the answer
// is read, locks Go 1.26's connection for good, and with it whatever would share that.
// The visit ends nevertheless, so do those that are asked for meanwhile and wait for that
// connection, what is asked for after it is answered, and the run ends.
func TestHungConnection(t *testing.T) {
	hangs := make(chan bool, 1)
	hangs <- true
	url := hostile2(t, func(f *http2.Framer, stream uint32) {
		head2(f, stream)
		select {
		case <-hangs:
			f.WriteData(stream, false, []byte(fine))
			f.WriteWindowUpdate(stream, 1<<31-1)
			f.WriteWindowUpdate(stream, 1<<31-1)
		default:
			f.WriteData(stream, true, []byte(fine))
		}
	})
	r := newRig(t, portaltest.New(portaltest.Options{}), func(o *crawler.Options) {
		o.Limits.Repeats, o.Limits.Idle, o.Limits.Hung = -1, 500*time.Millisecond, 100*time.Millisecond
		o.Limits.Connect, o.Limits.Answer = 500*time.Millisecond, 500*time.Millisecond
	})
	r.site.TLS.Unverified, r.site.Politeness.Parallel = true, 2
	for _, path := range []string{"/a", "/b", "/c", "/d", "/e", "/f"} {
		r.site.Columns = append(r.site.Columns, crawler.Column{Name: path, URL: url + path})
	}
	r.run()
	ended := func(list ...archive.Outcome) (n int) {
		for _, c := range r.site.Columns {
			v := r.last(c.URL)
			if slices.Contains(list, v.Outcome) {
				n++
			}
			if v.Version != 0 || v.Reason == "" {
				t.Errorf("%s: %s, version %d, reason %q", c.Name, v.Outcome, v.Version, v.Reason)
			}
		}
		return n
	}
	if ended(archive.Unreachable, archive.Truncated) == 0 {
		t.Error("no visit ended as one that hung")
	}
	// A busy machine may hold up one that does not.
	for range 20 {
		if ended(archive.New, archive.Unchanged) == len(r.site.Columns) {
			return
		}
		r.run()
	}
	t.Error("not every page is read, once the server hangs no more")
}
