package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"fangzhi/archive"
)

// Target is where an export goes, and what goes with it.
type Target struct {
	Path    string // of the file or folder; "-": Stdout
	Stdout  io.Writer
	Receipt bool   // beside a file; a folder has one always, and an export with a cursor
	Bag     bool   // Path is a BagIt bag that holds the export
	Cursor  string // path of a cursor: only what it does not know is exported, and it moves on; "": none
	Force   bool   // replace a file that is there, whoever wrote it
	// Observe, where set, is called now and then with how many records or
	// captures are done.
	Observe func(done int)
}

// Validate reports the first thing in t that does not fit j.
func (t Target) Validate(j Job) error {
	pipe := t.Path == "-" || t.device()
	switch {
	case t.Path == "":
		return errors.New("output: names no file")
	case !t.folder(j) && os.IsPathSeparator(t.Path[len(t.Path)-1]):
		return fmt.Errorf("output: %q: is the name of a folder, and %s is a file: name that", t.Path, j.Format)
	case pipe && t.Bag:
		return errors.New("output: a bag is a folder: name it with -o")
	case pipe && j.Format.Folder():
		return fmt.Errorf("output: %s is a folder: name it with -o", j.Format)
	case pipe && !j.Format.Stream():
		return fmt.Errorf("output: %s is a file that is not written from its beginning to its end: name it with -o", j.Format)
	case pipe && t.Receipt:
		return errors.New("receipt: stands beside a file: name that with -o")
	case pipe && t.Cursor != "":
		return errors.New("cursor: moves on once a file is on the disk: name that with -o")
	case t.Cursor != "" && (samePath(t.Cursor, t.Path) || samePath(t.Cursor, t.Path+receiptSuffix)):
		return fmt.Errorf("cursor: %q: is where the export goes: the cursor is a file of its own", t.Cursor)
	case t.Force && t.Cursor != "":
		return errors.New("force: replaces a file, and an export with a cursor replaces nothing: what it brought does not come again")
	case t.Force && t.folder(j):
		return errors.New("force: replaces a file; a folder is replaced where an export made it and nothing was changed since, else name another")
	}
	return nil
}

// samePath says whether a and b name the same file, be it there or not.
func samePath(a, b string) bool {
	x, err := os.Stat(a)
	if y, err2 := os.Stat(b); err == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	a, err = filepath.Abs(a)
	b, err2 := filepath.Abs(b)
	return err == nil && err2 == nil && a == b
}

