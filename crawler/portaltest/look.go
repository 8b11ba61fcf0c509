package portaltest

import (
	"embed"
	"fmt"
	"path"
)

//go:embed look
var look embed.FS

// dress serves what the demo's pages need to look as they do: styles, one of
// which imports another, scripts and pictures.
func (p *Portal) dress() {
	for _, name := range []string{"css/style.css", "css/frame.css", "js/article.js", "js/createPageHTML.js"} {
		text, err := look.ReadFile("look/" + path.Base(name))
		if err != nil {
			panic(err) // it is embedded
		}
		p.place(File{Name: path.Base(name), URL: "/" + name, Bytes: text})
	}
	for _, name := range []string{"logo.png", "ridge.png", "banner.jpg"} {
		p.place(File{Name: name, URL: "/images/" + name, Type: "image/png", Bytes: picture(name)})
	}
}

// Place serves f at its URL from now on, whatever stood there: a stylesheet, or
// another document under the address of an article's.
func (p *Portal) Place(f File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.URL = p.path(f.URL)
	p.files[f.URL] = placed{f, p.now()}
}

// place is Place as of the portal's first day.
func (p *Portal) place(f File) { p.files[f.URL] = placed{f, stuck} }

// Remove takes away what Place, or an article, serves at url.
func (p *Portal) Remove(url string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.files[p.path(url)]; !ok {
		return fmt.Errorf("remove: no file at %s", url)
	}
	delete(p.files, p.path(url))
	return nil
}
