package archive

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CopyOptions is how Copy goes about.
type CopyOptions struct {
	// Observe, where set, is called now and then with what was done so far.
	Observe func(CopyReport)
	// Seal, where set, makes sure that what is recorded in the archive that is
	// copied has its leaves, as far as its store does not see to it.
	Seal func(ctx context.Context) error
	// From is the name of the archive that is copied, and At the time: the copy
	// keeps them until it is complete.
	From string
	At   time.Time
}

// CopyReport counts what Copy added.
type CopyReport struct {
	Size     int64 `json:"size"`   // leaves that both archives have now
	Leaves   int64 `json:"leaves"` // added
	Pages    int   `json:"pages"`  // added, or set anew: one that the log tells of several times may count as often
	Runs     int   `json:"runs"`
	Payloads int   `json:"payloads"`
	Bytes    int64 `json:"bytes"`    // of payload
	Readings int   `json:"readings"` // of versions that were read again
	Lessons  int   `json:"lessons"`
	Rounds   int   `json:"rounds"`            // in which the log was followed
	Damaged  int   `json:"damaged,omitempty"` // leaves added that are not what was sealed, as they are
	Righted  int   `json:"righted,omitempty"` // leaves whose hash is damaged in from, and right in to
	Lost     int   `json:"lost,omitempty"`    // leaves added of which from can read the place in the log alone
	// Spared are pages, runs and what was learnt that are damaged in from: to keeps
	// what it has of them, which is sound.
	Spared int `json:"spared,omitempty"`
	// Torn says that hashes of the tree of from's log are damaged: those of to are
	// worked out of its leaves.
	Torn bool `json:"torn,omitempty"`
	// Unread is what from could not read to the end, and why: what comes after is
	// not in the copy.
	Unread  []string `json:"unread,omitempty"`
	Missing int      `json:"missing"` // payloads that from has not, or not whole
	Root    Hash     `json:"-"`       // of the log of Size leaves
	// Stray is the last checkpoint of from where it is none of its log, of size 0
	// where it is one, or there is none.
	Stray Checkpoint `json:"-"`
}

// copyAtOnce and copyBytes bound what goes into one import.
const (
	copyAtOnce = 256
	copyBytes  = 8 << 20
)

// copyRounds is how often the log is followed to its end at most: of an archive
// that grows faster than it is copied, the copy is what it was when the last
// round began.
const copyRounds = 3

// Copy makes to a copy of from: all that it holds, as it is there. What to has
// already is passed over, so a copy that was cut short is gone on with, and one
// made earlier brought up to date; ErrDiverged when to has entries of its own. What to
// cannot read or write is an error under ErrOfCopy.
//
// from may be written meanwhile, however fast. In the end to is what from was at
// one moment: the log up to the leaf that was the last of it when Copy last asked,
// the versions, and the pages as these leaves left them. What is no part of the log
// is as it was when it was read, after that moment: runs, what was learnt, other
// readings, and pages that were found and had not been visited by then.
//
// What is damaged in from keeps nothing else from being copied, and stays told: an
// entry that is not what was sealed is copied as it is, with its leaf; of one that
// cannot be read its place in the log. It takes the place of nothing that is sound in
// to. to keeps the promises of an archive wherever Copy is cut short; from the first that is written
// to it until EndCopy it is marked as a part of from (CopyingOf).
func Copy(ctx context.Context, from, to Store, o CopyOptions) (CopyReport, error) {
	if o.At.IsZero() {
		o.At = time.Now()
	}
	c := copier{from: from, to: target{to}, options: o}
	err := c.copy(ctx)
	if err != nil {
		err = fmt.Errorf("copy: %w", err)
	}
	return c.report, err
}

type copier struct {
	from, to Store
	options  CopyOptions
	report   CopyReport
	runs     map[string]bool // that to is known to have
	marked   bool            // to says that it is a part of from
}

func (c *copier) copy(ctx context.Context) error {
	log, err := c.to.Log(ctx)
	if err != nil {
		return err
	}
	c.report.Size = log.Size
	if err := c.sameLog(ctx, log.Size); err != nil {
		return err
	}
	if log.Unsealed > 0 {
		if err := c.ownEntries(ctx, log); err != nil {
			return err
		}
	}
	if _, err := CopyingOf(ctx, c.to); errors.Is(err, ErrCorrupt) {
		if err := c.mark(ctx); err != nil {
			return err
		}
	}
	if err := c.allRuns(ctx); err != nil && !damagedThere(err) { // it is told the second time
		return err
	}
	for more := true; more; {
		if more, err = c.round(ctx); errors.Is(err, errUnproven) {
			err = c.read("log", err)
		}
		if err != nil {
			return err
		}
		c.report.Rounds++
		more = more && c.report.Rounds < copyRounds
	}
	// Readings after pages: another reading of a page's latest version sets the
	// page too, so that what comes meanwhile leaves them agreeing.
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{{"pages", c.allPages}, {"readings", c.allReadings}, {"payloads", c.allPayloads}, {"runs", c.allRuns}, {"what was learnt", c.allLessons}} {
		if err := c.read(step.what, step.do(ctx)); err != nil {
			return err
		}
	}
	if err := c.ended(ctx); err != nil {
		return err
	}
	return c.stray(ctx)
}