// device says whether Path is there and neither file nor folder.
func (t Target) device() bool {
	info, err := os.Stat(t.Path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

func (t Target) folder(j Job) bool { return t.Bag || j.Format.Folder() }

// Report is what came of an export.
type Report struct {
	Records int      // or captures
	Files   []File   // what was written; empty for a pipe
	Damaged []string // versions that are damaged, captures whose bytes the archive has lost: they are left out
	Resumed bool     // an interrupted export was taken up again
}

// Run exports what j asks for of store to t. The file or folder is there whole
// or not at all. JSONL, CSV, WARC and WACZ that were interrupted go on where they
// were, if it is the same job on the same archive, and nothing was repaired of
// what was left out as lost; other formats begin again.
// Either way the bytes are those of an export that was not interrupted.
func Run(ctx context.Context, store Store, j Job, t Target) (Report, error) {
	j = j.plain()
	if err := errors.Join(j.Validate(), t.Validate(j)); err != nil {
		return Report{}, err
	}
	if t.Path == "-" || t.device() {
		return pipe(ctx, store, j, t)
	}
	r := run{ctx: ctx, store: store, job: j, to: t, lost: map[archive.Digest]bool{}}
	if err := r.checkTarget(true); err != nil {
		return Report{}, err
	}
	var err error
	if t.Cursor != "" {
		free, err := holdCursor(t.Cursor)
		if err != nil {
			return Report{}, err
		}
		defer free()
	}
	if r.stage, err = openStage(r.path()); err != nil {
		return Report{}, err
	}
	// Once more: a former export, whose bytes were looked at before it was moved,
	// may stand there again.
	if err := r.checkTarget(false); err != nil {
		r.stage.release()
		return Report{}, err
	}
	done, err := r.complete()
	if err == nil && !done {
		err = r.export()
	}
	if err != nil {
		if r.journal.Archive != "" {
			r.stage.release() // to be taken up again
			return r.report, fmt.Errorf("%w: the same command goes on after %d", err, r.journal.Records)
		}
		if r.ending() {
			r.stage.release() // to be ended yet
			return r.report, err
		}
		return r.report, errors.Join(err, r.stage.remove())
	}
	return r.report, nil
}

// pipe writes to standard output or a device.
func pipe(ctx context.Context, store Store, j Job, t Target) (Report, error) {
	w := t.Stdout
	if t.Path != "-" {
		f, err := os.OpenFile(t.Path, os.O_WRONLY, 0)
		if err != nil {
			return Report{}, failure(t.Path, err)
		}
		defer f.Close()
		w = f
	}
	n := 0
	counted := func(yield func(entry, error) bool) {
		for e, err := range entries(ctx, store, j, nil, place{}) {
			if n++; t.Observe != nil && n%observeEvery == 0 {
				t.Observe(n)
			}
			if !yield(e, err) {
				return
			}
		}
	}
	done, damaged, err := writeEntries(w, j, counted)
	return Report{Records: done, Damaged: damaged}, err
}

// observeEvery is how many records stand between two reports of progress; tests
// set it.
var observeEvery = 256

// run is one export to a file or folder.
type run struct {
	ctx     context.Context
	store   Store
	job     Job
	to      Target
	stage   *stage
	journal journal                 // of the last checkpoint; zero before the first
	lost    map[archive.Digest]bool // payloads that the archive had lost as they were come to
	report  Report
}

// path is the target without links: a link stays, what it names is replaced.
func (r *run) path() string {
	if real, err := filepath.EvalSymlinks(r.to.Path); err == nil {
		return real
	}
	return filepath.Clean(r.to.Path)
}

// checkTarget refuses a target that must not be replaced; with whole it reads
// what stands there.
func (r *run) checkTarget(whole bool) error {
	info, err := os.Stat(r.to.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if isIncrement(r.path(), false) && !r.ending() {
			return fmt.Errorf("write %q: its receipt is there, of what an export with a cursor brought, without which that cannot be proven: move it to where that file is, or name another", r.to.Path)
		}
		return nil
	case err != nil:
		return failure(r.to.Path, err)
	case r.to.Cursor != "" && !r.ending():
		return fmt.Errorf("write %q: is there already: what an export with a cursor brought does not come again; move it, or name another", r.to.Path)
	case r.to.Cursor == "" && isIncrement(r.path(), info.IsDir()):
		return fmt.Errorf("write %q: holds what an export with a cursor brought, as its receipt says, and that does not come again: move it, or name another", r.to.Path)
	case r.to.folder(r.job) != info.IsDir():
		if info.IsDir() {
			return fmt.Errorf("write %q: is a folder: the path of a file is wanted", r.to.Path)
		}
		return fmt.Errorf("write %q: is a file: the path of a folder is wanted", r.to.Path)
	case r.ending(): // it may stand there already: place looks
		return nil
	case info.IsDir():
		return replaceable(r.ctx, r.to.Path, whole)
	case r.to.Force:
		return nil
	}
	return r.replaceableFile(info.Size(), whole)
}

// export fills the stage, and puts it in place.
func (r *run) export() error {
	if r.to.Bag {
		r.stage.root = "data/"
	}
	held, err := stateOf(r.ctx, r.store)
	if err != nil {
		return err
	}
	if err := r.takeUp(held); err != nil {
		return err
	}
	var cur *cursor
	if r.to.Cursor != "" {
		if cur, err = openCursor(r.ctx, r.store, held, r.to.Cursor, r.job, r.stage); err != nil {
			return err
		}
		defer cur.stop()
	}
	if r.job.Format.Captures() {
		err = r.captures(cur, held)
	} else {
		err = r.records(cur, held)
	}
	if err == nil {
		err = cur.finish()
	}
	if err != nil {
		return err
	}
	return r.publish(cur, held)
}

// Archive names the state of an archive that an export was made from.
type Archive struct {
	LastVisit  time.Time `json:"last_visit,omitzero"`
	LastURL    string    `json:"last_url,omitempty"`
	LastRun    string    `json:"last_run,omitempty"`
	Entries    int64     `json:"entries"`              // in its log
	Readings   int64     `json:"readings,omitempty"`   // times that a version was read again, which adds no entry
	Checkpoint string    `json:"checkpoint,omitempty"` // the last one of the log

	PartOf *archive.Copying `json:"part_of,omitempty"` // of a copy that had not come to its end: of what
}

func stateOf(ctx context.Context, store Store) (Archive, error) {
	log, err := store.Log(ctx)
	if err != nil {
		return Archive{}, err
	}
	a := Archive{Entries: log.Size + int64(log.Unsealed), Readings: log.Readings}
	if log.Checkpoint.Size > 0 {
		a.Checkpoint = log.Checkpoint.String()
	}
	c, err := archive.CopyingOf(ctx, store)
	if err != nil && !errors.Is(err, archive.ErrCorrupt) { // not known any more, which who opens it is told
		return Archive{}, err
	}
	if c.Part() {
		a.PartOf = &c
	}
	for v, err := range store.Visits(ctx, archive.Filter{Newest: true, Limit: 1}) {
		if err != nil {
			return a, err
		}
		a.LastVisit, a.LastURL = v.At, v.URL
	}
	for r, err := range store.Runs(ctx, archive.Filter{Newest: true, Limit: 1}) {
		if err != nil {
			return a, err
		}
		a.LastRun = r.ID
	}
	return a, nil
}
