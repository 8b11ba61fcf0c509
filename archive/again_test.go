package archive_test

import (
	"strings"
	"testing"

	"fangzhi/archive"
)

func readNow(a archive.Article) archive.Reading {
	return archive.Reading{Kind: archive.KindArticle, Article: a, Reader: 3}
}

// Where the latest version reads as the page does now, it is the reading that
// changed.
func TestReconsider(t *testing.T) {
	now := readNow(archive.Article{Title: "通知", Body: "另一种读法"})
	c := answer(200, "<h1>通知</h1>2")
	v := archive.Judge(held, c, &now)
	if v.Outcome != archive.Changed || !v.Cut {
		t.Fatalf("judged %+v", v)
	}
	trouble := now
	trouble.Trouble = archive.TroubleError
	list := now
	list.Kind = archive.KindList
	for name, before := range map[string]archive.Reading{"another text": readNow(article), "trouble": trouble, "a list": list} {
		if got := v.Reconsider(held, now, before); got != v {
			t.Errorf("%s: %+v", name, got)
		}
	}
	same := v.Reconsider(held, now, now)
	if same.Outcome != archive.Unchanged || same.Cut || same.Keep {
		t.Errorf("the same: %+v", same)
	}
	if got := v.Reconsider(in(held, archive.StateGone), now, now); got.Outcome != archive.Restored || got.Cut {
		t.Errorf("of a page that was gone: %+v", got)
	}

	// The page goes by the new reading from then on, and the version stays.
	e := archive.Settle("r", held, c, &now, same)
	if e.Snapshot != nil || e.Page.Fingerprint != held.Fingerprint || e.Page.ReadAs != archive.FingerprintOf(now.Article) {
		t.Errorf("settled %+v", e.Page)
	}
	if v := archive.Judge(e.Page, answer(200, "<h1>通知</h1>3"), &now); v.Outcome != archive.Unchanged {
		t.Errorf("next time: %+v", v)
	}
	before := readNow(article)
	if v := archive.Judge(e.Page, answer(200, "<h1>通知</h1>3"), &before); !v.Cut {
		t.Errorf("a text that is that of the first reading: %+v", v)
	}
}

// A further page of an article has outcomes and no versions.
func TestJudgePart(t *testing.T) {
	p := archive.Page{Site: "zjg", URL: "https://a.example/1_1", Kind: archive.KindPart, State: archive.StateDiscovered}
	part := func(body string) *archive.Reading {
		return &archive.Reading{Kind: archive.KindPart, Article: archive.Article{Title: "通知", Body: body}}
	}
	settle := func(c archive.Capture, r *archive.Reading, want archive.Outcome, keep bool) {
		t.Helper()
		v := archive.JudgePart(p, c, r)
		if v.Outcome != want || v.Keep != keep || v.Cut {
			t.Errorf("got %+v, want %s", v, want)
		}
		e := archive.Settle("r", p, c, r, v)
		if e.Snapshot != nil || e.Page.Versions != 0 || e.Page.Kind != archive.KindPart {
			t.Errorf("settled %+v", e.Page)
		}
		p = e.Page
	}
	settle(answer(200, "1", "ETag", `"1"`), part("第二页"), archive.New, true)
	settle(answer(200, "1", "ETag", `"1"`), part("第二页"), archive.Unchanged, false)
	settle(answer(200, "2"), part("第二页"), archive.Unchanged, false)
	settle(conditional(), nil, archive.NotModified, false)
	settle(answer(200, "3"), part("第二页，改过"), archive.Changed, true)
	settle(answer(503, "x"), nil, archive.Unreachable, false)
	settle(answer(404, "x"), nil, archive.Gone, false)
	settle(answer(200, "4"), part("又一个第二页"), archive.Restored, true)
	list := &archive.Reading{Kind: archive.KindList, Signature: "rows of links"}
	if v := archive.JudgePart(p, answer(200, "5"), list); v.Outcome != archive.Unreadable || !strings.Contains(v.Reason, "reads as list") {
		t.Errorf("a list: %+v", v)
	}
}
