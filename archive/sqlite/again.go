package sqlite

import (
	"context"
	"fmt"
	"iter"
	"time"

	"fangzhi/archive"
)

// Reread gives versions another reading, in one transaction.
func (s *Store) Reread(ctx context.Context, run string, batch []archive.Again) error {
	done, err := s.use()
	if err != nil {
		return err
	}
	defer done()
	return s.write(ctx, fmt.Sprintf("read %d versions again", len(batch)), func(w *writer) error {
		if _, err := w.openRun(run); err != nil {
			return err
		}
		// The keys that wait elsewhere are those of the old texts.
		if err := w.foldSketches(); err != nil {
			return err
		}
		for i := range batch {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := w.reread(&batch[i]); err != nil {
				return fmt.Errorf("version %d of %s: %w", batch[i].Version, batch[i].URL, err)
			}
		}
		return nil
	})
}

// A version is a snapshot as far as another reading changes it.
type version struct {
	id, page, reader, versions   int64
	fingerprint, rules           archive.Digest
	article                      string
	sketch                       []byte
	readAt                       time.Time
	pageTitle                    string
	pageFingerprint, pageReadsAs archive.Digest
}

const findVersion = `SELECT s.id, s.page, s.reader, p.versions, s.fingerprint, s.rules, s.article, s.sketch,
	coalesce(s.read_at, s.taken_at), p.title, p.fingerprint, p.read_as
	FROM pages p CROSS JOIN snapshots s ON s.page = p.id WHERE p.site = ? AND p.url = ? AND s.version = ?`

func (w *writer) reread(a *archive.Again) error {
	var v version
	found, err := w.row(findVersion, []any{a.Site, a.URL, a.Version}, &v.id, &v.page, &v.reader, &v.versions,
		digest{&v.fingerprint}, digest{&v.rules}, &v.article, &v.sketch, instant{&v.readAt}, &v.pageTitle, digest{&v.pageFingerprint}, digest{&v.pageReadsAs})
	if err == nil && !found {
		err = archive.ErrNotFound
	}
	if err != nil {
		return err
	}
	article, err := encode(a.Article)
	if err != nil {
		return err
	}
	fingerprint := archive.FingerprintOf(a.Article)
	print, err := bytesOf(fingerprint)
	if err != nil {
		return err
	}
	latest := int64(a.Version) == v.versions
	if article != v.article || a.Rules != v.rules || int64(a.Reader) != v.reader {
		if err := w.replaceReading(a, &v, article, print); err != nil {
			return err
		}
		if err := w.reindex(a, &v, latest); err != nil {
			return err
		}
	}
	if latest && (v.pageFingerprint != fingerprint || v.pageTitle != a.Article.Title || v.pageReadsAs != "") {
		_, err = w.exec(`UPDATE pages SET fingerprint = ?, title = ?, read_as = NULL, sum_title = ? WHERE id = ?`, print, a.Article.Title,
			int64(archive.TitleSum(a.Site, a.URL, a.Article.Title, fingerprint, "")), v.page)
	}
	return err
}

// replaceReading keeps how a version read, and sets how it reads now.
func (w *writer) replaceReading(a *archive.Again, v *version, article string, print any) error {
	before, err := bytesOf(v.fingerprint)
	if err != nil {
		return err
	}
	rulesBefore, err := bytesOf(v.rules)
	if err != nil {
		return err
	}
	rules, err := bytesOf(a.Rules)
	if err != nil {
		return err
	}
	if _, err := w.exec(`INSERT INTO readings (snapshot, n, read_at, fingerprint, rules, reader, article, sum)
		VALUES (?1, (SELECT count(*) FROM readings WHERE snapshot = ?1), ?2, ?3, ?4, ?5, ?6, (SELECT sum FROM snapshots WHERE id = ?1))`,
		v.id, millis(v.readAt), before, rulesBefore, v.reader, v.article); err != nil {
		return err
	}
	_, err = w.exec(`UPDATE snapshots SET read_at = ?, fingerprint = ?, rules = ?, reader = ?, sketch = ?, article = ?, sum = ? WHERE id = ?`,
		a.At.UnixMilli(), print, rules, a.Reader, packSketch(archive.SketchOf(a.Article)), article, int64(a.Sum()), v.id)
	return err
}

