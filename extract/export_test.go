package extract

import "golang.org/x/net/html"

// Select returns what a selector finds.
func Select(root *html.Node, css string) ([]*html.Node, error) {
	s, err := parseSelector(css)
	if err != nil {
		return nil, err
	}
	return s.all(root), nil
}
