package export

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fangzhi/archive"
	"fangzhi/archive/warc"
)

// journal says how far an export had come when its files were last made
// durable. It lies in the stage, and an export of the same job from the same
// archive goes on from it.
type journal struct {
	Job     archive.Digest `json:"job"`
	Archive string         `json:"archive"` // the state it is made from
	Records int            `json:"records"`
	After   place          `json:"after"` // the last one written
	Files   []File         `json:"files,omitempty"`
	Open    []openFile     `json:"open,omitempty"`

	// Of web archives.
	Number int              `json:"number,omitempty"` // of the next WARC file
	Info   string           `json:"info,omitempty"`   // id of the open one's warcinfo
	Runs   []string         `json:"runs,omitempty"`   // of the index
	Main   *waczPage        `json:"main,omitempty"`
	Seeded bool             `json:"seeded,omitempty"` // of pageList
	Last   time.Time        `json:"last,omitzero"`
	Lost   []archive.Digest `json:"lost,omitempty"` // payloads that the archive had lost: what is of them was left out
}

// place is that of a record or capture in the order of an export.
type place struct {
	Site    string    `json:"site"`
	URL     string    `json:"url"`
	Version int       `json:"version,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// passed says whether what is at the place named stands before p, or at it.
func (p place) passed(site, url string, version int, at time.Time) bool {
	if p.Site == "" && p.URL == "" {
		return false
	}
	return cmp.Or(address{site, url}.compare(address{p.Site, p.URL}), cmp.Compare(version, p.Version), at.Compare(p.At)) <= 0
}

const journalName = "journal.json"

// identity names the job and the cursor that it began with.
func (r *run) identity() (archive.Digest, error) {
	job := string(r.job.name()) + " of records " + schemaVersion // those of an older fangzhi lack columns
	if r.to.Bag {
		job += " in a bag"
	}
	if r.to.Cursor != "" {
		b, err := os.ReadFile(r.to.Cursor)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		job += " after " + string(archive.DigestOf(b))
	}
	return archive.DigestOf([]byte(job)), nil
}

// takeUp reads the journal of an interrupted export, if this is the same one;
// else the stage is cleared.
func (r *run) takeUp(held Archive) error {
	job, err := r.identity()
	if err != nil {
		return err
	}
	var j journal
	b, err := os.ReadFile(r.stage.work(journalName))
	if err == nil {
		err = json.Unmarshal(b, &j)
	}
	if err != nil || j.Job != job || j.Archive != held.text() {
		r.journal.Job = job
		return r.stage.clear()
	}
	for _, d := range j.Lost {
		switch _, err := r.store.Payload(r.ctx, d); {
		case err == nil: // repaired: what was left out is behind
			r.journal.Job = job
			return r.stage.clear()
		case !isLost(err):
			return err
		}
	}
	r.journal = j
	for _, d := range j.Lost {
		r.lost[d] = true
	}
	r.stage.files = j.Files
	r.report.Records, r.report.Resumed = j.Records, true
	return nil
}

func (a Archive) text() string {
	b, _ := json.Marshal(a) // texts and a time: it cannot fail
	return string(b)
}

// checkpoint makes the open files durable, and then says in the journal how far
// they are.
func (r *run) checkpoint(held Archive, j journal, open ...*staged) error {
	j.Job, j.Archive, j.Records, j.Files = r.journal.Job, held.text(), r.report.Records, r.stage.files
	for _, f := range open {
		if f == nil {
			continue
		}
		if err := f.sync(); err != nil {
			return err
		}
		state, err := f.state()
		if err != nil {
			return err
		}
		j.Open = append(j.Open, state)
	}
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	fresh := r.stage.work(journalName + ".new")
	if err := writeDurably(fresh, text); err != nil {
		return err
	}
	if err := os.Rename(fresh, r.stage.work(journalName)); err != nil {
		return err
	}
	r.journal = j
	return syncFolder(filepath.Dir(fresh))
}

// forget takes the journal away: the files that it names are about to move.
func (r *run) forget() error {
	r.journal = journal{Job: r.journal.Job}
	if err := os.Remove(r.stage.work(journalName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return syncFolder(r.stage.work(""))
}

func writeDurably(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// checkpoint is that of a web archive: what its index holds is written out too.
func (w *webArchive) checkpoint(r *run, held Archive, at place, l *pageList) error {
	if err := w.index.spill(); err != nil {
		return err
	}
	j := journal{After: at, Number: w.number, Info: w.info, Runs: w.index.runs, Lost: slices.Sorted(maps.Keys(r.lost))}
	open := []*staged{w.file}
	if l != nil {
		j.Main, j.Seeded, j.Last = l.main, l.seeded, l.last
		open = append(open, l.file)
	}
	return r.checkpoint(held, j, open...)
}

// resume goes on from a checkpoint.
func (w *webArchive) resume(j journal) (*pageList, error) {
	w.number, w.info, w.index.runs = j.Number, j.Info, j.Runs
	var l *pageList
	for _, o := range j.Open {
		f, err := w.stage.reopen(o)
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(o.Name, pagesPath) {
			l = &pageList{file: f, begin: w.job.Begin, main: j.Main, seeded: j.Seeded, last: j.Last}
			continue
		}
		w.file, w.to = f, warc.NewWriter(f, o.Size)
	}
	return l, nil
}

// resume goes on behind what was written: there was a header.
func (l *lines) resume() { l.header, l.begun = "", true }
