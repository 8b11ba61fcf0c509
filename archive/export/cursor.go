package export

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"

	"fangzhi/archive"
)

// mark is what exports have told of a page so far.
type mark struct {
	Versions int           `json:"versions,omitempty"`
	State    archive.State `json:"state,omitempty"`
	Visits   int           `json:"visits,omitempty"` // looked at for captures
	Last     time.Time     `json:"last,omitzero"`    // the last of them
	Lost     []time.Time   `json:"lost,omitempty"`   // those whose bytes the archive had lost: they may be repaired
	Run      string        `json:"run,omitempty"`    // the last run that they are of

	Bare bool `json:"bare,omitempty"` // revisits were told without what they refer to, as cursors of version 1 did

	Damaged []int `json:"damaged,omitempty"` // versions that were told as damaged: they may be repaired
}

// empty says whether nothing was told.
func (m mark) empty() bool {
	return m.Versions == 0 && m.State == "" && m.Visits == 0 && m.Last.IsZero() && len(m.Lost) == 0
}

// misses says whether p may have a version, or a state, that was not told.
func (m mark) misses(p archive.Page) bool {
	return p.Versions > m.Versions || p.Versions > 0 && m.State != p.State || len(m.Damaged) > 0
}

// lacks says whether version v of p is to be told: it was not, or was damaged, or it
// is the latest, and the page stands elsewhere now.
func (m mark) lacks(p archive.Page, v int) bool {
	return v > m.Versions || m.State != p.State && v >= p.Versions || slices.Contains(m.Damaged, v)
}

// cursor is where a row of exports has come to: a mark for each page, in a file
// sorted like the archive. It is walked through and written anew beside the
// export, and takes the old one's place once the export is durable. Counting
// versions rather than watching the clock, it leaves nothing out that was
// recorded late. A nil cursor knows nothing and notes nothing.
type cursor struct {
	path  string
	fresh *staged
	out   *zstd.Encoder
	enc   *json.Encoder
	old   *bufio.Scanner
	close func()
	bare  bool       // the old one is of version 1, and of captures
	next  cursorLine // of the old marks, the first that was not passed; at its end: over
	over  bool
}

type cursorLine struct {
	Site string `json:"site"`
	URL  string `json:"url"`
	mark
}

type cursorHead struct {
	Version   int       `json:"fangzhi_cursor"`
	Captures  bool      `json:"captures,omitempty"` // of a row of web archives
	Selection Selection `json:"selection"`
	Log       string    `json:"log,omitempty"` // a checkpoint of the archive that it counts in; "": none was known
}

func (h cursorHead) text() string {
	b, _ := json.Marshal(h) // words and times: it cannot fail
	return string(b)
}

// holdCursor keeps other exports with the cursor at path away until free is called:
// each would bring the same.
func holdCursor(path string) (free func(), err error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock")
	lock, err := lockFile(name)
	switch {
	case errors.Is(err, errHeld):
		return nil, fmt.Errorf("cursor %q: another export with it is under way: wait for its end", path)
	case err != nil:
		return nil, failure(path, err)
	}
	return func() {
		os.Remove(name) // while it is held: see lockFile
		lock.Close()
	}, nil
}

// openCursor reads the cursor at path, where there is one, for a further export
// of job, from the state held of store; the new one is written into s.
func openCursor(ctx context.Context, store Store, held Archive, path string, job Job, s *stage) (_ *cursor, err error) {
	c := &cursor{path: path, over: true, close: func() {}}
	head := cursorHead{Version: 1, Captures: job.Format.Captures(), Selection: job.Selection.plain()}
	if head.Captures {
		head.Version = 2 // revisits come with what they refer to
	}
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); err != nil { // else that would be told once the export is made
			return nil, fmt.Errorf("cursor %q: %w", path, err)
		}
	case err != nil:
		return nil, fmt.Errorf("cursor: %w", err)
	default:
		in, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("cursor %q: %w", path, err)
		}
		c.close = func() { in.Close(); f.Close() }
		c.old = bufio.NewScanner(in)
		c.old.Buffer(nil, 1<<20)
		if head.Log, err = c.readHead(head); err != nil {
			c.close()
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if head.Log != "" {
		if err := c.belongs(ctx, store, head.Log); err != nil {
			return nil, err
		}
	}
	if held.Checkpoint != "" && c.belongs(ctx, store, held.Checkpoint) == nil { // else it is damaged, as verify tells
		head.Log = held.Checkpoint
	}
	if c.fresh, err = s.scratch(cursorName); err != nil {
		return nil, err
	}
	if c.out, err = zstd.NewWriter(c.fresh, zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, err
	}
	c.enc = json.NewEncoder(c.out)
	c.enc.SetEscapeHTML(false)
	if err := c.enc.Encode(head); err != nil {
		return nil, err
	}
	return c, nil
}

