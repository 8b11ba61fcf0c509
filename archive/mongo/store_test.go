package mongo_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive"
	"fangzhi/archive/mongo"
	"fangzhi/archive/storetest"
)

func TestStore(t *testing.T) {
	// The making of a database is what a test costs most of: they share some.
	spare := make(chan string, 8)
	t.Cleanup(func() {
		close(spare)
		for uri := range spare {
			if err := mongo.Drop(context.Background(), uri); err != nil {
				t.Errorf("drop database: %v", err)
			}
		}
	})
	storetest.Run(t, func(t *testing.T) archive.Store {
		var uri string
		select {
		case uri = <-spare:
		default:
			uri = named(t, "fangzhi_torture_test")
		}
		t.Cleanup(func() {
			if err := mongo.Empty(context.Background(), uri); err != nil {
				t.Errorf("empty database: %v", err)
				return
			}
			select {
			case spare <- uri:
			default:
				if err := mongo.Drop(context.Background(), uri); err != nil {
					t.Errorf("drop database: %v", err)
				}
			}
		})
		return open(t, uri)
	})
}

// server returns the URI of the server for tests, and skips the test where
// there is none.
func server(t testing.TB) string {
	t.Helper()
	uri := os.Getenv("FANGZHI_TEST_MONGODB")
	if uri == "" {
		t.Skip("NOT TESTED AGAINST MONGODB: FANGZHI_TEST_MONGODB names no server; scripts/test starts one where it can")
	}
	return uri
}

var databases atomic.Int64

// database returns the URI of a database of the test's own, which is dropped
// in the end.
func database(t testing.TB) string {
	t.Helper()
	uri := named(t, "fangzhi_test")
	t.Cleanup(func() {
		if err := inside(t, uri).Drop(context.Background()); err != nil {
			t.Errorf("drop database: %v", err)
		}
	})
	return uri
}

// named returns the URI of a database that nobody else has.
func named(t testing.TB, prefix string) string {
	t.Helper()
	u, err := url.Parse(server(t))
	if err != nil {
		t.Fatalf("FANGZHI_TEST_MONGODB: %v", err)
	}
	u.Path = fmt.Sprintf("/%s_%d_%d_%d", prefix, os.Getpid(), time.Now().UnixNano(), databases.Add(1))
	return u.String()
}

// inside opens a database beside the store.
func inside(t testing.TB, uri string) *driver.Database {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	client, err := driver.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Disconnect(context.Background()) })
	return client.Database(u.Path[1:])
}

func open(t testing.TB, uri string) *mongo.Store {
	t.Helper()
	store, err := mongo.Open(context.Background(), uri, mongo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// count returns how many documents a collection holds.
func count(t testing.TB, uri, collection string) int64 {
	t.Helper()
	n, err := inside(t, uri).Collection(collection).CountDocuments(context.Background(), bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
