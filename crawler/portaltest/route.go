package portaltest

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// route finds what stands at the requested path.
func (p *Portal) route(r *http.Request) *answer {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, from := range []string{r.URL.RequestURI(), r.URL.Path} {
		if to, ok := p.moved[from]; ok {
			a := page(http.StatusFound, htmlType(""), []byte("<html><head><title>302 Found</title></head><body><center><h1>302 Found</h1></center><hr><center>nginx</center></body></html>"), time.Time{})
			a.header.Set("Location", to)
			return a
		}
	}
	// A session id in the path is the servlet container's affair.
	name, _, _ := strings.Cut(r.URL.Path, ";")
	if name == "/robots.txt" && p.robots != "" {
		return page(http.StatusOK, "text/plain", []byte(p.robots), time.Time{})
	}
	for _, url := range []string{r.URL.RequestURI(), name} {
		if f, ok := p.files[url]; ok {
			a := page(http.StatusOK, f.contentType(), f.Bytes, f.modified)
			if strings.Contains(url, "?") { // the URL does not tell the document's name
				a.header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
			}
			return a
		}
	}
	if p.load != nil {
		if a := p.load.route(name); a != nil {
			return a
		}
		return p.missing()
	}
	if r.Method == http.MethodPost {
		if a := p.served(r, name); a != nil {
			return a
		}
		a := page(http.StatusMethodNotAllowed, htmlType(""), nil, time.Time{})
		a.header.Set("Allow", "GET, HEAD")
		return a
	}
	if name == "/" || name == "/index.html" {
		return p.home()
	}
	if a, part := p.articleAt(name); a != nil {
		return p.standing(a, part)
	}
	if a := p.articles[r.URL.RequestURI()]; a != nil { // ReadNews.asp?NewsID=4173
		return p.standing(a, 0)
	}
	if a := p.served(r, name); a != nil {
		return a
	}
	return p.missing()
}

// standing is what answers for an article, be it withdrawn.
func (p *Portal) standing(a *Article, part int) *answer {
	switch a.State {
	case Withdrawn:
		return p.missing()
	case WithdrawnSoft:
		return page(http.StatusOK, htmlType(""), p.draw("gone.html", view{}, Column{}, ""), time.Time{})
	}
	return p.articlePage(a, part)
}

// articleAt returns the article at name, and which of its pages that is, from
// 0: t20260919_1234.html, t20260919_1234_1.html, …
func (p *Portal) articleAt(name string) (a *Article, part int) {
	if a := p.articles[name]; a != nil {
		return a, 0
	}
	stem, ok := strings.CutSuffix(name, ".html")
	i := strings.LastIndexByte(stem, '_')
	if !ok || i < 0 {
		return nil, 0
	}
	part, err := strconv.Atoi(stem[i+1:])
	a = p.articles[stem[:i]+".html"]
	if err != nil || a == nil || part < 1 || part >= a.parts() {
		return nil, 0
	}
	return a, part
}

// parts is how many pages the article has.
func (a *Article) parts() int {
	if a.PerPage <= 0 || len(a.Body) <= a.PerPage {
		return 1
	}
	return (len(a.Body) + a.PerPage - 1) / a.PerPage
}

// listNumber reads the name of a list page: "/", "/index.html" (0),
// "/index_1.html" (1), …
func listNumber(name string) (n int, ok bool) {
	if name == "/" || name == "/index.html" {
		return 0, true
	}
	name, ok = strings.CutPrefix(name, "/index_")
	if !ok {
		return 0, false
	}
	name, ok = strings.CutSuffix(name, ".html")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(name)
	return n, err == nil && n > 0 && strconv.Itoa(n) == name
}

// missing is the answer where nothing stands.
func (p *Portal) missing() *answer {
	return page(http.StatusNotFound, htmlType(""), p.draw("missing.html", view{}, Column{}, ""), time.Time{})
}

func (f File) contentType() string {
	if f.Type != "" {
		return f.Type
	}
	switch ext := strings.ToLower(path.Ext(f.Name)); ext {
	case ".doc":
		return "application/msword"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".xls":
		return "application/vnd.ms-excel"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// htmlType is the Content-Type of a page whose header declares a charset.
func htmlType(charset string) string {
	if charset == "" {
		return "text/html"
	}
	return "text/html; charset=" + charset
}
