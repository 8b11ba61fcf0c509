package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"fangzhi/archive"
)

// Options are the choices in opening an archive. The zero value is well.
type Options struct {
	// ReadOnly opens an archive that exists, to be read; whatever would change
	// it fails.
	ReadOnly bool
	// Wait is how long Open waits for the server to answer; zero means 5 s.
	Wait time.Duration
	// Upgrading, where set, is called before the archive of an older fangzhi is
	// brought from its format to the newest one.
	Upgrading func(from, to int)
}

// Validate says what is wrong with o.
func (o Options) Validate() error {
	if o.Wait < 0 {
		return fmt.Errorf("wait: %s: must not be negative", o.Wait)
	}
	return nil
}

// A Store is an archive in a MongoDB database. It implements archive.Store.
type Store struct {
	options Options
	limits  limits
	client  *mongo.Client
	db      *mongo.Database

	pages, snapshots, words, visits, runs, payloads, files, chunks, learnt, readings *mongo.Collection
	log, meta                                                                        *mongo.Collection

	sealing sealing

	encoder *zstd.Encoder
	decoder *zstd.Decoder

	using  sync.RWMutex // held for reading by every call that is not a listing
	closed bool
}

var _ archive.Store = (*Store)(nil)

var (
	errClosed   = errors.New("the archive is closed")
	errReadOnly = errors.New("the archive was opened for reading only")
)

// Open opens the archive in the database that uri names,
// mongodb://[user:password@]host[:port][,…]/[name][?options], and makes one
// where the database is empty; without a name the database is fangzhi. The
// archive of an older fangzhi is upgraded; opened for reading only it is
// archive.ErrOlder. It returns archive.ErrNewer for the archive of a newer
// fangzhi, and leaves alone a database that is not an archive. Errors name the host, never the password.
func Open(ctx context.Context, uri string, o Options) (*Store, error) {
	a, err := parseURI(uri)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("open archive %s: %w", a, err)
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	s := &Store{options: o, limits: usual}
	if err := s.open(ctx, uri, a); err != nil {
		s.Close()
		return nil, fmt.Errorf("open archive %s: %w", a, a.discreet(err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, uri string, a address) (err error) {
	// What makes an acknowledged write last is not the URI's to choose.
	journal := true
	client, err := mongo.Connect(options.Client().SetAppName("fangzhi").ApplyURI(uri).SetRegistry(lenient()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal}).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()))
	if err != nil {
		return err
	}
	s.client = client
	s.use(client.Database(a.database))
	if err := s.reach(ctx); err != nil {
		return err
	}
	if s.encoder, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true)); err != nil {
		return err
	}
	if s.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true),
		zstd.WithDecodeAllCapLimit(true)); err != nil {
		return err
	}
	return s.recognise(ctx)
}

// use names the collections.
func (s *Store) use(db *mongo.Database) {
	s.db = db
	s.pages, s.visits, s.runs = db.Collection("pages"), db.Collection("visits"), db.Collection("runs")
	s.snapshots, s.words = db.Collection("snapshots"), db.Collection("words")
	s.payloads, s.learnt = db.Collection("payloads"), db.Collection("learnt")
	s.readings = db.Collection("readings")
	s.log, s.meta = db.Collection("log"), db.Collection("meta")
	s.files, s.chunks = db.Collection("large.files"), db.Collection("large.chunks")
}

// reach waits until a server that can be written to answers.
func (s *Store) reach(ctx context.Context) error {
	limit, cancel := context.WithTimeout(ctx, s.options.Wait)
	defer cancel()
	err := s.client.Ping(limit, readpref.Primary())
	if err != nil && ctx.Err() == nil && limit.Err() != nil {
		return fmt.Errorf("no server answered within %s: %w", s.options.Wait, err)
	}
	return err
}

// format is the version of the documents that this package writes. In format 1
// there was no log, in format 2 there were no sums.
const format = 3

