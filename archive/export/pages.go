package export

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"fangzhi/archive"
)

// address is the identity of a page.
type address struct{ site, url string }

func (a address) compare(b address) int {
	return cmp.Or(cmp.Compare(a.site, b.site), cmp.Compare(a.url, b.url))
}

// pages yields the pages that may have something of what sel asks for, by
// (Site, URL).
func pages(ctx context.Context, store Store, sel Selection) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		if sel.Search != "" {
			for a, err := range matches(ctx, store, sel) {
				var p archive.Page
				if err == nil {
					p, err = store.Page(ctx, a.site, a.url)
				}
				if errors.Is(err, archive.ErrNotFound) {
					continue
				}
				if !yield(p, err) || err != nil {
					return
				}
			}
			return
		}
		for _, site := range sel.sites() {
			for p, err := range store.Pages(ctx, archive.Filter{Site: site}) {
				if !yield(p, err) || err != nil {
					return
				}
			}
		}
	}
}

// served yields the pages that may have captures of what sel asks for, by (Site, URL):
// where it looks for words, what has them, further pages and documents of such
// articles, and requisites.
func served(ctx context.Context, store Store, sel Selection) iter.Seq2[archive.Page, error] {
	if sel.Search == "" {
		return pages(ctx, store, sel)
	}
	return func(yield func(archive.Page, error) bool) {
		found := map[address]bool{}
		for a, err := range matches(ctx, store, sel) {
			if err != nil {
				yield(archive.Page{}, err)
				return
			}
			found[a] = true
		}
		sel.Search = ""
		for p, err := range pages(ctx, store, sel) {
			wanted := err != nil || found[address{p.Site, p.URL}]
			switch p.Kind {
			case archive.KindRequisite:
				wanted = true
			case archive.KindPart, archive.KindAttachment:
				wanted = wanted || found[address{p.Site, p.FoundOn}]
			}
			if wanted && !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// matches yields the pages whose latest version has the words that sel looks
// for, by (Site, URL). It holds their addresses in memory.
func matches(ctx context.Context, store Store, sel Selection) iter.Seq2[address, error] {
	return func(yield func(address, error) bool) {
		var found []address
		for _, site := range sel.sites() {
			for s, err := range store.Search(ctx, sel.Search, archive.Filter{Site: site}) {
				if err != nil {
					yield(address{}, err)
					return
				}
				found = append(found, address{s.Site, s.URL})
			}
		}
		slices.SortFunc(found, address.compare)
		for _, a := range slices.Compact(found) {
			if !yield(a, nil) {
				return
			}
		}
	}
}