// round brings to up to the leaves that from has by now, and says whether they
// were so many that there may be as many more.
func (c *copier) round(ctx context.Context) (more bool, err error) {
	if c.options.Seal != nil {
		if err := c.options.Seal(ctx); err != nil {
			return false, err
		}
	}
	log, err := c.from.Log(ctx)
	if err != nil {
		return false, err
	}
	began := c.report.Size
	chunk := Import{}
	add := func(leaf Leaf) error {
		if chunk.Leaves = append(chunk.Leaves, leaf); len(chunk.Leaves) < copyAtOnce {
			return nil
		}
		return c.leaves(ctx, &chunk)
	}
	for next := began; next < log.Size; {
		to := log.Size // the leaves before it that were not read have no visit
		for leaf, err := range c.from.Leaves(ctx, next) {
			if errors.Is(err, ErrCorrupt) {
				to = next + 1 // that one cannot be read
				break
			}
			if err != nil {
				return false, err
			}
			if leaf.N >= log.Size {
				break
			}
			for ; next < leaf.N; next++ {
				if err := c.lost(ctx, next, add); err != nil {
					return false, c.upTo(ctx, &chunk, err)
				}
			}
			if err := add(leaf); err != nil {
				return false, err
			}
			next++
		}
		for ; next < to; next++ {
			if err := c.lost(ctx, next, add); err != nil {
				return false, c.upTo(ctx, &chunk, err)
			}
		}
	}
	return log.Size-began > copyAtOnce, c.leaves(ctx, &chunk)
}

// upTo adds what was read before a leaf that cannot be gone on from.
func (c *copier) upTo(ctx context.Context, chunk *Import, unproven error) error {
	if !errors.Is(unproven, errUnproven) {
		return unproven
	}
	if err := c.leaves(ctx, chunk); err != nil {
		return err
	}
	return unproven
}

// errUnproven tells that of a leaf neither the visit nor the hash can be read: what
// comes after it could not be proven.
var errUnproven = fmt.Errorf("neither its visit nor its hash can be read, and without that the log cannot be gone on with: %w", ErrCorrupt)

// lost adds leaf n of from, whose visit it cannot read.
func (c *copier) lost(ctx context.Context, n int64, add func(Leaf) error) error {
	hash, err := c.from.Nodes(ctx, []Node{{N: n}})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("leaf %d: %w", n, errUnproven)
	}
	if err != nil {
		return err
	}
	for again, err := range c.from.Leaves(ctx, n) { // it may have come to be read meanwhile
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		if err == nil && again.N == n {
			return add(again)
		}
		break
	}
	c.report.Lost++
	return add(Leaf{N: n, Hash: hash[0], Damaged: true})
}

// read takes down that from could not be read to the end, which is the error of
// nothing else.
func (c *copier) read(what string, err error) error {
	if !damagedThere(err) {
		return err
	}
	c.report.Unread = append(c.report.Unread, fmt.Sprintf("%s: could not be read to the end: %v", what, err))
	return nil
}

// leaves adds a chunk of leaves with their payloads, runs and pages.
func (c *copier) leaves(ctx context.Context, chunk *Import) error {
	if len(chunk.Leaves) == 0 {
		return nil
	}
	byPage := map[[2]string][]Leaf{}
	var wanted []Digest
	for _, l := range chunk.Leaves {
		if l.Lost() {
			continue
		}
		k := [2]string{l.Visit.Site, l.Visit.URL}
		byPage[k] = append(byPage[k], l)
		if l.Visit.Payload != "" {
			wanted = append(wanted, l.Visit.Payload)
		}
		if err := c.run(ctx, chunk, l.Visit); err != nil {
			return err
		}
	}
	for k, leaves := range byPage {
		p, err := c.from.Page(ctx, k[0], k[1])
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
			p, err = lostPage(leaves[0].Visit), nil
		}
		if err == nil {
			p, err = c.asLogged(ctx, p, leaves)
		}
		if err != nil {
			return err
		}
		chunk.Pages = append(chunk.Pages, p)
	}
	if err := c.payloads(ctx, wanted); err != nil {
		return err
	}
	err := c.put(ctx, *chunk)
	if errors.Is(err, ErrCorrupt) {
		if err = c.damaged(ctx, chunk.Leaves); err == nil {
			err = c.put(ctx, *chunk)
		}
	}
	if err != nil {
		return err
	}
	c.report.Size += int64(len(chunk.Leaves))
	c.report.Leaves += int64(len(chunk.Leaves))
	c.report.Pages += len(chunk.Pages)
	*chunk = Import{}
	c.observe()
	return nil
}

