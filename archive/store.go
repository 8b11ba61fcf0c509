package archive

import (
	"context"
	"errors"
	"iter"
	"time"
)

// What callers branch on. Stores wrap them with the operation and its object.
var (
	ErrNotFound = errors.New("not in the archive")
	ErrCorrupt  = errors.New("damaged: the bytes do not match their digest")
	ErrTaken    = errors.New("this tick has an owner already")
	ErrBusy     = errors.New("another run of this site is open")
	ErrLost     = errors.New("the run was closed, or its lease passed to another process")
	ErrNewer    = errors.New("the archive was written by a newer fangzhi")
	ErrDiverged = errors.New("the archive has entries of its own: its log is another one")
	ErrOlder    = errors.New("the archive was written by an older fangzhi")
)

// MaxAhead is how far the clocks of several machines, or of one that is put right,
// may differ. What is dated further ahead was dated by a clock that was wrong.
const MaxAhead = 24 * time.Hour

// MaxLearnt bounds the data of one Learn.
const MaxLearnt = 4 << 20

// Filter narrows a listing. A zero field does not narrow; a field that a
// listing has nothing to compare with is ignored by it.
type Filter struct {
	Site, URL, Column string    // Column, of pages: one of those that list it
	Run               string    // visits: Run; runs: ID
	Kind              Kind      // pages, snapshots, visits
	State             State     // pages
	MovedTo           string    // pages: those that moved there, are aliases of it, or are gone and send readers there
	RunState          RunState  // runs
	Outcome           Outcome   // visits
	FromURL, ToURL    string    // pages, snapshots: FromURL ≤ URL ≤ ToURL, bytewise; ToURL "": to the end
	Version           int       // snapshots
	Latest            bool      // snapshots: only the highest version of each page
	Replaced          bool      // Search: the versions that were replaced too, behind the others
	Since, Until      time.Time // Since ≤ t < Until; pages: FirstSeen, snapshots: TakenAt, visits: At, runs: Planned
	Newest            bool      // the listing's order reversed
	Brief             bool      // pages: with the fields of Page.Brief alone, which is read faster
	ByPage            bool      // visits: by (Site, URL), those of a page in any order; not with Newest or Limit
	Limit             int       // at most so many; 0: all
}

// Except leaves out pages that are due and are not to be visited now. The zero
// value leaves out none.
type Except struct {
	// VisitedSince: pages visited at this time or later; zero: none. A visit that is
	// dated more than MaxAhead after the time asked for does not count: a clock that
	// was wrong dated it.
	VisitedSince time.Time
	Hosts        []string // pages of these hosts, as a URL has them: with the port where there is one
}

// Summary counts what the archive holds of one site.
type Summary struct {
	Site     string        `json:"site"`
	States   map[State]int `json:"states"`             // pages by state
	Kinds    map[Kind]int  `json:"kinds"`              // pages by kind
	Articles map[State]int `json:"articles,omitempty"` // article pages by state; nil: there are none
	Versions int           `json:"versions"`
	Due      int           `json:"due"` // pages due by the time asked for
	// Waiting are the pages that wait, past that time, for another visit after one
	// that could not tell what they say; nil: there are none.
	Waiting map[State]Wait `json:"waiting,omitempty"`
	// Later are the article pages that are due later than that time.
	Later Wait `json:"later,omitzero"`
}

// Wait is how many pages wait, and until when the first of them.
type Wait struct {
	Pages int       `json:"pages"`
	First time.Time `json:"first"`
}

// AddLater counts, for a summary, pages of a kind in a state of which so many are
// due later than the time asked for, the first of them at first.
func (s *Summary) AddLater(kind Kind, state State, later int, first time.Time) {
	if later == 0 {
		return
	}
	if kind == KindArticle {
		s.Later.add(later, first)
	}
	if !state.Untold() {
		return
	}
	if s.Waiting == nil {
		s.Waiting = map[State]Wait{}
	}
	w := s.Waiting[state]
	w.add(later, first)
	s.Waiting[state] = w
}

func (w *Wait) add(pages int, first time.Time) {
	if w.Pages == 0 || first.Before(w.First) {
		w.First = first
	}
	w.Pages += pages
}

// Log tells how far the log of entries has come.
type Log struct {
	Size       int64      `json:"size"`     // leaves
	Unsealed   int        `json:"unsealed"` // visits that were recorded and have no leaf yet
	Readings   int64      `json:"readings"` // times that a version was read again
	Checkpoint Checkpoint `json:"-"`        // the last one that the archive keeps; of size 0: none
}

