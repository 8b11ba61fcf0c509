package portaltest

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The faults of this file are whole answers, but not the page that was asked
// for.

// Status answers with a status and the short page that nginx has for it.
// retryAfter, where it is not "", is the Retry-After header: seconds or a date.
func Status(code int, retryAfter string) Fault {
	return Fault{Name: fmt.Sprintf("status %d", code), alter: func(_ *Portal, a *answer, _ *http.Request) {
		text := fmt.Sprintf("%d %s", code, http.StatusText(code))
		a.replace(code, "text/html", "<html>\r\n<head><title>"+text+"</title></head>\r\n<body>\r\n<center><h1>"+text+
			"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
		if retryAfter != "" {
			a.header.Set("Retry-After", retryAfter)
		}
	}}
}

// Text answers with a status and a page of the caller's own.
func Text(code int, html string) Fault {
	return Fault{Name: fmt.Sprintf("text %d", code), alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.replace(code, "text/html; charset=utf-8", html)
	}}
}

// RedirectLoop sends the reader on to the same page with another query, and
// back again, for ever.
func RedirectLoop() Fault {
	return Fault{Name: "redirect loop", alter: func(_ *Portal, a *answer, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("r")) // none is 0
		a.replace(http.StatusFound, "text/html", "")
		a.header.Set("Location", fmt.Sprintf("%s?r=%d", r.URL.Path, (n+1)%2))
	}}
}

// RedirectTo sends the reader to target with a status of 301, 302, 303, 307 or
// 308.
func RedirectTo(code int, target string) Fault {
	return Fault{Name: fmt.Sprintf("redirect %d", code), alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.replace(code, "text/html", "")
		a.header.Set("Location", target)
	}}
}

// JSL is the challenge of 加速乐: status 521 and a script that would set a
// cookie.
func JSL() Fault {
	return Fault{Name: "jsl", alter: func(_ *Portal, a *answer, r *http.Request) {
		id := token(r.URL.Path, 32)
		a.replace(521, "text/html;charset=utf-8", "<script>document.cookie=('_')+('_')+('j')+('s')+('l')+('_')+('c')+('l')+('e')+('a')+('r')+('a')+('n')+('c')+('e')+('_')+('s')+('=')+(1+[]+(7)+(9))+('|')+(+![]+'')+('|')+('"+id[:16]+"')+(';')+('m')+('a')+('x')+('-')+('a')+('g')+('e')+('=')+(~~3600+'');location.href=location.pathname+location.search</script>")
		a.header.Set("X-Via-JSL", "1f2e3d4,-")
		a.header.Set("Set-Cookie", "__jsluid_h="+id+"; max-age=31536000; path=/; HttpOnly")
		a.header.Set("Server", "nginx")
	}}
}

// Ruishu is the challenge of 瑞数: status 412, a script with $_ts.
func Ruishu() Fault {
	return Fault{Name: "ruishu", alter: func(_ *Portal, a *answer, r *http.Request) {
		id := token(r.URL.Path, 24)
		a.replace(http.StatusPreconditionFailed, "text/html; charset=utf-8", `<!DOCTYPE html><html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="`+id+`" r="m"><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><script type="text/javascript" charset="iso-8859-1" src="/`+id[:10]+`/`+id[10:18]+`.js" r='m'></script><script type="text/javascript" r='m'>(function(){var _$hL=0,_$c9=$_ts.scj,_$g7=$_ts.aebi;function _$kI(_$aQ){_$aQ[0]=_$Xq();$_ts["`+id[18:]+`"]=_$aQ}_$kI([])})()</script></head><body></body></html>`)
		a.header.Set("Set-Cookie", "FSSBBIl1UgzbN7N80S="+id+"; Path=/; HttpOnly")
	}}
}

// WAF answers with status 200 and the page of a web application firewall.
func WAF() Fault {
	return Fault{Name: "waf", alter: func(_ *Portal, a *answer, r *http.Request) {
		a.replace(http.StatusOK, "text/html", `<!DOCTYPE html><html><head><meta charset="utf-8"><title>访问被拦截</title></head><body><div class="box"><h2>您的请求可能存在威胁，已被拦截！</h2><p>如有疑问，请联系网站管理员，并提供事件编号：`+token(r.URL.Path, 20)+`</p></div></body></html>`)
	}}
}

// Login answers with status 200 and a form in place of the page.
func Login() Fault {
	return Fault{Name: "login", alter: func(_ *Portal, a *answer, r *http.Request) {
		a.replace(http.StatusOK, "text/html; charset=utf-8", `<!DOCTYPE html><html><head><meta charset="utf-8"><title>统一身份认证平台</title></head><body><div class="login"><h2>用户登录</h2><form action="/cas/login?service=`+r.URL.EscapedPath()+`" method="post"><p>用户名：<input type="text" name="username"></p><p>密　码：<input type="password" name="password"></p><p>验证码：<input type="text" name="captcha"><img src="/cas/captcha.jpg"></p><input type="submit" value="登录"></form></div></body></html>`)
	}}
}