// damaged marks the leaves that are not what was sealed. Where it is the hash that
// is damaged, which the node above tells, it is put right.
func (c *copier) damaged(ctx context.Context, leaves []Leaf) error {
	for i := range leaves {
		l := &leaves[i]
		if l.Damaged || l.Sound() {
			continue
		}
		is := LeafHash(LeafOf(l.Visit, l.Snapshot))
		around, err := c.from.Nodes(ctx, []Node{{N: l.N ^ 1}, {Level: 1, N: l.N >> 1}})
		if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrCorrupt) {
			return err
		}
		above := func(h Hash) bool {
			if l.N%2 == 0 {
				return nodeHash(h, around[0]) == around[1]
			}
			return nodeHash(around[0], h) == around[1]
		}
		if err == nil && above(is) && !above(l.Hash) {
			l.Hash = is
			c.report.Righted++
			continue
		}
		l.Damaged = true
		c.report.Damaged++
	}
	return nil
}

// run adds the run of a visit to chunk, unless to has it.
func (c *copier) run(ctx context.Context, chunk *Import, v Visit) error {
	if c.runs[v.Run] {
		return nil
	}
	if c.runs == nil || len(c.runs) > copyAtOnce {
		c.runs = map[string]bool{}
	}
	for _, err := range c.to.Runs(ctx, Filter{Run: v.Run, Limit: 1}) {
		if c.runs[v.Run] = err == nil; err != nil {
			return err
		}
		return nil // what it came to is set when all is copied
	}
	r := lostRun(v)
	for found, err := range c.from.Runs(ctx, Filter{Run: v.Run, Limit: 1}) {
		if err == nil {
			r = found
		} else if !errors.Is(err, ErrCorrupt) {
			return err
		}
	}
	// The open run before it of its site may have been closed since.
	for before, err := range c.to.Runs(ctx, Filter{Site: r.Site, RunState: RunRunning}) {
		if err != nil {
			return err
		}
		closed, known, err := c.closed(ctx, before, r)
		if err != nil {
			return err
		}
		if known {
			chunk.Runs = append(chunk.Runs, closed)
		}
	}
	chunk.Runs = append(chunk.Runs, r)
	c.runs[v.Run] = true
	return nil
}

// closed is what became of run before, which is open in to. Where from cannot tell
// any more it is left as it is, or closed where next is open now in its place.
func (c *copier) closed(ctx context.Context, before, next Run) (r Run, known bool, err error) {
	for r, err := range c.from.Runs(ctx, Filter{Run: before.ID, Limit: 1}) {
		if err == nil {
			return r, true, nil
		}
		if !errors.Is(err, ErrCorrupt) {
			return r, false, err
		}
	}
	before.State, before.Ended, before.Damaged = RunInterrupted, next.Started, true
	before.Reason = "what became of this run was lost before it was copied here"
	return before, next.State == RunRunning, nil
}

// payloads adds those of wanted that to does not hold.
func (c *copier) payloads(ctx context.Context, wanted []Digest) error {
	held, err := c.to.Holds(ctx, wanted)
	if err != nil {
		return err
	}
	var chunk Import
	size := 0
	flush := func() error {
		if len(chunk.Payloads) == 0 {
			return nil
		}
		err := c.put(ctx, chunk)
		c.report.Payloads += len(chunk.Payloads)
		c.report.Bytes += int64(size)
		chunk, size = Import{}, 0
		c.observe()
		return err
	}
	for _, d := range wanted {
		if held[d] {
			continue
		}
		held[d] = true
		b, err := c.from.Payload(ctx, d)
		if errors.Is(err, ErrCorrupt) || errors.Is(err, ErrNotFound) {
			c.report.Missing++ // the copy is as good as it can be
			continue
		}
		if err != nil {
			return err
		}
		chunk.Payloads = append(chunk.Payloads, b)
		if size += len(b); size >= copyBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (c *copier) observe() {
	if c.options.Observe != nil {
		c.options.Observe(c.report)
	}
}
