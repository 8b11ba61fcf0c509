package portaltest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fangzhi/crawler/portaltest"
)

func TestEpoint(t *testing.T) {
	p, base, want := familyPortal(t, portaltest.Column{
		Family: portaltest.Epoint, Stale: time.Date(2026, 9, 4, 12, 0, 0, 0, portaltest.Shanghai),
	}, 10)
	equal(t, "first static page", hrefs(get(t, p.Seeds()[1]).Body, "/tzgg/014001/"), want[:4])
	equal(t, "second static page, of a stale list of four", get(t, base+"/tzgg/2.html").Status, http.StatusNotFound)
	p.AddColumn(portaltest.Column{Path: "tzgg", Name: "通知公告", Family: portaltest.Epoint})
	equal(t, "second static page", hrefs(get(t, base+"/tzgg/2.html").Body, "/tzgg/014001/"), want[4:8])
	equal(t, "page after the last", get(t, base+"/tzgg/4.html").Status, http.StatusNotFound)

	list := get(t, p.Seeds()[1]).Body
	_, site, _ := strings.Cut(list, `siteGuid: "`)
	site, _, _ = strings.Cut(site, `"`)
	const service = "/EpointWebBuilderService/getInfoListAndCategoryList.action?"
	infos := func(query string) (links []string, count int) {
		t.Helper()
		var outer struct{ Custom string }
		decodeJSON(t, get(t, base+service+query).Body, &outer)
		var inner struct {
			Count int
			Data  []struct{ InfoID, InfoDate, CategoryNum string }
		}
		decodeJSON(t, outer.Custom, &inner)
		for _, d := range inner.Data {
			links = append(links, "/tzgg/"+d.CategoryNum[:6]+"/"+d.CategoryNum+"/"+strings.ReplaceAll(d.InfoDate, "-", "")+"/"+d.InfoID+".html")
		}
		return links, inner.Count
	}
	links, count := infos("cmd=getInfoList&pageIndex=2&pageSize=6&categorynum=014001002&title=&infoC=&siteguid=" + site)
	equal(t, "service, page 2", links, want[6:])
	equal(t, "service, count", count, 10)
	links, count = infos("cmd=getInfoList&pageIndex=1&pageSize=6&categorynum=014001002&siteguid=none")
	equal(t, "service, another site", links, []string(nil))
	equal(t, "service, another site, count", count, 0)

	search := func(body string) (links []string, count int) {
		t.Helper()
		var got struct {
			Result struct {
				Records    []struct{ LinkURL string }
				TotalCount int
			}
		}
		decodeJSON(t, post(t, base+"/inteligentsearch/rest/esinteligentsearch/getFullTextDataNew", "application/x-www-form-urlencoded", body), &got)
		for _, r := range got.Result.Records {
			links = append(links, r.LinkURL)
		}
		return links, got.Result.TotalCount
	}
	links, count = search(`{"token":"","pn":7,"rn":10,"condition":[{"fieldName":"categorynum","equal":"014001002","isLike":true,"likeType":2}]}`)
	equal(t, "search, an offset", links, want[7:])
	equal(t, "search, count", count, 10)
	links, _ = search(`{"pn":0,"rn":2,"condition":[{"fieldName":"categorynum","equal":"014","isLike":true}]}`)
	equal(t, "search, categories below", links, want[:2])
	links, _ = search(`{"pn":0,"rn":2,"condition":[{"fieldName":"categorynum","equal":"014"}]}`)
	equal(t, "search, that category alone", links, []string(nil))
	links, _ = search("pn=0&rn=10")
	equal(t, "search, no JSON", links, []string(nil))
}
