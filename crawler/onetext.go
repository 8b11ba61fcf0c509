package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"fangzhi/archive"
)

// oneText is what came in the place of articles, by what it says: a provider's
// notice, a block that no sign tells. Where different articles are answered with
// one text that has the title of none of them, that is no new text of theirs.
type oneText struct {
	mu    sync.Mutex
	said  map[archive.Digest]replaced // in this run
	known map[archive.Digest]string   // to be no article, now or in earlier runs: the page that said it first
	news  bool
}

// replaced is a page that had an article and says something else now.
type replaced struct{ url, title string }

const (
	oneTextName = "one text" // what is known is kept as; see Store.Learn
	// maxReplaced and maxOneTexts bound what is remembered of a run and for good.
	maxReplaced = 1000
	maxOneTexts = 100
)

// learntOneText is what earlier runs of site learnt; what cannot be read is learnt
// anew.
func learntOneText(ctx context.Context, store Store, site string) (*oneText, error) {
	o := &oneText{said: map[archive.Digest]replaced{}}
	data, err := store.Learnt(ctx, site, oneTextName)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return nil, fmt.Errorf("what was learnt of texts in the place of articles: %w", err)
	}
	if json.Unmarshal(data, &o.known) != nil || o.known == nil {
		o.known = map[archive.Digest]string{}
	}
	return o, nil
}

// keep has the store remember what this run learnt.
func (o *oneText) keep(ctx context.Context, k *crawl) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.news {
		return nil
	}
	b, err := json.Marshal(o.known)
	if err != nil {
		return fmt.Errorf("keep what was learnt of texts in the place of articles: %w", err)
	}
	return k.c.store.Learn(ctx, k.run.ID, k.site.Name, oneTextName, b)
}

// alsoFor returns a page that said what p says now, by a, in the place of an
// article of another title; "" where there is none.
func (o *oneText) alsoFor(p archive.Page, a archive.Article) (url string) {
	title, text := wording(p.Title), wording(a.Title+a.Body)
	if title == "" || text == "" {
		return ""
	}
	key := archive.DigestOf([]byte(text))
	o.mu.Lock()
	defer o.mu.Unlock()
	if url := o.known[key]; url != "" {
		return url
	}
	before, ok := o.said[key]
	switch {
	case !ok && len(o.said) < maxReplaced:
		o.said[key] = replaced{p.URL, title}
	case ok && before.url != p.URL && before.title != title:
		if len(o.known) < maxOneTexts {
			o.known[key], o.news = before.url, true
		}
		return before.url
	}
	return ""
}

// wording is s without its digits, Latin letters, blanks and marks, for blocks name
// the request, the time and the address. Where little is left it is all of s.
func wording(s string) string {
	kept := strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, s)
	if 2*len(kept) < len(s) {
		return strings.TrimSpace(s)
	}
	return kept
}

// saidToAll says whether r, which was read where p had an article, is what another
// article's page said too; r and v say so then.
func (k *crawl) saidToAll(p archive.Page, got answer, r *archive.Reading, v *archive.Verdict) {
	if !v.Cut || p.Versions == 0 || r.Kind != archive.KindArticle || r.Trouble != archive.TroubleNone {
		return
	}
	if other := k.oneText.alsoFor(p, r.Article); other != "" {
		r.Trouble, r.Signature = archive.TroubleUnreadable, "no article: "+other+" was answered with the same, and it has the title of neither"
		*v = archive.Judge(p, got.Capture, r)
	}
}
