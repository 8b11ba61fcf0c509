package export

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
)

// Versions says how many versions of a page are asked for.
type Versions string

// The choices of Versions.
const (
	Latest  Versions = "latest"  // of each page the last version that was taken in the time asked for
	All     Versions = "all"     // every version that was taken in the time asked for
	Changes Versions = "changes" // of those, the ones that replaced another: from version 2 on
)

// Selection narrows an export, the same for every format. The zero Selection is
// the latest version of every article; of captures, which web archives hold,
// it is all of them.
//
// Time decides first: of the versions with Since ≤ taken_at < Until the last
// one of each page, all, or those that replaced another are candidates. Sites,
// Columns and Kinds are then asked of the candidate itself, States and Search of
// its page; of captures of further pages and documents also of the article that they
// were found on. Captures of requisites are there for the pages that need them: of
// what they are asked only Sites, Columns, Kinds, Until, and whether the last one
// will do. What stood at Since is among them. With Changes come those captures of
// further pages that the versions were read from. The answers that revisits refer to
// come with them, though they be not asked for.
type Selection struct {
	Sites    []string        `json:"sites,omitempty"`    // names; empty: every site
	Columns  []string        `json:"columns,omitempty"`  // names; empty: every column
	Kinds    []archive.Kind  `json:"kinds,omitempty"`    // empty: articles (of captures: every kind)
	States   []archive.State `json:"states,omitempty"`   // where the page stands now; empty: anywhere
	Since    time.Time       `json:"since,omitzero"`     // zero: from the beginning
	Until    time.Time       `json:"until,omitzero"`     // exclusive; zero: to the end
	Versions Versions        `json:"versions,omitempty"` // "": latest (of captures: all)
	Search   string          `json:"search,omitempty"`   // words that the page's latest version has, each of them
}

// Validate reports the first thing in s that cannot be meant. Captures can be of
// list pages and of pages that could not be read; versions cannot.
func (s Selection) Validate(captures bool) error {
	switch s.Versions {
	case "", Latest, All, Changes:
	default:
		return fmt.Errorf("versions: %q: must be latest, all or changes", s.Versions)
	}
	for _, k := range s.Kinds {
		switch k {
		case archive.KindArticle, archive.KindAttachment:
		case archive.KindList, archive.KindPart, archive.KindRequisite, archive.KindUnread:
			if !captures {
				return fmt.Errorf("kind: %q: must be article or attachment: other pages have no versions", k)
			}
		default:
			return fmt.Errorf("kind: %q: must be article or attachment; of captures also list, part, requisite or unread", k)
		}
	}
	for _, state := range s.States {
		if !slices.Contains(archive.States, state) {
			return fmt.Errorf("state: %q: must be one of %s", state, join(archive.States))
		}
	}
	if !s.Since.IsZero() && !s.Until.IsZero() && !s.Since.Before(s.Until) {
		return fmt.Errorf("since %s: must be before until %s",
			s.Since.UTC().Format(time.RFC3339), s.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

func join[T ~string](words []T) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all, ", ")
}

// plain returns s with every list sorted and times in UTC: selections that mean
// the same are the same then.
func (s Selection) plain() Selection {
	s.Sites, s.Columns = distinct(s.Sites), distinct(s.Columns)
	s.Kinds, s.States = distinct(s.Kinds), distinct(s.States)
	s.Since, s.Until = s.Since.UTC(), s.Until.UTC()
	s.Search = strings.Join(strings.Fields(s.Search), " ")
	return s
}

func distinct[T ~string](words []T) []T {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

// sites returns the sites to ask for, each once, in the order of the archive;
// one empty name stands for all of them.
func (s Selection) sites() []string {
	if len(s.Sites) == 0 {
		return []string{""}
	}
	return distinct(s.Sites)
}

// during says whether t is in the time asked for.
func (s Selection) during(t time.Time) bool {
	return !t.Before(s.Since) && (s.Until.IsZero() || t.Before(s.Until))
}

// wants says whether candidate v, a version of p, is asked for. It is of the
// column under which it was recorded, and of those that list its page too.
func (s Selection) wants(p archive.Page, v archive.Snapshot) bool {
	of := func(column string) bool { return column == v.Column || slices.Contains(p.Also, column) }
	switch {
	case len(s.Columns) > 0 && !slices.ContainsFunc(s.Columns, of):
		return false
	case s.Versions == Changes && v.Version < 2:
		return false
	case !slices.Contains(archive.Kinds, v.Kind):
		return true // it is damaged: of what kind it is nobody knows
	case len(s.Kinds) == 0:
		return v.Kind == archive.KindArticle
	}
	return slices.Contains(s.Kinds, v.Kind)
}

// wantsPage says whether versions of p may be asked for.
func (s Selection) wantsPage(p archive.Page) bool {
	return len(s.States) == 0 || p.Kind == archive.KindRequisite || slices.Contains(s.States, p.State)
}

// single says whether at most one version of a page is asked for.
func (s Selection) single() bool { return s.Versions == "" || s.Versions == Latest }

// filter is what of s may be left to the store, for the pages that at names.
// Until is not: the version that follows the last one in time tells how long
// that one stood. Nor are column and kind, which need not be the same in all
// versions of a page.
func (s Selection) filter(at archive.Filter) archive.Filter {
	at.Since = s.Since
	at.Latest = s.single() && s.Until.IsZero()
	return at
}

// text is the same for selections that mean the same.
func (s Selection) text() string {
	b, _ := json.Marshal(s.plain()) // words and times: it cannot fail
	return string(b)
}