type metaDoc struct {
	ID      string        `bson:"_id"`
	Format  int           `bson:"format"`
	Created bson.DateTime `bson:"created"`
}

// absentError says that a database holds no archive.
type absentError struct{}

func (absentError) Error() string { return "there is none yet" }

func (absentError) Unwrap() error { return archive.ErrNotFound }

// recognise makes sure that the database is an archive of ours, and makes an
// empty one into one.
func (s *Store) recognise(ctx context.Context) error {
	ours := bson.D{{Key: "_id", Value: "fangzhi"}}
	var m metaDoc
	err := s.meta.FindOne(ctx, ours).Decode(&m)
	if errors.Is(err, mongo.ErrNoDocuments) {
		if s.options.ReadOnly {
			return absentError{}
		}
		strange, listErr := s.db.ListCollectionNames(ctx, bson.D{})
		if listErr != nil {
			return listErr
		}
		// Another process may have made it an archive since.
		err = s.meta.FindOne(ctx, ours).Decode(&m)
		if errors.Is(err, mongo.ErrNoDocuments) {
			if strange = slices.DeleteFunc(strange, mine); len(strange) > 0 {
				slices.Sort(strange)
				return fmt.Errorf("the database is not an archive: it holds %s; name another one in the URI", strings.Join(strange, ", "))
			}
			m = metaDoc{ID: "fangzhi", Format: format, Created: dateOf(time.Now())}
			if _, err = s.meta.InsertOne(ctx, m); mongo.IsDuplicateKeyError(err) {
				err = s.meta.FindOne(ctx, ours).Decode(&m)
			}
		}
	}
	if err != nil {
		return err
	}
	if m.Format > format {
		return fmt.Errorf("its format is %d, this fangzhi knows formats up to %d: %w", m.Format, format, archive.ErrNewer)
	}
	if s.options.ReadOnly {
		if m.Format < format {
			return fmt.Errorf("its format is %d: open it once for writing to bring it to format %d: %w", m.Format, format, archive.ErrOlder)
		}
		return nil
	}
	if err := s.ensureIndexes(ctx); err != nil || m.Format == format {
		return err
	}
	return s.upgrade(ctx, m.Format)
}

// upgrade brings the archive of an older fangzhi to the newest format. What it
// does can be done again, and the format comes last: one that is cut short is
// begun anew by the next to open the archive.
func (s *Store) upgrade(ctx context.Context, from int) error {
	if s.options.Upgrading != nil {
		s.options.Upgrading(from, format)
	}
	var err error
	if from < 2 {
		err = s.markOld(ctx)
	}
	if err == nil {
		err = s.sumOld(ctx)
	}
	if err != nil {
		return fmt.Errorf("upgrade from format %d: %w", from, err)
	}
	_, err = s.meta.UpdateOne(ctx, bson.D{{Key: "_id", Value: "fangzhi"}}, bson.D{{Key: "$max", Value: bson.D{{Key: "format", Value: format}}}})
	return err
}

// mine says whether a collection may be there before the archive is made: the
// server's own, and an empty meta.
func mine(name string) bool { return name == "meta" || strings.HasPrefix(name, "system.") }

// Close waits for calls under way, but not for listings, and frees the archive.
func (s *Store) Close() error {
	s.using.Lock()
	defer s.using.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.decoder != nil {
		s.decoder.Close()
	}
	if s.client == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("close archive: %w", err)
	}
	return nil
}

// begin keeps the store open until done is called.
func (s *Store) begin(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.using.RLock()
	if s.closed {
		s.using.RUnlock()
		return nil, errClosed
	}
	return s.using.RUnlock, nil
}

// change is begin for what changes the archive.
func (s *Store) change(ctx context.Context) (done func(), err error) {
	if s.options.ReadOnly {
		return nil, errReadOnly
	}
	return s.begin(ctx)
}

// fault tells what failed; the end of ctx comes through as such.
func fault(ctx context.Context, err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
