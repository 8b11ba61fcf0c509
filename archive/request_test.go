package archive_test

import (
	"strings"
	"testing"

	"fangzhi/archive"
)

// The spellings are those of pywb's and warcio's look-up of requests with a
// body.
func TestReplayURL(t *testing.T) {
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
	for _, c := range []struct {
		name string
		r    archive.Request
		want string
	}{
		{"a GET", archive.Request{URL: "http://a.cn/l?page=2"}, "http://a.cn/l?page=2"},
		{"a form", archive.Request{Method: "POST", URL: "http://a.cn/p", Body: "col=1&unitid=7", Header: form}, "http://a.cn/p?__wb_method=POST&col=1&unitid=7"},
		{"a form and a query", archive.Request{Method: "POST", URL: "http://a.cn/p?startrecord=46", Body: "col=1", Header: form}, "http://a.cn/p?startrecord=46&__wb_method=POST&col=1"},
		{"JSON", archive.Request{
			Method: "POST", URL: "http://a.cn/p", Body: `{"token":"","pn":20,"noWd":true,"x":null,"condition":[{"equal":"002"},{"equal":"003"}],"sort":"{\"webdate\":\"0\"}"}`,
			Header: map[string]string{"Content-Type": "application/json"},
		}, "http://a.cn/p?__wb_method=POST&pn=20&noWd=true&x=null&equal=002&equal.2_=003&sort=%7B%22webdate%22%3A%220%22%7D"},
		{"JSON that calls itself a form", archive.Request{Method: "POST", URL: "http://a.cn/p", Body: `{"pn":20}`, Header: form}, "http://a.cn/p?__wb_method=POST&pn=20"},
		{"neither", archive.Request{Method: "POST", URL: "http://a.cn/p", Body: "<a/>", Header: map[string]string{"Content-Type": "text/xml"}}, "http://a.cn/p?__wb_method=POST&__wb_post_data=PGEvPg=="},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.r.ReplayURL(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	long := func(end string) string {
		return archive.Request{Method: "POST", URL: "http://a.cn/p", Body: "q=" + strings.Repeat("x", 5000) + end, Header: form}.ReplayURL()
	}
	if a, b := long("1"), long("2"); a == b || len(a) > 300 {
		t.Errorf("long bodies: %q, %q", a, b)
	}
}
