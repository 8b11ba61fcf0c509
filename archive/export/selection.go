package export

import (
	"fmt"
	"slices"
	"time"

	"fangzhi/archive"
)

// Versions says how many versions of a page are asked for.
type Versions string

// The choices of Versions.
const (
	Latest Versions = "latest" // of each page the last version that was taken in the time asked for
	All    Versions = "all"    // every version that was taken in the time asked for
)

// Selection narrows an export. The zero Selection is the latest version of
// every article.
//
// Time decides first: of the versions with Since ≤ taken_at < Until the last
// one of each page, or all, are candidates. Sites, Columns and Kinds are then
// asked of the candidate itself.
type Selection struct {
	Sites    []string       // names; empty: every site
	Columns  []string       // names; empty: every column
	Kinds    []archive.Kind // empty: articles; documents only when attachment is named
	Since    time.Time      // zero: from the beginning
	Until    time.Time      // exclusive; zero: to the end
	Versions Versions       // "": latest
}

// Validate reports the first thing in s that cannot be meant.
func (s Selection) Validate() error {
	switch s.Versions {
	case "", Latest, All:
	default:
		return fmt.Errorf("versions: %q: must be latest or all", s.Versions)
	}
	for _, k := range s.Kinds {
		if k != archive.KindArticle && k != archive.KindAttachment {
			return fmt.Errorf("kind: %q: must be article or attachment: other pages have no versions", k)
		}
	}
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until) {
		return fmt.Errorf("since %s: must be before until %s",
			s.Since.UTC().Format(time.RFC3339), s.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// sites returns the sites to ask for, each once, in the order of the archive;
// one empty name stands for all of them.
func (s Selection) sites() []string {
	if len(s.Sites) == 0 {
		return []string{""}
	}
	sites := slices.Clone(s.Sites)
	slices.Sort(sites)
	return slices.Compact(sites)
}

// holds says whether version v was taken in the time asked for.
func (s Selection) holds(v archive.Snapshot) bool {
	return !v.TakenAt.Before(s.Since) && (s.Until.IsZero() || v.TakenAt.Before(s.Until))
}

// wants says whether candidate v is asked for.
func (s Selection) wants(v archive.Snapshot) bool {
	if len(s.Columns) > 0 && !slices.Contains(s.Columns, v.Column) {
		return false
	}
	if len(s.Kinds) == 0 {
		return v.Kind == archive.KindArticle
	}
	return slices.Contains(s.Kinds, v.Kind)
}

// filter is what of s may be left to the store. Until is not: the version that
// follows the last one in time tells how long that one stood. Nor are column
// and kind, which need not be the same in all versions of a page.
func (s Selection) filter(site string) archive.Filter {
	return archive.Filter{
		Site:   site,
		Since:  s.Since,
		Latest: s.Versions != All && s.Until.IsZero(),
	}
}
