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
