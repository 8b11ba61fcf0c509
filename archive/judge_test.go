package archive_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fangzhi/archive"
)

var (
	noon = time.Date(2026, 3, 1, 12, 0, 0, 250e6, time.UTC)

	article  = archive.Article{Title: "通知", Body: "各镇人民政府：现印发给你们。"}
	asServed = []byte("<h1>通知</h1>")

	fresh = archive.Page{Site: "zjg", URL: "https://a.example/1", Column: "通知", Kind: archive.KindUnread, State: archive.StateDiscovered}
	held  = archive.Page{
		Site: "zjg", URL: "https://a.example/1", Column: "通知", Kind: archive.KindArticle, State: archive.StateLive,
		LastVisit: noon.Add(-time.Hour), LastSeen: noon.Add(-time.Hour), LastChange: noon.Add(-48 * time.Hour),
		ETag: `"1"`, LastModified: "Sun, 01 Mar 2026 08:00:00 GMT", LastDigest: archive.DigestOf(asServed), Payload: archive.DigestOf(asServed),
		Title: "通知", Fingerprint: archive.FingerprintOf(article), Versions: 2, Visits: 5,
	}
	listHeld = archive.Page{
		Site: "zjg", URL: "https://a.example/", Kind: archive.KindList, State: archive.StateLive,
		LastDigest: archive.DigestOf(asServed), Payload: archive.DigestOf(asServed), Visits: 5,
	}
)

func in(p archive.Page, s archive.State) archive.Page {
	p.State = s
	return p
}

func failed(p archive.Page) archive.Page {
	p.State, p.Failures = archive.StateChallenged, 1
	return p
}

func listedOn(p archive.Page) archive.Page {
	p.FoundOn = "https://a.example/list/"
	return p
}

func answer(status int, payload string, header ...string) archive.Capture {
	c := archive.Capture{URL: "https://a.example/1", At: noon, Status: status, Header: http.Header{}, Request: http.Header{}, Payload: []byte(payload)}
	for i := 0; i < len(header); i += 2 {
		c.Header.Set(header[i], header[i+1])
	}
	return c
}

func conditional() archive.Capture {
	c := answer(304, "")
	c.Request.Set("If-None-Match", `"1"`)
	return c
}

func cut(why, payload string) archive.Capture {
	c := answer(200, payload)
	c.Truncated, c.Failure = why, "unexpected EOF"
	return c
}

func cutAs(status int, why string) archive.Capture {
	c := cut(why, "x")
	c.Status = status
	return c
}

func reads(kind archive.Kind, a archive.Article) *archive.Reading {
	return &archive.Reading{Kind: kind, Article: a}
}

func trouble(t archive.Trouble, signature string) *archive.Reading {
	return &archive.Reading{Kind: archive.KindArticle, Trouble: t, Signature: signature}
}

