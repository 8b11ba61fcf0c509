package sqlite

import (
	"context"

	"fangzhi/archive"
)

// sumsAtOnce is how many rows an upgrade holds in memory.
const sumsAtOnce = 512

// sumOld gives sums to the rows of before there were any: as they are now.
func (w *writer) sumOld(ctx context.Context) error {
	type page struct {
		id int64
		archive.Page
	}
	type run struct {
		key int64
		archive.Run
	}
	type lesson struct {
		id int64
		archive.Lesson
	}
	err := sumRows(ctx, w, `SELECT id, `+pageColumns+` FROM pages p WHERE id > ? AND sum = 0 ORDER BY id LIMIT ?`,
		func(p *page) []any { return append([]any{&p.id}, pageFields(&p.Page)...) },
		func(p *page) (int64, error) {
			p.Damaged = 0
			s := p.Sums()
			_, err := w.exec(`UPDATE pages SET sum = ?, sum_title = ?, sum_asked = ?, sum_also = ? WHERE id = ?`,
				int64(s.History), int64(s.Title), int64(s.Request), int64(s.Also), p.id)
			return p.id, err
		})
	if err != nil {
		return err
	}
	err = sumRows(ctx, w, `SELECT key, `+runColumns+` FROM runs WHERE key > ? AND sum = 0 ORDER BY key LIMIT ?`,
		func(r *run) []any { return append([]any{&r.key}, runFields(&r.Run)...) },
		func(r *run) (int64, error) {
			r.Damaged = false
			_, err := w.exec(`UPDATE runs SET sum = ? WHERE key = ?`, int64(r.Sum()), r.key)
			return r.key, err
		})
	if err != nil {
		return err
	}
	return sumRows(ctx, w, `SELECT id, `+lessonColumns+` FROM learnt WHERE id > ? AND sum = 0 ORDER BY id LIMIT ?`,
		func(l *lesson) []any { return append([]any{&l.id}, lessonFields(&l.Lesson)...) },
		func(l *lesson) (int64, error) {
			l.Damaged = false
			_, err := w.exec(`UPDATE learnt SET sum = ? WHERE id = ?`, int64(l.Sum()), l.id)
			return l.id, err
		})
}

// sumRows calls set with each row of query, which asks for so many after one; set
// returns which it was.
func sumRows[T any](ctx context.Context, w *writer, query string, fields func(*T) []any, set func(*T) (int64, error)) error {
	for last := int64(-1); ; {
		rows, err := scan(fields)(w.conn.QueryContext(ctx, query, last, sumsAtOnce))
		if err != nil || len(rows) == 0 {
			return err
		}
		for i := range rows {
			if last, err = set(&rows[i]); err != nil {
				return err
			}
		}
	}
}
