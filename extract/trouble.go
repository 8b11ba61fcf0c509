package extract

import (
	"strings"

	"fangzhi/archive"
)

// errorTexts are what portals say when they fail.
var errorTexts = []string{
	"网站维护中", "系统维护", "server error in '/' application", "http status 500", "数据库连接失败", "系统发生错误", "500 internal server error", "502 bad gateway", "503 service",
}

// trouble recognises pages that stand in the place of what was asked for. Texts
// tell it only where they are what the page has to say: notices speak of
// maintenance, and of what does not exist, as well.
func (p *Page) trouble(body *span, title *titleRead) (archive.Trouble, string) {
	weight := body.weight(p.flat)
	stands := p.standsForItself(weight, title)
	if s := p.challenge(stands); s != "" {
		return archive.TroubleChallenge, s
	}
	if stands {
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
	if s := p.says(failing, body, weight, title.line); s != "" {
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
