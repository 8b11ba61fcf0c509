package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Copying is what an archive keeps of its being a copy: of which archive, and
// whether the copy has come to its end. Until it has, the archive is a part of
// the other one, and to record into it would be to begin a history of its own in
// the middle of that one's.
type Copying struct {
	From  string    `json:"from"`           // the archive that is copied, as it was named; "": it was lost, and so is Began
	Began time.Time `json:"began,omitzero"` // when the copy was begun
	Ended time.Time `json:"ended,omitzero"` // when it was verified and complete
	Kept  time.Time `json:"kept,omitzero"`  // when its keeper took it for an archive of its own, as the part that it is
}

// Part says whether the archive is only a part of the one that it is a copy of.
func (c Copying) Part() bool { return (!c.Began.IsZero() || !c.Kept.IsZero()) && c.Ended.IsZero() }

// Open says whether the copy is to be gone on with, before anything is recorded.
func (c Copying) Open() bool { return c.Part() && c.Kept.IsZero() }

// copying is the name under which it is kept, learnt of no site.
const copying = "copy"

// CopyingOf returns what s keeps of its being a copy, the zero value where it is
// none. ErrCorrupt: it is not what was written, and whether s is whole is not known.
func CopyingOf(ctx context.Context, s interface {
	Lessons(ctx context.Context) iter.Seq2[Lesson, error]
}) (c Copying, err error) {
	l, err := lessonOf(ctx, s, "", copying)
	if errors.Is(err, ErrNotFound) {
		return c, nil
	}
	if err == nil && l.Damaged {
		err = fmt.Errorf("%w, by its checksum", ErrCorrupt)
	}
	if err == nil {
		if err = json.Unmarshal(l.Data, &c); err != nil {
			err = fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	}
	if err != nil {
		return Copying{}, fmt.Errorf("what it is a copy of: %w", err)
	}
	return c, nil
}

func (c Copying) keep(ctx context.Context, s Store) error {
	b, err := json.Marshal(c)
	if err == nil {
		err = s.Import(ctx, Import{Lessons: []Lesson{{Name: copying, Data: b}}})
	}
	return err
}

// EndCopy marks to as all of from, once it was copied and verified. What from is
// a part of, to is a part of as well: that is what it returns.
func EndCopy(ctx context.Context, from, to Store, at time.Time) (Copying, error) {
	theirs, err := CopyingOf(ctx, from)
	if err != nil {
		return theirs, fmt.Errorf("copy: %w", err)
	}
	ours, err := CopyingOf(ctx, to)
	switch {
	case err != nil && !errors.Is(err, ErrCorrupt):
		return ours, fmt.Errorf("copy: %w", err)
	case theirs.Part():
		ours = theirs
	case err == nil && !ours.Part():
		return ours, nil
	default:
		ours.Ended, ours.Kept = at.UTC(), time.Time{} // of what, it says no more where that is damaged
	}
	if err := ours.keep(ctx, to); err != nil {
		return ours, fmt.Errorf("copy: %w", err)
	}
	return ours, nil
}

// KeepPart takes s, a copy that has not come to its end, for an archive of its
// own: what it is a part of is lost, say. So it takes one of which it cannot be read
// whether it has come to its end.
func KeepPart(ctx context.Context, s Store, at time.Time) (Copying, error) {
	c, err := CopyingOf(ctx, s)
	unknown := errors.Is(err, ErrCorrupt)
	if unknown {
		err = nil
	}
	if err == nil && (unknown || c.Open()) {
		c.Kept = at.UTC()
		err = c.keep(ctx, s)
	}
	return c, err
}

// mark says in to that it is a part of from, before anything is written to it.
func (c *copier) mark(ctx context.Context) error {
	if c.marked {
		return nil
	}
	held, err := CopyingOf(ctx, c.to)
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return err
	}
	if c.marked = true; held.Open() && held.From == c.options.From {
		return nil
	}
	return Copying{From: c.options.From, Began: c.options.At.UTC()}.keep(ctx, c.to)
}

// put adds to to what comes from from.
func (c *copier) put(ctx context.Context, in Import) error {
	if err := c.mark(ctx); err != nil {
		return err
	}
	return c.to.Import(ctx, in)
}
