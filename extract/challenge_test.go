package extract_test

import (
	"net/http"
	"strings"
	"testing"

	"fangzhi/archive"
	"fangzhi/extract"
)

// walls are pages that bot walls send in the place of lists and articles.
var walls = []struct {
	name   string
	status int
	header http.Header
	page   string
	sign   string // part of the signature
}{
	{"WZWS", 200, http.Header{"Wzws-Ray": {"1106-1690000000.123-waf04"}}, `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><noscript><h1><strong>请开启JavaScript并刷新该页.</strong></h1></noscript>
		<script type="text/javascript">var dynamicurl="/WZWSREL3l3L2luZGV4Lmh0bWw=";var wzwsquestion="Vb3mK";var wzwsfactor="8";var wzwsmethod="post";var wzwsparams="";eval(function(p,a,c,k,e,d){}('0 1',2,2,'a|b'.split('|'),0,{}))</script></body></html>`, "WZWS"},
	{"WZWS, packed", 200, nil, `<html><body><script>eval(function(p,a,c,k,e,r){return p}('0 1(2)',3,3,'body|confirm|cookie|wzwschallenge|wzwschallengex|wzwstemplate'.split('|'),0,{}))</script></body></html>`, "WZWS"},
	{"WZWS, by its header", 200, http.Header{"Wzws-Ray": {"1106-1690000000.123"}}, `<html><head></head><body><noscript>请开启JavaScript并刷新该页.</noscript><script>var _0x1=["\x61"];</script></body></html>`, "WZWS"},
	{"SafeLine", 200, nil, `<!DOCTYPE html><html lang="zh"><head><meta charset="UTF-8"><title></title><script src="https://challenge.rivers.chaitin.cn/challenge/v2/challenge.js"></script></head>
		<body><script>SafeLineChallenge("c0ffee", { level: "1" })</script></body></html>`, "SafeLine"},
	{"SafeLine, by its status", 468, nil, `<html><body><p>正在进行安全检测，请稍候</p></body></html>`, "SafeLine"},
	{"SafeLine, from the site itself", 200, nil, `<html><head><script src="/.safeline/challenge/v2/challenge.js"></script></head><body></body></html>`, "SafeLine"},
	{"SafeLine, blocked", 403, nil, `<html><head><title>访问已被拦截</title></head><body><h1>访问已被拦截</h1><p>安全检测能力由 长亭雷池 WAF 驱动</p></body></html>`, "访问已被拦截"},
	{"a cookie and reload", 200, nil, `<html><head><script>document.cookie="ck=8a7b; path=/; max-age=3600"; window.location.reload();</script></head><body></body></html>`, "sets a cookie"},
	{"a cookie and the page again", 200, nil, `<html><body>正在跳转，请稍候……<script>var t=new Date();document.cookie = 'visited='+t.getTime()+';path=/';location.href=location.href;</script></body></html>`, "sets a cookie"},
	{"a cookie and the page's address", 200, nil, `<html><body><script>document.cookie="a=1";location.href="/yw/index.html?r=1";</script></body></html>`, "sets a cookie"},
	{"a cookie and reload, in a function called where it stands", 200, nil, `<html><body><script>(function(){var s="}";document.cookie="a=1";setTimeout(function(){location.reload()},100)})();</script></body></html>`, "sets a cookie"},
	{"a cookie and reload, in a function called by its name", 200, nil, `<html><body><script>function go(){document.cookie="a=1";again();}
		const again=()=>{location.reload();}; go();</script></body></html>`, "sets a cookie"},
	{"a cookie and reload, in a function called with the page", 200, nil, `<html><body onload="go()"><script>function go(){document.cookie="a=1";location.reload();}</script></body></html>`, "sets a cookie"},
	{"a cookie and reload, in a handler", 200, nil, `<html><body><script>window.onload=function(){document.cookie="a=1";location.reload();}</script></body></html>`, "sets a cookie"},
	{"WZWS, by its status, empty", 493, nil, "", "status 493 (WZWS)"},
	{"WZWS, by its status, of a kind that is no page", 493, http.Header{"Content-Type": {"application/octet-stream"}}, "blocked", "WZWS"},
	{"WZWS, by another status, empty", 491, http.Header{"Wzws-Ray": {"1106-1690000000.123"}}, "", "header Wzws-Ray (WZWS)"},
	{"WZWS, by another status, with what it tells", 490, http.Header{"X-Powered-By-360wzb": {"wangzhan.360.cn"}}, `<html><body><h1>访问受限</h1><p>您的访问过于频繁，如有疑问请联系网站管理员，并提供下列编号以便查询处理。</p></body></html>`, "WZWS"},
	{"Jiasule, empty", 521, http.Header{"Set-Cookie": {"__jsluid_s=8a7b; max-age=31536000"}}, "", "Jiasule"},
	{"RiverSecurity, empty", 412, nil, "", "status 412"},
	{"RiverSecurity, of a cookie that is no good", 400, nil, `<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>`, "RiverSecurity"},
	{"EdgeOne", 567, http.Header{"Server": {"edgeone"}}, `<html><body>Restricted Access</body></html>`, "EdgeOne"},
	{"Huawei", 418, http.Header{"Set-Cookie": {"HWWAFSESTIME=1690000000; path=/"}}, `<html><body>您的请求疑似攻击行为</body></html>`, "Huawei"},
	{"a firewall by its name", 461, http.Header{"Server": {"WAF/2.4-12.1"}}, "", "a firewall"},
	{"a status of its own, and a script", 599, nil, `<html><script>eval(atob("YQ=="))</script></html>`, "nothing but a script"},
	{"Cloudflare, by its header", 403, http.Header{"Cf-Mitigated": {"challenge"}}, `<html><body>` + strings.Repeat("<p>x</p>", 5000) + `</body></html>`, "Cloudflare"},
	{"AWS", 202, http.Header{"X-Amzn-Waf-Action": {"challenge"}}, "", "AWS"},
	{"what Cloudflare tells", 200, nil, `<html><head><title>Just a moment...</title></head><body><p>Checking your browser</p></body></html>`, "just a moment"},
}