func TestJudge(t *testing.T) {
	other := archive.Article{Title: "通知", Body: "各镇人民政府：现重新印发给你们。"}
	empty := &archive.Reading{Kind: archive.KindArticle, Article: archive.Article{Title: "通知"}, Missing: []archive.Missing{{Field: "body", Tried: "rules, structure"}}}
	half := &archive.Reading{Kind: archive.KindArticle, Article: article, Missing: []archive.Missing{{Field: "published", Tried: "meta, label"}}}
	for _, c := range []struct {
		name    string
		page    archive.Page
		capture archive.Capture
		reading *archive.Reading
		want    archive.Verdict // Reason: words that the reason holds
	}{
		{"no answer", held, archive.Capture{Failure: "dial tcp: i/o timeout"}, nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "dial tcp: i/o timeout"}},
		{"first version", fresh, answer(200, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},
		{"first version, in part", fresh, answer(200, "x"), half, archive.Verdict{Outcome: archive.New, Reason: "first version; no published (tried meta, label)", Cut: true, Keep: true}},
		{"same bytes", held, answer(200, string(asServed)), nil, archive.Verdict{Outcome: archive.Unchanged, Reason: "same bytes"}},
		{"same text", held, answer(200, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.Unchanged, Reason: "other bytes that say the same"}},
		{"another text", held, answer(200, "x"), reads(archive.KindArticle, other), archive.Verdict{Outcome: archive.Changed, Reason: "version 2", Cut: true, Keep: true}},
		{"no text", held, answer(200, "x"), empty, archive.Verdict{Outcome: archive.Unreadable, Reason: "no body, no picture, no attachment; no body (tried rules, structure)", Keep: true}},
		{"pictures only", fresh, answer(200, "x"), reads(archive.KindArticle, archive.Article{Title: "一图读懂", Pictures: []string{"https://a.example/1.png"}}), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},
		{"attachments only", fresh, answer(200, "x"), reads(archive.KindArticle, archive.Article{Attachments: []archive.Attachment{{URL: "https://a.example/1.pdf"}}}), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},
		{"a document", fresh, answer(200, "%PDF"), reads(archive.KindAttachment, archive.Article{Title: "1.pdf"}), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},
		{"accepted", fresh, answer(202, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},

		{"304", held, conditional(), nil, archive.Verdict{Outcome: archive.NotModified, Reason: "status 304 Not Modified"}},
		{"304 unasked", held, answer(304, ""), nil, archive.Verdict{Outcome: archive.Unreadable, Reason: "status 304 Not Modified to a request without a validator"}},
		{"304 of what was gone", in(held, archive.StateGone), conditional(), nil, archive.Verdict{Outcome: archive.Restored, Reason: "was gone, there again: status 304"}},

		{"moved to the error page", held, answer(302, "", "Location", "/404.htm"), nil, archive.Verdict{Outcome: archive.Gone, Reason: `status 302 Found: to the portal's error page "/404.htm"`}},
		{"moved to an article of that number", held, answer(301, "", "Location", "/art/4041.htm"), nil, archive.Verdict{Outcome: archive.Moved, Reason: `status 301 Moved Permanently: to "/art/4041.htm"`}},
		{"moved home", listedOn(held), answer(302, "", "Location", "/"), nil, archive.Verdict{Outcome: archive.Gone, Reason: `status 302 Found: to "/", which is not the article`}},
		{"moved home, by its name", listedOn(held), answer(301, "", "Location", "https://www.a.example/index.html"), nil, archive.Verdict{Outcome: archive.Gone, Reason: `which is not the article`}},
		{"moved to its list", listedOn(held), answer(302, "", "Location", "./list/#top"), nil, archive.Verdict{Outcome: archive.Gone, Reason: `which is not the article`}},
		{"a list that moved home", listedOn(listHeld), answer(302, "", "Location", "/"), nil, archive.Verdict{Outcome: archive.Moved, Reason: `to "/"`}},
		{"a seed that moved home", fresh, answer(302, "", "Location", "/"), nil, archive.Verdict{Outcome: archive.Moved, Reason: `to "/"`}},
		{"moved within the root", listedOn(held), answer(302, "", "Location", "/?id=1"), nil, archive.Verdict{Outcome: archive.Moved, Reason: `to "/?id=1"`}},
		{"moved", held, answer(302, "", "Location", "/2"), nil, archive.Verdict{Outcome: archive.Moved, Reason: `status 302 Found: to "/2"`}},
		{"moved nowhere", held, answer(302, "x"), nil, archive.Verdict{Outcome: archive.Unreadable, Reason: "status 302 Found: not an answer with a page", Keep: true}},
		{"no content", held, answer(204, ""), nil, archive.Verdict{Outcome: archive.Unreadable, Reason: "status 204 No Content: not an answer with a page"}},

		{"404", held, answer(404, "x"), nil, archive.Verdict{Outcome: archive.Gone, Reason: "status 404 Not Found"}},
		{"404 with a page", held, answer(404, "x"), reads(archive.KindList, archive.Article{Title: "栏目"}), archive.Verdict{Outcome: archive.Gone, Reason: "status 404 Not Found"}},
		{"404 of a server in trouble", held, answer(404, "x"), trouble(archive.TroubleError, "text 系统维护"), archive.Verdict{Outcome: archive.Unreachable, Reason: "status 404 Not Found: error page: text 系统维护"}},
		{"404 with a login in its frame", held, answer(404, "x"), trouble(archive.TroubleLogin, "form with a password"), archive.Verdict{Outcome: archive.Gone, Reason: "status 404 Not Found"}},
		{"410", held, answer(410, ""), nil, archive.Verdict{Outcome: archive.Gone, Reason: "status 410 Gone"}},
		{"soft 404", held, answer(200, "x"), trouble(archive.TroubleSoft404, "页面不存在"), archive.Verdict{Outcome: archive.Gone, Reason: "soft 404: 页面不存在", Keep: true}},
		{"403", held, answer(403, "x"), nil, archive.Verdict{Outcome: archive.Refused, Reason: "status 403 Forbidden"}},
		{"451", held, answer(451, ""), nil, archive.Verdict{Outcome: archive.Refused, Reason: "status 451"}},
		{"login", held, answer(200, "x"), trouble(archive.TroubleLogin, "form[name=login]"), archive.Verdict{Outcome: archive.Refused, Reason: "login page: form[name=login]", Keep: true}},
		{"408", held, answer(408, ""), nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "status 408"}},
		{"429", held, answer(429, ""), nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "status 429 Too Many Requests"}},
		{"503", held, answer(503, "x"), nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "status 503 Service Unavailable"}},
		{"error page", held, answer(200, "x"), trouble(archive.TroubleError, "ORA-00942"), archive.Verdict{Outcome: archive.Unreachable, Reason: "error page: ORA-00942", Keep: true}},
		{"challenge with 200", held, answer(200, "x"), trouble(archive.TroubleChallenge, "__jsl_clearance"), archive.Verdict{Outcome: archive.Challenged, Reason: "status 200: __jsl_clearance", Keep: true}},
		{"a further challenge", failed(held), answer(200, "y"), trouble(archive.TroubleChallenge, "__jsl_clearance"), archive.Verdict{Outcome: archive.Challenged, Reason: "status 200: __jsl_clearance"}},
		{"a further soft 404", in(held, archive.StateGone), answer(200, "y"), trouble(archive.TroubleSoft404, "页面不存在"), archive.Verdict{Outcome: archive.Gone, Reason: "soft 404: 页面不存在"}},
		{"challenge with 412", held, answer(412, "x"), trouble(archive.TroubleChallenge, "ruishu"), archive.Verdict{Outcome: archive.Challenged, Reason: "status 412: ruishu"}},
		{"unknown status", held, answer(521, ""), nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "status 521"}},

		{"cut short", held, cut("length", "abc"), nil, archive.Verdict{Outcome: archive.Truncated, Reason: "cut short (length) after 3 bytes: unexpected EOF", Keep: true}},
		{"cut short, of an error", held, cutAs(503, "time"), nil, archive.Verdict{Outcome: archive.Unreachable, Reason: "status 503"}},
		{"a 404 that was cut short", held, cutAs(404, "disconnect"), nil, archive.Verdict{Outcome: archive.Truncated, Reason: "status 404 Not Found: cut short (disconnect) after 1 bytes: unexpected EOF", Keep: true}},
		{"a 410 that came too slowly", held, cutAs(410, "time"), nil, archive.Verdict{Outcome: archive.Truncated, Reason: "status 410 Gone: cut short (time)", Keep: true}},
		{"a 404 that is too long", held, cutAs(404, "length"), nil, archive.Verdict{Outcome: archive.Gone, Reason: "status 404 Not Found"}},
		{"a cut 404 of a server in trouble", held, cutAs(404, "disconnect"), trouble(archive.TroubleError, "text 系统维护"), archive.Verdict{Outcome: archive.Unreachable, Reason: "error page"}},
		{"moved to the error page, and cut short", held, func() archive.Capture { c := cutAs(302, "disconnect"); c.Header.Set("Location", "/404.htm"); return c }(), nil, archive.Verdict{Outcome: archive.Truncated, Reason: "error page \"/404.htm\": cut short", Keep: true}},
		{"unparsable", held, answer(200, "x"), trouble(archive.TroubleUnreadable, "nested too deep"), archive.Verdict{Outcome: archive.Unreadable, Reason: "nested too deep", Keep: true}},
		{"unread", held, answer(200, "x"), nil, archive.Verdict{Outcome: archive.Unreadable, Reason: "the answer was not read", Keep: true}},

		{"list, first time", fresh, answer(200, "x"), reads(archive.KindList, archive.Article{}), archive.Verdict{Outcome: archive.New, Reason: "list, read for the first time", Keep: true}},
		{"list, other bytes", listHeld, answer(200, "x"), reads(archive.KindList, archive.Article{}), archive.Verdict{Outcome: archive.Changed, Reason: "list, other bytes than last time", Keep: true}},
		{"list, same bytes", listHeld, answer(200, string(asServed)), nil, archive.Verdict{Outcome: archive.Unchanged, Reason: "same bytes"}},
		{"list, there again", in(listHeld, archive.StateGone), answer(200, "x"), reads(archive.KindList, archive.Article{}), archive.Verdict{Outcome: archive.Restored, Reason: "list, there again", Keep: true}},
		{"list in place of an article", held, answer(200, "x"), reads(archive.KindList, archive.Article{}), archive.Verdict{Outcome: archive.Unreadable, Reason: "was an article, reads as a list now", Keep: true}},

		{"there again, same bytes", in(held, archive.StateGone), answer(200, string(asServed)), nil, archive.Verdict{Outcome: archive.Restored, Reason: "was gone, there again: same bytes"}},
		{"there again, same text", in(held, archive.StateWithdrawn), answer(200, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.Restored, Reason: "was withdrawn, there again: other bytes that say the same"}},
		{"there again, another text", in(held, archive.StateGone), answer(200, "x"), reads(archive.KindArticle, other), archive.Verdict{Outcome: archive.Restored, Reason: "was gone, there again with another text", Cut: true, Keep: true}},
		{"for the first time, after a 404", in(fresh, archive.StateGone), answer(200, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.New, Reason: "first version", Cut: true, Keep: true}},
		{"after trouble, same text", in(held, archive.StateUnreachable), answer(200, "x"), reads(archive.KindArticle, article), archive.Verdict{Outcome: archive.Unchanged, Reason: "other bytes that say the same"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := archive.Judge(c.page, c.capture, c.reading)
			if got.Outcome != c.want.Outcome || got.Cut != c.want.Cut || got.Keep != c.want.Keep {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if !strings.Contains(got.Reason, c.want.Reason) {
				t.Errorf("reason %q does not say %q", got.Reason, c.want.Reason)
			}
		})
	}
}
