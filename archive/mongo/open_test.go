package mongo_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
)

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct{ uri, want string }{
		"another scheme":   {"postgres://host/db", "open archive: the URI of a MongoDB archive must begin with mongodb:// or mongodb+srv://"},
		"no scheme":        {"host/db", "open archive: the URI of a MongoDB archive must begin with mongodb:// or mongodb+srv://"},
		"no host":          {"mongodb:///db", "open archive: mongodb:///db names no host: must be mongodb://HOST/NAME"},
		"no host but user": {"mongodb://u:s3cret@/db", "open archive: mongodb:///db names no host: must be mongodb://HOST/NAME"},
		"a dotted name":    {"mongodb://u:s3cret@host/a.b", `open archive: mongodb://host/fangzhi: "a.b" cannot be the name of a database`},
		"a path":           {"mongodb://host/a/b", `open archive: mongodb://host/fangzhi: "a/b" cannot be the name of a database`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mongo.Open(t.Context(), c.uri, mongo.Options{})
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

// The driver quotes a URI that it cannot parse; its password must not get into
// a log.
func TestOpenKeepsThePassword(t *testing.T) {
	for name, uri := range map[string]string{
		"an option without a value": "mongodb://user:s3cret@host/db?authSource",
		"an unescaped password":     "mongodb://user:s3cret:s3cret@host/db",
		"an escaped password":       "mongodb://user:s3cret%zz@host/db",
		"a bad option":              "mongodb://user:s3cret@host/db?maxPoolSize=s3cret",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mongo.Open(t.Context(), uri, mongo.Options{Wait: time.Millisecond})
			if err == nil || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), "host") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// silent returns the address of a server that takes connections and says
// nothing.
func silent(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			conns = append(conns, c)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		accepting.Wait()
		for _, c := range conns {
			c.Close()
		}
	})
	return listener.Addr().String()
}

func TestOpenUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := listener.Addr().String()
	listener.Close()
	for name, host := range map[string]string{"nobody listens": closed, "no answer": silent(t)} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := mongo.Open(t.Context(), "mongodb://user:s3cret@"+host+"/news", mongo.Options{Wait: 300 * time.Millisecond})
			if took := time.Since(began); took > 20*time.Second { // the driver's own wait is 30 s
				t.Errorf("took %s", took)
			}
			if err == nil || !strings.HasPrefix(err.Error(), "open archive mongodb://"+host+"/news: no server answered within 300ms: ") ||
				strings.Contains(err.Error(), "s3cret") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOpenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mongo.Open(ctx, "mongodb://"+silent(t)+"/news", mongo.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want it to be canceled", err)
	}
}

func TestOpenWrongPassword(t *testing.T) {
	u, err := url.Parse(database(t))
	if err != nil {
		t.Fatal(err)
	}
	if u.User == nil {
		t.Skip("the server knows no users")
	}
	u.User = url.UserPassword(u.User.Username(), "wr0ng")
	_, err = mongo.Open(t.Context(), u.String(), mongo.Options{})
	if err == nil || strings.Contains(err.Error(), "wr0ng") || !strings.Contains(strings.ToLower(err.Error()), "auth") {
		t.Errorf("got %v", err)
	}
}

