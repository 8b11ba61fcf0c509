// Package crawler runs crawls: it takes the pages of a site that are due from
// the archive, fetches each politely, has it read and judged, and records what
// came of it together with the pages that it led to.
//
// It does not decide when a run is due (package scheduler), what a page says
// (extract), what that means for the archive (archive.Judge, archive.Settle).
// The frontier is a query on the archive; nothing that a crash could lose is
// kept in memory.
//
//	site.go, scope.go, canonical.go, escape.go   what a site is; which URLs it takes in, in one spelling
//	crawler.go, seeds.go, lease.go, crawl.go     a run: opened, kept alive, closed
//	frontier.go, request.go, worker.go           from a page that is due to what its visit means
//	seat.go                                      how many pages are read at a time
//	list.go, follow.go, moved.go, urlset.go      from a page to the pages it leads to
//	relisted.go                                  pages that are gone and listed again
//	walk.go                                      how far the pages of lists are walked
//	parts.go, again.go, furniture.go             articles of several pages; a version read again; what pages share
//	broken.go                                    half a page, taken for whole by HTTP
//	keep.go, keep_*.go, backlog.go               documents and requisites; those of pages from before any were kept
//	readby.go, reread.go                         by what versions were read; every version read again
//	import.go, import_*.go                       captures that were saved in files, in place of fetches
//	item.go, alias.go                            several URLs of one page, asked for once
//	yield.go                                     what a run gets out of each column
//	noise.go                                     what changes on every fetch, and cuts no version
//	around.go, absent.go                         what is gone, against what else the run saw
//	standin.go, onetext.go, hop.go, senton.go    what portals answer in place of what is gone
//	permit.go                                    what the scope and robots.txt say of a URL
//	traps.go, session.go                         calendars, copies, paths without end; who is asking
//	recorder.go                                  many visits in one commit
//	rest.go, notes.go, unread.go                 hosts that had enough; what a reader should know
//	pace.go, hold.go, robots.go, robotsrules.go  when a host may be asked, and for what
//	ahead.go                                     pages that a wrong clock dated
//	fetch.go, retry.go, agent.go                 one page by colly, again if need be
//	transport.go, limits.go                      bytes as sent, within limits
//	line.go, guard.go, proxy.go, tls.go          every connection: addresses, proxies, certificates
//	survey.go, survey_column.go, region.go       a portal's columns, from its home page
//	try.go                                       what a run would read of a column
//	look.go                                      one page, nothing recorded
//	discover/                                    what lists list and how they go on, by portal software
//	portaltest/                                  a portal on loopback, for tests and the demo
package crawler
