package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fangzhi/archive"
)

// An export with a cursor ends in two steps, export in place and cursor moved,
// and must not end between them: the next one would bring the same again, or
// take what was never read away. So its ending is announced in the stage, and
// an export that finds an ending does nothing but finish it.
type ending struct {
	Job    archive.Digest `json:"job"`
	Cursor string         `json:"cursor"`
	Report Report         `json:"report"`
}

const endingName = "ending.json"

// announce says durably how the export is about to end.
func (r *run) announce() error {
	text, err := json.Marshal(ending{Job: r.job.asked(), Cursor: r.to.Cursor, Report: r.report})
	if err != nil {
		return err
	}
	fresh := r.stage.work(endingName + ".new")
	if err := writeDurably(fresh, text); err != nil {
		return err
	}
	if err := os.Rename(fresh, r.stage.work(endingName)); err != nil {
		return err
	}
	return errors.Join(syncFolder(r.stage.work("")), syncFolder(r.stage.dir))
}

// ending says whether the export to the target was about to end.
func (r *run) ending() bool {
	_, err := os.Stat(filepath.Join(stageOf(r.path()), workFolder, endingName))
	return err == nil
}

// unended is err, which keeps an export from ending that is made, with what that
// means where it has a cursor: nothing is lost, and something may come twice.
func (r *run) unended(err error) error {
	if r.to.Cursor == "" {
		return err
	}
	return fmt.Errorf("%w: the export is made, and the cursor %q has not moved: the same command ends it; another one with that cursor would bring the same again", err, r.to.Cursor)
}

// complete ends an export that was about to end. It is false where there was
// none, or where its file has been taken away: then the next one begins.
func (r *run) complete() (bool, error) {
	text, err := os.ReadFile(r.stage.work(endingName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var e ending
	if err := json.Unmarshal(text, &e); err != nil {
		return false, fmt.Errorf("%s: %w", r.stage.work(endingName), err)
	}
	if e.Job != r.job.asked() || e.Cursor != r.to.Cursor {
		return false, fmt.Errorf("write %q: another export to it, with the cursor %q, has still to end: run that again first", r.to.Path, e.Cursor)
	}
	target := r.path()
	if err := r.place(target); err != nil {
		return false, r.unended(err)
	}
	_, gone := os.Stat(target)
	if gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		return false, failure(target, gone)
	}
	if err := moveCursor(r.stage, r.to.Cursor); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, r.unended(err)
	}
	if gone != nil {
		return false, os.Remove(r.stage.work(endingName))
	}
	r.report = e.Report
	r.report.Resumed = true
	return true, r.stage.remove()
}
