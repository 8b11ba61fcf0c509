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
	if len(p.flat.text) < 3000 {
		for _, s := range wafTexts {
			if strings.Contains(p.flat.text, s) || strings.Contains(p.flat.title, s) {
				return "text " + s
			}
		}
	}
	return ""
}

// wafTexts are what walls tell people.
var wafTexts = []string{
	"您的请求可能存在威胁", "请求已被阻断", "WEB 应用防火墙", "WEB应用防火墙", "Web应用防火墙", "当前访问疑似黑客攻击", "创宇盾拦截", "服务器安全狗防护验证页面", "D盾_拦截提示",
	"百度云加速", "访问验证", "安全验证", "请求过于频繁", "您的访问被拦截", "您的IP存在异常", "请完成安全验证", "Just a moment...", "Attention Required! | Cloudflare",
}

// notFoundTexts are what portals say, under a status of 200, of a page that is
// not there.
var notFoundTexts = []string{
	"您访问的页面不存在", "页面不存在", "您访问的页面已删除", "该信息已被删除", "页面已删除", "信息不存在", "您要访问的页面不存在", "文章不存在", "该页面不存在", "页面找不到", "找不到页面", "内容不存在", "网页不存在",
	"抱歉，您访问的", "对不起，您访问的", "您请求的文件不存在", "该文章已被删除", "此信息已被删除", "信息已删除", "page not found", "404 not found", "404 error", "错误404", "404错误", "您所访问的页面", "您查看的文章不存在", "您访问的文章不存在",
}

// trouble recognises pages that stand in the place of what was asked for.
func (p *Page) trouble(bodyWeight int32) (archive.Trouble, string) {
	if s := p.challenge(); s != "" {
		return archive.TroubleChallenge, s
	}
	if bodyWeight > 600 {
		return archive.TroubleNone, ""
	}
	title := strings.ToLower(p.flat.title)
	short := len(p.flat.text) < 4000
	low := strings.ToLower(p.flat.text)
	for _, s := range notFoundTexts {
		if strings.Contains(title, s) || short && strings.Contains(low, s) {
			return archive.TroubleSoft404, "text " + s
		}
	}
	if strings.HasPrefix(title, "404") || strings.HasSuffix(title, "404") {
		return archive.TroubleSoft404, "404 in <title>"
	}
	if short {
		for _, s := range [...]string{"网站维护中", "系统维护", "server error in '/' application", "http status 500", "数据库连接失败", "系统发生错误", "500 internal server error", "502 bad gateway", "503 service"} {
			if strings.Contains(low, s) || strings.Contains(title, s) {
				return archive.TroubleError, "text " + s
			}
		}
		if p.hasPassword() && bodyWeight < 300 {
			return archive.TroubleLogin, "form with a password"
		}
	}
	return archive.TroubleNone, ""
}

func (p *Page) hasPassword() bool {
	low := strings.ToLower(p.text)
	return strings.Contains(low, "type=\"password\"") || strings.Contains(low, "type=password") || strings.Contains(low, "type='password'")
}
