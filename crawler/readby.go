package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"fangzhi/archive"
	"fangzhi/extract"
)

// readBy is by what the versions of a site were read. It is worked out once for
// each change of the rules or the reader, so that a crawl need not go through
// all versions.
type readBy struct {
	Rules  archive.Digest `json:"rules"`
	Reader int            `json:"reader"`
	Others int            `json:"others"` // versions that were read by others, and not read again since
}

const readByName = "read by" // what it is kept as; see Store.Learn

// noteOthers notes how many versions were read by other rules than the site has
// now, or by another reader.
func (k *crawl) noteOthers(ctx context.Context) error {
	now := readBy{Rules: k.site.Rules.Digest(), Reader: extract.Reader}
	var known readBy
	data, err := k.c.store.Learnt(ctx, k.site.Name, readByName)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("by what versions were read: %w", err)
	}
	if err != nil || json.Unmarshal(data, &known) != nil || known.Rules != now.Rules || known.Reader != now.Reader {
		for v, err := range k.c.store.Snapshots(ctx, archive.Filter{Site: k.site.Name, Kind: archive.KindArticle}) {
			if err != nil {
				return fmt.Errorf("by what versions were read: %w", err)
			}
			if v.Rules != now.Rules || v.Reader != now.Reader {
				now.Others++
			}
		}
		if err := k.keepReadBy(ctx, now); err != nil {
			return err
		}
		known = now
	}
	if known.Others > 0 {
		verb := "were"
		if known.Others == 1 {
			verb = "was"
		}
		k.note(fmt.Sprintf("%s %s read by other rules, or by another fangzhi: fangzhi reread --site %s reads them again", number(known.Others, "version"), verb, k.site.Name))
	}
	return nil
}

// keepReadBy has the store remember by what the versions of the site were read.
func (k *crawl) keepReadBy(ctx context.Context, r readBy) error {
	b, err := json.Marshal(r)
	if err == nil {
		err = k.c.store.Learn(ctx, k.run.ID, k.site.Name, readByName, b)
	}
	if err != nil {
		return fmt.Errorf("keep by what versions were read: %w", err)
	}
	return nil
}
