// Package portaltest is a government portal on loopback: a real HTTP server
// whose columns, lists and articles change on order, and whose answers fail to
// order. Tests crawl it, and so does the demo; it knows nothing of testing.
//
// The county it speaks for, 云溪县, does not exist, and neither does anybody
// or anything in its news.
//
//	portal.go    Portal: made, started, served
//	article.go   what is published: columns, articles, files
//	publish.go   the editor's desk: publish, edit, withdraw, and the truth
//	route.go     which page a path names
//	render.go    pages from templates (pages/*.html)
//	answer.go    validators, content codings, what goes over the line
//	fault.go     faults to order, and which request gets which
//	fault_*.go   the faults
//	log.go       what was asked for
//	demo.go      the portal that the demo crawls (news/*.txt)
//	load*.go     a portal of any size, made up from page numbers as it is read
//	family*.go   the software that writes a column's pages: TRS, 大汉, 新点, …
//	plain.go     what they have in common
//	look.go      styles and scripts of the demo's pages
//	office.go    documents and pictures
package portaltest
