package discover_test

import (
	"testing"

	"fangzhi/crawler/discover"
	"fangzhi/extract"
)

func TestForward(t *testing.T) {
	const at = "http://a.gov.cn/x/"
	for _, c := range []struct{ name, html, to, evidence string }{
		{"refresh", `<meta http-equiv="refresh" content="0;url=/home/index.html">`, "http://a.gov.cn/home/index.html", `meta refresh to "/home/index.html"`},
		{"upper case, quotes and blanks", `<META HTTP-EQUIV=Refresh CONTENT="1; URL='main.htm'">`, "http://a.gov.cn/x/main.htm", `meta refresh to "main.htm"`},
		{"after a minute", `<meta http-equiv="refresh" content="60;url=/home/">`, "", ""},
		{"of itself", `<meta http-equiv="refresh" content="0;url=http://a.gov.cn/x/">`, "", ""},
		{"without an address", `<meta http-equiv="refresh" content="0">`, "", ""},
		{"for browsers without scripts", `<noscript><meta http-equiv="refresh" content="0;url=/old/"></noscript><div id="app"></div>`, "", ""},
		{"script", `<body><script>window.location.href="home.html"</script>`, "http://a.gov.cn/x/home.html", `script redirect to "home.html"`},
		{"script that replaces", `<script>location.replace('https://www.a.gov.cn/')</script>`, "https://www.a.gov.cn/", `script redirect to "https://www.a.gov.cn/"`},
		{"commented-out script", `<script>//location.href="/old/";
			/* location.href="/older/" */</script>`, "", ""},
		{"script beside text", `<p>各乡镇人民政府，县直各部门：现将有关事项通知如下，请认真贯彻执行，并将落实情况于月底前报县政府办公室备案，逾期不报的予以通报批评。</p><script>location.href="/m/"</script>`, "", ""},
		{"script beside links", `<a href=1>一</a><a href=2>二</a><a href=3>三</a><a href=4>四</a><script>location.href="/m/"</script>`, "", ""},
		{"comparison", `<script>if (location.href == "/m/") {} var s = location.pathname</script>`, "", ""},
		{"to another kind of address", `<script>location.href="javascript:void(0)"</script>`, "", ""},
		{"template", `<script>location.href="{{url}}"</script>`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := extract.Open(extract.Input{URL: at, Payload: []byte("<html><meta charset=utf-8>" + c.html)})
			if err != nil {
				t.Fatal(err)
			}
			if to, evidence := discover.Forward(p, at); to != c.to || evidence != c.evidence {
				t.Errorf("Forward = %q, %q; want %q, %q", to, evidence, c.to, c.evidence)
			}
		})
	}
}

func TestForwardOrBack(t *testing.T) {
	const at = "http://a.gov.cn/x/"
	p, err := extract.Open(extract.Input{URL: at, Payload: []byte(`<html><meta http-equiv="refresh" content="0;url=/x/">`)})
	if err != nil {
		t.Fatal(err)
	}
	if to, evidence := discover.ForwardOrBack(p, at); to != at || evidence != `meta refresh to "/x/"` {
		t.Errorf("ForwardOrBack = %q, %q", to, evidence)
	}
	if to, _ := discover.Forward(p, at); to != "" {
		t.Errorf("Forward = %q", to)
	}
}