// Soft404 answers with status 200 and a page that says that the page is gone.
func Soft404() Fault {
	return Fault{Name: "soft 404", alter: func(p *Portal, a *answer, _ *http.Request) {
		a.replace(http.StatusOK, htmlType(""), string(p.draw("gone.html", view{}, Column{}, "")))
	}}
}

// InPlace answers with what the portal has at another path, under its status.
func InPlace(path string) Fault {
	return Fault{Name: "in place", alter: func(p *Portal, a *answer, r *http.Request) {
		other := r.Clone(r.Context())
		other.URL.Path, other.URL.RawPath, other.URL.RawQuery = path, "", ""
		*a = *p.route(other)
	}}
}

// Empty answers with status 200 and nothing.
func Empty() Fault {
	return Fault{Name: "empty", alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.replace(http.StatusOK, "text/html", "")
	}}
}

// Always304 answers 304 whatever was asked, without a validator too.
func Always304() Fault {
	return Fault{Name: "always 304", alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.replace(http.StatusNotModified, "", "")
	}}
}

// SessionIDs puts a session id that is new with every answer into the page's
// links to other pages. The portal answers to them.
func SessionIDs() Fault {
	var n atomic.Int64
	return Fault{Name: "session ids", alter: func(_ *Portal, a *answer, r *http.Request) {
		id := strings.ToUpper(token(fmt.Sprint(r.URL.Path, n.Add(1)), 32))
		a.body = bytes.ReplaceAll(a.content(), []byte(`.html"`), []byte(`.html;jsessionid=`+id+`"`))
		a.etag = ""
	}}
}

// Filled puts text in the place of a mark in the page: what text returns for the
// nth answer, from 1. It comes without validators.
func Filled(mark string, text func(n int) string) Fault {
	var n atomic.Int64
	return Fault{Name: "filled", alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.body = bytes.ReplaceAll(a.content(), []byte(mark), []byte(text(int(n.Add(1)))))
		a.etag, a.modified = "", time.Time{}
	}}
}

// Padded makes a page of HTML at least size bytes long, with a true length.
func Padded(size int) Fault {
	return Fault{Name: "padded", alter: func(_ *Portal, a *answer, _ *http.Request) {
		body := bytes.Clone(a.content())
		filler := []byte("<!-- 模板占位 template filler -->\n")
		for len(body) < size {
			body = append(body, filler...)
		}
		a.body, a.etag = body, ""
	}}
}

// Header sets a header of the answer, whatever else would set it; "" removes it.
func Header(name, value string) Fault {
	return Fault{Name: "header " + name, late: func(a *answer) {
		if value == "" {
			a.header.Del(name)
			return
		}
		a.header.Set(name, value)
	}}
}

// FalseGzip says Content-Encoding: gzip of a page that is sent plain.
func FalseGzip() Fault {
	return Fault{Name: "false gzip", alter: func(_ *Portal, a *answer, _ *http.Request) {
		a.header.Set("Content-Encoding", "gzip")
	}}
}

// BadGzip spoils gzip in its middle, and leaves out its end.
func BadGzip() Fault {
	return Fault{Name: "bad gzip", alter: func(_ *Portal, a *answer, _ *http.Request) {
		coded := Encode("gzip", a.content())
		coded = coded[:len(coded)-len(coded)/4]
		for i := len(coded) / 2; i < len(coded); i += 3 {
			coded[i] ^= 0x5a
		}
		a.body = coded
		a.header.Set("Content-Encoding", "gzip")
	}}
}

// GzipBomb is the page with size bytes of blanks after it, packed to a
// thousandth.
func GzipBomb(size int) Fault {
	return Fault{Name: "gzip bomb", alter: func(_ *Portal, a *answer, _ *http.Request) {
		plain := append(bytes.Clone(a.content()), bytes.Repeat([]byte(" "), size)...)
		a.body = Encode("gzip", plain)
		a.header.Set("Content-Encoding", "gzip")
	}}
}

// replace makes a another answer altogether, without validators.
func (a *answer) replace(status int, contentType, body string) {
	a.status, a.body, a.draw, a.modified = status, []byte(body), nil, time.Time{}
	a.header = http.Header{}
	if contentType != "" {
		a.header.Set("Content-Type", contentType)
	}
}

// token returns n hexadecimal digits that are always the same for s.
func token(s string, n int) string {
	h := fnv.New128a()
	h.Write([]byte(s))
	return fmt.Sprintf("%x", h.Sum(nil))[:n]
}