// reindex brings what was indexed of a version up to its new text.
func (w *writer) reindex(a *archive.Again, v *version, latest bool) error {
	var folded, indexed int64
	if _, err := w.row(`SELECT snapshot FROM progress WHERE name = 'sketches'`, nil, &folded); err != nil {
		return err
	}
	if _, err := w.row(wordsProgress, nil, &indexed); err != nil {
		return err
	}
	if v.id <= folded {
		for key := range (sketchRow{sketch: v.sketch}).each {
			if _, err := w.exec(`DELETE FROM sketches WHERE key = ? AND snapshot = ?`, key, v.id); err != nil {
				return err
			}
		}
		for _, key := range archive.SketchOf(a.Article) {
			if _, err := w.exec(`INSERT OR IGNORE INTO sketches (key, snapshot) VALUES (?, ?)`, int64(key), v.id); err != nil {
				return err
			}
		}
	}
	if !latest || v.id > indexed {
		return nil
	}
	if _, err := w.exec(`DELETE FROM words WHERE rowid = ?`, v.page); err != nil {
		return err
	}
	terms := appendTerms(nil, a.Article.Title)
	n := len(terms)
	terms = appendTerms(terms, a.Article.Body)
	_, err := w.exec(`INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)`, v.page, string(terms[:n]), string(terms[n:]))
	return err
}

// Earlier yields how versions read before they were read again.
func (s *Store) Earlier(ctx context.Context, f archive.Filter) iter.Seq2[archive.Earlier, error] {
	fields := func(e *archive.Earlier) []any {
		var kept archive.Sum
		return []any{
			&e.Site, &e.URL, &e.Version, &e.N, instant{&e.ReadAt}, digest{&e.Fingerprint}, digest{&e.Rules}, &e.Reader, article{&e.Article},
			last{&kept, func() { e.Compare(kept) }},
		}
	}
	f.Newest = false
	return list(s, ctx, "list earlier readings", 256, f.Limit, func(last *archive.Earlier, n int) ([]archive.Earlier, error) {
		var w where
		w.snapshotFilter(f)
		if last != nil {
			w.and("(p.site, p.url, s.version, r.n) > (?, ?, ?, ?)", last.Site, last.URL, last.Version, last.N)
		}
		return scan(fields)(s.query(ctx, `SELECT p.site, p.url, s.version, r.n, r.read_at, r.fingerprint, r.rules, r.reader, r.article, r.sum
			FROM pages p CROSS JOIN snapshots s ON s.page = p.id CROSS JOIN readings r ON r.snapshot = s.id`+
			w.String()+` ORDER BY p.site, p.url, s.version, r.n LIMIT ?`, append(w.args, n)...))
	})
}

// asTaken are snapshots as they read when they were taken: as they are sealed.
func (s *Store) asTaken(ctx context.Context, cuts []archive.Snapshot, ids []int64) error {
	for i := range cuts {
		if cuts[i].ReadAt.IsZero() {
			continue
		}
		first := &cuts[i]
		first.ReadAt, first.Article, first.Damaged, first.Kept, first.Unread = time.Time{}, archive.Article{}, false, 0, ""
		found, err := scan(func(e *archive.Snapshot) []any {
			return []any{digest{&e.Fingerprint}, digest{&e.Rules}, &e.Reader, soft{"article", article{&e.Article}, e}}
		})(s.query(ctx, `SELECT fingerprint, rules, reader, article FROM readings WHERE snapshot = ? AND n = 0`, ids[i]))
		if err != nil {
			return err
		}
		if len(found) == 1 {
			first.Fingerprint, first.Rules, first.Reader, first.Article = found[0].Fingerprint, found[0].Rules, found[0].Reader, found[0].Article
			first.Unread = found[0].Unread
		}
	}
	return nil
}