// belongs says why the cursor, which knows a checkpoint, is of another archive than
// store: what it counts it would leave out there in silence.
func (c *cursor) belongs(ctx context.Context, store Store, checkpoint string) error {
	known, err := archive.ParseCheckpoint(checkpoint)
	if err != nil {
		return fmt.Errorf("cursor %q: %w", c.path, err)
	}
	switch in, err := known.In(ctx, store); {
	case err != nil:
		return err
	case !in:
		return fmt.Errorf("cursor %q: is of another archive, or of this one as it was after its present state, which an older one was put back for: its log had %d entries and the root %s: begin with a new cursor (fangzhi verify tells whether it is the log that is damaged)",
			c.path, known.Size, known.Root)
	}
	return nil
}

// readHead returns the checkpoint that the old cursor knows.
func (c *cursor) readHead(want cursorHead) (checkpoint string, err error) {
	var head cursorHead
	if !c.old.Scan() || json.Unmarshal(c.old.Bytes(), &head) != nil || head.Version == 0 {
		return "", fmt.Errorf("cursor %q: is not a cursor: name a file that an export made, or none yet", c.path)
	}
	if head.Version > want.Version {
		return "", fmt.Errorf("cursor %q: was written by a newer fangzhi", c.path)
	}
	c.bare = head.Version < want.Version
	head.Version = want.Version
	checkpoint, head.Log = head.Log, ""
	if got, want := head.text(), want.text(); got != want {
		return "", fmt.Errorf("cursor %q: belongs to another selection: %s, not %s", c.path, got, want)
	}
	c.over = false
	return checkpoint, c.advance()
}

func (c *cursor) advance() error {
	c.next = cursorLine{}
	if !c.old.Scan() {
		c.over = true
		if err := c.old.Err(); err != nil {
			return fmt.Errorf("cursor %q: %w", c.path, err)
		}
		return nil
	}
	if err := json.Unmarshal(c.old.Bytes(), &c.next); err != nil {
		return fmt.Errorf("cursor %q: %w", c.path, err)
	}
	c.next.Bare = c.next.Bare || c.bare
	return nil
}

// seek returns the mark of p, and keeps those of the pages before it that are
// not in the selection any more.
func (c *cursor) seek(p archive.Page) (mark, error) {
	if c == nil {
		return mark{}, nil
	}
	at := address{p.Site, p.URL}
	for !c.over {
		switch n := (address{c.next.Site, c.next.URL}).compare(at); {
		case n == 0:
			m := c.next.mark
			return m, c.advance()
		case n > 0:
			return mark{}, nil
		}
		if err := c.keep(); err != nil {
			return mark{}, err
		}
	}
	return mark{}, nil
}

// keep copies the next old mark.
func (c *cursor) keep() error {
	if err := c.enc.Encode(c.next); err != nil {
		return err
	}
	return c.advance()
}

// put notes m for p. Pages are put in the order of the archive.
func (c *cursor) put(p archive.Page, m mark) error {
	if c == nil || m.empty() {
		return nil
	}
	return c.enc.Encode(cursorLine{p.Site, p.URL, m})
}

// finish makes the new cursor durable beside the export.
func (c *cursor) finish() error {
	if c == nil {
		return nil
	}
	defer c.close()
	for !c.over {
		if err := c.keep(); err != nil {
			return err
		}
	}
	if err := c.out.Close(); err != nil {
		return err
	}
	return c.fresh.Close()
}

// stop frees what c holds and moves nothing.
func (c *cursor) stop() {
	if c != nil {
		c.close()
		c.out.Close()
		c.fresh.abandon()
	}
}

// cursorName is the new cursor's name in a stage.
const cursorName = "cursor.zst"

// move puts the new cursor in the old one's place. The export is durable.
func (c *cursor) move(s *stage) error {
	if c == nil {
		return nil
	}
	return moveCursor(s, c.path)
}

func moveCursor(s *stage, path string) error {
	target := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial")
	err := copyFile(s.work(cursorName), target)
	if err == nil {
		if err = os.Rename(target, path); err != nil {
			err = failure(path, err)
		}
	}
	if err != nil {
		if info, gone := os.Lstat(target); gone == nil && info.Mode().IsRegular() {
			os.Remove(target) // err is told
		}
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// copyFile writes a durable copy of the file from.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return failure(to, err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
