package crawler_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"fangzhi/archive"
	"fangzhi/crawler"
	"fangzhi/crawler/portaltest"
)

// A request that an HTTP/2 server refuses is a failed attempt like any other: it
// may be sent once more at once, as net/http does, and then as often as Limits say.
func TestRefusedStreams(t *testing.T) {
	var streams atomic.Int64
	url := hostile2(t, func(f *http2.Framer, stream uint32) {
		streams.Add(1)
		f.WriteRSTStream(stream, http2.ErrCodeRefusedStream)
	})
	r := newRig(t, portaltest.New(portaltest.Options{}), func(o *crawler.Options) {
		o.Limits.Repeats = 1
	})
	r.site.TLS.Unverified = true
	r.site.Columns = []crawler.Column{{Name: "列表", URL: url + "/list"}}
	began := time.Now()
	r.run()
	v := r.last(url + "/list")
	if v.Outcome != archive.Unreachable || !strings.Contains(v.Reason, "REFUSED_STREAM") || v.Attempts != int(streams.Load()) || v.Attempts != 4 {
		t.Errorf("%s: %s, %d attempts told, %d made; want 4", v.Outcome, v.Reason, v.Attempts, streams.Load())
	}
	t.Logf("an outcome after %v", time.Since(began).Round(10*time.Millisecond))
}
