package torture

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync/atomic"
	"time"
)

// ScratchPrefix begins the names of the databases that are made here.
const ScratchPrefix = "fangzhi_torture_"

// WithDatabase is the archive called name on the server of uri.
func WithDatabase(uri, name string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%q: must be mongodb://HOST/", uri)
	}
	u.Path = "/" + name
	if u.User != nil { // users are those of the server, whatever the database
		q := u.Query()
		if q.Get("authSource") == "" {
			q.Set("authSource", "admin")
		}
		u.RawQuery = q.Encode()
	}
	return u.String(), nil
}

// databases are those that crawls are made into. That one is new matters to the
// messages that make its collections and indexes: after them it is like one that
// was emptied, which costs a server far less.
type databases struct {
	Options
	uri   string
	spare chan string // emptied ones
	made  atomic.Int64
}

func newDatabases(o Options, uri string, atOnce int) *databases {
	return &databases{Options: o, uri: uri, spare: make(chan string, atOnce)}
}

// take returns the archive of a database: of one that is yet to be made, or of any.
func (d *databases) take(fresh bool) (spec string, err error) {
	if !fresh {
		select {
		case spec = <-d.spare:
			return spec, nil
		default:
		}
	}
	return WithDatabase(d.uri, fmt.Sprintf("%s%d_%d", ScratchPrefix, time.Now().UnixNano(), d.made.Add(1)))
}

// giveBack empties a database for another crawl.
func (d *databases) giveBack(ctx context.Context, spec string) error {
	if err := d.Empty(ctx, spec); err != nil {
		return err
	}
	select {
	case d.spare <- spec:
		return nil
	default:
		return d.Drop(ctx, spec)
	}
}

// drop drops what was given back.
func (d *databases) drop(ctx context.Context) (err error) {
	close(d.spare)
	for spec := range d.spare {
		err = errors.Join(err, d.Drop(ctx, spec))
	}
	return err
}
