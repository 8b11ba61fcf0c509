package crawler

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"fangzhi/archive"
	"fangzhi/extract"
	"fangzhi/lazyregexp"
)

// oneText is what came in the place of articles in one run, by what it says: a
// provider's notice, a block that no sign tells. Where page after page of different
// articles is answered with one text that has the title of none of them, that is no
// new text of theirs. Nothing of it outlives the run, so that what was an edit
// nevertheless has its version by a later one.
type oneText struct {
	mu   sync.Mutex
	said map[archive.Digest][]replaced // as many of each as are needed to tell the next
}

// replaced is a page that had an article and says something else now.
type replaced struct{ url, title string }

const (
	// saidBefore is how many pages of different titles must have said the same
	// before a further one is told by it: two are edited alike now and then.
	saidBefore = 2
	// maxReplaced bounds the texts that are remembered of a run.
	maxReplaced = 1000

	saidToAllSign = "no article: " // what the signature begins with
)

func newOneText() *oneText { return &oneText{said: map[archive.Digest][]replaced{}} }

// alsoFor returns the first of the pages that said what p says now, in html, which
// reads as a, in the place of articles of other titles; "" where there were too few.
func (o *oneText) alsoFor(p archive.Page, a archive.Article, html string) (url string) {
	title := lettersOf(p.Title)
	if title == "" || !isNobodys(a) {
		return ""
	}
	// All of it is compared, for what reads as the text need not be all that was edited.
	key := archive.DigestOf([]byte(requestNote.ReplaceAllString(html, "")))
	o.mu.Lock()
	defer o.mu.Unlock()
	said := o.said[key]
	switch {
	case slices.ContainsFunc(said, func(r replaced) bool { return r.url == p.URL || r.title == title }):
	case len(said) == saidBefore:
		return said[0].url
	case len(said) > 0 || len(o.said) < maxReplaced:
		o.said[key] = append(said, replaced{p.URL, title})
	}
	return ""
}

// isNobodys says whether a has a text, and nothing that only a publication has: a
// date, a line that says whose it is, a document.
func isNobodys(a archive.Article) bool {
	return a.Body != "" && a.Published.IsZero() && len(a.Attachments) == 0 &&
		a.Source+a.Author+a.Editor+a.DocumentNumber+a.IndexNumber+a.Issuer+a.Written == ""
}

// requestNote is how blocks name the request, its time or who asked: that differs
// from answer to answer. All other digits may be what an edit is about.
var requestNote = lazyregexp.New(`(?i)(?:(?:请求|拦截)\s?(?:编号|号|ID|时间)|(?:您的|客户端)\s?IP(?:\s?地址)?|(?:request|trace|ray)[ -]?id|(?:your|client) ip)\s*[:：]\s*[0-9A-Za-z.:/_ -]+`)

// lettersOf is s without digits, blanks and marks: titles that these alone tell
// apart are those of one series.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, s)
}

// saidToAll says whether r, which was read where p had an article, is what other
// articles' pages said too; r and v say so then. An import takes it from files of
// fangzhi that tell it of the visit, for it has no run to compare within.
func (k *crawl) saidToAll(p archive.Page, got answer, page *extract.Page, r *archive.Reading, v *archive.Verdict) {
	if !v.Cut || p.Versions == 0 || r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone {
		return
	}
	sign := ""
	if k.importing != nil {
		told := k.importing.now.Told
		if told != nil && told.Outcome == archive.Unreadable && strings.HasPrefix(told.Reason, saidToAllSign) && isNobodys(r.Article) {
			sign = told.Reason
		}
	} else if other := k.oneText.alsoFor(p, r.Article, page.HTML()); other != "" {
		sign = saidToAllSign + other + " and another page were answered with the same, and it has the title of none"
	}
	if sign != "" {
		r.Trouble, r.Signature = archive.TroubleUnreadable, sign
		*v = archive.Judge(p, got.Capture, r)
	}
}
