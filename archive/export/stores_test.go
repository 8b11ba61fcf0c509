package export_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"fangzhi/archive/export"
	fangzhimongo "fangzhi/archive/mongo"
)

// database is the URI of a MongoDB database of its own for a test.
func database(t *testing.T) string {
	t.Helper()
	uri := os.Getenv("FANGZHI_TEST_MONGODB")
	if uri == "" {
		t.Skip("FANGZHI_TEST_MONGODB is not set")
	}
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/fangzhi_export_" + strings.ToLower(rand.Text()[:8])
	t.Cleanup(func() {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err == nil {
			err = client.Database(u.Path[1:]).Drop(context.Background())
			client.Disconnect(context.Background())
		}
		if err != nil {
			t.Error(err)
		}
	})
	return u.String()
}

// An export says the same of the same archive, whichever store keeps it.
func TestStoresExportTheSame(t *testing.T) {
	uri := database(t)
	s, err := fangzhimongo.Open(t.Context(), uri, fangzhimongo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, other := county(t), keepIn(t, s)
	other.county()
	for _, f := range export.Formats {
		t.Run(string(f), func(t *testing.T) {
			dir := t.TempDir()
			trees := make([]string, 2)
			for i, k := range []*keeper{one, other} {
				k.store.Seal(t.Context(), day(9))
				path := filepath.Join(dir, "out")
				if _, err := export.Run(t.Context(), k.store, export.Job{Format: f}, export.Target{Path: path, Receipt: true}); err != nil {
					t.Fatal(err)
				}
				trees[i] = treeOf(t, dir)
				os.RemoveAll(path)
			}
			if trees[0] != trees[1] {
				t.Errorf("SQLite: %s\nMongoDB: %s", trees[0], trees[1])
			}
		})
	}
}
