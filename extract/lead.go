package extract

import (
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"

	"fangzhi/archive"
	"fangzhi/lazyregexp"
)

// refreshSoon is within how many seconds a page sends its reader elsewhere that
// has nothing to say. Lists and home pages that load anew take longer.
const refreshSoon = 10

// SendsAway returns where a page that stands for what is not there sends its reader:
// the home page, or one named 404; "" for every other page.
func (p *Page) SendsAway() string {
	if p.Reading(); p.flat == nil || p.other != "" || p.failure != "" {
		return ""
	}
	return p.leadsHome(p.span.weight(p.flat))
}

// leadsHome returns where a page with hardly a text sends its reader at once,
// where that is the home page or one named 404: so some portals answer for what
// is not there. It is "" for every other page. A refresh tells within the frame of
// a portal, too; scripts of large pages do it when somebody clicks.
func (p *Page) leadsHome(weight int32) string {
	from, err := url.Parse(p.in.URL)
	if err != nil || weight >= proseWeight {
		return ""
	}
	leads := func(target string) bool {
		to, err := from.Parse(target)
		if err != nil || to.Host == "" {
			return false
		}
		name := path.Base(to.Path)
		name = strings.TrimSuffix(name, path.Ext(name))
		return name == "404" || archive.IsHome(to) && !archive.IsHome(from)
	}
	if target, after := p.refresh(); target != "" && after <= refreshSoon && leads(target) {
		return target
	}
	if weight > 0 || len(p.flat.text) > 600 || p.Document().Find("a[href]").Length() > 2 {
		return ""
	}
	for _, target := range p.scriptedTo() {
		if leads(target) {
			return target
		}
	}
	return ""
}

// scriptedMove is a script that sends the reader elsewhere.
var scriptedMove = lazyregexp.New(`location(?:\.href)?\s*=\s*["']([^"'<>\s]{1,200})["']|location\.(?:replace|assign)\(\s*["']([^"'<>\s]{1,200})["']`)

// refresh is where the page's refresh leads, and after how many seconds; "" where
// it has none that leads elsewhere.
func (p *Page) refresh() (target string, after int) {
	content, _ := p.flat.metaOf("refresh")
	before, target, ok := strings.Cut(content, "=")
	if !ok || !strings.Contains(strings.ToLower(before), "url") {
		return "", 0
	}
	seconds := strings.TrimSpace(before)
	end := strings.IndexFunc(seconds, func(r rune) bool { return r < '0' || r > '9' })
	if after, _ = strconv.Atoi(seconds[:max(end, 0)]); len(seconds[:max(end, 0)]) > 6 {
		after = math.MaxInt
	}
	return strings.Trim(strings.TrimSpace(target), `"'`), after
}

// scriptedTo are the targets of a small page's scripts.
func (p *Page) scriptedTo() []string {
	if len(p.text) > 4000 {
		return nil
	}
	return targetsOf(p.Document().Find("script").Text())
}

// targetsOf are the first targets of a script.
func targetsOf(script string) (targets []string) {
	for _, m := range scriptedMove.FindAllStringSubmatch(script, 3) {
		targets = append(targets, m[1]+m[2])
	}
	return targets
}
