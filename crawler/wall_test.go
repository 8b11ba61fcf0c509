package crawler_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"fangzhi/archive"
)

// A wall in the place of a list, under a status of 200, is no list that was read:
// the list is new once it shows.
func TestWallsInThePlaceOfLists(t *testing.T) {
	for name, c := range map[string]struct{ page, reason string }{
		"WZWS":     {`<html><body><noscript>请开启JavaScript并刷新该页.</noscript><script>var dynamicurl="/WZWSREL2xpc3Q=";var wzwsquestion="a";</script></body></html>`, "WZWS"},
		"SafeLine": {`<html><head><script src="/.safeline/challenge/v2/challenge.js"></script></head><body><script>SafeLineChallenge("a",{level:"1"})</script></body></html>`, "SafeLine"},
		"a cookie": {`<html><head><script>document.cookie="a=1;path=/";location.reload();</script></head></html>`, "sets a cookie"},
	} {
		t.Run(name, func(t *testing.T) {
			var down atomic.Bool
			r := serve(t, func(w http.ResponseWriter, q *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				switch {
				case q.URL.Path != "/list":
					http.NotFound(w, q)
				case down.Load():
					fmt.Fprint(w, listPage("/1", "/2"))
				default:
					fmt.Fprint(w, c.page)
				}
			})
			r.run()
			if v := r.last(r.base + "/list"); v.Outcome != archive.Challenged || !strings.Contains(v.Reason, c.reason) {
				t.Errorf("behind the wall: %s: %s", v.Outcome, v.Reason)
			}
			down.Store(true)
			r.run()
			if v := r.last(r.base + "/list"); !strings.Contains(v.Reason, "list") || v.Outcome.Failed() {
				t.Errorf("without the wall: %s: %s", v.Outcome, v.Reason)
			}
		})
	}
}
