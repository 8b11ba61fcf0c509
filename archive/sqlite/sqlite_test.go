package sqlite_test

import (
	"path/filepath"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
	"fangzhi/archive/storetest"
)

// open opens the archive at path, and closes it after the test.
func open(t testing.TB, path string, o sqlite.Options) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) archive.Store {
		return open(t, filepath.Join(t.TempDir(), "archive.db"), sqlite.Options{})
	})
}
