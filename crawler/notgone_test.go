package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/crawler/portaltest"
)

// A 404 that breaks off comes from a server in trouble, and tells nothing of the page:
// unless it breaks off so each time, over a day, as where a false length is announced.
func TestCutNotFoundTellsNothing(t *testing.T) {
	d, urls := newDays(t)
	cut, missing, always := urls[4], urls[5], urls[6]
	for _, u := range []string{cut, missing, always} {
		d.portal.Withdraw(u)
	}
	d.portal.Break(always, 0, portaltest.CutShort(20))
	const how = "status 404 Not Found: cut short (disconnect) after 20 bytes"
	for n := range 6 {
		d.portal.Mend(cut)
		d.portal.Break(cut, 0, portaltest.CutShort(20+n))
		d.pass(1)
		v := d.last(always)
		if (v.Outcome == archive.Truncated) != (n < 2) || (v.Payload != "") != (n == 0) || v.Truncated == "" {
			t.Errorf("visit %d: %+v", n+1, v)
		}
		switch n {
		case 1:
			d.stands(always, archive.StateUnreadable, how+": unexpected EOF: taken for what it says once 3 visits in a row bring the same, over a day, of which this is number 2")
		case 2:
			d.stands(always, archive.StateGone, how+": unexpected EOF, as at the 2 visits before; observation 1 since 2026-03-04")
		}
	}
	d.stands(always, archive.StateWithdrawn, "as at the 5 visits before; gone at 4 visits over 3 days")
	d.stands(cut, archive.StateUnreadable, "status 404 Not Found: cut short (disconnect) after 25 bytes")
	d.stands(missing, archive.StateWithdrawn, "") // one failure beside it is no doubt
	if v := d.last(cut); v.Outcome != archive.Truncated || v.Absence != nil || v.Payload == "" {
		t.Errorf("visit %+v", v)
	}
	d.portal.Mend(cut)
	d.pass(1)
	d.stands(cut, archive.StateGone, "observation 1 since 2026-03-08")
	sound(t, d.rig)
}

// An article that leads to an error page, or home, is not gone while what it leads to
// is in trouble; that is asked for once a run.
func TestErrorPageInTrouble(t *testing.T) {
	to404 := portaltest.RedirectTo(302, "/404.html")
	home := portaltest.RedirectTo(302, "/")
	script := portaltest.Text(200, `<html><head><script>window.location.href = "/404.html";</script></head><body></body></html>`)
	refresh := portaltest.Text(404, `<html><head><meta http-equiv="refresh" content="0;url=/404.html"></head><body></body></html>`)
	for _, c := range []struct {
		name         string
		answer       portaltest.Fault
		at           string
		fault        portaltest.Fault
		reason       string
		requestsEach int
	}{
		{"503", to404, "/404.html", portaltest.Status(503, ""), `error page "/404.html"; BASE/404.html is in trouble: status 503 Service Unavailable`, 3},
		{"500 of a script's", script, "/404.html", portaltest.Status(501, ""), "BASE/404.html is in trouble: status 501", 1},
		{"500 of a 404's refresh", refresh, "/404.html", portaltest.Status(501, ""), "BASE/404.html is in trouble: status 501", 1},
		{"429", to404, "/404.html", portaltest.Status(429, ""), "status 429", 3},
		{"403", to404, "/404.html", portaltest.Status(403, ""), "status 403", 1},
		{"a bot wall", to404, "/404.html", portaltest.WAF(), "BASE/404.html is in trouble: status 200: ", 1},
		{"cut short", to404, "/404.html", portaltest.CutShort(10), "BASE/404.html is in trouble: ", 3},
		{"a text of trouble", to404, "/404.html", portaltest.Text(200, "<html><head><title>系统维护中</title></head><body><h1>系统维护中</h1></body></html>"), "error page: ", 1},
		{"503 one hop on", to404, "/404.html", portaltest.RedirectTo(302, "/busy.html"), "BASE/busy.html is in trouble: status 503", 1},
		{"503 at home", home, "/", portaltest.Status(503, ""), "BASE/ is in trouble: status 503", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, urls := newDays(t)
			for _, u := range urls[3:5] {
				d.portal.Withdraw(u)
				d.portal.Break(u, 0, c.answer)
			}
			d.portal.Break("/busy.html", 0, portaltest.Status(503, ""))
			d.portal.Break(c.at, 0, c.fault)
			d.portal.ForgetRequests()
			d.pass(5)
			for _, u := range urls[3:5] {
				d.stands(u, archive.StateUnreachable, strings.ReplaceAll(c.reason, "BASE", d.base))
			}
			if n := d.portal.Count(c.at); n != 5*c.requestsEach {
				t.Errorf("%d requests for %s in five runs, want %d a run", n, c.at, c.requestsEach)
			}
			d.portal.Mend(c.at)
			d.pass(4)
			for _, u := range urls[3:5] {
				d.stands(u, archive.StateWithdrawn, "gone at 4 visits over 3 days, since 2026-03-07")
			}
			sound(t, d.rig)
		})
	}
}

