package archive

import "time"

// MaxAlso is how many further columns of a page are remembered.
const MaxAlso = 20

// Kind is the kind of a page.
type Kind string

// The kinds of page. A page that was discovered and not yet read is Unread.
const (
	KindUnread     Kind = "unread"
	KindList       Kind = "list"
	KindArticle    Kind = "article"
	KindAttachment Kind = "attachment"
	KindPart       Kind = "part"      // a further page of an article; it has no versions of its own
	KindRequisite  Kind = "requisite" // what pages need to look as they did: a style, script, picture or font; it has no versions
)

// Kinds lists every kind.
var Kinds = []Kind{KindArticle, KindAttachment, KindList, KindPart, KindRequisite, KindUnread}

// State is where a page stands now, as far as visits could tell.
type State string

// The states of a page. Withdrawn is not set by a single visit: it is gone,
// confirmed by evidence over time. Restored is live, of a page that had been
// gone or withdrawn.
const (
	StateDiscovered  State = "discovered"
	StateLive        State = "live"
	StateUnreachable State = "unreachable"
	StateGone        State = "gone"
	StateWithdrawn   State = "withdrawn"
	StateRestored    State = "restored"
	StateRefused     State = "refused"
	StateChallenged  State = "challenged"
	StateMoved       State = "moved"
	StateAlias       State = "alias" // another URL of the page at Page.MovedTo: not asked for
	StateUnreadable  State = "unreadable"
)

// States lists every state.
var States = []State{
	StateDiscovered, StateLive, StateRestored, StateUnreachable, StateGone, StateWithdrawn, StateRefused,
	StateChallenged, StateMoved, StateAlias, StateUnreadable,
}

// There says whether the page was there when it was last visited.
func (s State) There() bool { return s == StateLive || s == StateRestored }

// Untold says whether the last visit could not tell what the page says now.
func (s State) Untold() bool {
	switch s {
	case StateUnreachable, StateRefused, StateChallenged, StateUnreadable:
		return true
	}
	return false
}

// Gone says whether the page is known not to be there any more.
func (s State) Gone() bool { return s == StateGone || s == StateWithdrawn }

// Page is one URL over time, as the crawl of one site sees it. Its identity is
// (Site, URL): two sites whose scopes overlap each keep a history of their own,
// so no two runs ever write the same page.
type Page struct {
	Site      string `json:"site"`
	URL       string `json:"url"` // canonical
	Column    string `json:"column,omitempty"`
	Kind      Kind   `json:"kind"`
	State     State  `json:"state"`
	FoundOn   string `json:"found_on,omitempty"`   // URL of the page that first linked here; "" for a seed
	Anchor    string `json:"anchor,omitempty"`     // the link's text there
	ListedDay string `json:"listed_day,omitempty"` // the date beside the link, as YYYY-MM-DD
	Depth     int    `json:"depth"`                // links from a seed
	MovedTo   string `json:"moved_to,omitempty"`   // of an alias: the page that it is an alias of; of what is gone: where its answer sends readers on
	// Also are the columns besides Column that list it.
	Also []string `json:"also,omitempty"`
	// Item stands for what the URL names, apart from how it is written: pages of
	// a site that share it may be one. 0: nothing is told.
	Item int64 `json:"-"`

	Request *Request `json:"request,omitempty"` // how it is asked for; nil: by a GET of URL, which else only stands for it
	Feeds   []string `json:"feeds,omitempty"`   // of a list that a script fills: the URLs of the pages that bring its rows

	FirstSeen  time.Time `json:"first_seen"`
	LastVisit  time.Time `json:"last_visit,omitzero"`
	LastSeen   time.Time `json:"last_seen,omitzero"`   // last visit that found the page's content there
	LastChange time.Time `json:"last_change,omitzero"` // last visit that cut a version (a list: that changed it)
	GoneSince  time.Time `json:"gone_since,omitzero"`  // of a page that is gone or withdrawn: the first visit that found it so
	RestoredAt time.Time `json:"restored_at,omitzero"` // last visit that found it there again after it was gone
	Due        time.Time `json:"due,omitzero"`         // zero: not due any more

	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	LastDigest   Digest `json:"last_digest,omitempty"` // of the last whole payload that was read, kept or not
	Payload      Digest `json:"payload,omitempty"`     // of the latest version (a list: as last changed); the archive holds it
	Title        string `json:"title,omitempty"`       // of the latest version, or of a list
	Fingerprint  Digest `json:"fingerprint,omitempty"` // of the latest version
	ReadAs       Digest `json:"read_as,omitempty"`     // its fingerprint as the last visit read it again, where that is another: by other rules, say

	Parts    int `json:"parts,omitempty"` // further pages of the article, as last read
	Versions int `json:"versions"`
	Visits   int `json:"visits"`
	Failures int `json:"failures"` // visits in a row that could not tell what the page says

	Damaged PageDamage `json:"-"` // parts that are not what was written, by their sums
	Kept    PageSums   `json:"-"` // the sums that were kept, where it is damaged
}

// Brief is p with what tells where it stands, and with nothing of how it is
// crawled: the other fields are empty.
func (p Page) Brief() Page {
	return Page{
		Site: p.Site, URL: p.URL, Column: p.Column, Kind: p.Kind, State: p.State, MovedTo: p.MovedTo, Also: p.Also,
		LastSeen: p.LastSeen, Title: p.Title, Fingerprint: p.Fingerprint, Versions: p.Versions,
	}
}
