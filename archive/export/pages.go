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

// served yields what pages yields and, where sel looks for words, requisites
// between that.
func served(ctx context.Context, store Store, sel Selection) iter.Seq2[archive.Page, error] {
	if sel.Search == "" {
		return pages(ctx, store, sel)
	}
	return func(yield func(archive.Page, error) bool) {
		next, stop := iter.Pull2(requisites(ctx, store, sel))
		defer stop()
		ahead, fault, more := next()
		before := func(p *archive.Page) bool {
			for more && fault == nil && (p == nil || (address{ahead.Site, ahead.URL}).compare(address{p.Site, p.URL}) < 0) {
				if !yield(ahead, nil) {
					return false
				}
				ahead, fault, more = next()
			}
			if more && fault != nil {
				yield(archive.Page{}, fault)
				return false
			}
			return true
		}
		for p, err := range pages(ctx, store, sel) {
			if err == nil && !before(&p) || !yield(p, err) || err != nil {
				return
			}
		}
		before(nil)
	}
}

// requisites yields the requisites of the sites that sel asks for.
func requisites(ctx context.Context, store Store, sel Selection) iter.Seq2[archive.Page, error] {
	return func(yield func(archive.Page, error) bool) {
		for _, site := range sel.sites() {
			for p, err := range store.Pages(ctx, archive.Filter{Site: site, Kind: archive.KindRequisite}) {
				if !yield(p, err) || err != nil {
					return
				}
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
