package extract

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"fangzhi/lazyregexp"
)

const (
	// wallBytes bounds the page of a wall: it holds a script, and little else.
	wallBytes = 20_000
	// wallWeight is the most that it says to its reader: to wait, to switch scripts
	// on, whose wall it is.
	wallWeight = 5 * proseWeight
	// wallLinks is the most that it links: whose wall it is, what to do about it.
	wallLinks = 3
)

// challenge recognises the pages of bot walls, by status, header and script. What
// a wall's script is known by is looked for in scripts alone, and on pages that do
// not stand for themselves and say next to nothing: articles write about walls, and
// pages behind one have its header, its cookies and a script of its own.
func (p *Page) challenge(stands bool) string {
	h := p.in.Header
	if h == nil {
		h = http.Header{}
	}
	switch {
	case (p.in.Status == 521 || p.in.Status == 512) && (h.Get("X-Via-JSL") != "" || strings.Contains(p.text, "document.cookie") || strings.Contains(p.text, "__jsl")):
		return "status 521 with a cookie script (Jiasule)"
	// The script stands in the errors of the server behind as well, a 404 say.
	case (p.in.Status == 412 || p.in.Status == 202) && (strings.Contains(p.text, "_$") || strings.Contains(p.text, "$_ts")), p.in.Status == http.StatusBadRequest && strings.Contains(p.text, "$_ts"):
		return "script $_ts (RiverSecurity)"
	case p.walled() != "":
		return p.walled()
	case stands, !p.isMute():
		return ""
	case p.in.Status == http.StatusPreconditionFailed:
		return "status 412, though no condition was set that could fail"
	}
	text, loaded := p.scripts()
	has := func(word string) bool { return strings.Contains(text, word) || strings.Contains(loaded, word) }
	switch {
	case has("__jsl_clearance"), has("document.cookie=('_')"):
		return "cookie script __jsl_clearance (Jiasule)"
	case has("acw_sc__v2") && has("arg1="):
		return "script acw_sc__v2 (Aliyun)"
	case has("/cdn-cgi/challenge-platform/") && (has("cf-chl") || has("_cf_chl_opt")):
		return "script _cf_chl_opt (Cloudflare)"
	case has("SafeLineChallenge"), has("/.safeline/challenge"), has("challenge.rivers.chaitin.cn"):
		return "script SafeLineChallenge (SafeLine)"
	case has("wzwsquestion"), has("wzwschallenge"), has("dynamicurl") && has("WZWS"):
		return "script wzws (WZWS)"
	case isOdd(p.in.Status) && strings.TrimSpace(text+loaded) != "":
		return fmt.Sprintf("status %d, which HTTP does not know, and nothing but a script", p.in.Status)
	case loaded != "" || p.filledByScript() != "": // a page of the site's, made by its own scripts
	case h.Get("WZWS-RAY") != "" && p.flat.sumW[len(p.flat.lines)] < proseWeight && strings.Contains(strings.ToLower(p.text), "请开启javascript"):
		return "header WZWS-RAY, and nothing but a script (WZWS)"
	case p.reloads(atOnce(text)):
		return "script that sets a cookie and loads the page again"
	}
	return ""
}

// isMute says whether a page says, shows and links next to nothing, and no row of a
// list.
func (p *Page) isMute() bool {
	f := p.flat
	if len(p.text) > wallBytes || f.sumW[len(f.lines)] > wallWeight || len(f.anchors) > wallLinks || len(f.embeds) > 0 {
		return false
	}
	for i := range f.images {
		if f.isPicture(&f.images[i]) {
			return false
		}
	}
	for i := range f.anchors {
		a := &f.anchors[i]
		if _, day := f.row(a, p.style(), p.anchorText(a), ""); day != "" {
			return false
		}
	}
	return true
}

// scripts returns the text of a page's scripts, with what it runs when it is loaded,
// and the URLs of those that it loads, a line each.
func (p *Page) scripts() (text, loaded string) {
	var t, l strings.Builder
	for n := range p.root.Descendants() {
		if n.DataAtom == atom.Body {
			t.WriteString(attr(n, "onload") + "\n")
		}
		if n.Type != html.ElementNode || n.DataAtom != atom.Script {
			continue
		}
		if src := attr(n, "src"); src != "" {
			l.WriteString(src + "\n")
		}
		if n.FirstChild != nil {
			t.WriteString(n.FirstChild.Data + "\n")
		}
	}
	return t.String(), l.String()
}

var (
	setsCookie = lazyregexp.New(`document\.cookie\s*=[^=]`)
	loadsAgain = lazyregexp.New(`location\.reload\s*\(|history\.go\(\s*0?\s*\)|location(?:\.href)?\s*=\s*(?:(?:window|document|self)\.)?location\b|location\.(?:replace|assign)\(\s*(?:(?:window|document|self)\.)?location\b`)
)

// reloads says whether a script sets a cookie and loads the page again.
func (p *Page) reloads(script string) bool {
	if !setsCookie.MatchString(script) {
		return false
	}
	if loadsAgain.MatchString(script) {
		return true
	}
	if p.base == nil {
		return false
	}
	for _, target := range targetsOf(script) {
		if to, err := p.base.Parse(target); err == nil && to.Host == p.base.Host && to.Path == p.base.Path {
			return true
		}
	}
	return false
}

// wafTexts are what walls tell people, in lower case.
var wafTexts = []string{
	"您的请求可能存在威胁", "请求已被阻断", "web 应用防火墙", "web应用防火墙", "当前访问疑似黑客攻击", "创宇盾拦截", "服务器安全狗防护验证页面", "d盾_拦截提示",
	"百度云加速", "访问验证", "安全验证", "请求过于频繁", "您的访问被拦截", "您的访问被阻断", "访问已被拦截", "您的ip存在异常", "请完成安全验证", "安全检测能力由",
	"just a moment...", "attention required! | cloudflare",
}
