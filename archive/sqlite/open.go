package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"fangzhi/archive"
)

// Options are the choices in opening an archive. The zero value is well.
type Options struct {
	// ReadOnly opens an archive that exists, to be read; whatever would change
	// it fails.
	ReadOnly bool
	// Wait is how long a writer waits for another process to finish its own
	// writing; zero means 30 s.
	Wait time.Duration
	// Readers is how many readers the archive has at once at most; zero means 4.
	Readers int
	// Upgrading, where set, is called before the archive of an older fangzhi is
	// brought from its format to the newest one.
	Upgrading func(from, to int)
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	if o.Wait < 0 {
		return fmt.Errorf("wait: %s: must not be negative", o.Wait)
	}
	if o.Readers < 0 {
		return fmt.Errorf("readers: %d: must not be negative", o.Readers)
	}
	return nil
}

// A Store is an archive in one SQLite file. It implements archive.Store.
type Store struct {
	path    string
	options Options
	codec   *codec
	known   *known
	tail    tail

	foldEvery int64

	readers *sql.DB
	asRead  string   // the parameters under which readers were opened
	queries sync.Map // SQL text → *sql.Stmt of readers

	writers *sql.DB // of one connection; nil when read-only
	writer  *writer
	place   place

	using  sync.RWMutex // held for reading by every call
	closed bool
}

var _ archive.Store = (*Store)(nil)

// Open opens the archive in the file at path, and makes one where there is no
// file. The file of an older fangzhi is upgraded, in one transaction, after a
// look at the free space of the disk; opened for reading only it is
// archive.ErrOlder. It returns archive.ErrNewer for the file of a newer fangzhi,
// and leaves alone a file that is not an archive.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("open archive %q: %w", path, err)
	}
	if o.Wait == 0 {
		o.Wait = 30 * time.Second
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	s := &Store{path: path, options: o, known: newKnown(), foldEvery: foldEvery}
	if err := s.open(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("open archive %q: %w", path, restorable(err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if err := reachable(s.path, s.options.ReadOnly); err != nil {
		return err
	}
	if err := s.unlogged(); err != nil {
		return err
	}
	if s.codec, err = newCodec(); err != nil {
		return err
	}
	if s.options.ReadOnly {
		return s.openReadOnly(ctx)
	}
	dsn, err := s.dsn("mode=rwc", writerPragmas)
	if err != nil {
		return err
	}
	if s.writers, err = sql.Open("sqlite", dsn); err != nil {
		return err
	}
	s.writers.SetMaxOpenConns(1)
	conn, err := s.writers.Conn(ctx)
	if err != nil {
		return s.unopened(err)
	}
	s.writer = newWriter(conn)
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if s.place, err = placeOf(s.path); err != nil {
		return err
	}
	return s.openReaders("mode=ro")
}

// openReadOnly opens an archive to be read. On a medium that cannot be written
// SQLite has no place for the index of the WAL; when there is no WAL to be read
// either, the file is told to be immutable.
func (s *Store) openReadOnly(ctx context.Context) error {
	err := s.openReaders("mode=ro")
	if err == nil {
		err = s.recognise(ctx, s.readers)
	}
	if c := code(err); err == nil || c != cantOpen && c != readOnly {
		return s.explain(err)
	}
	if wal, statErr := os.Stat(s.path + "-wal"); statErr == nil && wal.Size() > 0 {
		return fmt.Errorf("its -wal file holds changes that cannot be read from a directory that cannot be written: %w", err)
	}
	s.readers.Close()
	if err := s.openReaders("mode=ro&immutable=1"); err != nil {
		return s.explain(err)
	}
	return s.explain(s.recognise(ctx, s.readers))
}

func (s *Store) openReaders(parameters string) error {
	dsn, err := s.dsn(parameters, readerPragmas)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(s.options.Readers)
	db.SetMaxIdleConns(s.options.Readers)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.readers, s.asRead = db, parameters
	return nil
}

// What each connection is told. Memory stays small: a crawl reads few pages of
// the file again, and the system caches them as well. (temp: the tables that a
// query makes for itself.)
var (
	writerPragmas = []string{
		"page_size(4096)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-6000)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)",
	}
	readerPragmas = []string{"query_only(1)", "cache_size(-500)", "temp.cache_size(-1000)"}
)

// dsn names the file to the driver: as an absolute address, for a relative one
// may look like something else (":memory:"), and escaped, so that no character
// of the path is taken for a parameter.
func (s *Store) dsn(parameters string, pragmas []string) (string, error) {
	path, err := filepath.Abs(s.path)
	if err != nil {
		return "", err
	}
	address := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")}
	dsn := fmt.Sprintf("%s?%s&_pragma=busy_timeout(%d)", &address, parameters, s.options.Wait.Milliseconds())
	for _, p := range pragmas {
		dsn += "&_pragma=" + p
	}
	return dsn, nil
}

// reachable says in plain words why there can be no archive at path.
func reachable(path string, mustExist bool) error {
	if path == "" {
		return errors.New("no file is named")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("is a directory, not an archive")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %q", dir)
	} else if err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("%q is not a directory", dir)
	}
	if mustExist {
		return fmt.Errorf("there is no such file: %w", archive.ErrNotFound)
	}
	return nil
}

// use keeps the store open until done is called.
func (s *Store) use() (done func(), err error) {
	s.using.RLock()
	if s.closed {
		s.using.RUnlock()
		return nil, errClosed
	}
	return s.using.RUnlock, nil
}

// Close waits for the calls under way and closes the file. Closing again is
// well.
func (s *Store) Close() error {
	s.using.Lock()
	defer s.using.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	s.queries.Range(func(_, stmt any) bool {
		errs = append(errs, stmt.(*sql.Stmt).Close())
		return true
	})
	if s.readers != nil {
		errs = append(errs, s.readers.Close())
	}
	// The writer goes last: the last connection brings the WAL into the file.
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.writers != nil {
		errs = append(errs, s.writers.Close())
	}
	if s.codec != nil {
		s.codec.close()
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close archive %q: %w", s.path, s.explain(err))
	}
	return nil
}
