package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	lib "modernc.org/sqlite/lib"

	"fangzhi/archive"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a file as an archive: "fazh" in ASCII. See
// https://www.sqlite.org/pragma.html#pragma_application_id.
const applicationID = 0x66617a68

const (
	cantOpen = lib.SQLITE_CANTOPEN
	readOnly = lib.SQLITE_READONLY
)

// steps are the texts of the migrations; a file of version n has the first n
// of them.
func steps() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	texts := make([]string, len(names))
	for i, name := range names {
		b, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts[i] = string(b)
	}
	return texts, nil
}

// querier is what a file is asked through.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// format is what a file says of itself.
type format struct {
	application, version, tables int
	ours                         int // of the tables that every archive has
}

// ErrUnmarked tells that a file has the tables of an archive, and not its mark: it is
// damaged there. Mark puts that right.
var ErrUnmarked error = inWords{
	"damaged: it has the tables of a fangzhi archive, and not the application id of one; fangzhi verify --repair puts that right", archive.ErrCorrupt,
}

func formatOf(ctx context.Context, q querier) (f format, err error) {
	for _, ask := range []struct {
		query string
		to    *int
	}{
		{"PRAGMA application_id", &f.application},
		{"PRAGMA user_version", &f.version},
		{"SELECT count(*) FROM sqlite_schema", &f.tables},
		{"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('runs', 'pages', 'visits', 'snapshots', 'payloads')", &f.ours},
	} {
		if err := q.QueryRowContext(ctx, ask.query).Scan(ask.to); err != nil {
			return f, err
		}
	}
	return f, nil
}

// check says why this fangzhi cannot use a file of format f; fresh tells a file
// that holds nothing yet.
func (f format) check(newest int) (fresh bool, err error) {
	switch {
	case f == format{}:
		return true, nil
	case f.application != applicationID && f.ours == 5:
		return false, ErrUnmarked
	case f.application != applicationID:
		return false, errors.New("is an SQLite database, but not a fangzhi archive")
	case f.version > newest:
		return false, fmt.Errorf("%w: its format is %d, this fangzhi knows formats up to %d: use a newer fangzhi", archive.ErrNewer, f.version, newest)
	}
	return false, nil
}

// Mark puts the application id of an archive into the file at path, where that is
// all that is damaged of it: see ErrUnmarked.
func Mark(ctx context.Context, path string) error {
	s := &Store{path: path}
	dsn, err := s.dsn("mode=rw", nil)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	f, err := formatOf(ctx, db)
	if err == nil {
		if _, err = f.check(math.MaxInt); errors.Is(err, ErrUnmarked) {
			_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
		}
	}
	if err != nil {
		return fmt.Errorf("archive %q: %w", path, s.explain(err))
	}
	return nil
}

// migrate brings the file to the newest format. It is one transaction: of two
// processes that open a file at once one migrates, and the other finds it done.
func (s *Store) migrate(ctx context.Context) error {
	texts, err := steps()
	if err != nil {
		return err
	}
	f, err := formatOf(ctx, s.writer.conn)
	if err != nil {
		return s.unopened(err)
	}
	if _, err := f.check(len(texts)); err != nil {
		return err
	}
	if err := s.logAhead(ctx); err != nil {
		return err
	}
	if f.version == len(texts) {
		return s.writable(ctx, f.version)
	}
	if f.tables > 0 {
		if err := s.room(ctx); err != nil {
			return err
		}
		if s.options.Upgrading != nil {
			s.options.Upgrading(f.version, len(texts))
		}
	}
	return s.write(ctx, "migrate", func(w *writer) error {
		f, err := formatOf(ctx, w.conn)
		if err != nil {
			return err
		}
		if _, err := f.check(len(texts)); err != nil {
			return err
		}
		for i := f.version; i < len(texts); i++ {
			if _, err := w.conn.ExecContext(ctx, texts[i]); err != nil {
				return fmt.Errorf("step %d: %w", i+1, err)
			}
		}
		if err := w.sealOld(ctx); err != nil {
			return fmt.Errorf("seal what is recorded: %w", err)
		}
		if err := w.sumOld(ctx); err != nil {
			return fmt.Errorf("sum what is recorded: %w", err)
		}
		_, err = w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, len(texts)))
		return err
	})
}

const (
	// leafSize is what a leaf takes in the file, with its index, and once more
	// in the WAL.
	leafSize = 2 * 120
	// rowSize is what a page takes in the WAL, which gets it with its sum.
	rowSize = 2 * 400
	// spare is what a step takes that fills nothing in.
	spare = 16 << 20
)

// room fails where the disk has not the room for an upgrade. Should it be used
// up meanwhile, the upgrade is undone as a whole.
func (s *Store) room(ctx context.Context) error {
	left, known := freeSpace(filepath.Dir(s.path))
	if !known {
		return nil
	}
	var visits, pages uint64
	if err := s.writer.conn.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM visits), 0), coalesce((SELECT max(id) FROM pages), 0)`).Scan(&visits, &pages); err != nil {
		return err
	}
	if need := spare + visits*leafSize + pages*rowSize; left < need {
		return fmt.Errorf("its format is that of an older fangzhi, and to upgrade it the disk needs %d MiB of free space, it has %d MiB: nothing was changed",
			need>>20, left>>20)
	}
	return nil
}

// errUndo ends a transaction that only tried something.
var errUndo = errors.New("undo")

// writable fails where the file cannot be written: SQLite opens such a file all
// the same, to be read.
func (s *Store) writable(ctx context.Context, version int) error {
	err := s.write(ctx, "try to write", func(w *writer) error {
		if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return s.unopened(err)
}

// logAhead puts the file into WAL mode, after it is known to be ours. The
// change needs the file alone, and SQLite does not always wait for that.
func (s *Store) logAhead(ctx context.Context) error {
	for wait := time.Millisecond; ; wait *= 2 {
		var mode string
		err := s.writer.conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode)
		switch {
		case err == nil && mode == "wal":
			return nil
		case err == nil:
			return fmt.Errorf("this place does not support SQLite's WAL mode (journal mode stays %q): keep the archive on a local disk", mode)
		case code(err) != lib.SQLITE_BUSY || wait > s.options.Wait:
			return s.unopened(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// recognise says why a file that is only to be read cannot be.
func (s *Store) recognise(ctx context.Context, q querier) error {
	texts, err := steps()
	if err != nil {
		return err
	}
	f, err := formatOf(ctx, q)
	if err != nil {
		return err
	}
	fresh, err := f.check(len(texts))
	switch {
	case err != nil:
		return err
	case fresh:
		if info, err := os.Stat(s.path); err == nil && info.Size() > 0 {
			return fmt.Errorf("holds nothing: what was recorded may all be in %q, which is missing here: an archive that is open, or whose process was killed, "+
				"is copied with that file beside it, or by fangzhi copy", filepath.Base(s.path)+"-wal")
		}
		return errors.New("is an empty file, not a fangzhi archive")
	case f.version < len(texts):
		return fmt.Errorf("%w: its format is %d: open it once for writing to bring it to format %d", archive.ErrOlder, f.version, len(texts))
	}
	return nil
}
