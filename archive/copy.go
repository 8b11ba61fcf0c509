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
}

// CopyReport counts what Copy added.
type CopyReport struct {
	Size     int64 `json:"size"`   // leaves that both archives have now
	Leaves   int64 `json:"leaves"` // added
	Pages    int   `json:"pages"`  // added, or set anew
	Runs     int   `json:"runs"`
	Payloads int   `json:"payloads"`
	Bytes    int64 `json:"bytes"`    // of payload
	Readings int   `json:"readings"` // of versions that were read again
	Lessons  int   `json:"lessons"`
	Rounds   int   `json:"rounds"`  // in which the log was followed
	Missing  int   `json:"missing"` // payloads that from has not, or not whole
	Root     Hash  `json:"-"`       // of the log of Size leaves
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
// made earlier brought up to date; ErrDiverged when to has entries of its own.
//
// from may be written meanwhile, however fast. In the end to is what from was at
// one moment: the log up to the leaf that was the last of it when Copy last asked,
// the versions, and the pages as these leaves left them. What is no part of the log
// is as it was when it was read, after that moment: runs, what was learnt, other
// readings, and pages that were found and had not been visited by then. to keeps
// the promises of an archive wherever Copy is cut short.
func Copy(ctx context.Context, from, to Store, o CopyOptions) (CopyReport, error) {
	c := copier{from: from, to: to, options: o}
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
	if err := c.allRuns(ctx); err != nil {
		return err
	}
	for more := true; more; {
		if more, err = c.round(ctx); err != nil {
			return err
		}
		c.report.Rounds++
		more = more && c.report.Rounds < copyRounds
	}
	// Readings after pages: another reading of a page's latest version sets the
	// page too, so that what comes meanwhile leaves them agreeing.
	for _, step := range []func(context.Context) error{c.allPages, c.allReadings, c.allPayloads, c.allRuns, c.allLessons} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	edge, err := c.from.Nodes(ctx, Edge(c.report.Size))
	if err != nil {
		return err
	}
	tree := TreeAt(c.report.Size, edge)
	c.report.Root = tree.Root()
	return nil
}

// sameLog fails where the log of to, of that size, is not how that of from
// begins.
func (c *copier) sameLog(ctx context.Context, size int64) error {
	edge := Edge(size)
	theirs, err := c.from.Nodes(ctx, edge)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: the copy has %d entries, the archive fewer", ErrDiverged, size)
	}
	if err != nil {
		return err
	}
	ours, err := c.to.Nodes(ctx, edge)
	if err != nil {
		return err
	}
	a, b := TreeAt(size, theirs), TreeAt(size, ours)
	if size > 0 && a.Root() != b.Root() {
		return ErrDiverged
	}
	return nil
}

// ownEntries fails where to has entries that are not sealed and are not those that
// a copy that was cut short was about to seal.
func (c *copier) ownEntries(ctx context.Context, log Log) error {
	left := log.Unsealed
	for leaf, err := range c.from.Leaves(ctx, log.Size) {
		if err != nil {
			return err
		}
		if left == 0 || leaf.N >= log.Size+copyAtOnce {
			break
		}
		for v, err := range c.to.Visits(ctx, Filter{Site: leaf.Visit.Site, URL: leaf.Visit.URL, Since: leaf.Visit.At, Until: leaf.Visit.At.Add(time.Millisecond)}) {
			if err != nil {
				return err
			}
			if v.At.Equal(leaf.Visit.At) {
				left--
			}
		}
	}
	if left > 0 {
		return fmt.Errorf("%d entries that are not sealed: %w", left, ErrDiverged)
	}
	return nil
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
	for leaf, err := range c.from.Leaves(ctx, began) {
		if err != nil {
			return false, err
		}
		if leaf.N >= log.Size {
			break
		}
		if want := c.report.Size + int64(len(chunk.Leaves)); leaf.N != want {
			return false, fmt.Errorf("leaf %d of the archive: its visit is not there: %w: fangzhi verify tells more", want, ErrCorrupt)
		}
		if chunk.Leaves = append(chunk.Leaves, leaf); len(chunk.Leaves) >= copyAtOnce {
			if err := c.leaves(ctx, &chunk); err != nil {
				return false, err
			}
		}
	}
	if missing := log.Size - c.report.Size - int64(len(chunk.Leaves)); missing > 0 {
		return false, fmt.Errorf("the last %d leaves of the archive: their visits are not there: %w: fangzhi verify tells more", missing, ErrCorrupt)
	}
	return log.Size-began > copyAtOnce, c.leaves(ctx, &chunk)
}

// leaves adds a chunk of leaves with their payloads, runs and pages.
func (c *copier) leaves(ctx context.Context, chunk *Import) error {
	if len(chunk.Leaves) == 0 {
		return nil
	}
	byPage := map[[2]string][]Leaf{}
	var wanted []Digest
	for _, l := range chunk.Leaves {
		k := [2]string{l.Visit.Site, l.Visit.URL}
		byPage[k] = append(byPage[k], l)
		if l.Visit.Payload != "" {
			wanted = append(wanted, l.Visit.Payload)
		}
		if err := c.run(ctx, chunk, l.Visit.Run); err != nil {
			return err
		}
	}
	for k, leaves := range byPage {
		p, err := c.from.Page(ctx, k[0], k[1])
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
	if err := c.to.Import(ctx, *chunk); err != nil {
		return err
	}
	c.report.Size += int64(len(chunk.Leaves))
	c.report.Leaves += int64(len(chunk.Leaves))
	c.report.Pages += len(chunk.Pages)
	*chunk = Import{}
	c.observe()
	return nil
}

// run adds the run of a leaf to chunk, unless to has it.
func (c *copier) run(ctx context.Context, chunk *Import, id string) error {
	if c.runs[id] {
		return nil
	}
	for r, err := range c.from.Runs(ctx, Filter{Run: id, Limit: 1}) {
		if err != nil {
			return err
		}
		// The open run before it of its site may have been closed since.
		for before, err := range c.to.Runs(ctx, Filter{Site: r.Site, RunState: RunRunning}) {
			if err != nil {
				return err
			}
			for closed, err := range c.from.Runs(ctx, Filter{Run: before.ID}) {
				if err != nil {
					return err
				}
				chunk.Runs = append(chunk.Runs, closed)
			}
		}
		chunk.Runs = append(chunk.Runs, r)
		if c.runs == nil || len(c.runs) > copyAtOnce {
			c.runs = map[string]bool{}
		}
		c.runs[id] = true
	}
	return nil
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
		err := c.to.Import(ctx, chunk)
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
