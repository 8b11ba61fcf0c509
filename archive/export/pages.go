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
			found(ctx, store, sel, yield)
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

// found yields the pages that match sel's words, and requisites between them.
func found(ctx context.Context, store Store, sel Selection, yield func(archive.Page, error) bool) {
	next, stop := iter.Pull2(requisites(ctx, store, sel))
	defer stop()
	ahead, fault, more := next()
	until := func(a *address) bool {
		for more && fault == nil && (a == nil || (address{ahead.Site, ahead.URL}).compare(*a) < 0) {
			if !yield(ahead, nil) {
				return false
			}
			ahead, fault, more = next()
		}
		if fault != nil {
			yield(archive.Page{}, fault)
		}
		return fault == nil
	}
	for a, err := range matches(ctx, store, sel) {
		if err == nil && !until(&a) {
			return
		}
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
	until(nil)
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
