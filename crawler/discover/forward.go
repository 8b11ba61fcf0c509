package discover

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/atom"

	"fangzhi/archive"
	"fangzhi/extract"
	"fangzhi/lazyregexp"
)

var (
	refreshTo = lazyregexp.New(`(?i)^\s*(\d*\.?\d*)\s*[;,]?\s*(?:url\s*=\s*)?["']?([^"']*)`)
	// location.href = "…", location.replace("…"), window.location = "…"
	scriptTo = lazyregexp.New(`(?:^|[\s;{}(.])location(?:\.href)?\s*=\s*["']([^"']+)["']|\blocation\.(?:replace|assign)\s*\(\s*["']([^"']+)["']`)
)

const (
	// immediate is the most seconds that a refresh waits for which is a
	// redirect and no news ticker.
	immediate = 3
	// aside is the most text, in characters, beside a script that redirects:
	// 正在跳转，请稍候.
	aside = 60
)

// Forward returns where a page that is nothing but a redirect leads, absolute,
// and what says so: an immediate meta refresh, or a script that goes elsewhere
// on a page without text and links. It returns "" for every other page.
func Forward(p *extract.Page, rawURL string) (to, evidence string) {
	return forward(p, rawURL, false)
}

// ForwardOrBack is Forward that tells also of a page that leads back to itself.
func ForwardOrBack(p *extract.Page, rawURL string) (to, evidence string) {
	return forward(p, rawURL, true)
}

func forward(p *extract.Page, rawURL string, back bool) (to, evidence string) {
	at, err := url.Parse(rawURL)
	if err != nil {
		return "", ""
	}
	doc := p.Document()
	resolve := func(ref string) string {
		u, err := at.Parse(strings.TrimSpace(ref))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(ref, "{<") {
			return ""
		}
		return u.String()
	}
	markup := p.HTML()
	refreshes := strings.Contains(markup, "refresh") || strings.Contains(markup, "Refresh") || strings.Contains(markup, "REFRESH")
	if !refreshes && !strings.Contains(markup, "location") {
		return "", ""
	}
	for _, s := range doc.Find("meta[http-equiv='refresh' i]").EachIter() {
		if parent := s.Nodes[0].Parent; parent != nil && parent.DataAtom == atom.Noscript {
			continue
		}
		content, _ := s.Attr("content")
		m := refreshTo.FindStringSubmatch(content)
		if m == nil || m[2] == "" {
			continue
		}
		if wait, err := strconv.ParseFloat("0"+m[1], 64); err != nil || wait > immediate {
			continue
		}
		if u := resolve(m[2]); u != "" && (back || u != rawURL) {
			return u, "meta refresh to " + strconv.Quote(m[2])
		}
	}
	if doc.Find("a[href], frame, iframe").Length() > 3 {
		return "", ""
	}
	body := doc.Find("body").Clone()
	body.Find("script, style, noscript").Remove()
	if utf8.RuneCountInString(strings.Join(strings.Fields(body.Text()), "")) > aside {
		return "", ""
	}
	for _, s := range doc.Find("script:not([src])").EachIter() {
		m := scriptTo.FindStringSubmatch(withoutComments(s.Text()))
		if m == nil {
			continue
		}
		ref := m[1] + m[2]
		if u := resolve(ref); u != "" && (back || u != rawURL) {
			return u, "script redirect to " + strconv.Quote(ref)
		}
	}
	return "", ""
}

// maxFrames bounds the frames of one page.
const maxFrames = 20

// Frames returns requests for the pages that a frameset shows; none where a
// page is no frameset.
func Frames(p *extract.Page, rawURL string) (frames []archive.Request) {
	at, err := url.Parse(rawURL)
	if err != nil || !strings.Contains(p.HTML(), "<frame") && !strings.Contains(p.HTML(), "<FRAME") && !strings.Contains(p.HTML(), "<Frame") {
		return nil
	}
	for _, s := range p.Document().Find("frameset frame[src]").EachIter() {
		src, _ := s.Attr("src")
		u, err := at.Parse(strings.TrimSpace(src))
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.String() != rawURL && len(frames) < maxFrames {
			frames = append(frames, get(u.String()))
		}
	}
	return frames
}
