package discover

// EasySite's articles are folders (/<path>/<id>/index.html); its lists go on by
// links.
func easysiteSign(p *page) string {
	return p.has(`id="easysiteText"`, "easysite-news-describe", "easysite-news", "/easysite/", "EasySite")
}