func TestWalls(t *testing.T) {
	for _, c := range walls {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/yw/index.html", Status: c.status, Header: c.header, Payload: []byte(c.page)}).Reading()
			if r.Trouble != archive.TroubleChallenge || !strings.Contains(r.Signature, c.sign) {
				t.Errorf("kind %q, trouble %q, signature %q", r.Kind, r.Trouble, r.Signature)
			}
		})
	}
}

// A server that is down, or has not what was asked for, is no wall, though a wall
// stands before it.
func TestErrorsAreNoWalls(t *testing.T) {
	behind := http.Header{"Wzws-Ray": {"1106-1690000000.123"}, "Set-Cookie": {"__jsluid_s=8a7b"}, "Server": {"jiasule-WAF"}}
	for _, c := range []struct {
		status int
		header http.Header
		page   string
	}{
		{404, behind, ""},
		{403, behind, ""},
		{502, behind, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"},
		{521, nil, ""},
		{521, http.Header{"Server": {"cloudflare"}}, "error code: 521"},
		{530, http.Header{"Server": {"cloudflare"}}, "<html><body><h1>Origin DNS error</h1></body></html>"},
		{418, nil, "I'm a teapot"},
		{202, nil, "<html><body>Accepted</body></html>"},
		{400, nil, "<html><body>Bad Request _$</body></html>"},
		// RiverSecurity puts its script into whatever it lets through.
		{404, nil, "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><title>404</title></head><body><p>您访问的页面不存在</p></body></html>"},
		{410, nil, "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body><h1>Gone</h1></body></html>"},
		{502, nil, "<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body><h1>502 Bad Gateway</h1></body></html>"},
	} {
		r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/yw/index.html", Status: c.status, Header: c.header, Payload: []byte(c.page)}).Reading()
		if r.Trouble == archive.TroubleChallenge {
			t.Errorf("%d: %s", c.status, r.Signature)
		}
	}
}

// Articles write about walls, with their words and their scripts, and pages behind
// a wall have its header, its cookies and a script of its own.
func TestArticlesAboutWalls(t *testing.T) {
	const text = `<div id="zoom"><p>近日有群众反映，访问县政府门户网站时页面只显示“请开启JavaScript并刷新该页”，经查系网站防护系统WZWS误判所致，响应头中有WZWS-RAY一项。</p>
		<p>技术人员已调整雷池（SafeLine）策略：页面出现SafeLineChallenge、wzwschallenge、__jsl_clearance、acw_sc__v2与arg1=等字样时，执行document.cookie="a=1";location.reload()即可恢复，不影响正常访问。</p></div>`
	const frame = `<html><head><title>关于门户网站访问异常的说明</title>SCRIPT</head><body><div class="nav"><a href="/">首页</a><a href="/yw/">要闻</a><a href="/zwgk/">公开</a><a href="/fw/">服务</a></div>
		<h1>关于门户网站访问异常的说明</h1>TEXT</body></html>`
	behind := http.Header{"Wzws-Ray": {"1106-1690000000.123"}, "Set-Cookie": {"wzws_cid=8a7b; path=/", "sl-session=8a7b; path=/"}}
	for name, script := range map[string]string{
		"no script":        "",
		"a script of WZWS": `<script>var wzwsconnect="1";</script>`,
		"one of SafeLine":  `<script src="/.safeline/static/monitor.js"></script>`,
		"a button":         `<script>function big5(){document.cookie="lang=big5";location.reload();}</script>`,
	} {
		t.Run(name, func(t *testing.T) {
			page := strings.NewReplacer("SCRIPT", script, "TEXT", text).Replace(frame)
			r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/yw/1.html", Status: 200, Header: behind, Payload: []byte(page)}).Reading()
			if r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone || !strings.Contains(r.Article.Body, "技术人员") {
				t.Errorf("kind %q, trouble %q, signature %q", r.Kind, r.Trouble, r.Signature)
			}
		})
	}
	// Of pictures alone, too.
	page := strings.NewReplacer("SCRIPT", `<script>function big5(){document.cookie="lang=big5";location.reload();}</script>`, "TEXT", `<p><img src="a.jpg" width="600"></p>`).Replace(frame)
	if r := open(t, extract.Input{URL: "http://www.hewan.gov.cn/yw/1.html", Status: 200, Payload: []byte(page)}).Reading(); r.Trouble != archive.TroubleNone {
		t.Errorf("pictures: trouble %q, signature %q", r.Trouble, r.Signature)
	}
}

// Pages that say little are no walls where they have a title and a text, rows, or a
// script that draws their list, whatever wall they are behind and whatever their
// buttons set.
func TestShortPagesAreNoWalls(t *testing.T) {
	const (
		head   = `<html><head><title>停水通知</title><meta name="ArticleTitle" content="停水通知"><meta name="PubDate" content="2024-05-20 09:30">`
		byline = `<p>发布时间：2024-05-20 09:30 来源：县水务局</p>`
		text   = `<div id="zoom"><p>因管网检修，人民路沿线五月二十一日八时至十八时停水，请相关用户提前做好储水准备。</p></div></body></html>`
		big5   = `<script>function big5(){document.cookie="lang=big5;path=/";location.reload();}</script>`
		rows   = `<ul><li><a href="/yw/1.html">全县上半年经济运行情况通报会召开</a><span>2024-05-20</span></li><li><a href="/yw/2.html">我县启动夏季爱国卫生运动</a><span>2024-05-19</span></li><li><a href="/yw/3.html">县领导调研重点项目建设</a><span>2024-05-18</span></li></ul>`
	)
	article := func(script string) string {
		return head + script + `</head><body><h1>停水通知</h1>` + byline + text
	}
	behind := http.Header{"Wzws-Ray": {"1106-1690000000.123"}}
	for _, c := range []struct {
		name, url string
		header    http.Header
		page      string
		kind      archive.Kind
	}{
		{"article, 繁简 button", "/yw/1.html", nil, article(big5), archive.KindArticle},
		{"article, theme by cookie", "/yw/1.html", nil, article(`<script>function old(on){document.cookie="wza="+on;window.location.href=window.location.href;}</script>`), archive.KindArticle},
		{"article, cookie at once", "/yw/1.html", nil, article(`<script>document.cookie="a=1";if(location.protocol=="ftp:")location.href=location.href.replace("ftp","http");</script>`), archive.KindArticle},
		{"article, script of WZWS", "/yw/1.html", behind, article(`<script>var wzwsconnect="1";</script>`), archive.KindArticle},
		{"article, SafeLine's monitor", "/yw/1.html", nil, article(`<script src="/.safeline/static/monitor.js"></script>`), archive.KindArticle},
		{"article, no meta, no date, 繁简 button by jQuery, behind WZWS", "/yw/1.html", behind, `<html><head><title>停水通知</title><script>$("#big5").click(function(){document.cookie="lang=big5";location.reload();});</script></head><body><noscript>请开启JavaScript</noscript><h1>停水通知</h1>` + text, archive.KindArticle},
		{"list that a script draws, behind WZWS, with a noscript", "/yw/index.html", behind, `<html><head><title>要闻动态-河湾县人民政府</title><script src="/js/vue.js"></script></head><body><noscript>请开启JavaScript以浏览本站</noscript><div id="app"></div><script src="/js/list.js"></script></body></html>`, ""},
		{"list that jpaas draws, behind WZWS, with a noscript", "/yw/index.html", behind, `<html><head><title>要闻动态</title></head><body><noscript>请开启JavaScript</noscript><script parseType="buildstatic" queryData="{}" url="/jpaas-publish-server/front/page/build/unit"></script></body></html>`, archive.KindList},
		{"list that a script draws, of a column wzws", "/wzws/index.html", nil, `<html><head><title>外资外事-河湾县人民政府</title><script src="/js/jquery.js"></script></head><body><div id="list"></div><script>$.get("/wzws/list.json",draw)</script></body></html>`, ""},
		{"three rows, cookie of the page's number", "/yw/list.html", nil, `<html><head><title>要闻动态</title><script>function go(n){document.cookie="page="+n;location.href=location.pathname+"?page="+n;}</script></head><body>` + rows, archive.KindList},
		{"three rows, cookie at once", "/yw/list.html", nil, `<html><head><title>要闻动态</title><script>if(self!=top){document.cookie="a=1";location.href=location.pathname;}</script></head><body>` + rows, archive.KindList},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, extract.Input{URL: "http://www.hewan.gov.cn" + c.url, Status: 200, Header: c.header, Payload: []byte(c.page)}).Reading()
			if r.Trouble == archive.TroubleChallenge || c.kind != "" && r.Kind != c.kind {
				t.Errorf("kind %q, trouble %q, signature %q, body %q", r.Kind, r.Trouble, r.Signature, r.Article.Body)
			}
		})
	}
}
