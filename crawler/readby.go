package crawler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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
		k.note(known.told(k.site.Name))
	}
	return nil
}

const readByOthers = " read by other rules, or by another fangzhi: fangzhi reread --site "

func (r readBy) told(site string) string {
	verb := "were"
	if r.Others == 1 {
		verb = "was"
	}
	return number(r.Others, "version") + " " + verb + readByOthers + site + " reads them again"
}

// TellsReadBy says whether a run's note tells that versions were read by other
// rules, which may have been read again since: ReadByOthers tells how it is now.
func TellsReadBy(note string) bool { return strings.Contains(note, readByOthers) }

// ReadByOthers tells where stored versions of site were read by other rules than it
// has now, or by another reader; "" where they were not, or none is known. It takes
// no look at the versions.
func ReadByOthers(ctx context.Context, store interface {
	Learnt(ctx context.Context, site, name string) ([]byte, error)
}, site Site) (string, error) {
	var known readBy
	data, err := store.Learnt(ctx, site.Name, readByName)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("by what versions were read: %w", err)
	case json.Unmarshal(data, &known) != nil:
		return "", nil
	case known.Rules != site.Rules.Digest() || known.Reader != extract.Reader:
		return "its versions were" + readByOthers + site.Name + " reads them again", nil
	case known.Others > 0:
		return known.told(site.Name), nil
	}
	return "", nil
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
