package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"fangzhi/archive"
)

// openRun returns the key of run, ErrLost when it is not open.
func (w *writer) openRun(run string) (key int64, err error) {
	found, err := w.row(`SELECT key FROM runs WHERE id = ? AND state = 'running'`, []any{run}, &key)
	if err == nil && !found {
		err = archive.ErrLost
	}
	return key, err
}

// BeginRun opens r, or adds it as the skipped or missed tick that it is.
func (s *Store) BeginRun(ctx context.Context, r archive.Run, pages []archive.Page) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	var learnt []name
	err = s.write(ctx, fmt.Sprintf("begin run %s", r.ID), func(w *writer) error {
		var one int
		if taken, err := w.row(`SELECT 1 FROM runs WHERE id = ?`, []any{r.ID}, &one); err != nil {
			return err
		} else if taken {
			return archive.ErrTaken
		}
		if r.State != archive.RunRunning {
			return w.addRun(r)
		}
		if err := w.takeSite(r); err != nil {
			return err
		}
		if err := w.addRun(r); err != nil {
			return err
		}
		if r.Full {
			if err := w.allDue(r); err != nil {
				return err
			}
		}
		t := &recording{writer: w, known: s.known, seeding: true}
		for i := range pages {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.discover(&pages[i], r.Started); err != nil {
				return fmt.Errorf("seed %s: %w", pages[i].URL, err)
			}
		}
		learnt = t.learnt
		return nil
	})
	if err == nil {
		s.known.add(learnt)
	}
	return err
}

// takeSite closes an open run of r's site whose lease passed, and fails with
// ErrBusy when there is one whose lease did not.
func (w *writer) takeSite(r archive.Run) error {
	var key int64
	var over archive.Run
	open, err := w.row(`SELECT key, `+runColumns+` FROM runs WHERE site = ? AND state = 'running'`, []any{r.Site}, append([]any{&key}, runFields(&over)...)...)
	if err != nil || !open {
		return err
	}
	if !over.Lease.Before(r.Started) {
		return archive.ErrBusy
	}
	ended := over.Lease // after that its owner did nothing more
	if ended.IsZero() {
		ended = r.Started
	}
	over.State, over.Ended, over.Reason = archive.RunInterrupted, ended, fmt.Sprintf("its owner gave no sign of life: taken over by %s", r.ID)
	return w.updateRun(key, over)
}

// allDue makes due at the start of r what was not visited since r.FullSince,
// but for dead links, aliases, further pages of articles and requisites.
func (w *writer) allDue(r archive.Run) error {
	_, err := w.exec(`UPDATE pages SET due = ?1 WHERE site = ?2 AND (due IS NULL OR due > ?1)
		AND (?3 IS NULL OR last_visit IS NULL OR last_visit < ?3)
		AND NOT (state = 'gone' AND last_seen IS NULL AND listed_day = '') AND state <> 'alias' AND kind NOT IN ('part', 'requisite')`, millis(r.Started), r.Site, millis(r.FullSince))
	return err
}

func (w *writer) addRun(r archive.Run) error {
	articles, lists, notes, columns, requisites, err := texts(r)
	if err != nil {
		return err
	}
	_, err = w.exec(`INSERT INTO runs (id, site, planned, "trigger", state, reason, "full", full_since, owner, lease, started, ended,
		articles, lists, discovered, requests, bytes, notes, walk, columns, requisites, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Site, r.Planned.UnixMilli(), string(r.Trigger), string(r.State), r.Reason, r.Full, millis(r.FullSince), r.Owner,
		millis(r.Lease), millis(r.Started), millis(r.Ended), articles, lists, r.Discovered, r.Requests, r.Bytes, notes, r.Walk, columns, requisites, int64(r.Sum()))
	return err
}

// updateRun sets all fields of the run with that key.
func (w *writer) updateRun(key int64, r archive.Run) error {
	articles, lists, notes, columns, requisites, err := texts(r)
	if err != nil {
		return err
	}
	_, err = w.exec(`UPDATE runs SET site = ?, planned = ?, "trigger" = ?, state = ?, reason = ?, "full" = ?, full_since = ?, owner = ?,
		lease = ?, started = ?, ended = ?, articles = ?, lists = ?, discovered = ?, requests = ?, bytes = ?, notes = ?, walk = ?, columns = ?, requisites = ?, sum = ? WHERE key = ?`,
		r.Site, r.Planned.UnixMilli(), string(r.Trigger), string(r.State), r.Reason, r.Full, millis(r.FullSince), r.Owner,
		millis(r.Lease), millis(r.Started), millis(r.Ended), articles, lists, r.Discovered, r.Requests, r.Bytes, notes, r.Walk, columns, requisites, int64(r.Sum()), key)
	return err
}

// setRun adds r, or sets all fields of the run with its ID.
func (w *writer) setRun(r archive.Run) error {
	var key int64
	found, err := w.row(`SELECT key FROM runs WHERE id = ?`, []any{r.ID}, &key)
	if err != nil {
		return err
	}
	if r.State == archive.RunRunning {
		var other int64
		if busy, err := w.row(`SELECT key FROM runs WHERE site = ? AND state = 'running' AND id <> ?`, []any{r.Site, r.ID}, &other); err != nil {
			return err
		} else if busy {
			return archive.ErrBusy
		}
	}
	if found {
		return w.updateRun(key, r)
	}
	return w.addRun(r)
}

// texts are the parts of r that are kept as JSON, NULL for what is empty.
func texts(r archive.Run) (articles, lists, notes, columns, requisites any, err error) {
	for _, part := range []struct {
		to   *any
		size int
		from any
	}{{&articles, len(r.Articles), r.Articles}, {&lists, len(r.Lists), r.Lists}, {&notes, len(r.Notes), r.Notes}, {&columns, len(r.Columns), r.Columns},
		{&requisites, len(r.Requisites), r.Requisites}} {
		if part.size == 0 {
			continue
		}
		if *part.to, err = encode(part.from); err != nil {
			return nil, nil, nil, nil, nil, err
		}
	}
	return articles, lists, notes, columns, requisites, nil
}

// RenewRun moves the lease of an open run to until.
func (s *Store) RenewRun(ctx context.Context, run string, until time.Time) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	return s.write(ctx, fmt.Sprintf("renew run %s", run), func(w *writer) error {
		key, err := w.openRun(run)
		if err != nil {
			return err
		}
		_, err = w.exec(`UPDATE runs SET lease = ? WHERE key = ?`, millis(until), key)
		return err
	})
}

// EndRun closes an open run, and sets all its fields from r.
func (s *Store) EndRun(ctx context.Context, r archive.Run) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	return s.write(ctx, fmt.Sprintf("end run %s", r.ID), func(w *writer) error {
		key, err := w.openRun(r.ID)
		if err != nil {
			return err
		}
		if err := w.updateRun(key, r); err != nil {
			return err
		}
		_, _, err = w.check(r.Ended) // that a checkpoint is stray, verify tells
		return err
	})
}

// object scans a column of JSON.
type object struct{ to any }

func (o object) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), o.to)
	case []byte:
		return json.Unmarshal(v, o.to)
	}
	return fmt.Errorf("JSON is %T, not text", src)
}
