package discover_test

import (
	"strings"
	"testing"

	"fangzhi/crawler/discover"
)

// A list that is longer than is read of it says so.
func TestRecordsBeyondTheLimit(t *testing.T) {
	text := `{"data":[` + strings.Repeat(`{"title":"县政府召开常务会议研究防汛工作","url":"/yw/1.html","date":"2024-05-20"},`, 7) + `{"title":"关于印发防汛预案的通知","url":"/yw/2.html"}]}`
	for limit, want := range map[int]string{8: "", 5: "5 of its 8 records are read"} {
		restore := discover.SetMaxRecords(limit)
		if l := discover.Read(discover.Answer{URL: "http://a.gov.cn/list.json", Text: text}); l.Short != want || len(l.Rows) != limit {
			t.Errorf("limit %d: %q, %d rows, want %q", limit, l.Short, len(l.Rows), want)
		}
		restore()
	}
}
