// Package extract reads a page: what it is (article, list, document, or a
// challenge, an error, a soft 404 in its place), what it says (title, date,
// source, body, attachments, each with the evidence for it) and where it leads.
//
// It is pure: bytes, headers, URL and rules in, a reading out. It has no
// clock, network or log, and does not change what it is given. A page is
// parsed once; everything is read from that one tree. What a page does not
// give is named as missing and never invented. docs/reading.md tells how each
// field is read, and how well.
//
//	page.go                        Input, Open, Page
//	portal.go                      what a page says of its portal
//	coding.go charset.go sevenbit.go  content codings and charsets
//	parse.go                       markup to tree, within limits
//	selector.go                    CSS selectors of bounded cost
//	tree.go lines.go               the tree laid flat: elements and the lines of text they hold
//	hints.go doubt.go weigh.go     what names hint at, when they are not believed; what text weighs
//	meta.go jsonld.go              what the page says about itself
//	title.go heading.go agree.go   the title: claimed, shown, and how well the two agree
//	date.go handate.go clock.go    dates in text
//	published.go metadate.go datewords.go urldate.go  which of them is the publication date
//	labels.go fields.go            来源, 作者, 发文字号 and the like, from lines, tables and metas
//	body.go units.go family.go trim.go phrases.go  the container, or boxes made alike, whose lines are text, its edges
//	bare.go plain.go               a text that no element holds; one without a sentence
//	short.go place.go              a text of a sentence or two in the place of one, or none
//	links.go row.go resolve.go     links, rows of lists, addresses
//	attachments.go files.go picture.go  documents and pictures of an article
//	requisites.go atonce.go        what a page needs to look right; scripts as they run when it is loaded
//	kind.go column.go item.go      article or list, a list of one row
//	trouble.go absent.go absent_tongues.go lead.go  soft 404, login, error
//	wall.go challenge.go           bot walls
//	ending.go                      whether a page ends in its middle
//	reading.go                     all of it put together
//	rules.go ruled.go              selectors that a site's owner gives, and what they find
//	furniture.go join.go           what repeats over a site's pages; articles of several pages
//	imprint.go                     whether two pages show the same
package extract
