package extract

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// leadsHome returns where a page with hardly a text sends its reader at once,
// where that is the home page or one named 404: so some portals answer for what
// is not there. It is "" for every other page.
func (p *Page) leadsHome(weight int32) string {
	if weight > 0 || len(p.flat.text) > 600 || p.Document().Find("a[href]").Length() > 2 {
		return ""
	}
	for _, target := range p.sendsTo() {
		from, err := url.Parse(p.in.URL)
		if err != nil {
			return ""
		}
		to, err := from.Parse(target)
		if err != nil || to.Host == "" {
			continue
		}
		name := path.Base(to.Path)
		name = strings.TrimSuffix(name, path.Ext(name))
		if name == "404" || home(to) && !home(from) {
			return target
		}
	}
	return ""
}

func home(u *url.URL) bool {
	dir, name := path.Split(u.Path)
	name = strings.TrimSuffix(name, path.Ext(name))
	return (dir == "/" || dir == "") && u.RawQuery == "" && (name == "" || name == "index" || name == "default")
}

// scriptedMove is a script that sends the reader elsewhere.
var scriptedMove = regexp.MustCompile(`location(?:\.href)?\s*=\s*["']([^"'<>\s]{1,200})["']|location\.(?:replace|assign)\(\s*["']([^"'<>\s]{1,200})["']`)

// sendsTo are the targets of a page's refresh and of its scripts.
func (p *Page) sendsTo() (targets []string) {
	content, _ := p.Document().Find("meta[http-equiv='refresh' i]").First().Attr("content")
	if _, target, ok := strings.Cut(content, "="); ok && strings.Contains(strings.ToLower(content), "url") {
		targets = append(targets, strings.Trim(strings.TrimSpace(target), `"'`))
	}
	if len(p.text) > 4000 {
		return targets
	}
	for _, m := range scriptedMove.FindAllStringSubmatch(p.Document().Find("script").Text(), 3) {
		targets = append(targets, m[1]+m[2])
	}
	return targets
}