// A 404 that sends its reader on says "come here": the article moved, or nothing is
// told. It is gone where there is no article where it leads.
func TestNotFoundThatSendsOn(t *testing.T) {
	refresh := func(status int, to string) portaltest.Fault {
		return portaltest.Text(status, fmt.Sprintf(`<html><head><title>页面已迁移</title><meta http-equiv="refresh" content="0;url=%s"></head><body>页面已迁移</body></html>`, to))
	}
	script := func(status int, to string) portaltest.Fault {
		return portaltest.Text(status, fmt.Sprintf(`<html><body><script>location.replace("%s")</script></body></html>`, to))
	}
	for _, c := range []struct {
		name   string
		answer func(d *days, url string) portaltest.Fault
		state  archive.State
		reason string
	}{
		{"to itself", func(_ *days, url string) portaltest.Fault { return refresh(404, url) }, archive.StateUnreachable, "status 404 Not Found, and meta refresh to"},
		{"to itself by a script", func(_ *days, url string) portaltest.Fault { return script(410, url) }, archive.StateUnreachable, "which is the page itself"},
		{"to its text elsewhere", func(d *days, _ string) portaltest.Fault {
			return refresh(404, d.portal.Publish("yw", article("县政府召开第5次常务会议")))
		}, archive.StateMoved, "status 404 Not Found, and meta refresh to "},
		{"by a script", func(d *days, _ string) portaltest.Fault {
			return script(404, d.portal.Publish("yw", article("县政府召开第5次常务会议")))
		}, archive.StateMoved, "status 404 Not Found, and script redirect to "},
		{"softly", func(d *days, _ string) portaltest.Fault {
			to := d.portal.Publish("yw", article("县政府召开第5次常务会议"))
			return portaltest.Text(200, `<html><head><title>404 Not Found</title><meta http-equiv="refresh" content="0;url=`+to+`"></head><body>您访问的页面不存在</body></html>`)
		}, archive.StateMoved, "and meta refresh to "},
		{"to what is not there", func(*days, string) portaltest.Fault { return refresh(404, "/error/none.html") }, archive.StateWithdrawn, "which is gone as well; gone at "},
		{"to a list", func(d *days, _ string) portaltest.Fault { return refresh(404, "/tzgg/index.html") }, archive.StateWithdrawn, "status 404 Not Found"},
		{"home", func(*days, string) portaltest.Fault { return refresh(404, "/index.html") }, archive.StateWithdrawn, "status 404 Not Found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, urls := newDays(t)
			fault := c.answer(d, urls[4])
			d.portal.Withdraw(urls[4])
			d.portal.Break(urls[4], 0, fault)
			d.pass(5)
			d.stands(urls[4], c.state, c.reason)
			if p := d.page(urls[4]); c.state == archive.StateMoved && d.page(p.MovedTo).Versions != 1 {
				t.Errorf("moved to %q, which was not read", p.MovedTo)
			}
			sound(t, d.rig)
		})
	}
}

// Where the 404s of several articles send their readers to one page, that is what the
// portal says of what is not there, however polite: the articles did not move there.
func TestNotFoundThatSendsAllOn(t *testing.T) {
	refresh := func(to string) portaltest.Fault {
		return portaltest.Text(404, fmt.Sprintf(`<html><head><title>页面已迁移</title><meta http-equiv="refresh" content="0;url=%s"></head><body>页面已迁移</body></html>`, to))
	}
	polite := portaltest.Text(200, `<html><head><title>温馨提示</title></head><body><div class="content"><h1>温馨提示</h1><p>您好，您要找的内容已经调整，请您从首页的栏目中查找有关信息，或者拨打县政府办公室的电话咨询，感谢您对我们工作的理解和支持。</p></div></body></html>`)
	for _, c := range []struct{ name, to, want string }{
		{"plainly", "/error.html", "where the answer for "},
		{"out of the scope", "http://other.example/error.html", "which is out of the scope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, urls := newDays(t)
			d.portal.Break("/error.html", 0, polite)
			withdraw := func(u string) {
				d.portal.Withdraw(u)
				d.portal.Break(u, 0, refresh(c.to))
			}
			if withdraw(urls[3]); c.name == "plainly" {
				d.pass(2)
				d.stands(urls[3], archive.StateMoved, "meta refresh to ") // nothing tells it from one that moved
			}
			withdraw(urls[4])
			withdraw(urls[5])
			d.pass(2)
			for _, u := range urls[3:6] {
				d.stands(u, archive.StateGone, c.want)
			}
			d.pass(4)
			for _, u := range urls[3:6] {
				d.stands(u, archive.StateWithdrawn, c.want)
			}
			sound(t, d.rig)
		})
	}
}

// Two addresses of one article that send their readers to its new one do not count as
// withdrawn, nor does one beside a redirect of HTTP that leads there.
func TestMovedFromTwoAddresses(t *testing.T) {
	d, urls := newDays(t)
	to := d.portal.Publish("yw", article("县政府召开第5次常务会议"))
	for _, u := range urls[3:5] {
		d.portal.Withdraw(u)
	}
	d.portal.Break(urls[3], 0, portaltest.RedirectTo(301, to))
	d.portal.Break(urls[4], 0, portaltest.Text(404, fmt.Sprintf(`<html><head><title>页面已迁移</title><meta http-equiv="refresh" content="0;url=%s"></head><body>页面已迁移</body></html>`, to)))
	d.pass(6)
	d.stands(urls[3], archive.StateMoved, "")
	d.stands(urls[4], archive.StateMoved, "meta refresh to ")
	sound(t, d.rig)
}