func TestOpenWhatIsThere(t *testing.T) {
	t.Run("a database of somebody else", func(t *testing.T) {
		uri := database(t)
		if _, err := inside(t, uri).Collection("orders").InsertOne(t.Context(), bson.D{{Key: "a", Value: 1}}); err != nil {
			t.Fatal(err)
		}
		_, err := mongo.Open(t.Context(), uri, mongo.Options{})
		if err == nil || !strings.Contains(err.Error(), "the database is not an archive: it holds orders") {
			t.Errorf("got %v", err)
		}
		names, err := inside(t, uri).ListCollectionNames(t.Context(), bson.D{})
		if err != nil || len(names) != 1 {
			t.Errorf("the database holds %v, %v", names, err)
		}
	})
	t.Run("the archive of a newer fangzhi", func(t *testing.T) {
		uri := database(t)
		open(t, uri).Close()
		if _, err := inside(t, uri).Collection("meta").UpdateOne(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "format", Value: 99}}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := mongo.Open(t.Context(), uri, mongo.Options{}); !errors.Is(err, archive.ErrNewer) {
			t.Errorf("got %v, want ErrNewer", err)
		}
	})
	t.Run("an archive, by many at once", func(t *testing.T) {
		uri := database(t)
		var opening sync.WaitGroup
		for range 4 {
			opening.Go(func() {
				s, err := mongo.Open(t.Context(), uri, mongo.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				s.Close()
			})
		}
		opening.Wait()
		s := open(t, uri)
		defer s.Close()
		sound(t, s)
	})
	t.Run("nothing, to be read", func(t *testing.T) {
		uri := database(t)
		if _, err := mongo.Open(t.Context(), uri, mongo.Options{ReadOnly: true}); !errors.Is(err, archive.ErrNotFound) || !strings.HasSuffix(err.Error(), ": there is none yet") {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		if names, err := inside(t, uri).ListCollectionNames(t.Context(), bson.D{}); err != nil || len(names) != 0 {
			t.Errorf("the database holds %v, %v", names, err)
		}
	})
	t.Run("an archive, to be read", func(t *testing.T) {
		uri := database(t)
		s := open(t, uri)
		r := begin(t, s, 0, found("https://www.zjg.example/"))
		s.Close()
		s, err := mongo.Open(t.Context(), uri, mongo.Options{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Page(t.Context(), site, "https://www.zjg.example/"); err != nil {
			t.Error(err)
		}
		if err := s.EndRun(t.Context(), r); err == nil || !strings.Contains(err.Error(), "for reading only") {
			t.Errorf("end run: %v", err)
		}
	})
	t.Run("a store that is closed", func(t *testing.T) {
		s := open(t, database(t))
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		if _, err := s.Page(t.Context(), site, "https://www.zjg.example/"); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("got %v", err)
		}
	})
}

// A URI cannot make the archive forget what it acknowledged.
func TestWritesAreDurable(t *testing.T) {
	uri := database(t)
	p := newProxy(t, uri+"?w=0&journal=false&readConcernLevel=local&readPreference=secondary")
	s := open(t, p.uri)
	defer s.Close()
	p.reset(nil, nil)
	r := begin(t, s, 0)
	e := visited(r, found("https://www.zjg.example/a.html"), time.Second, "标题", "正文")
	record(t, s, r, e, e)
	if err := s.EndRun(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, command := range p.seen() {
		switch name(command) {
		case "insert", "update", "delete":
			written[collection(command)] = true
			w := command.Lookup("writeConcern")
			if w.Document().Lookup("w").StringValue() != "majority" || !w.Document().Lookup("j").Boolean() {
				t.Errorf("%s %s: write concern %s", name(command), collection(command), w)
			}
		case "find":
			if c := command.Lookup("readConcern", "level"); c.StringValue() != "majority" {
				t.Errorf("find %s: read concern %s", collection(command), c)
			}
		}
	}
	for _, c := range []string{"runs", "pages", "visits", "snapshots", "payloads"} {
		if !written[c] {
			t.Errorf("nothing was seen to be written to %s", c)
		}
	}
}

func TestName(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://u:geheim@h:27017/a?authSource=admin": "mongodb://h:27017/a",
		"mongodb+srv://u:p%40@h":                        "mongodb+srv://h/fangzhi",
		"mongodb:u:geheim@":                             "mongodb://…",
		"mongodb://u:geheim@/x":                         "mongodb://…",
	} {
		if got := mongo.Name(uri); got != want {
			t.Errorf("%s: %q, want %q", uri, got, want)
		}
	}
}