// Store keeps an archive. Every sentence below is tested against each store by
// package storetest. All methods may be called from many goroutines. Times
// come back in UTC, but for Article.Published, which keeps its offset.
//
// Iterators yield an error at most once, last. An iterator that the caller
// leaves early frees what it holds.
type Store interface {
	// Page returns the page, ErrNotFound when there is none.
	Page(ctx context.Context, site, url string) (Page, error)
	// Pages yields pages by (Site, URL), compared bytewise.
	Pages(ctx context.Context, f Filter) iter.Seq2[Page, error]
	// Snapshots yields snapshots by (Site, URL, Version). Their Sketch is not
	// filled. One whose article cannot be read is yielded without it, and says so
	// in Unread: so does any method that returns snapshots.
	Snapshots(ctx context.Context, f Filter) iter.Seq2[Snapshot, error]
	// Visits yields the ledger by (At, Site, URL).
	Visits(ctx context.Context, f Filter) iter.Seq2[Visit, error]
	// Runs yields runs by (Planned, Site).
	Runs(ctx context.Context, f Filter) iter.Seq2[Run, error]
	// Summaries counts, by site; due pages are those due by the time by.
	Summaries(ctx context.Context, by time.Time) ([]Summary, error)

	// Payload returns the bytes with digest d, checked against it: ErrNotFound
	// when it holds none, ErrCorrupt when they do not match.
	Payload(ctx context.Context, d Digest) ([]byte, error)
	// Payloads yields the digest of every payload held, in ascending order.
	Payloads(ctx context.Context) iter.Seq2[Digest, error]
	// Holds returns which of digests it holds payloads of. It does not read them.
	Holds(ctx context.Context, digests []Digest) (map[Digest]bool, error)
	// Rebuild makes anew what is worked out of the rest: indexes, and what Search
	// and Alike go by. What is recorded stays as it is.
	Rebuild(ctx context.Context) error
	// Check asks the database itself whether it is sound, and holds what Search goes
	// by against the texts: that part of so many, counted from 1, all where parts is
	// 0. It yields a line for each fault. It does not read payloads.
	Check(ctx context.Context, part, parts int) iter.Seq2[string, error]

	// Due returns up to n pages of site that are due by the time by, by (Due,
	// URL), without those that except leaves out. A page with a zero Due is never
	// due.
	Due(ctx context.Context, site string, by time.Time, n int, except Except) ([]Page, error)
	// Known returns which of urls are pages of site.
	Known(ctx context.Context, site string, urls []string) (map[string]bool, error)
	// Namesakes returns the pages of site with one of these Items, by URL. There
	// are none for an Item of 0.
	Namesakes(ctx context.Context, site string, items []int64) ([]Page, error)
	// Alike returns snapshots that share a key with sketch, at most 32, those
	// that share more keys first. It has no candidates for an empty sketch.
	Alike(ctx context.Context, sketch Sketch) ([]Snapshot, error)

	// Record adds entries of one run. It returns nil only when all of them are
	// durable. An entry is there whole or not at all; recording an entry again
	// changes nothing, and completes what a crash cut short. A payload that is
	// held already is stored once. Of several entries for one page the later
	// holds. A visit earlier than its page's last joins the ledger and leaves the
	// page, unless the entry's page has that last visit for its own: then it
	// becomes that of the entry.
	//
	// A discovered page that is unknown is added, due at its Due or, when that
	// is zero, at the visit's time. A known one keeps what it has, but with a
	// Due it becomes due then, if it is not due earlier and was not visited
	// since; a Kind of unread gives way to a discovered Kind that is not, and a
	// Request to a discovered one.
	// A discovered alias that is unknown is added, due only when it says so. The
	// Column of a discovered page, where the known one has another, is added to
	// its Also, up to MaxAlso; visits leave Also as it is.
	//
	// When the run is not open any more, Record adds nothing and returns
	// ErrLost.
	Record(ctx context.Context, run string, batch []Entry) error

	// BeginRun opens r, and adds seeds as pages discovered at r.Started; a visit to
	// one that is dated more than MaxAhead after that does not count. With
	// r.Full every page of the site that was not visited since r.FullSince (all
	// of them when that is zero) is due at r.Started at the latest, but for
	// aliases, further pages of articles, requisites, and dead links: pages that
	// are gone, were never seen, and stood beside no date where they were found. An
	// open run of the site whose lease passed before r.Started is closed as
	// interrupted.
	// It returns ErrTaken when there is a run with r's ID, ErrBusy when another
	// run of the site is open; then nothing changes. A run that is not in state
	// running is a tick that was skipped or missed: it is added as it is.
	BeginRun(ctx context.Context, r Run, seeds []Page) error
	// RenewRun moves the lease of an open run to until; ErrLost when the run is
	// not open any more.
	RenewRun(ctx context.Context, run string, until time.Time) error
	// EndRun closes an open run and sets all its fields from r; ErrLost when it
	// is not open any more.
	EndRun(ctx context.Context, r Run) error

	// Learnt returns what runs of site learnt under name: the data of the last
	// Learn, ErrNotFound when there was none.
	Learnt(ctx context.Context, site, name string) ([]byte, error)
	// Learn keeps data, in place of what was learnt under name for site before:
	// what a crawl found out that later ones go by, and could find out again.
	// It returns nil only when data is durable; until then the old holds whole.
	// Data over MaxLearnt bytes is refused. When the run is not open any more,
	// Learn changes nothing and returns ErrLost.
	Learn(ctx context.Context, run, site, name string, data []byte) error

	// Reread gives versions another reading: article, fingerprint, rules and
	// reader become those of each Again, and how the version read before is kept
	// for Earlier. Nothing else of a version changes, nor does its leaf. Where it
	// is the latest of its page, the page's Title and Fingerprint follow and its
	// ReadAs is emptied. Alike and Search go by the new text once Reread has
	// returned. It returns nil only when all is durable; a version that reads as
	// its Again already is left as it is, and recording an Again anew completes
	// what a crash cut short. For a version that is not there it returns
	// ErrNotFound; when the run is not open any more it changes nothing and
	// returns ErrLost.
	Reread(ctx context.Context, run string, batch []Again) error
	// Earlier yields how versions read before they were read again, by (Site,
	// URL, Version, N). Time fields of the filter compare when a version was
	// taken.
	Earlier(ctx context.Context, f Filter) iter.Seq2[Earlier, error]

	// Search yields the latest versions whose title or body holds every word of
	// q (words are parted by white space; a run of Chinese is found anywhere in
	// a text, from one character up), best match first. A snapshot is found
	// once its Record has returned. With f.Replaced those come after them that are
	// not the latest any more: no index has their words, so they are read.
	Search(ctx context.Context, q string, f Filter) iter.Seq2[Snapshot, error]

	// Log tells how far the log has come. Every visit gets one leaf; the leaves
	// are numbered from 0 without a gap, and never changed. As soon as a version
	// reads otherwise Readings is greater than it was at any time before.
	Log(ctx context.Context) (Log, error)
	// Leaves yields the log in its order, from the leaf with the number from. A
	// leaf whose visit is not there any more is left out.
	Leaves(ctx context.Context, from int64) iter.Seq2[Leaf, error]
	// Sealed returns the number of the leaf of a visit: ErrNotFound when there
	// is no such visit, or when it has no leaf yet.
	Sealed(ctx context.Context, site, url string, at time.Time) (int64, error)
	// Nodes returns nodes of the log's tree: ErrNotFound when one of them is
	// not complete.
	Nodes(ctx context.Context, nodes []Node) ([]Hash, error)
	// Seal gives a leaf to every visit whose Record has returned. Where the log
	// has grown since the last checkpoint it keeps a new one, made at the time
	// at; that is the one it returns. To close a run seals too. A last checkpoint that is
	// none of the log stays: then Seal returns it, with ErrCorrupt.
	Seal(ctx context.Context, at time.Time) (Checkpoint, error)

	// Lessons yields all that was learnt, by (Site, Name).
	Lessons(ctx context.Context) iter.Seq2[Lesson, error]
	// Import adds what another archive holds, as it is there, under no run: so
	// archives are copied and mended. It returns nil only when all of it is
	// durable; importing again changes nothing, and completes what a crash cut
	// short. Runs, pages and lessons take the place of those of their identity.
	// A payload that is held already is stored once; one that is damaged is
	// replaced. Versions are read again as by Reread, unless they were by the time
	// At of an Again.
	//
	// Leaves go on with the log. One that the log has is passed over, ErrDiverged
	// when the log has another in its place, or would have a gap; ErrCorrupt when
	// its hash is not that of its visit and version, unless it says that it is
	// Damaged: then it is added as it is, and of one that is Lost the place in the
	// log alone. The page and the run of each are there already, or in the same
	// import; else it is ErrNotFound. Then nothing changes.
	Import(ctx context.Context, in Import) error

	// Mend puts into their places visits and versions of leaves that the log has, as
	// they were sealed, and readings of versions, as they were written: an Earlier
	// whose N is how often the version was read again is how it reads now. It
	// returns nil only when all is durable; mending again changes nothing. A leaf
	// that is not what the log has in its place is ErrDiverged, one whose hash is
	// not that of its visit and version ErrCorrupt; where the leaf, its page, its
	// run or the version is not there it is ErrNotFound. What is worked out of them
	// Rebuild makes anew.
	Mend(ctx context.Context, leaves []Leaf, readings []Earlier) error

	// Close waits for what is under way and frees the archive.
	Close() error
}
