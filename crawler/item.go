package crawler

import (
	"hash/fnv"
	"strings"

	"fangzhi/lazyregexp"
)

// What a URL names, apart from how it is written. Portals lead to one article by
// several URLs: with and without https and www., as index.html and as the
// folder, in copies for printing and for telephones, under each of its columns,
// in other letter case on servers that take no heed of it.
var (
	// t20210713_9468077_wap.html, 241753_print.htm, index_m.shtml: the page
	// itself without the word. The name has a number of four digits at its end,
	// so that no word of a title is taken for one.
	copyName = lazyregexp.New(`^(.*(?:\d{4}|/index|/default))_(?:wap|app|print|mobile|m|pc)(\.\w{2,5})$`)
	// mpost_9360641.html is post_9360641.html (NFCMS).
	mobilePost = lazyregexp.New(`^(.*/)m(post_\d{4,}\.\w{2,5})$`)
	// The file that a server sends for a folder.
	indexName = lazyregexp.New(`^(.*/)(?:index|default)\.(?:s?html?|jsp|php|aspx?)$`)
	// /art/2022/6/29/art_60085_11394426.html: column and article (Hanweb JCMS).
	hanwebName = lazyregexp.New(`^(.*/art/\d{4}/\d{1,2}/\d{1,2}/art_)\d+(_\d+\.html?)$`)
	// /col/col1229123351/art/2026/art_<32 hex>.html (Hanweb jpaas).
	hanwebToken = lazyregexp.New(`^.+(/art/\d{4}/art_[0-9a-f]{32}\.html?)$`)
	// info/1001/1234.htm: column and article (VSB).
	vsbName = lazyregexp.New(`^(.*/)info/\d+/(?:\d+/)*(\d+)\.html?$`)
	// content.jsp?urltype=news.NewsContentUrl&wbtreeid=1276&wbnewsid=39834
	vsbQuery = lazyregexp.New(`^\?(?:.*&)?wbnewsid=(\d+)(?:&.*)?$`)
	vsbPage  = lazyregexp.New(`^(.*/)\w*(?:content|details)\w*\.jsp$`)
)

// plain is a's URL without what is only a manner of writing: two URLs with one
// plain form lead to one page.
func (a address) plain() string {
	host, path, query := strings.TrimPrefix(a.host, "www."), a.path, a.url[len(a.scheme)+len("://")+len(a.host)+len(a.path):]
	if m := copyName.FindStringSubmatch(path); m != nil {
		path = m[1] + m[2]
	} else if m := mobilePost.FindStringSubmatch(path); m != nil {
		path = m[1] + m[2]
	}
	if query == "" {
		if m := indexName.FindStringSubmatch(path); m != nil {
			path = m[1]
		}
	}
	return host + path + query
}

// named is what a's URL names by the numbers of the portal's software, or else
// its plain form, in lower case: URLs that differ in it are not one page, but
// for what their pages tell.
func (a address) named() string {
	plain := a.plain()
	i := strings.IndexByte(plain, '/')
	host, rest := plain[:i], plain[i:]
	path, query, _ := strings.Cut(rest, "?")
	switch {
	case query != "":
		id, page := vsbQuery.FindStringSubmatch("?"+query), vsbPage.FindStringSubmatch(path)
		if id != nil && page != nil {
			rest = page[1] + "wbnewsid=" + id[1]
		}
	default:
		if m := hanwebName.FindStringSubmatch(path); m != nil {
			rest = m[1] + m[2]
		} else if m := hanwebToken.FindStringSubmatch(path); m != nil {
			rest = m[1]
		} else if m := vsbName.FindStringSubmatch(path); m != nil {
			rest = m[1] + "wbnewsid=" + m[2]
		}
	}
	return strings.ToLower(host + rest)
}

// itemOf is what url, which is canonical, names, as archive.Page.Item holds it.
func itemOf(url string) int64 {
	a, err := canonical(url)
	if err != nil {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(a.named()))
	return int64(h.Sum64())
}

// likeness says how sure two URLs with one item are one page.
type likeness int

const (
	different    likeness = iota
	ifTitled              // where they are linked by the same title
	unlessTitled          // but where they are linked by other titles
	certain
)

// alike compares two canonical URLs.
func alike(x, y string) likeness {
	a, errA := canonical(x)
	b, errB := canonical(y)
	switch {
	case errA != nil || errB != nil || a.named() != b.named():
		return different
	case a.plain() == b.plain():
		return certain
	case hanwebName.MatchString(a.plain()) && hanwebName.MatchString(b.plain()),
		hanwebToken.MatchString(a.plain()) && hanwebToken.MatchString(b.plain()):
		// The article's number is the whole server's, and the date is its own.
		return unlessTitled
	}
	// VSB counts articles anew for each of its sites; and letter case means
	// something on most servers.
	return ifTitled
}
