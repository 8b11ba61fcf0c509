package portaltest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fangzhi/crawler/portaltest"
)

func TestJpaas(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{Family: portaltest.HanwebJpaas}, 10)
	seed := p.Seeds()[1]
	list := get(t, seed).Body
	if len(hrefs(list, "art_")) > 0 {
		t.Error("the list page holds rows")
	}
	_, declared, _ := strings.Cut(list, `queryData="{`)
	declared, _, _ = strings.Cut(declared, `}"`)
	query := url.Values{}
	for pair := range strings.SplitSeq(strings.ReplaceAll(declared, "'", ""), ",") {
		name, value, _ := strings.Cut(pair, ":")
		query.Set(name, value)
	}
	if query.Get("parseType") != "bulidstatic" || query.Get("pageId") == "" {
		t.Fatalf("the list page declares %q", declared)
	}
	const unit = "/api-gateway/jpaas-publish-server/front/page/build/unit?"
	ask := func(more ...string) (links []string) {
		t.Helper()
		asked := url.Values{}
		for name := range query {
			asked.Set(name, query.Get(name))
		}
		for i := 0; i < len(more); i += 2 {
			asked.Set(more[i], more[i+1])
		}
		r := get(t, base+unit+asked.Encode(), "Referer", seed, "X-Requested-With", "XMLHttpRequest")
		var got struct {
			Success bool
			Data    struct{ HTML string }
		}
		decodeJSON(t, r.Body, &got)
		if !got.Success || (got.Data.HTML != "" && !strings.Contains(got.Data.HTML, `count="10" rows="4"`)) {
			t.Errorf("%v: %s", more, r.Body)
		}
		return hrefs(got.Data.HTML, "art_")
	}
	equal(t, "without a page", ask(), want[:4])
	equal(t, "page 2 by paramJson", ask("paramJson", `{"pageNo":2,"pageSize":4}`), want[4:8])
	equal(t, "page 3", ask("paramJson", `{"pageNo":3,"pageSize":4}`), want[8:])
	equal(t, "beyond the end", ask("paramJson", `{"pageNo":4,"pageSize":4}`), []string(nil))
	equal(t, "a bare page number", ask("pageNo", "2", "pageSize", "4"), want[:4])
	equal(t, "paramJson that is none", ask("paramJson", `{"pageNo":`), want[:4])
	equal(t, "another page's id", ask("pageId", "0"), []string(nil))

	bare := get(t, base+unit+query.Encode())
	if bare.Status != http.StatusForbidden {
		t.Errorf("without a Referer: status %d, want 403", bare.Status)
	}
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.HanwebJpaas, Lax: true})
	if r := get(t, base+unit+query.Encode()); r.Status != http.StatusOK {
		t.Errorf("without a Referer, lax: status %d", r.Status)
	}
}
