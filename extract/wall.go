package extract

import (
	"fmt"
	"net/http"
	"strings"
)

// wallStatuses are the statuses that HTTP does not know and walls made up: who
// answers with one of them is the wall, whatever else is in the answer.
var wallStatuses = map[int]string{
	468: "SafeLine", 493: "WZWS", 566: "EdgeOne", 567: "EdgeOne",
}

// IsWall says whether a status is one of bot walls alone. What Jiasule answers with,
// 521 and 512, others have for servers that are down: asking again brings the same
// of either.
func IsWall(status int) bool {
	return wallStatuses[status] != "" || status == 521 || status == 512
}

// isOdd says whether a status is one of an error that HTTP does not know. 418 is a
// joke of HTTP's that walls took for their own.
func isOdd(status int) bool {
	return status >= 400 && (http.StatusText(status) == "" || status == http.StatusTeapot)
}

// wallHeaders are what walls put into their answers, and into those that they let
// through as well, and whose they are.
var wallHeaders = [...]struct{ key, part, wall string }{
	{"Wzws-Ray", "", "WZWS"}, {"X-Powered-By-360wzb", "", "WZWS"}, {"X-Safe-Firewall", "", "WZWS"},
	{"X-Via-Jsl", "", "Jiasule"}, {"Set-Cookie", "__jsluid", "Jiasule"},
	{"Set-Cookie", "HWWAFSES", "Huawei"}, {"Server", "waf", "a firewall"},
}

// wallHeader is the header of an answer that names a wall, and whose it is; "" where
// there is none.
func wallHeader(h http.Header) string {
	for _, w := range wallHeaders {
		for _, v := range h[w.key] {
			if v != "" && strings.Contains(strings.ToLower(v), strings.ToLower(w.part)) {
				return fmt.Sprintf("header %s (%s)", w.key, w.wall)
			}
		}
	}
	return ""
}

// walled recognises what a wall answers with by status and header, be there a page
// or none: articles have neither.
func (p *Page) walled() string {
	status, h := p.in.Status, p.in.Header
	switch {
	case wallStatuses[status] != "":
		return fmt.Sprintf("status %d (%s)", status, wallStatuses[status])
	case strings.EqualFold(h.Get("Cf-Mitigated"), "challenge"):
		return "header Cf-Mitigated: challenge (Cloudflare)"
	case h.Get("X-Amzn-Waf-Action") != "":
		return "header X-Amzn-Waf-Action (AWS)"
	case !isOdd(status):
		return ""
	}
	if by := wallHeader(h); by != "" {
		return fmt.Sprintf("status %d, which HTTP does not know, with the %s", status, by)
	}
	return ""
}
