package archive_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fangzhi/archive"
)

// settled is the entry of capture c of page p, of which r was read.
func settled(p archive.Page, c archive.Capture, r *archive.Reading) archive.Entry {
	return archive.Settle("zjg@1", p, c, r, archive.Judge(p, c, r))
}

func TestSettle(t *testing.T) {
	other := archive.Article{Title: "新通知", Body: "各镇人民政府：现重新印发给你们。"}
	whole := answer(200, "<h1>新通知</h1>", "Etag", `"2"`, "Last-Modified", "Sun, 01 Mar 2026 12:00:00 GMT")
	whole.Took, whole.Attempts, whole.Address, whole.Protocol = 7*time.Millisecond, 2, "192.0.2.1:80", "HTTP/1.1"
	digest := archive.DigestOf(whole.Payload)
	none := archive.Digest("")
	// what a visit leaves behind
	type left struct {
		Kind                  archive.Kind
		State                 archive.State
		Seen, Changed         bool // LastSeen, LastChange are of this visit
		Validators            string
		LastDigest, Payload   archive.Digest // of the page
		Title                 string
		Versions, Failures    int
		VisitVersion          int
		VisitPayload          archive.Digest
		Headers, Cut, Carries bool // the visit has headers; a version is cut; the entry carries the payload
	}
	old := left{
		Kind: archive.KindArticle, State: archive.StateLive, LastDigest: held.LastDigest, Payload: held.Payload,
		Title: "通知", Versions: 2,
	}
	with := func(change func(*left)) left {
		l := old
		change(&l)
		return l
	}
	for _, c := range []struct {
		name    string
		page    archive.Page
		capture archive.Capture
		reading *archive.Reading
		want    left
	}{
		{"new", fresh, whole, reads(archive.KindArticle, other), left{
			Kind: archive.KindArticle, State: archive.StateLive, Seen: true, Changed: true, Validators: `"2"`, LastDigest: digest, Payload: digest,
			Title: "新通知", Versions: 1, VisitVersion: 1, VisitPayload: digest, Headers: true, Cut: true, Carries: true,
		}},
		{"changed", held, whole, reads(archive.KindArticle, other), left{
			Kind: archive.KindArticle, State: archive.StateLive, Seen: true, Changed: true, Validators: `"2"`, LastDigest: digest, Payload: digest,
			Title: "新通知", Versions: 3, VisitVersion: 3, VisitPayload: digest, Headers: true, Cut: true, Carries: true,
		}},
		{"unchanged, same bytes", held, answer(200, string(asServed), "Etag", `"2"`), nil, with(func(l *left) {
			l.Seen, l.Validators, l.VisitVersion, l.VisitPayload = true, `"2"`, 2, held.Payload
		})},
		{"unchanged, other bytes", held, whole, reads(archive.KindArticle, article), with(func(l *left) {
			l.Seen, l.Validators, l.LastDigest, l.VisitVersion = true, `"2"`, digest, 2
		})},
		{"not modified", held, conditional(), nil, with(func(l *left) { l.Seen, l.Validators, l.VisitVersion = true, `"1"`, 2 })},
		{"gone", held, answer(404, "x"), nil, with(func(l *left) { l.State = archive.StateGone })},
		{"gone with a page about it", held, answer(404, "x"), reads(archive.KindList, archive.Article{}), with(func(l *left) { l.State = archive.StateGone })},
		{"gone before it was read", fresh, answer(404, "x"), reads(archive.KindList, archive.Article{}), left{Kind: archive.KindUnread, State: archive.StateGone}},
		{"withdrawn stays so when gone", in(held, archive.StateWithdrawn), answer(404, "x"), nil, with(func(l *left) { l.State = archive.StateWithdrawn })},
		{"restored as it was", in(held, archive.StateGone), answer(200, string(asServed)), nil, with(func(l *left) {
			l.State, l.Seen, l.VisitVersion, l.VisitPayload = archive.StateRestored, true, 2, held.Payload
		})},
		{"restored with another text", in(held, archive.StateGone), whole, reads(archive.KindArticle, other), left{
			Kind: archive.KindArticle, State: archive.StateRestored, Seen: true, Changed: true, Validators: `"2"`, LastDigest: digest, Payload: digest,
			Title: "新通知", Versions: 3, VisitVersion: 3, VisitPayload: digest, Headers: true, Cut: true, Carries: true,
		}},
		{"moved", held, answer(301, "", "Location", "/2"), nil, with(func(l *left) { l.State = archive.StateMoved })},
		{"refused", held, answer(403, "x"), nil, with(func(l *left) { l.State, l.Failures = archive.StateRefused, 1 })},
		{"challenged", held, answer(412, "x"), trouble(archive.TroubleChallenge, "ruishu"), with(func(l *left) { l.State, l.Failures = archive.StateChallenged, 1 })},
		{"unreachable", held, archive.Capture{At: noon, Failure: "timeout"}, nil, with(func(l *left) { l.State, l.Failures = archive.StateUnreachable, 1 })},
		{"unreachable while gone", in(held, archive.StateGone), answer(503, ""), nil, with(func(l *left) { l.State, l.Failures = archive.StateGone, 1 })},
		{"truncated", held, cut("length", "abc"), nil, with(func(l *left) {
			l.State, l.Failures, l.VisitPayload, l.Headers, l.Carries = archive.StateUnreadable, 1, archive.DigestOf([]byte("abc")), true, true
		})},
		{"truncated to nothing", held, func() archive.Capture { c := cut("disconnect", ""); c.Payload = nil; return c }(), nil, with(func(l *left) {
			l.State, l.Failures, l.VisitPayload, l.Headers, l.Carries = archive.StateUnreadable, 1, archive.DigestOf(nil), true, true
		})},
		{"unreadable", held, whole, reads(archive.KindList, archive.Article{}), with(func(l *left) {
			l.State, l.Failures, l.VisitPayload, l.Headers, l.Carries = archive.StateUnreadable, 1, digest, true, true
		})},
		{"unreadable at first", fresh, whole, reads(archive.KindArticle, archive.Article{Title: "空"}), left{
			Kind: archive.KindArticle, State: archive.StateUnreadable, Failures: 1, VisitPayload: digest, Headers: true, Carries: true,
		}},
		{"list, new", fresh, whole, reads(archive.KindList, archive.Article{Title: "栏目"}), left{
			Kind: archive.KindList, State: archive.StateLive, Seen: true, Changed: true, Validators: `"2"`, LastDigest: digest, Payload: digest,
			Title: "栏目", VisitPayload: digest, Headers: true, Carries: true,
		}},
		{"list, other bytes", listHeld, whole, reads(archive.KindList, archive.Article{Title: "栏目"}), left{
			Kind: archive.KindList, State: archive.StateLive, Seen: true, Changed: true, Validators: `"2"`, LastDigest: digest, Payload: digest,
			Title: "栏目", VisitPayload: digest, Headers: true, Carries: true,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := settled(c.page, c.capture, c.reading)
			p, v := e.Page, e.Visit
			got := left{
				p.Kind, p.State, p.LastSeen.Equal(noon), p.LastChange.Equal(noon), p.ETag, p.LastDigest, p.Payload, p.Title,
				p.Versions, p.Failures, v.Version, v.Payload, v.Header != nil && v.Request != nil, e.Snapshot != nil, e.Payload != nil,
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if p.Visits != c.page.Visits+1 || !p.LastVisit.Equal(noon) {
				t.Errorf("visits %d, last visit %s", p.Visits, p.LastVisit)
			}
			if v.Run != "zjg@1" || v.URL != p.URL || v.Site != p.Site || v.Column != p.Column || v.Kind != p.Kind || v.Bytes != int64(len(c.capture.Payload)) {
				t.Errorf("visit %+v", v)
			}
			if e.Payload != nil && archive.DigestOf(e.Payload) != v.Payload {
				t.Error("the payload is not the visit's")
			}
			if v.Payload == none && v.Header != nil {
				t.Error("headers without a payload")
			}
		})
	}
}

func TestSettleSnapshot(t *testing.T) {
	a := archive.Article{Title: "新通知", Body: string(prose(200, 1))}
	c := answer(200, "<h1>新通知</h1>")
	r := reads(archive.KindArticle, a)
	r.Rules = archive.DigestOf([]byte("rules"))
	got := settled(held, c, r).Snapshot
	want := &archive.Snapshot{
		Site: "zjg", URL: held.URL, Version: 3, Column: "通知", Kind: archive.KindArticle, TakenAt: noon.Truncate(time.Second), PriorSeen: held.LastSeen,
		Status: 200, Payload: archive.DigestOf(c.Payload), Fingerprint: archive.FingerprintOf(a), Article: a, Rules: r.Rules, Sketch: archive.SketchOf(a),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	file := settled(fresh, answer(200, "%PDF"), reads(archive.KindAttachment, archive.Article{Title: "1.pdf"}))
	if d := archive.DigestOf([]byte("%PDF")); file.Snapshot.Fingerprint != d || file.Page.Fingerprint != d {
		t.Errorf("a document's fingerprint is %s, want its digest", file.Snapshot.Fingerprint)
	}
}

// A document is the same as long as its bytes are.
func TestSettleDocument(t *testing.T) {
	read := reads(archive.KindAttachment, archive.Article{Title: "1.pdf"})
	first := settled(fresh, answer(200, "%PDF-1"), read)
	if o := settled(first.Page, answer(200, "%PDF-1"), read).Visit.Outcome; o != archive.Unchanged {
		t.Errorf("same bytes: %s", o)
	}
	if o := settled(first.Page, answer(200, "%PDF-2"), read).Visit.Outcome; o != archive.Changed {
		t.Errorf("other bytes: %s", o)
	}
}

// Failures in a row are counted until a visit tells what the page says.
func TestSettleFailures(t *testing.T) {
	p := held
	for n, c := range []struct {
		capture archive.Capture
		want    int
	}{
		{answer(503, ""), 1}, {archive.Capture{At: noon, Failure: "timeout"}, 2}, {answer(403, ""), 3}, {answer(404, ""), 0}, {answer(503, ""), 1}, {answer(200, string(asServed)), 0},
	} {
		if p = settled(p, c.capture, nil).Page; p.Failures != c.want {
			t.Errorf("visit %d: %d failures, want %d", n, p.Failures, c.want)
		}
	}
}

// Settle is pure: the page that it was given stays as it was.
func TestSettleIsPure(t *testing.T) {
	before := held
	settled(held, answer(200, "x"), reads(archive.KindArticle, archive.Article{Body: "别的"}))
	if diff := cmp.Diff(before, held); diff != "" {
		t.Errorf("the page was changed:\n%s", diff)
	}
}
