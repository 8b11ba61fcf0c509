// Package extract reads a page: what it is (article, list, document, or a
// challenge, an error, a soft 404 in its place), what it says (title, date,
// source, body, attachments, each with the evidence for it) and where it leads.
//
// It is pure: bytes, headers, URL and rules in, a reading out. It has no
// clock, network or log, and does not change what it is given. A page is
// parsed once; everything is read from that one tree. What a page does not
// give is named as missing and never invented.
//
//	input.go, page.go     Input, Open, Page
//	coding.go charset.go  content codings and charsets
//	parse.go              markup to tree, within limits
//	tree.go lines.go      the tree laid flat: elements and the lines of text they hold
//	hints.go weigh.go     what class names hint at; what text weighs
//	meta.go jsonld.go     what the page says about itself
//	title.go              the title
//	date.go published.go  dates in text; which of them is the publication date
//	labels.go fields.go   来源, 作者, 发文字号 and the like, from lines, tables and metas
//	body.go trim.go render.go  the container, its edges, its text
//	links.go files.go     links; attachments and pictures
//	kind.go trouble.go    article or list; challenge, soft 404, login, error
//	rules.go              selectors that a site's owner gives
//	furniture.go join.go  what repeats over a site's pages; articles of several pages
package extract
