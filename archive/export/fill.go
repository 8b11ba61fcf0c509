package export

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"time"
)

// fileName is the name of an export that is one file.
func (r *run) fileName() string {
	if !r.to.Bag {
		return filepath.Base(r.path())
	}
	name := map[Format]string{JSONL: "records.jsonl", CSV: "records.csv", Parquet: "records.parquet", Atom: "feed.atom", WACZ: "captures.wacz"}[r.job.Format]
	switch r.job.Compression {
	case Gzip:
		name += ".gz"
	case Zstd:
		name += ".zst"
	}
	return name
}

// records writes a format of records.
func (r *run) records(cur *cursor, held Archive) error {
	var to recordWriter
	var file *staged
	var err error
	if r.job.Format == Markdown {
		to = &markdown{stage: r.stage, all: !r.job.Selection.single()}
	} else {
		if len(r.journal.Open) > 0 {
			file, err = r.stage.reopen(r.journal.Open[0])
		} else {
			file, err = r.stage.create(r.fileName())
		}
		if err != nil {
			return err
		}
		defer file.abandon()
		if to, err = newRecordWriter(file, r.job, r.stage.work("")); err != nil {
			return err
		}
		if l, ok := to.(*lines); ok && r.report.Records > 0 {
			l.resume()
		}
	}
	for rec, err := range entries(r.ctx, r.store, r.job, cur, r.journal.After) {
		if err != nil {
			return err
		}
		// What was read ahead is not written once the end is asked for.
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if rec.Damaged != "" {
			r.report.Damaged = append(r.report.Damaged, rec.damage())
			continue
		}
		if err := to.write(rec); err != nil {
			return err
		}
		r.count()
		if r.report.Records%partRecords == 0 {
			if can, err := to.pause(); err != nil {
				return err
			} else if can && len(r.report.Damaged) == 0 { // what was left out may be repaired before it goes on
				at := place{Site: rec.Site, URL: rec.URL, Version: rec.Version}
				if err := r.checkpoint(held, journal{After: at}, file); err != nil {
					return err
				}
			}
		}
	}
	if err := to.finish(); err != nil {
		return err
	}
	if file != nil {
		return file.Close()
	}
	return syncAll(r.stage.dir)
}

func (r *run) count() {
	if r.report.Records++; r.to.Observe != nil && r.report.Records%observeEvery == 0 {
		r.to.Observe(r.report.Records)
	}
}

// partCaptures is how many captures stand between two checkpoints; tests set it.
var partCaptures = 5_000

// captures writes a web archive.
func (r *run) captures(cur *cursor, held Archive) error {
	folder := ""
	if r.job.Format == WACZ {
		folder = "archive/"
	}
	w := newWebArchive(r.ctx, r.store, r.job, r.stage, folder)
	var list *pageList
	var err error
	if r.journal.Archive != "" {
		list, err = w.resume(r.journal)
	} else if r.job.Format == WACZ {
		list, err = newPageList(r.stage, r.job.Begin)
	}
	if err != nil {
		return err
	}
	after, store := r.journal.After, without{r.store, maps.Clone(r.lost)}
	for c, err := range ahead(captures(r.ctx, store, r.job.Selection, cur), capture.weight) {
		if err != nil {
			return err
		}
		// As in records.
		if err := r.ctx.Err(); err != nil {
			return err
		}
		passed := after.passed(c.page.Site, c.page.URL, 0, c.visit.At)
		if gone := isLost(c.fault); c.fault != nil && (!passed || !gone || r.lost[c.needs()]) {
			if gone {
				r.lost[c.needs()] = true
			}
			r.report.Damaged = append(r.report.Damaged, fmt.Sprintf("%s at %s: %v", c.visit.URL, c.visit.At.Format(time.RFC3339), c.fault))
			continue
		}
		if passed {
			continue
		}
		if err := w.write(c); err != nil {
			return err
		}
		if c.bare {
			continue
		}
		if list != nil {
			if err := list.add(c); err != nil {
				return err
			}
		}
		r.count()
		if r.report.Records%partCaptures == 0 {
			at := place{Site: c.page.Site, URL: c.page.URL, At: c.visit.At}
			if err := w.checkpoint(r, held, at, list); err != nil {
				return err
			}
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	if list == nil {
		return writeIndex(r.stage, &w.index)
	}
	if err := errors.Join(list.file.Close(), r.forget()); err != nil {
		return err
	}
	if err := packIndex(r.stage, &w.index); err != nil {
		return err
	}
	return packWACZ(r.stage, r.job, list, r.fileName())
}

// writeIndex writes the CDXJ that stands beside WARC files.
func writeIndex(s *stage, index *sorter) error {
	f, err := s.create("index.cdxj")
	if err != nil {
		return err
	}
	for line, err := range index.sorted() {
		if err == nil {
			_, err = f.Write(line)
		}
		if err != nil {
			return err
		}
	}
	return f.Close()
}
