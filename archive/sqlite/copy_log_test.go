package sqlite_test

import (
	"path/filepath"
	"testing"

	"fangzhi/archive"
	"fangzhi/archive/sqlite"
)

// Hashes of the log's tree that are damaged keep it from being copied, and a copy
// from being brought up to date, no more than other damage does: the copy has them
// right, and that is told.
func TestCopyOfADamagedTree(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		damage string
		older  bool // a copy made before is brought up to date by what is told
	}{
		"at the edge of what the copy has": {`UPDATE log SET hashes = CAST(substr(hashes, 1, 96) || zeroblob(32) AS BLOB) WHERE n = 7`, true},
		"lost, at the edge of what it has": {`UPDATE log SET hashes = substr(hashes, 1, 32) WHERE n = 11`, true},
		"of the last leaf that it has":     {`UPDATE log SET hashes = zeroblob(32) WHERE n = 12`, true},
		"at the edge":                      {`UPDATE log SET hashes = CAST(substr(hashes, 1, 128) || zeroblob(32) AS BLOB) WHERE n = 15`, false},
		"lost, at the edge":                {`UPDATE log SET hashes = substr(hashes, 1, 32) WHERE n = 15`, false},
		"all above the leaves of the log":  {`UPDATE log SET hashes = substr(hashes, 1, 32)`, true},
		"above the last leaf":              {`UPDATE log SET hashes = CAST(substr(hashes, 1, 32) || zeroblob(32) AS BLOB) WHERE n = 17`, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.db")
			from, older := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "older.db"), sqlite.Options{})
			id := begin(t, from, began)
			fill(t, from, id, 13)
			copied(t, from, older)
			fill(t, from, id, 18)
			whole := copied(t, from, open(t, filepath.Join(dir, "whole.db"), sqlite.Options{}))
			run(t, path, tt.damage)
			from = open(t, path, sqlite.Options{ReadOnly: true})
			for _, to := range []*sqlite.Store{older, open(t, filepath.Join(dir, "new.db"), sqlite.Options{})} {
				report := copied(t, from, to)
				if report.Size != 18 || report.Root != whole.Root || !report.Torn && report.Righted == 0 && (to == older || !tt.older) {
					t.Errorf("copied %+v, want the root %s", report, whole.Root)
				}
				sound(t, to, report)
			}
			// A log of other entries is another one all the same.
			other := open(t, filepath.Join(dir, "other.db"), sqlite.Options{})
			twoVersions(t, other, begin(t, other, began))
			if _, err := archive.Copy(t.Context(), from, other, archive.CopyOptions{}); err == nil {
				t.Error("copied into an archive of other entries")
			}
		})
	}
}

// A page that lost a visit, and the version that it cut, says in a copy that something
// is missing: what is exported of it would not be all.
func TestCopyOfALostVisit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	from, to := open(t, path, sqlite.Options{}), open(t, filepath.Join(dir, "b.db"), sqlite.Options{})
	id := begin(t, from, began)
	twoVersions(t, from, id)
	fill(t, from, id, 3)
	run(t, path, `PRAGMA foreign_keys = 0`, `DELETE FROM visits WHERE version = 2 OR page = (SELECT id FROM pages WHERE url = '`+address(2)+`')`)
	copied(t, from, to)
	for n, lost := range []bool{true, false, true} {
		p, err := to.Page(t.Context(), "zjg-edz", address(n))
		if err != nil || (p.Damaged != 0) != lost {
			t.Errorf("page %d: damaged %d, %v", n, p.Damaged, err)
		}
	}
	r := copied(t, from, to)
	if again := copied(t, from, to); r.Pages+again.Pages != 0 {
		t.Errorf("copied again: %+v", again)
	}
}
