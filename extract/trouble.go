package extract

import (
	"net/http"
	"strings"

	"fangzhi/archive"
)

// challenge recognises the pages of bot walls, by status, header and script.
func (p *Page) challenge() string {
	h := p.in.Header
	if h == nil {
		h = http.Header{}
	}
	small := len(p.text) < 20_000
	switch {
	case (p.in.Status == 521 || p.in.Status == 512) && (h.Get("X-Via-JSL") != "" || strings.Contains(p.text, "document.cookie") || strings.Contains(p.text, "__jsl")):
		return "status 521 with a cookie script (Jiasule)"
	case strings.Contains(p.text, "__jsl_clearance") || small && strings.Contains(p.text, "document.cookie=('_')"):
		return "cookie script __jsl_clearance (Jiasule)"
	case (p.in.Status == 412 || p.in.Status == 202) && (strings.Contains(p.text, "$_ts") || strings.Contains(p.text, "_$")):
		return "script $_ts (RiverSecurity)"
	case small && strings.Contains(p.text, "acw_sc__v2") && strings.Contains(p.text, "arg1="):
		return "script acw_sc__v2 (Aliyun)"
	case strings.Contains(p.text, "/cdn-cgi/challenge-platform/") && small && (strings.Contains(p.text, "cf-chl") || strings.Contains(p.text, "_cf_chl_opt")):
		return "script _cf_chl_opt (Cloudflare)"
	}
	return ""
}

// wafTexts are what walls tell people.
var wafTexts = []string{
	"您的请求可能存在威胁", "请求已被阻断", "WEB 应用防火墙", "WEB应用防火墙", "Web应用防火墙", "当前访问疑似黑客攻击", "创宇盾拦截", "服务器安全狗防护验证页面", "D盾_拦截提示",
	"百度云加速", "访问验证", "安全验证", "请求过于频繁", "您的访问被拦截", "您的访问被阻断", "您的IP存在异常", "请完成安全验证", "Just a moment...", "Attention Required! | Cloudflare",
}

// errorTexts are what portals say when they fail.
var errorTexts = []string{
	"网站维护中", "系统维护", "server error in '/' application", "http status 500", "数据库连接失败", "系统发生错误", "500 internal server error", "502 bad gateway", "503 service",
}

// trouble recognises pages that stand in the place of what was asked for. Texts
// tell it only where they are what the page has to say: notices speak of
// maintenance, and of what does not exist, as well.
func (p *Page) trouble(body *span, title *titleRead) (archive.Trouble, string) {
	if s := p.challenge(); s != "" {
		return archive.TroubleChallenge, s
	}
	weight := body.weight(p.flat)
	if p.standsForItself(weight, title) {
		return archive.TroubleNone, ""
	}
	if len(p.flat.text) < 3000 {
		if s := p.says(anyOf(wafTexts), body, weight, title.line); s != "" {
			return archive.TroubleChallenge, "text " + s
		}
	}
	if weight > 600 {
		return archive.TroubleNone, ""
	}
	if s := p.says(absent, body, weight, title.line); s != "" {
		return archive.TroubleSoft404, "text " + s
	}
	if target := p.leadsHome(weight); target != "" {
		return archive.TroubleSoft404, "sends its reader to " + target
	}
	if s := p.named404(title); s != "" {
		return archive.TroubleSoft404, s
	}
	if s := p.says(anyOf(errorTexts), body, weight, title.line); s != "" {
		return archive.TroubleError, "text " + s
	}
	if len(p.flat.text) < 4000 && weight < 300 && p.hasPassword() {
		return archive.TroubleLogin, "form with a password"
	}
	return archive.TroubleNone, ""
}

// standsForItself says whether a page has what an article has and pages in its
// place have not: a text, and the meta tag of government sites or a title above
// a line with date and source.
func (p *Page) standsForItself(weight int32, title *titleRead) bool {
	if weight == 0 || title.text == "" {
		return false
	}
	if v, _ := p.flat.metaOf("articletitle"); v != "" {
		return true
	}
	at := p.byline()
	return at >= 0 && title.line >= 0 && at > title.line && at <= title.line+4
}

func (p *Page) hasPassword() bool {
	low := strings.ToLower(p.text)
	return strings.Contains(low, "type=\"password\"") || strings.Contains(low, "type=password") || strings.Contains(low, "type='password'")
}
